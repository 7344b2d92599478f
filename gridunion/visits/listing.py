"""The lists of visits: made, newest first within each cell, and due, the most pressing first.

Statements are built once a shape and carry the guard's branch() themselves.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import ngettext
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)  # fmt: skip

from gridunion import clock, settings
from gridunion.bookmark import opened_at, seal
from gridunion.db import BigId, Bytewise, UtcDateTime, db
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.members.real_name import work_words
from gridunion.tree import Unit, branch, width
from gridunion.visits.due import OPEN, DueVisit
from gridunion.visits.life import REACHED
from gridunion.visits.models import Visit
from gridunion.visits.triggers import is_rhythm

PAGE = 20
MOST_COUNTED = 10_000
MOST_DUE = 100
AHEAD = timedelta(days=14)  # what is due later is not offered yet
SHORT = 20  # characters of a note that stand in a row

_v, _d, _p, _e, _u = (table.__table__.c for table in (Visit, DueVisit, Person, Employer, Unit))

FILTERS: dict[str, ColumnElement[bool]] = {
    "all": _v.voided_at.is_(None),
    "reached": _v.voided_at.is_(None) & _v.outcome.in_(REACHED),
    "missed": _v.voided_at.is_(None) & _v.outcome.not_in(REACHED),
}


@dataclass(frozen=True)
class Made:
    """A visit as the list shows it."""

    id: int
    uid: UUID
    outcome: str
    happened_at: datetime
    recorded_at: datetime
    visitor: str
    name: str
    path: str
    place: str

    @property
    def reached(self) -> bool:
        return self.outcome in REACHED

    @property
    def next(self) -> str:
        """Where the next page begins."""
        return seal("visits", self.path, self.recorded_at, self.id)


@dataclass(frozen=True)
class Due:
    """A visit somebody should get, as 今日 shows it."""

    id: int
    uid: UUID
    trigger: str
    event_on: date
    note: str | None
    due_at: datetime
    person_id: int | None
    person: UUID | None
    employer_id: int | None
    employer: UUID | None
    name: str
    key_group: str | None
    work_status: str | None
    headcount: int | None
    seen_at: datetime

    @property
    def whom(self) -> dict[str, Any]:
        """Whom the address of a visit names."""
        return {"person": self.person} if self.person else {"employer": self.employer}

    @property
    def href(self) -> str:
        """The file of whom it is for."""
        if self.person:
            return url_for("members.show", uid=self.person)
        return url_for("employers.show", uid=self.employer)

    @property
    def rhythmic(self) -> bool:
        return is_rhythm(self.trigger)

    @property
    def topic(self) -> str:
        return settings.label("visit_trigger", self.trigger)

    @property
    def work(self) -> str:
        if self.person:
            return work_words(self.key_group, self.work_status)
        return ngettext("%(num)s 人", "%(num)s 人", self.headcount) if self.headcount else ""

    @property
    def about(self) -> str:
        """What is known of the event, in a few words, else who it is."""
        if not self.note:
            return self.work
        return self.note if len(self.note) <= SHORT else f"{self.note[:SHORT]}…"

    @property
    def days_since(self) -> int:
        """The how manieth day it is since the event; below 1 when it is yet to come."""
        return (clock.today() - self.event_on).days + 1

    @property
    def unseen_days(self) -> int:
        return (clock.today() - clock.local(self.seen_at).date()).days


_MADE = (
    _v.id, _v.uid, _v.outcome, _v.happened_at, _v.recorded_at, _v.visitor_name,
    func.coalesce(_p.name, _e.name), _u.path, _u.name,
)  # fmt: skip
_DUE = (
    _d.id, _d.uid, _d.trigger, _d.event_on, _d.note, _d.due_at,
    _p.id, _p.uid, _e.id, _e.uid, func.coalesce(_p.name, _e.name), _p.key_group, _p.work_status, _e.headcount,
    func.coalesce(_p.seen_at, _e.seen_at),
)  # fmt: skip
_PATH, _NUMBER = bindparam("path", type_=Bytewise), bindparam("number", type_=BigId)
_RECORDED = bindparam("recorded", type_=UtcDateTime)
_NOW, _MIDNIGHT = bindparam("now", type_=UtcDateTime), bindparam("midnight", type_=UtcDateTime)
_UNTIL = bindparam("until", type_=UtcDateTime)
_TRUSTED = {"branch": True}


@cache
def _made(width: int, chosen: str, going_on: bool) -> Select[Any]:
    """Walk the cells of the branch in order, and each cell's index from the newest back."""
    visits = Unit.__table__.join(Visit.__table__, _v.unit_id == _u.id)
    visits = visits.outerjoin(Person.__table__, _p.id == _v.person_id)
    visits = visits.outerjoin(Employer.__table__, _e.id == _v.employer_id)
    found = select(*_MADE).select_from(visits).where(branch(width), FILTERS[chosen])
    if going_on:
        after = or_(_v.recorded_at < _RECORDED, and_(_v.recorded_at == _RECORDED, _v.id < _NUMBER))
        found = found.where(_u.path >= _PATH, or_(_u.path > _PATH, after))
    found = found.order_by(_u.path, _v.recorded_at.desc(), _v.id.desc())
    return found.limit(PAGE + 1).execution_options(branch=True)


