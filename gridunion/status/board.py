"""A board: the units below one, how each stands, and its light with the cause.

Every level is summed from records' own units, never averaged from the level below.
"""

from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import NotFound

from gridunion import clock
from gridunion.status.lights import ORDER, Line, Place
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


def board(unit: Unit) -> Board:
    """How a unit and what is below it stand, now."""
    return board_of(unit.code)


def board_of(code: str) -> Board:
    """The same by the code of a unit. Raises NotFound when it lies outside the viewer's branches."""
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
