"""The rhythms in which people and employers are seen, and who is next: longest unseen first, read from an index.

A rhythm says how many days may lie between two visits (a setting: dated, a unit may have its own, 0 means none). Who
is to be seen for another reason anyway is not asked for by a rhythm, too; nor is who did not want to be seen, until
the day for which the next try was written down (`visit.refused.days`). New members are no rhythm: each is visited
once; whoever came in by an import is found here.

An import of an existing register is not a hundred thousand new members: only those who, by the sheet, joined within
the days in which a new member is visited are asked for, and no cell gets more in a week than `visit.rhythm.most`. For
all others the clock begins with the import, so they come up in their rhythms, a few a week.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Date, Select, and_, bindparam, func, select

from gridunion import calendar, clock, settings
from gridunion.db import UtcDateTime, trusted, written
from gridunion.employers.models import Employer
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.tree import Unit
from gridunion.visits.due import GONE, OPEN, DueVisit
from gridunion.visits.models import Visit
from gridunion.visits.triggers import LIST, deadline, within

WEEK = timedelta(days=7)
NEW = "new_member"

_p, _e, _d, _m, _v = (model.__table__.c for model in (Person, Employer, DueVisit, Membership, Visit))
_cell = Unit.__table__.alias("cell")
_UNIT: BindParameter[int] = bindparam("unit")
_ROOM: BindParameter[int] = bindparam("room")
_BEFORE = bindparam("before", type_=UtcDateTime)
_since: BindParameter[datetime] = bindparam("since", type_=UtcDateTime)


def _in_peace(whom: ColumnElement[bool]) -> ColumnElement[bool]:
    """They did not want to be seen, and the day to ask again has not come."""
    again = _v.next_on > bindparam("peace_on", type_=Date(), callable_=clock.today)
    return select(_v.id).where(whom, again, _v.outcome == written("refused"), _v.voided_at.is_(None)).exists()


_WILLING = _p.withdrawn_at.is_(None) & ~_in_peace(_v.person_id == _p.id)
_FREE = (_p.status == written("active")) & _p.visit_due_at.is_(None) & _WILLING
# An employer is the business of the cell it lies in, as Employer.home says.
_LIES = and_(_cell.c.id == _e.cell_id, _cell.c.parent_id == _e.unit_id, _cell.c.closed_on.is_(None))
_firms = Employer.__table__.join(_cell, _LIES, isouter=True)


@dataclass(frozen=True)
class Rhythm:
    """So often somebody of a kind is seen; `every` is the setting that says how many days lie between."""

    trigger: str
    every: str
    those: ColumnElement[bool]
    """Which members; a rhythm of employers has no say here."""
    kind: Any = Person
    by: str = ""
    """The code list by whose entries the index is read, one at a time."""

    def days(self, path: str) -> int:
        """How many days may lie between two visits; 0 when nothing is planned: so the setting says, or the trigger is
        no longer offered."""
        offered = any(entry.code == self.trigger for entry in settings.codes(LIST, path))
        return int(settings.value(self.every, path)) if offered else 0

    def lead(self, path: str) -> int:
        """How many days there are to make a visit once it is planned."""
        return min(within(self.trigger, path), self.days(path))


RHYTHMS = (
    Rhythm("hardship_round", "visit.every.hardship", _p.hardship_class.is_not(None)),
    Rhythm("employer_round", "visit.every.employer", _e.state == written("active"), Employer),
    Rhythm("group_round", "visit.every.group", _p.key_group == bindparam("entry"), by="key_group"),
    Rhythm("long_unseen", "visit.every.member", _p.status == written("active")),
)


class Place(NamedTuple):
    """A cell, or a community for its employers that lie in no cell."""

    id: int
    path: str
    is_cell: bool


@dataclass(frozen=True)
class Next:
    """Somebody to be planned for: last seen then (joined then, for a new member), to be visited by then."""

    since: datetime
    id: int
    kind: Any
    trigger: str
    due_at: datetime


@cache
def _people(rhythm: Rhythm) -> Select[Any]:
    found = select(_p.id, _p.seen_at).where(_p.unit_id == _UNIT, _FREE, rhythm.those, _p.seen_at < _BEFORE)
    return found.order_by(_p.seen_at, _p.id).limit(_ROOM)


@cache
def _employers(in_cell: bool) -> Select[Any]:
    here = (
        (_e.cell_id == _UNIT) & _cell.c.id.is_not(None)
        if in_cell
        else (_e.unit_id == _UNIT) & _cell.c.id.is_(None)
    )
    works = (_e.state == written("active")) & _e.visit_due_at.is_(None) & (_e.seen_at < _BEFORE)
    works &= ~_in_peace(_v.employer_id == _e.id)
    return (
        select(_e.id, _e.seen_at)
        .select_from(_firms)
        .where(here, works)
        .order_by(_e.seen_at, _e.id)
        .limit(_ROOM)
    )


_ASKED = select(_d.id).where(_d.person_id == _p.id, _d.trigger == written(NEW)).exists()
_JOINED = (
    select(_p.id, _m.from_on)
    .join_from(Membership.__table__, Person.__table__, (_p.id == _m.person_id) & (_p.unit_id == _m.unit_id))
    .where(
        _m.unit_id == _UNIT, _m.status == written("active"), _m.until_on.is_(None), _m.from_on >= bindparam("since"),
        _m.change_type.in_([written("1"), written("2")]), _p.status == written("active"), _WILLING, ~_ASKED,
    )
    .order_by(_m.from_on, _p.id)
    .limit(_ROOM)
)  # fmt: skip

# What came by itself, and is open or came this week: a week's worth is planned once, however quickly it is done.
_itself = (_d.unit_id == _UNIT) & _d.recorded_by_id.is_(None)
_lately = (
    (_d.due_at >= _since)
    & (_d.recorded_at >= _since)
    & _d.state.not_in([written(state) for state in ("open", *GONE)])
)
_HELD = select(
    select(func.count()).where(_itself, OPEN).scalar_subquery()
    + select(func.count()).where(_itself, _lately).scalar_subquery()
)


def room_in(unit: Place) -> int:
    """How many visits may still be planned in a cell this week."""
    held = trusted(_HELD, {"unit": unit.id, "since": clock.now() - WEEK}).scalar_one()
    return max(0, int(settings.value("visit.rhythm.most", unit.path)) - held)


def next_in(unit: Place, room: int) -> list[Next]:
    """Whom to plan for in a cell: new members, hardship, employers, key groups, and who was not seen for longest."""
    found: dict[tuple[Any, int], Next] = {}
    for it in _in_turn(unit, room) if room else ():
        found.setdefault((it.kind, it.id), it)
        if len(found) == room:
            break
    return list(found.values())


def _in_turn(unit: Place, room: int) -> Iterator[Next]:
    yield from _new_members(unit, room)
    for rhythm in RHYTHMS:
        if days := rhythm.days(unit.path):
            yield from sorted(_of(rhythm, days, unit, room), key=lambda it: (it.since, it.id))[:room]


def _new_members(unit: Place, room: int) -> Iterator[Next]:
    since = clock.today() - timedelta(days=within(NEW, unit.path) - 1)
    rows: Any = trusted(_JOINED, {"unit": unit.id, "since": since, "room": room})
    for number, on in rows:
        yield Next(clock.midnight(on), number, Person, NEW, deadline(NEW, on, unit.path))


def _of(rhythm: Rhythm, days: int, unit: Place, room: int) -> Iterator[Next]:
    lead = rhythm.lead(unit.path)
    before = clock.midnight(clock.today() + timedelta(days=1 + lead - days))
    for number, seen_at in _unseen(rhythm, unit, {"unit": unit.id, "before": before, "room": room}):
        on = max(clock.local(seen_at).date() + timedelta(days=days), clock.today() + timedelta(days=lead))
        yield Next(seen_at, number, rhythm.kind, rhythm.trigger, close_of(on, unit))


def _unseen(rhythm: Rhythm, unit: Place, asked: dict[str, Any]) -> Iterator[Any]:
    if rhythm.kind is Employer:
        yield from trusted(_employers(unit.is_cell), asked)
    elif rhythm.by:
        for entry in settings.codes(rhythm.by, unit.path):
            yield from trusted(_people(rhythm), asked | {"entry": entry.code})
    else:
        yield from trusted(_people(rhythm), asked)


def close_of(on: date, unit: Place) -> datetime:
    """When the office closes on a day, or on the next working day."""
    return calendar.after_days(clock.midnight(on), 0, unit.path)