@cache
def _made_count(width: int, chosen: str) -> Select[Any]:
    visits = Unit.__table__.join(Visit.__table__, _v.unit_id == _u.id)
    found = select(_v.id).select_from(visits).where(branch(width), FILTERS[chosen]).limit(MOST_COUNTED)
    return select(func.count()).select_from(found.subquery())


@cache
def _due(width: int) -> Select[Any]:
    visits = Unit.__table__.join(DueVisit.__table__, _d.unit_id == _u.id)
    visits = visits.join(Person.__table__, _p.id == _d.person_id, isouter=True)
    visits = visits.join(Employer.__table__, _e.id == _d.employer_id, isouter=True)
    found = select(*_DUE).select_from(visits).where(branch(width), OPEN, _d.due_at < _UNTIL)
    return found.order_by(_d.due_at, _d.id).limit(MOST_DUE).execution_options(branch=True)


@cache
def _due_count(width: int) -> Select[Any]:
    def those(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0), type_=Integer), 0)

    visits = Unit.__table__.join(DueVisit.__table__, _d.unit_id == _u.id)
    late = _d.due_at < _NOW
    counted = select(func.count(), those(late), those(~late & (_d.due_at < _MIDNIGHT))).select_from(visits)
    return counted.where(branch(width), OPEN, _d.due_at < _UNTIL)  # type: ignore[return-value]


def visits_made(chosen: str, after: str = "") -> tuple[list[Made], str, int]:
    """A page of the list, where the next begins, and how many there are (counted up to MOST_COUNTED)."""
    place = opened_at("visits", after, "path", "recorded", "number")
    rows = db.session.execute(_made(width(), chosen, bool(place)), place).all()
    total = db.session.execute(_made_count(width(), chosen), execution_options=_TRUSTED).scalar_one()
    shown = [Made(*row) for row in rows[:PAGE]]
    return shown, shown[-1].next if len(rows) > PAGE else "", total


def named() -> Select[Any]:
    """Visits that stand, each with the name of whom it was paid to, wherever they are now."""
    found: Any = select(Visit, func.coalesce(_p.name, _e.name))
    found = found.outerjoin(Person.__table__, _p.id == Visit.person_id)
    found = found.outerjoin(Employer.__table__, _e.id == Visit.employer_id)
    stands: Select[Any] = found.where(Visit.voided_at.is_(None))
    return stands


def visits_due(until: datetime) -> list[Due]:
    """The open visits due before a moment, at most MOST_DUE of them."""
    return [Due(*row) for row in db.session.execute(_due(width()), {"until": until})]


def count_due(until: datetime, midnight: datetime) -> tuple[int, int, int]:
    """How many open visits are due before a moment; of these, how many are late, and how many due today."""
    moments = {"until": until, "now": clock.now(), "midnight": midnight}
    total, late, today = db.session.execute(_due_count(width()), moments, execution_options=_TRUSTED).one()
    return total, late, today


def next_due(but: Collection[UUID]) -> Due | None:
    """Whom to see next: the most pressing visit, but for those to whom somebody just went."""
    soon = visits_due(clock.now() + AHEAD)
    return next((due for due in soon if (due.person or due.employer) not in but), None)
