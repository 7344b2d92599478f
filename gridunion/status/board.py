"""A board: the units below one, how each stands, and its light with the cause.

Every level is summed from records' own units, never averaged from the level below.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from werkzeug.exceptions import NotFound

from gridunion import clock
from gridunion.db import trusted
from gridunion.status.lights import ORDER, Line, Place
from gridunion.status.past import FIGURES, Stood, nothing, standings
from gridunion.status.periods import Period
from gridunion.status.staffing import open_cells
from gridunion.status.sums import computed, stored
from gridunion.status.walks import COUNTS
from gridunion.tree import Unit


@dataclass
class Board:
    """The lines of a unit's children, what happened in the unit itself, and the total over all its records."""

    unit: Place
    lines: list[Line]
    own: Line
    total: Line

    def at(self, light: str) -> int:
        return sum(line.light == light for line in self.lines)


def board(unit: Unit | Place, period: Period | None = None) -> Board:
    """How a unit and what is below it stood in a period; over the days the board judges, from what is stored."""
    return board_of(unit.code) if period is None or period.stored else board_in(unit, period)


def board_of(code: str) -> Board:
    """How the unit of a code stands now. Raises NotFound when it lies outside the viewer's branches."""
    now = clock.now()
    rows = stored(code)
    stale = any(until is not None and until <= now for *_figures, until in rows)
    lines = _made(stored(code, now) if stale else rows, code)
    own = lines.pop(code, None)
    if own is None:
        raise NotFound
    if stale:  # computed anew for this reading only
        for path, (*counts, oldest, latest, _fresh) in computed(own.unit, now):
            _line_of(path, lines, own).add(counts, oldest, latest)
    return _finished(list(lines.values()), own)


def _made(rows: list[Any], code: str) -> dict[str, Line]:
    """A line for each row, by the code of its unit."""
    lines = {}
    for number, at, name, kind, path, closed_on, cells, staffed, *counts, oldest, latest, _until in rows:
        place = Place(number, at, name, kind, path, closed_on)
        figures = {name: count or 0 for name, count in zip(COUNTS, counts, strict=True)}
        lines[at] = Line(place, at == code, cells, staffed, figures, oldest, latest)
    return lines


def _line_of(path: str, lines: dict[str, Line], own: Line) -> Line:
    return next((line for line in lines.values() if path.startswith(line.unit.path)), own)


def _finished(lines: list[Line], own: Line) -> Board:
    total = Line(own.unit, staffed=own.staffed)
    for line in (*lines, own):
        total.add(line.counts.values(), line.oldest_due_at, line.last_entry_at)
        total.cells += line.cells
        line.judge()
    total.judge()
    kept = [line for line in lines if not line.closed or line.speaks]
    if own.speaks and not own.unit.is_cell:
        kept.append(own)
    kept.sort(key=lambda line: (ORDER[line.light], line.unit.path))
    return Board(own.unit, kept, own, total)


class Placed(NamedTuple):
    """A unit and the days on which it stood."""

    place: Place
    opened_on: date

    def stood(self, period: Period) -> bool:
        """Whether it stood on any day of a period; over the last days, whether it stands now."""
        closed_on = self.place.closed_on
        if not period.dated:
            return closed_on is None or closed_on > clock.today()
        return self.opened_on <= period.last and (closed_on is None or closed_on > period.first)


_u = Unit.__table__.c
_BRANCH = select(*[_u[name] for name in Place._fields], _u.opened_on).order_by(_u.path)


def board_in(unit: Unit | Place, period: Period) -> Board:
    """How a unit, in one of the viewer's branches, and what is below it stood in a period, from the records."""
    lo, hi = unit.branch
    branch = [
        Placed(Place._make(row[:-1]), row.opened_on)
        for row in trusted(_BRANCH.where(_u.path >= lo, _u.path < hi))
    ]
    stood = standings([it.place.id for it in branch], period)
    depth, there = unit.path.count("/") + 1, branch[0].place
    lines = [
        _summed(
            it.place, [each for each in branch if each.place.path.startswith(it.place.path)], stood, period
        )
        for it in branch
        if it.place.path.count("/") == depth
    ]
    stayed = {it.place.id for it in branch if it.stood(period)}
    lines = [line for line in lines if line.unit.id in stayed or line.speaks]
    own = _summed(there, branch[:1], stood, period)
    own.own = True
    if own.speaks and not unit.is_cell:
        lines.append(own)
    lines.sort(key=lambda line: (ORDER[line.light], line.unit.path))
    total = _summed(there, branch, stood, period)
    total.staffed = open_cells(unit, "staffed")
    return Board(there, lines, own, total)


def _summed(place: Place, parts: Iterable[Placed], stood: dict[int, Stood], period: Period) -> Line:
    """The line of a unit over some units below it."""
    whole, parts = nothing(), list(parts)
    for part in parts:
        whole.add(stood[part.place.id])
    line = Line(place, period=period)
    told = FIGURES if period.dated else COUNTS
    line.counts = {name: whole.figures[name] for name in told}
    line.oldest_due_at, line.last_entry_at = whole.oldest_due_at, whole.last_entry_at
    line.cells = sum(part.place.is_cell and part.stood(period) for part in parts)
    line.judge()
    return line
