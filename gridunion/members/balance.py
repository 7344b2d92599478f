"""How many came and went: members on a day, and what changed between two days, from the dated spans alone.

M1(to) = M1(from) + M3, for every unit and any two days: what moves inside a unit comes and goes in it alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select, true

from gridunion.db import db
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.tree import Unit, everywhere

_m = Membership
_active = _m.status == "active"
_kept = Membership.__table__.alias("kept").c
_was_retained = (_kept.person_id == _m.person_id) & (_kept.status == "retained") & (_kept.end_type == "2")
# One code of the national list for who came from another union, also from one that keeps its register elsewhere,
# and for who was retained and comes back.
_came_back = select(_kept.id).where(_was_retained, _kept.until_on == _m.from_on).exists()

# What makes a span of membership begin and end: (word, condition on the span). Each span has one of each.
CAME: dict[str, tuple[Any, ColumnElement[bool]]] = {
    "joined": (_("入会"), _m.change_type == "1"),
    "transferred_in": (_("转入"), and_(_m.change_type == "2", ~_came_back)),
    "came_back": (_("恢复"), and_(_m.change_type == "2", _came_back)),
    "settled": (_("换网格来"), _m.change_type.is_(None)),
}
WENT: dict[str, tuple[Any, ColumnElement[bool]]] = {
    "retained": (_("保留"), _m.end_type == "3"),
    "transferred_out": (_("转出"), _m.end_type == "4"),
    "expelled": (_("除名"), _m.end_type == "5"),
    "resigned": (_("退会"), _m.end_type == "6"),
    "resettled": (_("换网格走"), or_(_m.end_type.is_(None), _m.end_type.not_in(("3", "4", "5", "6")))),
}


@dataclass(frozen=True)
class Balance:
    """Members at the end of two days, and how many came and went after the first one, up to the second."""

    before: int
    after: int
    came: dict[str, int]
    went: dict[str, int]

    @property
    def net(self) -> int:
        """M3."""
        return sum(self.came.values()) - sum(self.went.values())


def _under(unit: Unit | None) -> ColumnElement[bool]:
    """Of one unit; of none, all the viewer stands over."""
    if unit is None:
        return true()
    lo, hi = unit.branch
    return _m.unit_id.in_(select(Unit.id).where(Unit.path >= lo, Unit.path < hi))


def members_on(unit: Unit | None, day: date, status: str = "active") -> int:
    """M1: members of a unit at the end of a day; retained ones are another number, never added."""
    holds = (_m.from_on <= day) & or_(_m.until_on.is_(None), _m.until_on > day)
    counted = select(func.count()).select_from(_m).where(_under(unit), _m.status == status, holds)
    return int(db.session.execute(counted).scalar_one())


def balance(unit: Unit | None, since: date, until: date) -> Balance:
    """What changed after one day, up to the end of another."""
    came = _counted(unit, CAME, _between(_m.from_on, since, until))
    went = _counted(unit, WENT, _between(_m.until_on, since, until))
    return Balance(members_on(unit, since), members_on(unit, until), came, went)


def behind(kind: str, since: date, until: date, after: int, most: int) -> list[Any]:
    """(span, unit, uid of the person or None when they are elsewhere now) of those a number counts, by number."""
    asks, day = (CAME[kind][1], _m.from_on) if kind in CAME else (WENT[kind][1], _m.until_on)
    found = select(_m, Unit.name, Person.uid).join(Unit, Unit.id == _m.unit_id)
    found = found.outerjoin(Person, Person.id == _m.person_id)
    found = found.where(_active, asks, _between(day, since, until), _m.id > after)
    return list(db.session.execute(found.order_by(_m.id).limit(most)).all())


def names_of(spans: Iterable[Membership]) -> dict[int, str]:
    """Whose spans they are, also of those who have gone: their old union knows them by name."""
    numbers = [span.person_id for span in spans]
    with everywhere():
        found: Any = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(numbers))).all()
        return dict(found)


def _between(day: Any, since: date, until: date) -> ColumnElement[bool]:
    return and_(day > since, day <= until)


def _counted(
    unit: Unit | None, kinds: dict[str, tuple[Any, ColumnElement[bool]]], when: ColumnElement[bool]
) -> dict[str, int]:
    counts = [func.count().filter(asks).label(name) for name, (_words, asks) in kinds.items()]
    found: Any = select(*counts).select_from(_m).where(_under(unit), _active, when)
    return dict(db.session.execute(found).mappings().one())
