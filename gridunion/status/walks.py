"""What each figure of a unit counts: the walks over the records, and the conditions on the way.

A walk goes once over the records of one kind that meet a condition and counts several figures on its way.
Conditions stand here once: figures count by them, and the records behind a figure are found by them. Sealed
complaints stand in no figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Subquery,
    bindparam,
    func,
    literal_column,
    select,
    true,
)

from gridunion.complaints.conflicts import KEPT_FROM_ME, free_of
from gridunion.complaints.life import LEFT
from gridunion.complaints.models import IS_DISPUTE, IS_OPEN, Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.records import ComplaintEvent
from gridunion.db import Bytewise, UtcDateTime, written
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.visits.due import GONE, OPEN, DueVisit
from gridunion.visits.life import REACHED
from gridunion.visits.models import Visit

Condition = ColumnElement[bool]
ALL: Condition = true()

COUNTED: frozenset[Any] = frozenset((Person, Visit, DueVisit, Complaint, ReplyDue, Employer))

_p, _v, _d, _c, _r, _e = (t.__table__.c for t in (Person, Visit, DueVisit, Complaint, ReplyDue, Employer))
_s = ComplaintEvent.__table__.c
NOW = bindparam("now", type_=UtcDateTime)
FROM, TO = bindparam("window_from", type_=UtcDateTime), bindparam("window_to", type_=UtcDateTime)
LO, HI = bindparam("lo", type_=Bytewise), bindparam("hi", type_=Bytewise)
"""The edges of the branch whose records are counted by themselves, not unit by unit."""
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
NONE: ColumnElement[int] = literal_column("0")


def within(column: ColumnElement[Any]) -> Condition:
    return (column >= FROM) & (column < TO)


NOT_SEALED = _c.sealed.is_(False)
FREE: dict[Any, Condition] = {Complaint: free_of(_c), ReplyDue: _r.complaint_id.not_in(KEPT_FROM_ME)}
"""What the viewer need not keep away from: he is told no number of what he may not open."""
_received = NOT_SEALED & within(_c.recorded_at)
DISPUTE = NOT_SEALED & IS_DISPUTE & within(_c.accepted_at)
_dispute = DISPUTE & (_c.state != written("merged"))
FELL_DUE = NOT_SEALED & within(_c.first_due_at)
JUDGED = FELL_DUE & _c.state.not_in([written(state) for state in LEFT])
_left_out = FELL_DUE & _c.state.in_([written(state) for state in LEFT])
MORE_TIME = select(_s.id).where(_s.complaint_id == _c.id, _s.step == written("extend")).exists()
_late = _c.due_at < NOW
_told = _r.sealed.is_(False) & within(_r.due_at)
_stands = within(_d.due_at) & _d.must & _d.state.not_in([written(state) for state in GONE])
MET = (_v.voided_at.is_(None)) & _v.outcome.in_([written(outcome) for outcome in REACHED])
ACTIVE = _p.status == written("active")
WORKS = _e.state == written("active")
HARD = ACTIVE & _p.hardship_class.is_not(None)
INCOMPLETE = ACTIVE & (_p.gaps != NONE)
# Asked as a subquery: of a bound moment SQLite would look up how many visits lie behind it, and plan anew each time.
_since, _until = select(FROM).scalar_subquery(), select(NOW).scalar_subquery()
_lately = (_v.happened_at >= _since) & (_v.happened_at < _until)
_seen_lately = select(_v.id).where(_v.person_id == _p.id, MET, _lately).exists()


class Way(NamedTuple):
    """How one figure is counted: on the walk over the records of a kind that meet a condition, those that meet another.

    `beside`: another table the second condition asks about, and how each record finds its one row there.
    """

    kind: Any
    over: Condition
    asks: Condition = ALL
    beside: tuple[FromClause, Condition] | None = None

    @property
    def condition(self) -> Condition:
        return self.over if self.asks is ALL else self.over & self.asks

    def goes_with(self, other: "Way") -> bool:
        """Whether both are counted on one walk."""
        return self.kind is other.kind and self.over is other.over and self.beside is other.beside


@dataclass(frozen=True)
class Walk:
    """One pass over the records of a kind that meet a condition, and what else each of its figures asks."""

    kind: Any
    over: Condition
    figures: dict[str, Condition]
    moments: dict[str, ColumnElement[Any]] = field(default_factory=dict)
    also: Any = None
    """Another kind whose records decide, too."""

    def joined(self, mine: bool = False) -> Subquery:
        """A row for each of the asked units that has such records; `mine`: as the viewer may know of them."""
        unit_id = self.kind.__table__.c.unit_id
        counts = [func.count().filter(asks).label(name) for name, asks in self.figures.items()]
        moments = [column.label(name) for name, column in self.moments.items()]
        found = select(unit_id, *counts, *moments).where(unit_id.in_(IDS), self._counted(mine))
        return found.group_by(unit_id).subquery()

    def beside(self, unit_id: ColumnElement[int], mine: bool = False) -> ColumnElement[int]:
        """The one figure of a unit: SQLite counts faster what it need not group."""
        table = self.kind.__table__
        counted = (
            select(func.count()).select_from(table).where(table.c.unit_id == unit_id, self._counted(mine))
        )
        return counted.scalar_subquery()

    def _counted(self, mine: bool) -> Condition:
        return self.over & FREE[self.kind] if mine and self.kind in FREE else self.over


WALKS = (
    Walk(Person, ACTIVE, {"members": ALL}),
    Walk(Person, _p.status == written("applied"), {"applied": ALL}),
    Walk(Person, ACTIVE & _p.new_form, {"new_form": ALL}),
    Walk(Person, ACTIVE & _p.visit_due_at.is_not(None), {"people_due": ALL}),
    Walk(Person, HARD, {"hardship": ALL}),
    Walk(Person, INCOMPLETE, {"incomplete": ALL}),
    Walk(Person, HARD & _seen_lately, {"helped": ALL}, also=Visit),
    Walk(Employer, WORKS, {"employers": ALL, "organized": _e.union_state != written("unorganized")}),
    Walk(Complaint, _received, {"received": ALL, "ours_first": _c.channel != written("hotline")}),
    Walk(Complaint, _dispute, {"disputes": ALL, "mediated": _c.mediated_on.is_not(None)}),
    Walk(Complaint, JUDGED, {"due": ALL, "on_time": _c.first_resolved_at <= _c.first_due_at}),
    Walk(Complaint, NOT_SEALED & IS_OPEN, {"open": ALL}),
    Walk(Complaint, NOT_SEALED & IS_OPEN & _late, {"overdue": ALL}, {"oldest_due_at": func.min(_c.due_at)}),
    Walk(DueVisit, _stands, {"visits_due": ALL, "visits_on_time": _d.done_at <= _d.due_at}),
    Walk(DueVisit, OPEN, {"visits_open": ALL}),
    Walk(ReplyDue, _told, {"echoes_due": ALL, "echoes_on_time": _r.told_at <= _r.due_at}),
)  # fmt: skip


def ways(walks: Iterable[Walk]) -> dict[str, Way]:
    """How each figure of some walks is counted."""
    return {name: Way(walk.kind, walk.over, asks) for walk in walks for name, asks in walk.figures.items()}


WAYS = ways(WALKS)
COUNTS = tuple(WAYS)
CONDITIONS = {name: way.condition for name, way in WAYS.items()}

# Parts of a figure, listed apart on the page of its records.
PARTS = {
    "late_open": Way(Complaint, JUDGED, _c.first_resolved_at.is_(None)),
    "late_done": Way(Complaint, JUDGED, _c.first_resolved_at > _c.first_due_at),
    "extended": Way(Complaint, JUDGED, MORE_TIME),
    "left_out": Way(Complaint, _left_out),
    "not_mediated": Way(Complaint, _dispute, _c.mediated_on.is_(None)),
    "from_outside": Way(Complaint, _received, _c.channel == written("hotline")),
    "visits_missed": Way(DueVisit, _stands, _d.done_at.is_(None)),
    "visits_late": Way(DueVisit, _stands, _d.done_at > _d.due_at),
    "echoes_missed": Way(ReplyDue, _told, _r.told_at.is_(None)),
    "echoes_late": Way(ReplyDue, _told, _r.told_at > _r.due_at),
    "unorganized": Way(Employer, WORKS, _e.union_state == written("unorganized")),
    "unhelped": Way(Person, HARD, ~_seen_lately),
}
