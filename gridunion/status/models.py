"""How each unit stands: one row of figures a unit that holds records, computed from its records alone.

A write recomputes the rows of the units it touched in its own transaction, so a figure is never a running
total that could drift. A row says until when it holds (the next midnight, or the next deadline that could
pass); an older one is computed anew when it is read. Sealed complaints stand in no figure.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    bindparam,
    case,
    event,
    func,
    insert,
    inspect,
    select,
    true,
    update,
)  # fmt: skip
from sqlalchemy.orm import Mapped, Session

from gridunion import clock, settings
from gridunion.complaints.life import DISPUTES
from gridunion.complaints.models import IS_OPEN, Complaint, ReplyDue
from gridunion.db import BigId, Row, UtcDateTime, db, internal, write
from gridunion.employers.models import Employer
from gridunion.jobs import periodic
from gridunion.members.models import Person
from gridunion.tree import Scoped, Unit
from gridunion.visits.models import DueVisit, Visit

WINDOW = 30  # days the board looks back; today is not over and does not count


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


_p, _v, _d, _c, _r, _e = (t.__table__.c for t in (Person, Visit, DueVisit, Complaint, ReplyDue, Employer))
_NOW = bindparam("now", type_=UtcDateTime)
_FROM, _TO = bindparam("window_from", type_=UtcDateTime), bindparam("window_to", type_=UtcDateTime)
_MIDNIGHT = bindparam("midnight", type_=UtcDateTime)


def _within(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return (column >= _FROM) & (column < _TO)


# One literal list of conditions: figures count by them, and the records behind a figure are found by them.
_counted = _c.sealed.is_(False)
_plain = _r.sealed.is_(False)
_judged = _counted & _within(_c.first_due_at) & (_c.state != "refused")
_behind = _counted & IS_OPEN & (_c.due_at < _NOW)
_must = _within(_d.due_at) & _d.trigger.in_(bindparam("must", expanding=True))
_met = (_v.voided_at.is_(None)) & (_v.outcome != "not_home")
_active = _p.status == "active"
_hard = _active & _p.hardship_class.is_not(None)
_seen_lately = select(_v.id).where(
    _v.person_id == _p.id, _met, _v.happened_at >= _FROM, _v.happened_at < _NOW
)

CONDITIONS: dict[str, ColumnElement[bool]] = {
    "members": _active,
    "applied": _p.status == "applied",
    "new_form": _active & _p.new_form,
    "people_due": _active & _p.visit_due_at.is_not(None),
    "hardship": _hard,
    "helped": _hard & _seen_lately.exists(),
    "employers": _e.state == "active",
    "organized": (_e.state == "active") & (_e.union_state != "unorganized"),
    "received": _counted & _within(_c.recorded_at),
    "ours_first": _counted & _within(_c.recorded_at) & (_c.channel != "hotline"),
    "disputes": _counted & _within(_c.recorded_at) & _c.kind.in_(DISPUTES) & _c.accepted_at.is_not(None),
    "mediated": _counted & _within(_c.recorded_at) & _c.kind.in_(DISPUTES) & _c.accepted_at.is_not(None)
    & _c.mediated_on.is_not(None),
    "due": _judged,
    "on_time": _judged & (_c.first_resolved_at <= _c.first_due_at),
    "open": _counted & IS_OPEN,
    "overdue": _behind,
    "visits_due": _must & (_d.state != "cancelled"),
    "visits_on_time": _must & (_d.state != "cancelled") & (_d.done_at <= _d.due_at),
    "visits_open": _d.state == "open",
    "echoes_due": _plain & _within(_r.due_at),
    "echoes_on_time": _plain & _within(_r.due_at) & (_r.told_at <= _r.due_at),
}  # fmt: skip

COUNTS = tuple(CONDITIONS)

# Parts of a figure, listed apart on the page of its records.
PARTS: dict[str, ColumnElement[bool]] = {
    "late_open": _judged & _c.first_resolved_at.is_(None),
    "late_done": _judged & (_c.first_resolved_at > _c.first_due_at),
    "visits_missed": _must & (_d.state == "open"),
    "visits_late": _must & (_d.state != "cancelled") & (_d.done_at > _d.due_at),
    "echoes_missed": _plain & _within(_r.due_at) & _r.told_at.is_(None),
    "echoes_late": _plain & _within(_r.due_at) & (_r.told_at > _r.due_at),
    "unorganized": (_e.state == "active") & (_e.union_state == "unorganized"),
    "unhelped": _hard & ~_seen_lately.exists(),
    "not_mediated": CONDITIONS["disputes"] & _c.mediated_on.is_(None),
    "from_outside": CONDITIONS["received"] & (_c.channel == "hotline"),
}

SOURCES: dict[str, Any] = {
    **dict.fromkeys(("members", "applied", "new_form", "people_due", "hardship", "helped"), Person),
    **dict.fromkeys(("employers", "organized"), Employer),
    **dict.fromkeys(
        ("received", "ours_first", "disputes", "mediated", "due", "on_time", "open", "overdue"), Complaint
    ),
    **dict.fromkeys(("visits_due", "visits_on_time", "visits_open"), DueVisit),
    **dict.fromkeys(("echoes_due", "echoes_on_time", "echoes_missed", "echoes_late"), ReplyDue),
    **dict.fromkeys(("late_open", "late_done", "not_mediated", "from_outside"), Complaint),
    **dict.fromkeys(("visits_missed", "visits_late"), DueVisit),
    "unorganized": Employer,
    "unhelped": Person,
}


def figures(unit_id: ColumnElement[int]) -> dict[str, ColumnElement[Any]]:
    """Each figure of a unit as a subquery on the number of the unit."""
    made: dict[str, ColumnElement[Any]] = {}
    for name, condition in CONDITIONS.items():
        table = SOURCES[name].__table__
        counted = select(func.count()).select_from(table).where(table.c.unit_id == unit_id, condition)
        made[name] = counted.scalar_subquery()
    made["oldest_due_at"] = (
        select(func.min(_c.due_at)).where(_c.unit_id == unit_id, _behind).scalar_subquery()
    )
    entries = [
        select(func.max(t.recorded_at)).where(t.unit_id == unit_id, shown).scalar_subquery()
        for t, shown in ((_p, true()), (_v, true()), (_c, _counted))
    ]
    made["last_entry_at"] = _latest(entries)
    coming = select(func.min(_c.due_at)).where(_c.unit_id == unit_id, _counted, IS_OPEN, _c.due_at >= _NOW)
    made["fresh_until"] = _earlier(coming.scalar_subquery(), _MIDNIGHT)
    return made


def _latest(options: list[Any]) -> ColumnElement[datetime | None]:
    values = [func.coalesce(option, _EVER) for option in options]
    first, second, third = values
    best = case((first >= second, first), else_=second)
    best = case((best >= third, best), else_=third)
    return func.nullif(best, _EVER, type_=UtcDateTime)


def _earlier(option: Any, limit: Any) -> ColumnElement[datetime]:
    return case((option < limit, option), else_=limit)


_EVER = bindparam("ever", type_=UtcDateTime)
_standing: Any = Standing.__table__
_LOCK = (
    select(_standing.c.unit_id)
    .where(_standing.c.unit_id.in_(bindparam("ids", expanding=True)))
    .with_for_update()
)
_MAKE = insert(_standing)
_REFRESH = (
    update(_standing)
    .where(_standing.c.unit_id.in_(bindparam("ids", expanding=True)))
    .values(**figures(_standing.c.unit_id))
)
_unit = Unit.__table__
LIVE = select(_unit.c.id, *(column.label(name) for name, column in figures(_unit.c.id).items())).where(
    _unit.c.id.in_(bindparam("ids", expanding=True))
)


def window(day: date | None = None) -> tuple[datetime, datetime]:
    """The whole days the board judges: `WINDOW` of them, the last one yesterday."""
    today = day or clock.today()
    return clock.midnight(today - timedelta(days=WINDOW)), clock.midnight(today)


def moment() -> dict[str, Any]:
    """What the figures compare with, now; and which visits are must-visits (五必访)."""
    start, end = window()
    tomorrow = clock.today() + timedelta(days=1)
    return {
        "now": clock.now(),
        "window_from": start,
        "window_to": end,
        "midnight": clock.midnight(tomorrow),
        "ever": datetime(1970, 1, 1, tzinfo=clock.SHANGHAI),
        "must": settings.codes_tagged("visit_trigger", "must"),
    }


def refresh(unit_ids: Iterable[int]) -> None:
    """Compute the rows of some units from their records. Inside write()."""
    ids = sorted(set(unit_ids))
    trusted = {"branch": True}
    known = set(db.session.execute(_LOCK, {"ids": ids}, execution_options=trusted).scalars())
    if missing := [
        {"unit_id": unit_id, "fresh_until": clock.now()} for unit_id in ids if unit_id not in known
    ]:
        db.session.execute(_MAKE, missing, execution_options=trusted)
    db.session.execute(
        _REFRESH, {"ids": ids, **moment()}, execution_options=trusted | {"synchronize_session": False}
    )


_HOMES = select(_p.unit_id).where(_p.id.in_(bindparam("ids", expanding=True)))
COUNTED = (Person, Visit, DueVisit, Complaint, ReplyDue, Employer)


@event.listens_for(Session, "after_flush")
def _collect(session: Session, *_: Any) -> None:
    touched = session.info.setdefault("units", set())
    seen = session.info.setdefault("seen", set())
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, COUNTED):
            touched.update(_units_of(row))
        if isinstance(row, Visit):
            seen.add(row.person_id)


def _units_of(row: Scoped) -> set[int]:
    """The unit a row stands in, and the one it stood in before."""
    history = inspect(row).attrs.unit_id.history
    return {unit_id for unit_id in (row.unit_id, *(history.deleted or ())) if unit_id}


@event.listens_for(Session, "before_commit")
def _recompute(session: Session) -> None:
    session.flush()
    touched, seen = session.info.pop("units", set()), session.info.pop("seen", set())
    if seen:  # a visit counts for where its person is now, wherever it was made
        touched.update(db.session.scalars(_HOMES, {"ids": sorted(seen)}, execution_options={"branch": True}))
    if touched:
        refresh(touched)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("units", None)
    session.info.pop("seen", None)


@periodic("refresh standing", minutes=1)
def refresh_stale(most: int = 500) -> None:
    """Compute rows anew that no longer hold. Without it the board is as right, only slower."""
    stale = select(Standing.unit_id).where(Standing.fresh_until <= clock.now()).limit(most)
    while ids := list(db.session.scalars(stale)):
        _store(ids)


def _store(ids: list[int]) -> None:
    with write():
        refresh(ids)
