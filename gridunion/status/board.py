"""A board: the units below one, how each stands, and its light with the cause.

Every level is summed from records' own units, never averaged from the level below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from werkzeug.exceptions import NotFound

from gridunion import clock
from gridunion.status.lights import ORDER, Line, Place
from gridunion.status.sums import EVER, computed, stored, stored_cells
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
    rows, stale_at = _read(partial(stored, code))
    lines = _made(rows, code)
    own = lines.pop(code, None)
    if own is None:
        raise NotFound
    if stale_at:  # computed anew for this reading only
        for path, (*counts, oldest, latest, _fresh) in computed(own.unit.path, stale_at):
            (_line_of(path, lines) or own).add(counts, oldest, latest)
    return _finished(list(lines.values()), own)


def cell_lines(unit: Unit) -> list[Line]:
    """The cells of a branch, however far below, as the boards of their communities judge them."""
    rows, stale_at = _read(partial(stored_cells, unit.branch))
    lines = _made(rows, "")
    for path, (*counts, oldest, latest, _fresh) in computed(unit.path, stale_at) if stale_at else ():
        if line := _line_of(path, lines):
            line.add(counts, oldest, latest)
    for line in lines.values():
        line.judge()
    return [line for line in lines.values() if line.shown]


def _read(read: Callable[[datetime], list[Any]]) -> tuple[list[Any], datetime | None]:
    """Stored rows; where some do not hold any more, those that do, and when that was found."""
    now, rows = clock.now(), read(EVER)
    if all(until is None or until > now for *_figures, until in rows):
        return rows, None
    return read(now), now


def _made(rows: list[Any], code: str) -> dict[str, Line]:
    """A line for each row, by the code of its unit."""
    lines = {}
    for number, at, name, kind, path, closed_on, cells, staffed, *counts, oldest, latest, _until in rows:
        place = Place(number, at, name, kind, path, closed_on)
        figures = {name: count or 0 for name, count in zip(COUNTS, counts, strict=True)}
        lines[at] = Line(place, at == code, cells, staffed, figures, oldest, latest)
    return lines


def _line_of(path: str, lines: dict[str, Line]) -> Line | None:
    return next((line for line in lines.values() if path.startswith(line.unit.path)), None)


def _finished(lines: list[Line], own: Line) -> Board:
    total = Line(own.unit, staffed=own.staffed)
    for line in (*lines, own):
        total.add(line.counts.values(), line.oldest_due_at, line.last_entry_at)
        total.cells += line.cells
        line.judge()
    total.judge()
    kept = [line for line in lines if line.shown]
    if own.speaks and not own.unit.is_cell:
        kept.append(own)
    kept.sort(key=lambda line: (ORDER[line.light], line.unit.path))
    return Board(own.unit, kept, own, total)
