"""Stored figures, summed: for the lines of a board, and over the viewer's branches for the lists of other rooms."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
)

from gridunion.complaints.conflicts import KEPT_FROM_ME
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.db import Bytewise, UtcDateTime, db, trusted, written
from gridunion.status.figures import LIVE, moment
from gridunion.status.lights import Place
from gridunion.status.models import Standing
from gridunion.status.staffing import is_open, workers_below
from gridunion.status.walks import COUNTS
from gridunion.tree import Unit, branch, width

TRUSTED = {"branch": True}
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_u, _s = Unit.__table__, Standing.__table__
_c, _r = Complaint.__table__.c, ReplyDue.__table__.c
_below = _u.alias("below")
_code: Any = bindparam("code")
_top = func.substr(_u.c.path, 1, func.length(_u.c.path) - 1).concat("0")
_place = [_u.c[name] for name in Place._fields]
_NOW = bindparam("now", type_=UtcDateTime)
_APART = (
    select(_c.unit_id)
    .where(_c.id.in_(KEPT_FROM_ME))
    .union_all(select(_r.unit_id).where(_r.complaint_id.in_(KEPT_FROM_ME)))
)
"""The units whose stored figures count what the viewer keeps away from."""


def _open_cell(unit: Any) -> Any:
    """1 for an open cell."""
    return case((and_(unit.c.kind == "cell", is_open(unit)), 1), else_=0)


def _standing_of(unit: Any, holding: bool) -> Any:
    """The stored figures of a unit; or only where they still hold, and for the viewer, too."""
    here = _s.c.unit_id == unit.c.id
    return and_(here, _s.c.fresh_until > _NOW, _s.c.unit_id.not_in(_APART)) if holding else here


def _children(holding: bool) -> Select[Any]:
    """The children of a unit, each with the sum of all that stands below it."""
    figures = [func.sum(_s.c[name], type_=Integer) for name in COUNTS]
    edges = (
        func.min(_s.c.oldest_due_at, type_=UtcDateTime), func.max(_s.c.last_entry_at, type_=UtcDateTime),
        func.min(_s.c.fresh_until, type_=UtcDateTime),
    )  # fmt: skip
    below = and_(_below.c.path >= _u.c.path, _below.c.path < _top)
    joined = _u.join(_below, below).outerjoin(_s, _standing_of(_below, holding))
    cells = func.sum(_open_cell(_below), type_=Integer)
    parent = _u.alias("parent")
    of_parent = _u.c.parent_id == select(parent.c.id).where(parent.c.code == _code).scalar_subquery()
    found = select(*_place, cells, literal_column("0"), *figures, *edges).select_from(joined)
    return found.where(of_parent).group_by(_u.c.id)


def _single(staffed: Any, holding: bool) -> Select[Any]:
    """Units with the figures of what happened in themselves. For who keeps away from any case nothing stored holds."""
    figures = [_s.c[name] for name in COUNTS]
    until = case((KEPT_FROM_ME.exists(), literal(NEVER, UtcDateTime)), else_=_s.c.fresh_until)
    edges = (_s.c.oldest_due_at, _s.c.last_entry_at, until)
    joined = _u.outerjoin(_s, _standing_of(_u, holding))
    return select(*_place, _open_cell(_u), staffed, *figures, *edges).select_from(joined)


def _alone(holding: bool) -> Select[Any]:
    """A unit, and how many cells below it have a grid worker."""
    return _single(workers_below(_u), holding).where(_u.c.code == _code)


@cache
def _lines(width: int, holding: bool) -> CompoundSelect[Any]:
    return _children(holding).where(branch(width)).union_all(_alone(holding).where(branch(width)))


@cache
def _cells(width: int, holding: bool) -> Select[Any]:
    inside = and_(_u.c.path >= bindparam("lo", type_=Bytewise), _u.c.path < bindparam("hi", type_=Bytewise))
    found = _single(literal_column("0"), holding).where(
        _u.c.kind == literal_column("'cell'"), inside, branch(width)
    )
    return found.order_by(_u.c.path)


def _rows_that(condition: Any) -> Select[Any]:
    """The stored rows of a branch of which something holds."""
    found = select(_u.c.id, _u.c.path).join_from(_u, _s, _s.c.unit_id == _u.c.id)
    lo, hi = bindparam("lo", type_=Bytewise), bindparam("hi", type_=Bytewise)
    return found.where(_u.c.path >= lo, _u.c.path < hi, condition)


_STALE = _rows_that(_s.c.fresh_until <= _NOW).union_all(_rows_that(_s.c.unit_id.in_(_APART)))


def stored(code: str, now: datetime | None = None) -> list[Any]:
    """A row for the unit of a code and for each of its children: the place, its open cells, those with a
    grid worker (of the unit only), the figures, when the oldest open case was due, when somebody last entered
    something, and until when all of that holds. With `now`, what does not hold then is left out."""
    statement = _lines(width(), now is not None)
    return list(db.session.execute(statement, {"code": code, "now": now}, execution_options=TRUSTED))


def stored_cells(edges: tuple[str, str], now: datetime | None = None) -> list[Any]:
    """The same rows for the cells of a branch, however far below."""
    given = {"lo": edges[0], "hi": edges[1], "now": now}
    return list(db.session.execute(_cells(width(), now is not None), given, execution_options=TRUSTED))


def computed(path: str, now: datetime) -> Iterator[tuple[str, Any]]:
    """The figures below a place that do not hold, from their records: the path of each, and its row."""
    given = {"lo": path, "hi": f"{path[:-1]}0", "now": now}
    paths: dict[int, str] = dict(db.session.execute(_STALE, given, execution_options=TRUSTED).all())
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
