"""Two histories of membership told as one line: at any day one standing, and nothing of either forgotten."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import NamedTuple

# Of two standings on one day the stronger holds; all others mean that somebody had left.
STRENGTH = {"active": 3, "retained": 2, "applied": 1}


class Span(NamedTuple):
    """A row of membership."""

    id: int
    status: str
    from_on: date
    until_on: date | None

    @property
    def is_moment(self) -> bool:
        """It began and ended on one day: it tells that something happened, and holds on no day."""
        return self.until_on == self.from_on

    def holds(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


def one_line(spans: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    """The pieces of which the line is made, in order, and the spans of which nothing is left.

    A span may give several pieces, with its number. Of two equal standings the one that began earlier goes on:
    the earlier day of joining stays.
    """
    every = sorted(spans, key=lambda span: (span.from_on, span.id))
    pieces = _pieces([span for span in every if not span.is_moment])
    moments = [span for span in every if span.is_moment and not _inside(span.from_on, pieces)]
    line = sorted((*pieces, *moments), key=lambda it: (it.from_on, it.until_on or date.max, it.id))
    kept = {piece.id for piece in line}
    return line, [span for span in every if span.id not in kept]


def _pieces(spans: list[Span]) -> list[Span]:
    made: list[Span] = []
    days = sorted({day for span in spans for day in (span.from_on, span.until_on) if day})
    for day, following in pairwise([*days, None]):
        holding = [span for span in spans if day and span.holds(day)]
        if not holding or day is None:
            continue
        strongest = max(holding, key=lambda it: STRENGTH.get(it.status, 0))  # the first of equals
        if made and made[-1].id == strongest.id and made[-1].until_on == day:
            made[-1] = made[-1]._replace(until_on=following)
        else:
            made.append(strongest._replace(from_on=day, until_on=following))
    return made


def _inside(day: date, pieces: list[Span]) -> bool:
    return any(piece.from_on < day and (piece.until_on is None or day < piece.until_on) for piece in pieces)
