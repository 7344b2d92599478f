"""Stored figures, summed: for the lines of a board, and over the viewer's branches for the lists of other rooms."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Integer, Select, and_, bindparam, case, func, literal_column, select

from gridunion.db import Bytewise, UtcDateTime, db, trusted, written
from gridunion.status.figures import LIVE, moment
from gridunion.status.lights import Place
from gridunion.status.models import Standing
from gridunion.status.staffing import is_open, workers_below
from gridunion.status.walks import COUNTS
from gridunion.tree import Unit, branch, width

TRUSTED = {"branch": True}
EVER = datetime(1970, 1, 1, tzinfo=UTC)  # all figures were stored since

_u, _s = Unit.__table__, Standing.__table__
_below = _u.alias("below")
_code: Any = bindparam("code")
_top = func.substr(_u.c.path, 1, func.length(_u.c.path) - 1).concat("0")
_place = [_u.c[name] for name in Place._fields]


def _open_cell(unit: Any) -> Any:
    """1 for an open cell."""
    return case((and_(unit.c.kind == "cell", is_open(unit)), 1), else_=0)


def _standing_of(unit: Any) -> Any:
    """The stored figures of a unit that hold longer than `since`."""
    return and_(_s.c.unit_id == unit.c.id, _s.c.fresh_until > bindparam("since", type_=UtcDateTime))


def _children() -> Select[Any]:
    """The children of a unit, each with the sum of all that stands below it."""
    figures = [func.sum(_s.c[name], type_=Integer) for name in COUNTS]
    edges = (
        func.min(_s.c.oldest_due_at, type_=UtcDateTime), func.max(_s.c.last_entry_at, type_=UtcDateTime),
        func.min(_s.c.fresh_until, type_=UtcDateTime),
    )  # fmt: skip
    below = and_(_below.c.path >= _u.c.path, _below.c.path < _top)
    joined = _u.join(_below, below).outerjoin(_s, _standing_of(_below))
    cells = func.sum(_open_cell(_below), type_=Integer)
    parent = _u.alias("parent")
    of_parent = _u.c.parent_id == select(parent.c.id).where(parent.c.code == _code).scalar_subquery()
    found = select(*_place, cells, literal_column("0"), *figures, *edges).select_from(joined)
    return found.where(of_parent).group_by(_u.c.id)


def _alone() -> Select[Any]:
    """A unit with the figures of what happened in itself, and how many cells below it have a grid worker."""
    figures = [_s.c[name] for name in COUNTS]
    edges = (_s.c.oldest_due_at, _s.c.last_entry_at, _s.c.fresh_until)
    joined = _u.outerjoin(_s, _standing_of(_u))
    found = select(*_place, _open_cell(_u), workers_below(_u), *figures, *edges)
    return found.select_from(joined).where(_u.c.code == _code)


@cache
def _lines(width: int) -> CompoundSelect[Any]:
    return _children().where(branch(width)).union_all(_alone().where(branch(width)))


_STALE = (
    select(_u.c.id, _u.c.path)
    .join_from(_u, _s, _s.c.unit_id == _u.c.id)
    .where(
        _u.c.path >= bindparam("lo", type_=Bytewise), _u.c.path < bindparam("hi", type_=Bytewise),
        _s.c.fresh_until <= bindparam("now", type_=UtcDateTime),
    )
)  # fmt: skip


def stored(code: str, since: datetime = EVER) -> list[Any]:
    """A row for the unit of a code and for each of its children: the place, its open cells, those with a
    grid worker (of the unit only), the figures, when the oldest open case was due, when somebody last entered
    something, and until when all of that holds. Figures that do not hold longer than `since` are left out."""
    given = {"code": code, "since": since}
    return list(db.session.execute(_lines(width()), given, execution_options=TRUSTED))


def computed(unit: Place, now: datetime) -> Iterator[tuple[str, Any]]:
    """The figures below a unit that no longer hold, from their records: the path of each, and its row."""
    given = {"lo": unit.path, "hi": f"{unit.path[:-1]}0", "now": now}
    paths = dict(db.session.execute(_STALE, given, execution_options=TRUSTED).all())
    numbers = list(paths)
    for start in range(0, len(numbers), 500):
        asked = {"ids": numbers[start : start + 500], **moment()}
        for number, *figures in db.session.execute(LIVE, asked, execution_options=TRUSTED):
            yield paths[number], figures


WANTED = (
    "members", "applied", "new_form", "hardship", "people_due", "visits_open", "open", "employers", "organized",
    "incomplete",
)  # fmt: skip


@cache
def _totals(width: int) -> Select[Any]:
    sums = [func.coalesce(func.sum(_s.c[name]), written(0), type_=Integer) for name in WANTED]
    joined = _u.join(_s, _s.c.unit_id == _u.c.id)
    return select(*sums).select_from(joined).where(branch(width)).execution_options(branch=True)


def totals() -> dict[str, int]:
    """Counts over the viewer's branches, for lists of other rooms."""
    return dict(zip(WANTED, trusted(_totals(width())).one(), strict=True))
