"""What the indicators say of a branch in a period: each number with the figures it is made of."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select

from gridunion import clock, settings
from gridunion.complaints.models import Complaint
from gridunion.complaints.pace import Worked, rank
from gridunion.db import db
from gridunion.status.board import board
from gridunion.status.indicators import GROUPS, Indicator
from gridunion.status.periods import Period
from gridunion.status.records import edges, figure, placed, times
from gridunion.status.walks import COUNTS
from gridunion.tree import Unit

Counted = list[tuple[str, int]]
"""Figures by name, and how many records each counts."""


@dataclass(frozen=True)
class Value:
    """What an indicator says: the number, over what, and the figures that open the records of both."""

    it: Indicator
    number: int
    over: int
    part: Counted
    less: Counted
    whole: Counted
    fewest: int
    took: "Pace | None" = None

    @property
    def rate(self) -> str:
        """Percent with one decimal, rounded half up; it never says all while one is missing. Empty without a whole
        or of too few."""
        if not self.it.whole or self.over < max(1, self.fewest):
            return ""
        tenths = (2000 * self.number + self.over) // (2 * self.over)
        if tenths == 1000 and self.number < self.over:
            tenths = 999
        return f"{tenths // 10}.{tenths % 10}%"


@dataclass(frozen=True)
class Pace:
    """Working days from accepting to closing: the median and the 90th percentile; None of too few."""

    count: int
    median: int | None
    ninth: int | None


class Values:
    """The indicators of a unit in a period; each figure is counted once."""

    def __init__(self, unit: Unit, period: Period) -> None:
        self.unit, self.period = unit, period
        total = board(unit, period).total if period.stored else None
        self.fewest = settings.value("light.fewest", unit.path)
        self._counts = {name: total.counts[name] for name in COUNTS} if total else {}

    def groups(self) -> list[tuple[object, list[Value]]]:
        return [(words, [self.value(it) for it in some]) for words, some in GROUPS]

    def value(self, it: Indicator) -> Value:
        part, less, whole = (
            [(name, self.count(name)) for name in names] for names in (it.part, it.less, it.whole)
        )
        number = self._sum(it.part[0], it.adds) if it.adds is not None else _total(part) - _total(less)
        over = self._sum(it.whole[0], it.of) if it.of is not None else _total(whole)
        return Value(it, number, over, part, less, whole, self.fewest, self._pace() if it.days else None)

    def count(self, name: str) -> int:
        if name not in self._counts:
            names, statement = _walk(name, self.period.dated)
            row = db.session.execute(statement, self._given(*names)).one()
            self._counts = dict(zip(names, row, strict=True)) | self._counts
        return self._counts[name]

    def _given(self, *names: str) -> dict[str, Any]:
        lo, hi = edges(self.unit)
        given = {"lo": lo, "hi": hi}
        for name in names:
            given |= times(name, self.period)
        return given

    def _sum(self, name: str, column: Any) -> int:
        statement = _adding(name, column, self.period.dated)
        return int(db.session.execute(statement, self._given(name)).scalar_one())

    def _pace(self) -> Pace:
        """How long the cases took that were closed in the period."""
        rows = db.session.execute(_spans(self.period.dated), self._given("closed")).all()
        worked = Worked()
        took = [worked.between(clock.local(start).date(), clock.local(end).date()) for start, end in rows]
        if len(took) < self.fewest:
            return Pace(len(took), None, None)
        return Pace(len(took), rank(took, 0.5), rank(took, 0.9))


def _total(counted: Counted) -> int:
    return sum(n for _name, n in counted)


_FIGURES = {name for _words, some in GROUPS for it in some for name in (*it.part, *it.less, *it.whole)}


@cache
def _walk(name: str, dated: bool) -> tuple[list[str], Select[Any]]:
    """The figures counted on the same walk as one of them, and the statement that counts them all."""
    way = figure(name, dated)
    names = [each for each in sorted(_FIGURES) if figure(each, dated).goes_with(way)]
    counts = [func.count().filter(figure(each, dated).asks) for each in names]
    return names, placed(select(*counts).select_from(way.kind), way).where(way.over)


@cache
def _adding(name: str, column: Any, dated: bool) -> Select[Any]:
    """What is added up over the records a figure counts."""
    way = figure(name, dated)
    total = func.coalesce(func.sum(column), 0)
    return placed(select(total).select_from(way.kind), way).where(way.condition)


@cache
def _spans(dated: bool) -> Select[Any]:
    way = figure("closed", dated)
    found = placed(select(Complaint.accepted_at, Complaint.closed_at), way)
    return found.where(way.condition, Complaint.accepted_at.is_not(None))
