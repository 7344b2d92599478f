"""Stored figures, summed: for the lines of a board, and over the viewer's branches for the lists of other rooms."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

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
from gridunion.db import Bytewise, UtcDateTime, trusted, written
from gridunion.status.figures import live, moment
from gridunion.status.lights import Place
from gridunion.status.models import Standing
from gridunion.status.staffing import is_open, workers_below
from gridunion.status.walks import COUNTS
from gridunion.tree import Unit, bound, branch, width

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


class Reading(NamedTuple):
    """How stored figures are read: all, or only those that hold now; by whom something may bind, or nothing does."""

    width: int
    holding: bool
    bound: bool


def _standing_of(unit: Any, how: Reading) -> Any:
    """The stored figures of a unit; or only where they still hold, and for the viewer, too."""
    here = _s.c.unit_id == unit.c.id
    here = here & (_s.c.fresh_until > _NOW) if how.holding else here
    return here & _s.c.unit_id.not_in(_APART) if how.holding and how.bound else here


def _children(how: Reading) -> Select[Any]:
    """The children of a unit, each with the sum of all that stands below it."""
    figures = [func.sum(_s.c[name], type_=Integer) for name in COUNTS]
    edges = (
        func.min(_s.c.oldest_due_at, type_=UtcDateTime), func.max(_s.c.last_entry_at, type_=UtcDateTime),
        func.min(_s.c.fresh_until, type_=UtcDateTime),
    )  # fmt: skip
    below = and_(_below.c.path >= _u.c.path, _below.c.path < _top)
    joined = _u.join(_below, below).outerjoin(_s, _standing_of(_below, how))
    cells = func.sum(_open_cell(_below), type_=Integer)
    parent = _u.alias("parent")
    of_parent = _u.c.parent_id == select(parent.c.id).where(parent.c.code == _code).scalar_subquery()
    found = select(*_place, cells, literal_column("0"), *figures, *edges).select_from(joined)
    return found.where(of_parent).group_by(_u.c.id)


def _single(staffed: Any, how: Reading) -> Select[Any]:
    """Units with the figures of what happened in themselves. For who keeps away from any case nothing stored holds."""
    figures = [_s.c[name] for name in COUNTS]
    until: Any = _s.c.fresh_until
    if how.bound:
        until = case((KEPT_FROM_ME.exists(), literal(NEVER, UtcDateTime)), else_=until)
    edges = (_s.c.oldest_due_at, _s.c.last_entry_at, until)
    joined = _u.outerjoin(_s, _standing_of(_u, how))
    return select(*_place, _open_cell(_u), staffed, *figures, *edges).select_from(joined)


def _alone(how: Reading) -> Select[Any]:
    """A unit, and how many cells below it have a grid worker."""
    return _single(workers_below(_u), how).where(_u.c.code == _code)


@cache
def _lines(how: Reading) -> CompoundSelect[Any]:
    return _children(how).where(branch(how.width)).union_all(_alone(how).where(branch(how.width)))


@cache
def _cells(how: Reading) -> Select[Any]:
    inside = and_(_u.c.path >= bindparam("lo", type_=Bytewise), _u.c.path < bindparam("hi", type_=Bytewise))
    found = _single(literal_column("0"), how).where(
        _u.c.kind == literal_column("'cell'"), inside, branch(how.width)
    )
    return found.order_by(_u.c.path)


def _rows_that(condition: Any) -> Select[Any]:
    """The stored rows of a branch of which something holds."""
    found = select(_u.c.id, _u.c.path).join_from(_u, _s, _s.c.unit_id == _u.c.id)
    lo, hi = bindparam("lo", type_=Bytewise), bindparam("hi", type_=Bytewise)
    return found.where(_u.c.path >= lo, _u.c.path < hi, condition)


_STALE = _rows_that(_s.c.fresh_until <= _NOW)
_STALE_OR_APART = _STALE.union_all(_rows_that(_s.c.unit_id.in_(_APART)))


def _how(now: datetime | None) -> Reading:
    return Reading(width(), now is not None, bound())


def stored(code: str, now: datetime | None = None) -> list[Any]:
    """A row for the unit of a code and for each of its children: the place, its open cells, those with a
    grid worker (of the unit only), the figures, when the oldest open case was due, when somebody last entered
    something, and until when all of that holds. With `now`, what does not hold then is left out."""
    return list(trusted(_lines(_how(now)), {"code": code, "now": now}))


def stored_cells(edges: tuple[str, str], now: datetime | None = None) -> list[Any]:
    """The same rows for the cells of a branch, however far below."""
    given = {"lo": edges[0], "hi": edges[1], "now": now}
    return list(trusted(_cells(_how(now)), given))


def computed(path: str, now: datetime) -> Iterator[tuple[str, Any]]:
    """The figures below a place that do not hold, from their records: the path of each, and its row."""
    given = {"lo": path, "hi": f"{path[:-1]}0", "now": now}
    stale: Any = trusted(_STALE_OR_APART if bound() else _STALE, given)
    paths: dict[int, str] = dict(stale.all())
    numbers = list(paths)
    for start in range(0, len(numbers), 500):
        asked = {"ids": numbers[start : start + 500], **moment()}
        rows: Any = trusted(live(), asked)
        for number, *figures in rows:
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
