"""How units stood in a period that is not the board's own: what came and fell due in it, and what was so at its end.

Everything is counted from the records' own days, so the same period counted later says the same, unless a record of
that time was changed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Date, bindparam, func, or_, select, union_all

from gridunion.complaints.models import Complaint
from gridunion.db import UtcDateTime, trusted, written
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.status.figures import LIVE, moment
from gridunion.status.periods import Period
from gridunion.status.walks import ALL, COUNTS, IDS, NOT_SEALED, TO, Walk, conditions, sources
from gridunion.visits.models import Visit

AT_ONCE = 500  # units asked about in one statement

Figures = dict[str, int]

_FIRST: Any = bindparam("first", type_=Date())
_LAST: Any = bindparam("last", type_=Date())
_BEFORE: Any = bindparam("day_before", type_=Date())
_c, _m = Complaint.__table__.c, Membership.__table__.c
_active = _m.status == written("active")


def _holds(day: Any) -> Any:
    return (_m.from_on <= day) & or_(_m.until_on.is_(None), _m.until_on > day)


def left_at(moment: Any) -> Any:
    """Open at a moment, by what happened since: the state a case has now says nothing of then."""
    left = (_c.recorded_at < moment) & or_(_c.resolved_at.is_(None), _c.resolved_at >= moment)
    return NOT_SEALED & left & or_(_c.closed_at.is_(None), _c.closed_at >= moment)


HELD = _active & _holds(_LAST)
_late = _c.due_at < TO

AT_END = (
    Walk(Membership, HELD, {"members": ALL}),
    Walk(Membership, _active & _holds(_BEFORE), {"before": ALL}),
    Walk(Membership, (_m.status == written("retained")) & _holds(_LAST), {"retained": ALL}),
    Walk(Complaint, left_at(TO), {"open": ALL}),
    Walk(Complaint, left_at(TO) & _late, {"overdue": ALL}, {"oldest_due_at": func.min(_c.due_at)}),
)
"""What stood at the end of a period, and what at its beginning, from dated spans."""

BEGAN = Walk(
    Membership,
    _active & (_m.change_type == written("1")) & _m.from_on.between(_FIRST, _LAST),
    {"joined": ALL},
)
THEN, THEN_OF = conditions(AT_END), sources(AT_END)
AT_ENDS = (*THEN, "oldest_due_at", "last_entry_at")
FIGURES = (*dict.fromkeys((*THEN, "joined", *COUNTS)),)


@dataclass
class Stood:
    """How a unit, or several, stood. `before`: members when the period began."""

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


_ENTRIES = union_all(
    *(
        select(kind.unit_id, func.max(kind.recorded_at).label("at"))
        .where(kind.unit_id.in_(IDS), kind.recorded_at < TO, shown)
        .group_by(kind.unit_id)
        for kind, shown in (
            (Person.__table__.c, Person.__table__.c.status.is_not(None)),
            (Visit.__table__.c, ALL),
            (_c, NOT_SEALED),
        )
    )
).subquery()
_LATEST = select(_ENTRIES.c.unit_id, func.max(_ENTRIES.c.at, type_=UtcDateTime).label("last_entry_at"))
_LATEST = _LATEST.group_by(_ENTRIES.c.unit_id)
_ENDS = (*(select(walk.joined()) for walk in (*AT_END, BEGAN)), _LATEST)


def standings(unit_ids: list[int], period: Period) -> dict[int, Stood]:
    """How each of some units stood in a period, from the records that happened in it alone."""
    found: dict[int, Stood] = defaultdict(nothing)
    for start in range(0, len(unit_ids), AT_ONCE):
        given = moment(period) | {"ids": unit_ids[start : start + AT_ONCE]}
        for number, figures in _each(given, period):
            stood = found[number]
            for name in ("oldest_due_at", "last_entry_at"):
                if name in figures:
                    setattr(stood, name, figures.pop(name))
            stood.figures.update(figures)
    return found


def _each(given: dict[str, Any], period: Period) -> Iterator[tuple[int, dict[str, Any]]]:
    for row in trusted(LIVE, given).mappings():
        left = ("id", "fresh_until", *(AT_ENDS if period.dated else ()))
        yield row["id"], {name: value for name, value in row.items() if name not in left}
    for statement in _ENDS if period.dated else ():
        for row in trusted(statement, given).mappings():
            yield row["unit_id"], {name: value for name, value in row.items() if name != "unit_id"}
