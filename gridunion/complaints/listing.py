"""Lists of complaints: 20 rows at a time, flat at any size, sealed ones only for their readers.

Statements are built once a shape and carry the guard's branch() themselves.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import CTE, ColumnClause, ColumnElement, Select, and_, bindparam, column, func, or_, select
from sqlalchemy.sql import visitors

from gridunion.accounts.models import Account
from gridunion.bookmark import opened_at, seal
from gridunion.complaints.life import IN_HAND
from gridunion.complaints.models import Complaint
from gridunion.complaints.narrowing import Narrow, conditions
from gridunion.complaints.rows import COLUMNS, Row
from gridunion.complaints.waiting import ENDED, FILTERS, KNOWN, MAY_STAND, READABLE, STANDING
from gridunion.db import BigId, Bytewise, UtcDateTime, db, trusted, written
from gridunion.rights import Viewer
from gridunion.tree import Unit, branch, everywhere, eyes, look_with, width

PAGE = 20
EVERYTHING = Narrow()
INDEXED = {"open", "overdue"}
"""Lists an index leads to, of open cases by their limit: nothing must be asked of other tables."""

_c, _u, _a = Complaint.__table__.c, Unit.__table__.c, Account.__table__.c

_when = {"ask": _c.wait_until, "assign": _c.accept_due_at, "confirm": _c.resolved_at, "call": _c.call_due_at}

_AFTER, _AT = bindparam("path", type_=Bytewise), bindparam("at", type_=UtcDateTime)
_ID = bindparam("number_id", type_=BigId)
_from = Unit.__table__.join(Complaint.__table__, _c.unit_id == _u.id).outerjoin(
    Account.__table__, _a.id == _c.handler_id
)
_unit_by_unit = Unit.__table__.join(
    Complaint.__table__, _c.unit_id == _u.id + 0
)  # `+ 0` makes SQLite count so


@cache
def _statement(width: int, chosen: str, going_on: bool, names: frozenset[str]) -> Select[Any]:
    found = select(*COLUMNS).select_from(_from).where(*conditions(names)).limit(written(PAGE + 1))
    found = found.execution_options(branch=True)
    if chosen in STANDING.keys() - INDEXED:
        standing = _standing(width, (chosen,))
        found = found.where(_c.id.in_(select(standing.c.id).where(standing.c.readable, STANDING[chosen])))
        return _most_pressing(found, chosen, going_on)
    found = found.where(branch(width), FILTERS[chosen], READABLE)
    if chosen == "overdue":
        return _most_pressing(found, chosen, going_on)
    return (_by_unit if chosen == "open" else _newest)(found, going_on)


@cache
def _standing(width: int, names: tuple[str, ...]) -> CTE:
    """The cases some lists of open ones are made of, with what these ask: each other table is asked once a case.
    PostgreSQL would else ask it for each list, and plan for longer than it counts; and where `readable` limited the
    walk it would read all cases there are."""
    wanted = and_(*(STANDING[name] for name in names))
    said = {"id", "readable", *(it.name for it in visitors.iterate(wanted) if isinstance(it, ColumnClause))}
    walk = select(*(KNOWN[name].label(name) for name in sorted(said & KNOWN.keys()))).select_from(
        _unit_by_unit
    )
    states = MAY_STAND if ENDED.intersection(names) else FILTERS["open"]
    standing = walk.where(branch(width), states).cte("standing")
    return standing.prefix_with("MATERIALIZED", dialect="postgresql")


def _newest(found: Select[Any], going_on: bool) -> Select[Any]:
    """Walk the units of the branch in order, each one's index from the newest back."""
    if going_on:
        later = or_(_c.recorded_at < _AT, and_(_c.recorded_at == _AT, _c.id < _ID))
        found = found.where(_u.path >= _AFTER, or_(_u.path > _AFTER, later))
    return found.order_by(_u.path, _c.recorded_at.desc(), _c.id.desc())


