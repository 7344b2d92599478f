"""How the due visits of a branch stand: how many are still to come, late, and were made in time, below each unit, for
each reason and on each day; and exactly the records behind each number.

Counted from the indexes of due visits: the open ones, and those whose time falls into the last days.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

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

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.db import BigId, Bytewise, UtcDateTime, trusted, written
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.tree import Unit, branch, eyes, width
from gridunion.visits.due import OPEN, DueVisit

PAGE = 20
WINDOW = 30  # days in which what was made in time is counted
DAYS = 14  # the calendar of the coming two weeks

_d, _p, _e, _u = (table.__table__.c for table in (DueVisit, Person, Employer, Unit))
_child, _home = Unit.__table__.alias("child"), Unit.__table__.alias("home")
_visits = Unit.__table__.join(DueVisit.__table__, _d.unit_id == _u.id)
_NOW, _SINCE = bindparam("now", type_=UtcDateTime), bindparam("since", type_=UtcDateTime)
_LO, _HI = bindparam("lo", type_=Bytewise), bindparam("hi", type_=Bytewise)
_FROM, _TO = bindparam("from", type_=UtcDateTime), bindparam("to", type_=UtcDateTime)
_INSIDE = (_u.path >= _LO) & (_u.path < _HI)

SHOWS: dict[str, ColumnElement[bool]] = {
    "coming": OPEN & (_d.due_at >= _NOW),
    "late": OPEN & (_d.due_at < _NOW),
    # Made in time it was due later than it was made: so the index by when it was due finds it.
    "in_time": (_d.due_at >= _SINCE) & (_d.state == written("done")) & (_d.done_at >= _SINCE)
    & (_d.done_at <= _d.due_at),
}  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """The numbers of a unit or a reason, by how the visits stand."""

    code: str
    counts: dict[str, int]
    name: str = ""
    own: bool = False

    @property
    def speaks(self) -> bool:
        return any(self.counts.values())


@dataclass(frozen=True)
class Seen:
    """A due visit as the list behind a number shows it."""

    id: int
    trigger: str
    due_at: datetime
    done_at: datetime | None
    place: str
    path: str
    person: UUID | None
    employer: UUID | None
    whose: str
    home: str

    @property
    def name(self) -> str:
        """Whom it is for; nobody the viewer may know once they went to another union."""
        seen = eyes()
        return self.whose if seen and seen.over(self.home) else ""


def _now() -> dict[str, Any]:
    return {"now": clock.now(), "since": clock.midnight(clock.today() - timedelta(days=WINDOW))}


# ── below each unit, and for each reason ──


@cache
def _below(width: int) -> Select[Any]:
    """The units right below one, each with the sums of all that lies below it."""
    top = func.substr(_child.c.path, 1, func.length(_child.c.path) - 1).concat("0")
    joined = _child.join(Unit.__table__, and_(_u.path >= _child.c.path, _u.path < top))
    found = select(_child.c.code, _child.c.name, *(_sum(asks) for asks in SHOWS.values())).select_from(joined)
    found = found.where(_child.c.parent_id == bindparam("unit", type_=BigId), branch(width))
    return found.group_by(_child.c.id).order_by(_child.c.path)


def _sum(asks: ColumnElement[bool]) -> ColumnElement[int]:
    of_unit = select(func.count()).select_from(DueVisit.__table__).where(_d.unit_id == _u.id, asks)
    return func.coalesce(func.sum(of_unit.correlate(Unit.__table__).scalar_subquery(), type_=Integer), 0)


@cache
def _reasons(width: int) -> tuple[Select[Any], Select[Any]]:
    """Of the open ones and of those made in time, how many for each reason."""

    def those(asks: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((asks, 1), else_=0), type_=Integer)

    def of(condition: ColumnElement[bool], *counts: ColumnElement[int]) -> Select[Any]:
        return (
            select(_d.trigger, *counts)
            .select_from(_visits)
            .where(branch(width), _INSIDE, condition)
            .group_by(_d.trigger)
        )

    return of(OPEN, those(_d.due_at >= _NOW), those(_d.due_at < _NOW)), of(SHOWS["in_time"], func.count())


def by_reason(unit: Unit) -> list[Tally]:
    """The reasons for which anybody is or was to be visited."""
    given = _now() | dict(zip(("lo", "hi"), unit.branch, strict=True))
    found: dict[str, dict[str, int]] = {}
    for statement, shows in zip(_reasons(width()), (("coming", "late"), ("in_time",)), strict=True):
        rows: Any = trusted(statement, given)
        for code, *numbers in rows:
            found.setdefault(code, dict.fromkeys(SHOWS, 0)).update(zip(shows, map(int, numbers), strict=True))
    return [Tally(code, counts) for code, counts in found.items()]


def by_unit(unit: Unit, whole: Tally) -> list[Tally]:
    """The units right below, and last what lies in the unit itself: employers of which nobody said where they are."""
    rows: Any = trusted(_below(width()), _now() | {"unit": unit.id})
    below = [
        Tally(code, dict(zip(SHOWS, map(int, numbers), strict=True)), name) for code, name, *numbers in rows
    ]
    rest = {show: count - sum(it.counts[show] for it in below) for show, count in whole.counts.items()}
    own = Tally(unit.code, rest, unit.name, own=True)
    return below + ([own] if own.speaks and below else [])


def whole_of(unit: Unit, reasons: list[Tally]) -> Tally:
    return Tally(unit.code, {show: sum(it.counts[show] for it in reasons) for show in SHOWS}, unit.name)


# ── the coming days ──


@cache
def _calendar(width: int) -> Select[Any]:
    """Most are due when an office closes, so there are few moments."""
    found = select(_d.due_at, func.count()).select_from(_visits)
    return found.where(branch(width), _INSIDE, OPEN, _d.due_at >= _FROM, _d.due_at < _TO).group_by(_d.due_at)


def coming_days(unit: Unit) -> list[tuple[date, int]]:
    """How many open visits are due on each of the coming days, today among them."""
    days = [clock.today() + timedelta(days=n) for n in range(DAYS)]
    found = dict.fromkeys(days, 0)
    lo, hi = unit.branch
    edges = {"from": clock.midnight(days[0]), "to": clock.midnight(days[-1] + timedelta(days=1))}
    rows: Any = trusted(_calendar(width()), {"lo": lo, "hi": hi} | edges)
    for due_at, count in rows:
        found[clock.local(due_at).date()] += count
    return list(found.items())


@cache
def _late(width: int) -> Select[Any]:
    return select(func.count()).select_from(_visits).where(branch(width), _INSIDE, SHOWS["late"])


def count_late(path: str) -> int:
    """How many visits of a branch are late."""
    given = {"lo": path, "hi": f"{path[:-1]}0", "now": clock.now()}
    return int(trusted(_late(width()), given).scalar_one())


# ── the records behind a number ──


@cache
def _chosen(width: int, show: str, reason: bool, day: bool) -> tuple[ColumnElement[bool], ...]:
    held = [branch(width), _INSIDE, OPEN if day else SHOWS[show]]
    held += [_d.trigger == bindparam("reason")] if reason else []
    return (*held, _d.due_at >= _FROM, _d.due_at < _TO) if day else tuple(held)


@cache
def _listed(width: int, show: str, reason: bool, day: bool, going_on: bool) -> Select[Any]:
    joined = _visits.join(Person.__table__, _p.id == _d.person_id, isouter=True)
    joined = joined.join(Employer.__table__, _e.id == _d.employer_id, isouter=True)
    joined = joined.join(_home, _home.c.id == func.coalesce(_p.unit_id, _e.unit_id))
    columns = (_d.id, _d.trigger, _d.due_at, _d.done_at, _u.name, _u.path, _p.uid, _e.uid)
    found = select(*columns, func.coalesce(_p.name, _e.name), _home.c.path).select_from(joined)
    found = found.where(*_chosen(width, show, reason, day))
    if going_on:
        path, at, number = (
            bindparam("path", type_=Bytewise),
            bindparam("at", type_=UtcDateTime),
            bindparam("number", type_=BigId),
        )
        later = or_(_d.due_at > at, and_(_d.due_at == at, _d.id > number))
        found = found.where(_u.path >= path, or_(_u.path > path, later))
    return found.order_by(_u.path, _d.due_at, _d.id).limit(PAGE + 1)


@cache
def _counted(width: int, show: str, reason: bool, day: bool) -> Select[Any]:
    return select(func.count()).select_from(_visits).where(*_chosen(width, show, reason, day))


def behind(
    unit: Unit, show: str, reason: str = "", day: date | None = None, own: bool = False, after: str = ""
) -> tuple[list[Seen], int, str]:
    """A page of the visits a number counts, how many there are, and where the next page begins: by cell, the earliest
    first. `day` shows all that is open and due on it."""
    lo, hi = (unit.path, f"{unit.path}!") if own else unit.branch
    given = _now() | {"lo": lo, "hi": hi, "reason": reason}
    if day:
        given |= {"from": clock.midnight(day), "to": clock.midnight(day + timedelta(days=1))}
    asked = (width(), show, bool(reason), day is not None)
    place = opened("due visits", after)
    if place:
        given |= {"path": place[0], "at": datetime.fromisoformat(place[1]), "number": place[2]}
    rows = [Seen(*tuple(row)) for row in trusted(_listed(*asked, bool(place)), given)]
    total = trusted(_counted(*asked), given).scalar_one()
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], total, seal("due visits", last.path, last.due_at, last.id) if last else ""
