"""A month, and how each unit of a branch stood in it: what came and fell due in it, and what was so at its end.

Everything is counted from the records' own days, so the same month counted later says the same, unless a record of
that month was changed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, func, literal_column, or_, select, union_all

from gridunion import clock, settings
from gridunion.complaints.models import Complaint
from gridunion.db import UtcDateTime, trusted
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.status.figures import LIVE
from gridunion.status.walks import FREE, IDS, NOT_SEALED
from gridunion.visits.models import Visit

AT_ONCE = 500  # units asked about in one statement
COUNTED_IN = (
    "employers", "organized", "received", "ours_first", "disputes", "mediated", "due", "on_time",
    "visits_due", "visits_on_time", "echoes_due", "echoes_on_time", "hardship", "helped",
)  # fmt: skip
SPANS = ("members", "before", "joined", "retained")
FIGURES = (*SPANS, *COUNTED_IN, "open", "overdue")

Figures = dict[str, int]


@dataclass(frozen=True)
class Month:
    """A month of the calendar in Shanghai, by its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.replace(day=1))

    @classmethod
    def named(cls, said: str) -> "Month | None":
        """From ``2026-10``; None for what is no month, or for one that has not begun."""
        try:
            month = cls(date.fromisoformat(f"{said}-01"))
        except ValueError:
            return None
        return month if clock.EARLIEST <= month.first <= clock.today() else None

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def next(self) -> "Month":
        return Month.of(self.first + timedelta(days=32))

    @property
    def before(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def last(self) -> date:
        """Its last day, or today while it runs."""
        return min(self.next.first - timedelta(days=1), clock.today())

    @property
    def over(self) -> bool:
        return self.next.first <= clock.today()

    @property
    def start(self) -> datetime:
        return clock.midnight(self.first)

    @property
    def end(self) -> datetime:
        """The instant at which it ended, or now."""
        return min(clock.midnight(self.next.first), clock.now())

    def sign_by(self, path: str) -> date:
        """The last day on which a union should sign it."""
        return self.next.first + timedelta(days=settings.value("report.sign.day", path) - 1)


@dataclass
class Stood:
    """How a unit, or several, stood. `before`: members when the month began."""

    figures: Figures
    oldest_due_at: datetime | None = None
    last_entry_at: datetime | None = None

    def add(self, other: "Stood") -> None:
        for name, count in other.figures.items():
            self.figures[name] += count
        self.oldest_due_at = min(filter(None, (self.oldest_due_at, other.oldest_due_at)), default=None)
        self.last_entry_at = max(filter(None, (self.last_entry_at, other.last_entry_at)), default=None)


def nothing() -> Stood:
    return Stood(dict.fromkeys(FIGURES, 0))


_START, _END = bindparam("window_from", type_=UtcDateTime), bindparam("window_to", type_=UtcDateTime)
_FIRST: Any = bindparam("first", type_=Date())
_LAST: Any = bindparam("last", type_=Date())
_BEFORE: Any = bindparam("day_before", type_=Date())
_c, _m = Complaint.__table__.c, Membership.__table__.c
_active = _m.status == literal_column("'active'")


def _holds(day: Any) -> Any:
    return (_m.from_on <= day) & or_(_m.until_on.is_(None), _m.until_on > day)


_SPANS = (
    select(
        _m.unit_id,
        func.count().filter(_active & _holds(_LAST)).label("members"),
        func.count().filter(_active & _holds(_BEFORE)).label("before"),
        func.count()
        .filter(_active & (_m.change_type == literal_column("'1'")) & _m.from_on.between(_FIRST, _LAST))
        .label("joined"),
        func.count().filter((_m.status == literal_column("'retained'")) & _holds(_LAST)).label("retained"),
    )
    .where(_m.unit_id.in_(IDS))
    .group_by(_m.unit_id)
)

# Open at the end of the month, by what happened since: the state a case has now says nothing of then.
_left = (_c.recorded_at < _END) & or_(_c.resolved_at.is_(None), _c.resolved_at >= _END)
_left = _left & or_(_c.closed_at.is_(None), _c.closed_at >= _END)
_late = _c.due_at < _END
_CASES = (
    select(
        _c.unit_id,
        func.count().label("open"),
        func.count().filter(_late).label("overdue"),
        func.min(_c.due_at, type_=UtcDateTime).filter(_late).label("oldest"),
    )
    .where(_c.unit_id.in_(IDS), NOT_SEALED & FREE[Complaint], _left)
    .group_by(_c.unit_id)
)
_ENTRIES = union_all(
    *(
        select(kind.unit_id, func.max(kind.recorded_at).label("at"))
        .where(kind.unit_id.in_(IDS), kind.recorded_at < _END, shown)
        .group_by(kind.unit_id)
        for kind, shown in (
            (Person.__table__.c, Person.__table__.c.status.is_not(None)),
            (Visit.__table__.c, literal_column("1") == literal_column("1")),
            (_c, NOT_SEALED & FREE[Complaint]),
        )
    )
).subquery()
_LATEST = select(_ENTRIES.c.unit_id, func.max(_ENTRIES.c.at, type_=UtcDateTime).label("at")).group_by(
    _ENTRIES.c.unit_id
)


def standings(unit_ids: list[int], month: Month) -> dict[int, Stood]:
    """How each of some units stood in a month, from the records that happened in it alone."""
    found: dict[int, Stood] = defaultdict(nothing)
    for start in range(0, len(unit_ids), AT_ONCE):
        given = _given(month) | {"ids": unit_ids[start : start + AT_ONCE]}
        for unit_id, figures in _each(given):
            found[unit_id].figures.update(figures)
        for case in trusted(_CASES, given):
            found[case.unit_id].figures.update(open=case.open, overdue=case.overdue)
            found[case.unit_id].oldest_due_at = case.oldest
        for entry in trusted(_LATEST, given):
            found[entry.unit_id].last_entry_at = entry.at
    return found


def _each(given: dict[str, Any]) -> Iterator[tuple[int, Figures]]:
    for row in trusted(LIVE, given).mappings():
        yield row["id"], {name: row[name] for name in COUNTED_IN}
    for row in trusted(_SPANS, given).mappings():
        yield row["unit_id"], {name: row[name] for name in SPANS}


def _given(month: Month) -> dict[str, Any]:
    end = month.end
    return {
        "now": end, "midnight": end, "window_from": month.start, "window_to": end,
        "must": settings.codes_tagged("visit_trigger", "must"), "first": month.first, "last": month.last,
        "day_before": month.first - timedelta(days=1),
    }  # fmt: skip
