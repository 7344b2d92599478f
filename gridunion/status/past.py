"""How units stood in a period that is not the board's own: what came and fell due in it, and what was so at its end.

What can be is counted from dated spans and steps, so that the same period counted later says the same, unless a
record of that time was corrected; AS_NOW names what is counted by the records as they are now.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Date, bindparam, func, or_, select

from gridunion.complaints.life import LEFT, OPEN
from gridunion.complaints.models import Complaint
from gridunion.complaints.records import ComplaintEvent
from gridunion.db import UtcDateTime, trusted, written
from gridunion.members.membership import NEW_MEMBERS, Membership
from gridunion.members.models import Person
from gridunion.status.figures import last_entry, live, moment
from gridunion.status.periods import Period
from gridunion.status.walks import (
    ALL,
    CONDITIONS,
    COUNTS,
    DISPUTE,
    FELL_DUE,
    IDS,
    MORE_TIME,
    NOT_SEALED,
    PARTS,
    TO,
    Walk,
    Way,
    ways,
)
from gridunion.tree import Unit, bound

AT_ONCE = 500  # units asked about in one statement

Figures = dict[str, int]

FIRST: Any = bindparam("first", type_=Date())
LAST: Any = bindparam("last", type_=Date())
_BEFORE: Any = bindparam("day_before", type_=Date())
_c, _m, _p, _s = (it.__table__.c for it in (Complaint, Membership, Person, ComplaintEvent))
_active = _m.status == written("active")


def _holds(day: Any) -> Any:
    return (_m.from_on <= day) & or_(_m.until_on.is_(None), _m.until_on > day)


def state_at(moment: Any) -> Any:
    """The state of a case at a moment, by its steps: what its row says now may be of later."""
    last = select(_s.after).where(_steps, _s.recorded_at < moment).order_by(_s.id.desc()).limit(1)
    return func.coalesce(last.correlate(Complaint.__table__).scalar_subquery(), written("registered"))


def left_at(moment: Any) -> Any:
    """Open at a moment. A case that ended before, and was not opened since, need not be asked for its steps."""
    ended = (_c.resolved_at < moment) | (_c.closed_at < moment)
    there = NOT_SEALED & (_c.recorded_at < moment) & ended.is_not(True)
    return there & state_at(moment).in_([written(state) for state in OPEN])


def resolved_by(moment: Any) -> Any:
    """Resolved by a moment, as it was known at the end of the period: what was sent back since was resolved then.

    What is sent back after it was opened again does not undo the first time.
    """
    done = (_s.step == written("resolve")) & (_s.recorded_at <= moment) & (_s.recorded_at < TO)
    return select(_s.id).where(_steps, done, ~_sent_back.exists()).exists()


HELD = _active & _holds(LAST)
_steps = _s.complaint_id == _c.id
_back, _anew = (ComplaintEvent.__table__.alias(name).c for name in ("back", "anew"))
_between = select(_anew.id).where(
    _anew.complaint_id == _s.complaint_id,
    _anew.step == written("reopen"),
    _anew.id > _s.id,
    _anew.id < _back.id,
)
_sent_back = select(_back.id).where(
    _back.complaint_id == _s.complaint_id, _back.step == written("send_back"), _back.id > _s.id,
    _back.recorded_at < TO, ~_between.exists(),
)  # fmt: skip
_next = select(_s.was_due_at).where(_steps, _s.recorded_at >= TO).order_by(_s.id).limit(1)
_due_at = func.coalesce(_next.correlate(Complaint.__table__).scalar_subquery(), _c.due_at, type_=UtcDateTime)
_open = left_at(TO)
_left = state_at(TO).in_([written(state) for state in LEFT])
JUDGED_THEN = FELL_DUE & ~_left
_disputes = DISPUTE & (state_at(TO) != written("merged"))
_mediated = _c.mediated_on <= LAST
_marked = _p.hardship_on <= LAST
_resolved, _resolved_in_time = resolved_by(TO), resolved_by(_c.first_due_at)

AT_END = (
    Walk(Membership, HELD, {"members": ALL}),
    Walk(Membership, _active & _holds(_BEFORE), {"before": ALL}),
    Walk(Membership, (_m.status == written("retained")) & _holds(LAST), {"retained": ALL}),
    Walk(Person, CONDITIONS["hardship"] & _marked, {"hardship": ALL}),
    Walk(Person, CONDITIONS["helped"] & _marked, {"helped": ALL}),
    Walk(Complaint, _open, {"open": ALL}),
    Walk(Complaint, _open & (_due_at < TO), {"overdue": ALL}, {"oldest_due_at": func.min(_due_at, type_=UtcDateTime)}),
    Walk(Complaint, _disputes, {"disputes": ALL, "mediated": _mediated}),
    Walk(Complaint, JUDGED_THEN, {"due": ALL, "on_time": _resolved_in_time}),
)  # fmt: skip
"""What stood at the end of a period, and what at its beginning, from dated spans and steps."""

PARTS_THEN = {
    "late_open": Way(Complaint, JUDGED_THEN, ~_resolved),
    "late_done": Way(Complaint, JUDGED_THEN, _resolved & ~_resolved_in_time),
    "extended": Way(Complaint, JUDGED_THEN, MORE_TIME),
    "left_out": Way(Complaint, FELL_DUE & _left),
    "not_mediated": Way(Complaint, _disputes, _mediated.is_not(True)),
    "unhelped": Way(Person, PARTS["unhelped"].condition & _marked),
}
AS_NOW = ("employers", "organized", "hardship", "helped", "visits_due", "visits_on_time")
"""Figures of a past period that no dated step tells in full: what was changed on the records since changes them."""

BEGAN = Walk(Membership, NEW_MEMBERS & _m.from_on.between(FIRST, LAST), {"joined": ALL})
_ENDED = ways(AT_END)
THEN = _ENDED | PARTS_THEN
AT_ENDS = (*_ENDED, "oldest_due_at", "last_entry_at")
FIGURES = (*dict.fromkeys((*_ENDED, "joined", *COUNTS)),)


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


_u = Unit.__table__
_ENDS = {
    mine: (
        *(select(walk.joined(mine)) for walk in (*AT_END, BEGAN)),
        select(_u.c.id.label("unit_id"), last_entry(_u, mine, TO).label("last_entry_at")).where(
            _u.c.id.in_(IDS)
        ),
    )
    for mine in (True, False)
}


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
    for row in trusted(live(), given).mappings():
        left = ("id", "fresh_until", *(AT_ENDS if period.dated else ()))
        yield row["id"], {name: value for name, value in row.items() if name not in left}
    for statement in _ENDS[bound()] if period.dated else ():
        for row in trusted(statement, given).mappings():
            yield row["unit_id"], {name: value for name, value in row.items() if name != "unit_id"}
