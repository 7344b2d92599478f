"""Rhythms become due visits: every night, and by `flask visits plan`; once more does no harm.

What a rhythm planned and nobody made stays open, and late, until its turn comes again: then, and only then, it is
missed, and the next one takes its place. Whom the rhythm no longer fits (no longer in hardship, no longer a member)
need not be visited for it any more, nor anybody once it asks for nothing: the same night it is cancelled.

Cells are read one after the other, without a lock, and what is found is stored cell by cell: no transaction is longer
than a cell's week. A cell that closed is read, too: its members stay in it until they are moved on.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import click
from flask.cli import AppGroup
from sqlalchemy import Select, Update, bindparam, case, func, insert, select, update

from gridunion import audit, clock
from gridunion.db import BigId, db, trusted, write
from gridunion.jobs import periodic
from gridunion.members.models import Person
from gridunion.shell import with_tables
from gridunion.tree import Unit, everywhere
from gridunion.visits.due import OPEN, DueVisit
from gridunion.visits.rhythms import RHYTHMS, Next, Place, Rhythm, close_of, next_in, room_in
from gridunion.visits.triggers import is_must

UNITS = 200  # cells looked up at once
BREATH = 0.005  # seconds in which others come to write

PLANNED: list[Any] = []
"""What later rooms do when visits of a unit were planned past the session: its figures are counted anew."""

_due: Any = DueVisit.__table__
_d, _u = _due.c, Unit.__table__.c
_NEW = insert(_due)
_END = update(_due).where(_d.id == bindparam("number"), OPEN).values(state=bindparam("ends"))
_CELLS = (
    select(_u.id, _u.path, _u.kind == "cell")
    .where(_u.kind.in_(("cell", "community_union")), _u.path > bindparam("after"))
    .order_by(_u.path)
    .limit(UNITS)
)


@cache
def _columns(kind: Any) -> tuple[Any, Any]:
    """Where a due visit names somebody of a kind."""
    return (_d.person_id, "person_id") if kind is Person else (_d.employer_id, "employer_id")


@cache
def _still_free(kind: Any) -> Select[Any]:
    """Those still there for whom nobody planned meanwhile; nobody else does until this is stored."""
    it = kind.__table__.c
    taken = select(_d.id).where(_columns(kind)[0] == it.id, _d.trigger == bindparam("trigger"), OPEN)
    asked = select(it.id).where(it.id.in_(bindparam("ids", expanding=True)), ~taken.exists())
    if kind is Person:
        asked = asked.where(it.unit_id == bindparam("unit"))
    return asked.order_by(it.id).with_for_update()


@cache
def _reminding(kind: Any) -> Update:
    """Keep on whom it is for when the next visit is due."""
    table, column = kind.__table__, _columns(kind)[0]
    waiting = select(func.min(_d.due_at)).where(column == table.c.id, OPEN).scalar_subquery()
    return update(table).where(table.c.id.in_(bindparam("ids", expanding=True))).values(visit_due_at=waiting)


@cache
def _turn_over(rhythm: Rhythm) -> Select[Any]:
    """The open ones of a rhythm in a cell whose turn has come again, or whom the rhythm no longer fits."""
    table = rhythm.kind.__table__
    fits = rhythm.those if not rhythm.by else table.c[rhythm.by].is_not(None)
    active = table.c.status if rhythm.kind is Person else table.c.state
    joined = _due.join(table, _columns(rhythm.kind)[0] == table.c.id)
    still = case((fits & (active == "active"), 1), else_=0)
    found = select(_d.id, table.c.id.label("whom"), still.label("fits"))
    return found.select_from(joined).where(
        _d.unit_id == bindparam("unit", type_=BigId), OPEN, _d.trigger == rhythm.trigger,
        (_d.event_on <= bindparam("before")) | (still == 0),
    )  # fmt: skip


def plan_all() -> int:
    """Plan what the rhythms ask for in all cells; returns how many visits. Outside write(), the guard lifted."""
    planned = sum(plan(unit) for unit in _cells())
    if planned:
        with write():
            audit.note("plan visits", rows={"due_visit": planned})
    return planned


def _cells() -> Iterator[Place]:
    after = ""
    while units := [Place(*tuple(row)) for row in trusted(_CELLS, {"after": after})]:
        yield from units
        db.session.rollback()  # nothing is read as it was a while ago
        after = units[-1].path


def plan(unit: Place) -> int:
    """Plan what the rhythms ask for in a cell, or for the employers of a community that lie in no cell of it."""
    over = [it for rhythm in RHYTHMS for it in _over(rhythm, unit)]
    found = next_in(unit, room_in(unit)) + [it for it, _number, ends in over if ends == "missed"]
    if not found and not over:
        return 0
    with write():
        for _it, number, ends in over:
            trusted(_END, {"number": number, "ends": ends})
        planned = _store(unit, found)
        _remind(unit, [*found, *(it for it, *_rest in over)])
    time.sleep(BREATH)
    return planned


def _over(rhythm: Rhythm, unit: Place) -> Iterator[tuple[Next, int, str]]:
    """(whom it is for and what would take its place, the number of what is over, how it ends) for each that is."""
    days, today = rhythm.days(unit.path), clock.today()
    due_at = close_of(today + timedelta(days=rhythm.lead(unit.path)), unit)
    rows: Any = trusted(_turn_over(rhythm), {"unit": unit.id, "before": today - timedelta(days=days)}).all()
    for number, whom, fits in rows:
        again = Next(clock.now(), whom, rhythm.kind, rhythm.trigger, due_at)
        yield again, number, "missed" if fits and days else "cancelled"


def _store(unit: Place, found: list[Next]) -> int:
    """Store what nobody planned meanwhile."""
    free = [it for kind, reason in _sorts(found) for it in _free(unit, kind, reason, found)]
    if free:
        trusted(_NEW, [_row(it, unit) for it in free])
    return len(free)


def _remind(unit: Place, touched: list[Next]) -> None:
    for kind in {it.kind for it in touched}:
        trusted(_reminding(kind), {"ids": sorted({it.id for it in touched if it.kind is kind})})
    for follow in PLANNED:
        follow(unit.id)


def _sorts(found: list[Next]) -> list[tuple[Any, str]]:
    return list(dict.fromkeys((it.kind, it.trigger) for it in found))


def _free(unit: Place, kind: Any, reason: str, found: list[Next]) -> list[Next]:
    asked = [it for it in found if (it.kind, it.trigger) == (kind, reason)]
    given = {"ids": [it.id for it in asked], "unit": unit.id, "trigger": reason}
    numbers = set(trusted(_still_free(kind), given).scalars())
    return [it for it in asked if it.id in numbers]


def _row(it: Next, unit: Place) -> dict[str, Any]:
    whom = {"person_id": None, "employer_id": None, _columns(it.kind)[1]: it.id}
    return whom | {
        "uid": uuid4(), "unit_id": unit.id, "trigger": it.trigger, "must": is_must(it.trigger, unit.path),
        "event_on": clock.today(), "due_at": it.due_at, "state": "open", "version": 1, "recorded_at": clock.now(),
    }  # fmt: skip


@periodic("plan visits", nightly=True)
def every_night() -> None:
    plan_all()


visits_group = AppGroup("visits", help="Visits that are due.")


@visits_group.command("plan")
@with_tables
def plan_now() -> None:
    """Plan the visits the rhythms ask for, as every night: for cron, and as often as you like."""
    with everywhere():
        click.echo(f"排了 {plan_all()} 次走访。")
