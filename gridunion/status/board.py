"""A board: the units below one, how each stands, and its light with the cause.

Every level is summed from records' own units, never averaged from the level below.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, func, or_, select

from gridunion import clock
from gridunion.db import Bytewise, UtcDateTime, db
from gridunion.status.lights import ORDER, Line
from gridunion.status.models import COUNTS, LIVE, Standing, moment
from gridunion.tree import Unit, branch, width

TRUSTED = {"branch": True}

_s = Standing.__table__.c
_child, _below = Unit.__table__.alias("child"), Unit.__table__.alias("below")
_top = func.substr(_child.c.path, 1, func.length(_child.c.path) - 1).concat("0")
_now = bindparam("now", type_=UtcDateTime)


def _open_on(unit: Any) -> ColumnElement[bool]:
    """A unit that is not closed on the day `today`."""
    return or_(unit.c.closed_on.is_(None), unit.c.closed_on > bindparam("today", type_=Date))


def _summed() -> Select[Any]:
    """Stored figures that still hold, summed for each child of a unit."""
    sums = [func.coalesce(func.sum(_s[name]), 0, type_=Integer) for name in COUNTS]
    oldest, latest = (
        func.min(_s.oldest_due_at, type_=UtcDateTime),
        func.max(_s.last_entry_at, type_=UtcDateTime),
    )
    below = and_(_below.c.path >= _child.c.path, _below.c.path < _top)
    found = select(_child.c.id, *sums, oldest, latest).select_from(
        _child.join(_below, below).join(
            Standing.__table__, and_(_s.unit_id == _below.c.id, _s.fresh_until > _now)
        )
    )
    return found.where(_child.c.parent_id == bindparam("unit_id")).group_by(_child.c.id)


_CHILDREN = _summed()
_OWN = select(
    *(_s[name] for name in COUNTS), _s.oldest_due_at, _s.last_entry_at
).where(_s.unit_id == bindparam("unit_id"), _s.fresh_until > _now)  # fmt: skip
_STALE = (
    select(_below.c.id, _below.c.path)
    .select_from(_below.outerjoin(Standing.__table__, _s.unit_id == _below.c.id))
    .where(
        _below.c.path >= bindparam("lo", type_=Bytewise), _below.c.path < bindparam("hi", type_=Bytewise),
        (_s.fresh_until <= _now),
    )
)  # fmt: skip
_CELLS = (
    select(_child.c.id, func.count())
    .select_from(_child.join(_below, and_(_below.c.path >= _child.c.path, _below.c.path < _top)))
    .where(_child.c.parent_id == bindparam("unit_id"), _below.c.kind == "cell", _open_on(_below))
    .group_by(_child.c.id)
)


@dataclass
class Board:
    """The lines of a unit's children, and the total over all its records."""

    unit: Unit
    lines: list[Line]
    total: Line

    def at(self, light: str) -> int:
        return sum(line.light == light for line in self.lines)


def board(unit: Unit) -> Board:
    """How a unit and what is below it stand, now."""
    lines = {child.id: Line(child) for child in _children(unit)}
    total, own = Line(unit), Line(unit, own=True)
    given = {"unit_id": unit.id, "now": clock.now()}
    for number, *counts, oldest, latest in db.session.execute(_CHILDREN, given, execution_options=TRUSTED):
        lines[number].add(counts, oldest, latest)
    for *counts, oldest, latest in db.session.execute(_OWN, given, execution_options=TRUSTED):
        own.add(counts, oldest, latest)
    _add_stale(unit, lines, own)
    given = {"unit_id": unit.id, "today": clock.today()}
    for number, cells in db.session.execute(_CELLS, given, execution_options=TRUSTED):
        lines[number].cells = cells
    return _finished(unit, lines, own, total)


def _finished(unit: Unit, lines: dict[int, Line], own: Line, total: Line) -> Board:
    for line in (*lines.values(), own):
        total.add(line.counts.values(), line.oldest_due_at, line.last_entry_at)
        total.cells += line.cells
        line.judge()
    total.judge()
    kept = [line for line in lines.values() if not line.closed or line.speaks]
    if own.speaks and not unit.is_cell:
        kept.append(own)
    return Board(unit, sorted(kept, key=lambda line: (ORDER[line.light], line.unit.path)), total)


def _children(unit: Unit) -> list[Unit]:
    statement = select(Unit).where(Unit.parent_id == unit.id).order_by(Unit.path)
    return list(db.session.scalars(statement))


def _add_stale(unit: Unit, lines: dict[int, Line], own: Line) -> None:
    """Compute anew, for this reading only, what no longer holds."""
    lo, hi = unit.branch
    given = {"lo": lo, "hi": hi, "now": clock.now()}
    paths = dict(db.session.execute(_STALE, given, execution_options=TRUSTED).all())
    numbers = list(paths)
    for start in range(0, len(numbers), 500):
        asked = {"ids": numbers[start : start + 500], **moment()}
        for number, *counts, oldest, latest, _fresh in db.session.execute(
            LIVE, asked, execution_options=TRUSTED
        ):
            _line_of(paths[number], lines, own).add(counts, oldest, latest)


def _line_of(path: str, lines: dict[int, Line], own: Line) -> Line:
    return next((line for line in lines.values() if path.startswith(line.unit.path)), own)


_TOTALS: dict[int, Select[Any]] = {}
WANTED = (
    "members",
    "applied",
    "new_form",
    "hardship",
    "people_due",
    "visits_open",
    "open",
    "employers",
    "organized",
)


def totals() -> dict[str, int]:
    """Counts over the viewer's branches, for lists of other rooms."""
    wide = width()
    if wide not in _TOTALS:
        sums = [func.coalesce(func.sum(_s[name]), 0, type_=Integer) for name in WANTED]
        joined = Unit.__table__.join(Standing.__table__, _s.unit_id == Unit.__table__.c.id)
        _TOTALS[wide] = select(*sums).select_from(joined).where(branch(wide)).execution_options(branch=True)
    return dict(zip(WANTED, db.session.execute(_TOTALS[wide]).one(), strict=True))
