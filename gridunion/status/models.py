"""How each unit stands: one row of figures a unit that holds records, computed from its records alone.

A write recomputes, in its own transaction, what the records it touched decide in the rows of their units, so a
figure is never a running total that could drift. A row says until when it holds (the next midnight, or the next
deadline that could pass); an older one is computed anew, by a write as a whole, when it is read for the reading.
"""

from collections.abc import Iterable, Set
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, Index, Update, bindparam, event, insert, inspect, select, update
from sqlalchemy.orm import Mapped, Session

from gridunion import clock
from gridunion.db import BigId, Row, UtcDateTime, db, internal, is_sqlite, trusted, write
from gridunion.jobs import periodic
from gridunion.members.models import Person
from gridunion.status.figures import counting, moment
from gridunion.status.walks import COUNTED
from gridunion.storing import hears
from gridunion.tree import Scoped
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from gridunion.visits.planning import PLANNED


class Standing(Row):
    """The figures of one unit's own records. Instants in UTC, the rest are counts."""

    __tablename__ = "standing"
    __table_args__ = (
        Index("ix_standing_unit_id", "unit_id", unique=True),
        Index("ix_standing_fresh_until", "fresh_until"),
    )

    unit_id: Mapped[int] = internal(BigId, ForeignKey("unit.id"))
    members: Mapped[int] = internal(default=0)
    applied: Mapped[int] = internal(default=0)
    new_form: Mapped[int] = internal(default=0)
    people_due: Mapped[int] = internal(default=0)
    hardship: Mapped[int] = internal(default=0)
    helped: Mapped[int] = internal(default=0)
    incomplete: Mapped[int] = internal(default=0)
    gaps: Mapped[int] = internal(default=0)
    employers: Mapped[int] = internal(default=0)
    organized: Mapped[int] = internal(default=0)
    received: Mapped[int] = internal(default=0)
    ours_first: Mapped[int] = internal(default=0)
    disputes: Mapped[int] = internal(default=0)
    mediated: Mapped[int] = internal(default=0)
    due: Mapped[int] = internal(default=0)
    on_time: Mapped[int] = internal(default=0)
    open: Mapped[int] = internal(default=0)
    overdue: Mapped[int] = internal(default=0)
    oldest_due_at: Mapped[datetime | None] = internal()
    visits_due: Mapped[int] = internal(default=0)
    visits_on_time: Mapped[int] = internal(default=0)
    visits_open: Mapped[int] = internal(default=0)
    echoes_due: Mapped[int] = internal(default=0)
    echoes_on_time: Mapped[int] = internal(default=0)
    last_entry_at: Mapped[datetime | None] = internal()
    fresh_until: Mapped[datetime] = internal()


_standing: Any = Standing.__table__
_HERE = _standing.c.unit_id.in_(bindparam("ids", expanding=True))
_LOCK = select(_standing.c.unit_id).where(_HERE).order_by(_standing.c.unit_id).with_for_update()
_MAKE = insert(_standing)
_HOLDS = (_standing.c.fresh_until > bindparam("now", type_=UtcDateTime)) & (
    _standing.c.fresh_until <= bindparam("midnight", type_=UtcDateTime)
)


@cache
def _counting(kinds: frozenset[Any]) -> Update:
    """Count anew what records of some kinds decide, in the rows of some units, and name those units."""
    found = counting(kinds).subquery()
    figures = {column.name: column for column in found.c if column.name != "id"}
    count = update(_standing).values(figures).where(_standing.c.unit_id == found.c.id)
    return (count if kinds == COUNTED else count.where(_HOLDS)).returning(_standing.c.unit_id)


def refresh(unit_ids: Iterable[int], kinds: Set[Any] = COUNTED) -> None:
    """Compute the rows of some units from their records: all of a row, or where it still holds only what
    records of some kinds decide. Inside write()."""
    ids, now = sorted(set(unit_ids)), moment()
    held = _count(ids, kinds, now) if kinds != COUNTED else set()
    if rest := [number for number in ids if number not in held]:
        known = set(trusted(_LOCK, {"ids": rest}).scalars())
        if missing := [{"unit_id": one, "fresh_until": now["now"]} for one in rest if one not in known]:
            trusted(_MAKE, missing)
        _count(rest, COUNTED, now)


def _count(ids: list[int], kinds: Set[Any], now: dict[str, Any]) -> set[int]:
    """Count, and say for which units. On PostgreSQL their rows are locked first, in one order: whoever waits for
    them counts what the other one stored."""
    if not is_sqlite(db.engine):
        trusted(_LOCK, {"ids": ids})
    return set(trusted(_counting(frozenset(kinds)), {"ids": ids, **now}).scalars())


_HOMES = select(Person.unit_id).where(Person.id.in_(bindparam("ids", expanding=True)))


@hears("after_flush")
def _collect(session: Any) -> None:
    units, kinds = session.info.setdefault("units", set()), session.info.setdefault("kinds", set())
    seen = session.info.setdefault("seen", set())
    for row in (*session.new, *session.dirty, *session.deleted):
        if type(row) in COUNTED:
            units.update(_units_of(row))
            kinds.add(type(row))
        if isinstance(row, Visit) and row.person_id:
            seen.add(row.person_id)


def _units_of(row: Scoped) -> set[int]:
    """The unit a row stands in, and the one it stood in before."""
    history = inspect(row).attrs.unit_id.history
    return {unit_id for unit_id in (row.unit_id, *(history.deleted or ())) if unit_id}


@event.listens_for(Session, "before_commit")
def _recompute(session: Session) -> None:
    session.flush()
    units, kinds, seen = (session.info.pop(name, set()) for name in ("units", "kinds", "seen"))
    if seen:  # a visit counts for where its person is now, wherever it was made
        units.update(trusted(_HOMES, {"ids": sorted(seen)}).scalars())
    if units:
        refresh(units, kinds)


PLANNED.append(lambda unit_id: refresh({unit_id}, {Person, DueVisit}))


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    for name in ("units", "kinds", "seen"):
        session.info.pop(name, None)


@periodic("refresh standing", minutes=1)
def refresh_stale(most: int = 500) -> None:
    """Compute rows anew that no longer hold. Without it the board is as right, only slower."""
    stale = select(Standing.unit_id).where(Standing.fresh_until <= clock.now()).limit(most)
    while ids := list(db.session.scalars(stale)):
        _store(ids)


def _store(ids: list[int]) -> None:
    with write():
        refresh(ids)