def _by_unit(found: Select[Any], going_on: bool) -> Select[Any]:
    if going_on:
        later = or_(_c.due_at > _AT, and_(_c.due_at == _AT, _c.id > _ID))
        found = found.where(_u.path >= _AFTER, or_(_u.path > _AFTER, later))
    return found.order_by(_u.path, _c.due_at, _c.id)


def _most_pressing(found: Select[Any], chosen: str, going_on: bool) -> Select[Any]:
    """Of the few that wait, the oldest limit first, wherever it lies."""
    when = _when.get(chosen, _c.due_at)
    if going_on:
        found = found.where(or_(when > _AT, and_(when == _AT, _c.id > _ID)))
    return found.order_by(when, _c.id)


def complaints(chosen: str, after: str = "", narrow: Narrow = EVERYTHING) -> tuple[list[Row], str]:
    """A page of a list, and where the next one begins (empty at the end)."""
    place = opened_at("complaints", after, "path", "at", "number_id")
    statement = _statement(width(), chosen, bool(place), narrow.names)
    rows = [Row(*row) for row in db.session.execute(statement, place | narrow.values).all()]
    shown = rows[:PAGE]
    return shown, _next(shown[-1], chosen) if len(rows) > PAGE else ""


def _next(row: Row, chosen: str) -> str:
    at = (
        row.recorded_at
        if chosen in ("all", "done")
        else getattr(row, _when[chosen].name)
        if chosen in _when
        else row.due_at
    )
    return seal("complaints", row.path, at, row.id)


@cache
def _narrowed(width: int, chosen: str, names: frozenset[str]) -> Select[Any]:
    found = select(func.count()).select_from(_unit_by_unit)
    found = found.where(branch(width), FILTERS[chosen], READABLE, *conditions(names))
    return found.execution_options(branch=True)


@cache
def counting(width: int, names: tuple[str, ...]) -> Select[Any]:
    """How many some lists hold, a column each: those of what stands open in one walk, in which each other table is
    asked once for all of them."""
    standing = tuple(name for name in names if name in STANDING and name != "overdue")
    counted: dict[str, ColumnElement[Any]] = {
        name: func.count().filter(STANDING[name])
        if name in standing
        else _narrowed(width, name, frozenset()).scalar_subquery()
        for name in names
    }
    found = select(*[counted[name].label(name) for name in names])
    if standing:
        found = found.select_from(_standing(width, standing)).where(column("readable"))
    return found


def counts(*names: str) -> dict[str, int]:
    """How many cases each of some lists has, in one statement."""
    return dict(zip(names, trusted(counting(width(), names)).one(), strict=True))


def count_narrowed(chosen: str, narrow: Narrow) -> int:
    """How many cases of a list an address asks for."""
    statement = _narrowed(width(), chosen, narrow.names)
    return int(db.session.execute(statement, narrow.values).scalar_one())


@contextmanager
def looking(viewer: Viewer, right: str) -> Iterator[None]:
    """For a moment, with the eyes somebody has for another right."""
    before = eyes()
    look_with(viewer.eyes(right))
    try:
        yield
    finally:
        look_with(before)


def badge(name: str, right: str) -> Callable[[Viewer], int]:
    """How many wait on a list, for the menu."""

    def count(viewer: Viewer) -> int:
        with looking(viewer, right):
            return counts(name)[name]

    return count


def loads(account_ids: list[int]) -> dict[int, int]:
    """How many open cases each of some accounts has in hand; sealed ones are not told of, and a reopened one is
    in nobody's until it is given out again."""
    in_hand = Complaint.state.in_(IN_HAND)
    statement = select(Complaint.handler_id, func.count()).where(
        Complaint.handler_id.in_(account_ids), in_hand, Complaint.sealed.is_(False)
    )
    with everywhere():
        rows = db.session.execute(statement.group_by(Complaint.handler_id))
        return {handler: count for handler, count in rows if handler}
