"""What is kept how long: each class of records with its setting, what of it is past its time, and how it is emptied.

A setting holds in a branch, so each community of a street has its own last day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from gridunion import clock, settings
from gridunion.box import clearing
from gridunion.box.models import BoxMessage
from gridunion.complaints import forgetting
from gridunion.complaints.conflicts import free_of
from gridunion.complaints.models import Complaint
from gridunion.db import trusted
from gridunion.tree import Unit
from gridunion.visits import forgetting as visits
from gridunion.visits.models import Visit

WARNED = timedelta(days=30)  # before its time is over a record is shown (safety.md 14.2.7)
BATCH = 100

ALL = true()
_c, _m, _v, _u = (it.__table__.c for it in (Complaint, BoxMessage, Visit, Unit))


@dataclass(frozen=True)
class Class:
    """A class of records: kept for the years of a setting since a moment, as far as `kept` they still tell anything."""

    id: str
    words: object
    since_words: object
    """From when the years count."""
    model: Any
    since: Any
    kept: ColumnElement[bool]
    erase: Callable[[list[int]], None]
    listed: ColumnElement[bool] = ALL
    """Those of which everybody may know who stands over them."""
    shown: ColumnElement[bool] = ALL
    """Those of them of which the viewer may."""

    @property
    def setting(self) -> str:
        return f"keep.{self.id}.years"

    def past(self, street: Unit, day: date, *conditions: Any) -> ColumnElement[bool]:
        """Rows of a street whose years are over on a day; a condition over the rows joined with their units."""
        last_days: dict[date, list[int]] = {}
        for unit in trusted(_communities(street)):
            years = settings.value(self.setting, unit.path)
            last_days.setdefault(years_before(day, years), []).append(unit.id)
        return and_(self.kept, or_(false(), *(
            and_(self.since < clock.midnight(last), or_(_u.id.in_(some), _u.parent_id.in_(some)))
            for last, some in last_days.items()
        )), *conditions)  # fmt: skip

    def count(self, street: Unit, day: date, *conditions: Any) -> int:
        return int(
            trusted(self._select(func.count()).where(self.past(street, day, *conditions))).scalar_one()
        )

    def next(self, street: Unit, day: date) -> list[int]:
        """Some of what is past its time."""
        found = self._select(self.model.id).where(self.past(street, day)).limit(BATCH)
        return list(trusted(found).scalars())

    def _select(self, *what: Any) -> Select[Any]:
        table = self.model.__table__
        return select(*what).select_from(table.join(Unit.__table__, table.c.unit_id == _u.id))


CLASSES = {
    it.id: it
    for it in (
        Class(
            "complaint", _("诉求"), _("办完以后"), Complaint, _c.closed_at, forgetting.KEPT, forgetting.erase,
            _c.sealed.is_(False), free_of(_c),
        ),
        Class("visit", _("走访"), _("走访以后"), Visit, _v.happened_at, visits.KEPT, visits.erase),
        Class("box", _("信箱来信"), _("收到以后"), BoxMessage, _m.recorded_at, clearing.KEPT, clearing.erase),
    )
}  # fmt: skip


def _communities(street: Unit) -> Select[Any]:
    inside = and_(_u.path >= street.path, _u.path < street.top)
    return select(_u.id, _u.path).where(inside, _u.kind == "community_union")


def years_before(day: date, years: int) -> date:
    """The same date some years earlier, or the month's last day."""
    year = max(day.year - years, clock.EARLIEST.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
