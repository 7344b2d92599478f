"""What each figure of a unit counts: the walks over the records, and the conditions on the way.

A walk goes once over the records of one kind that meet a condition and counts several figures on its way.
Conditions stand here once: figures count by them, and the records behind a figure are found by them. Sealed
complaints stand in no figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Subquery,
    bindparam,
    func,
    literal_column,
    select,
    true,
)

from gridunion.complaints.life import DISPUTES, LEFT
from gridunion.complaints.models import IS_OPEN, Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.records import ComplaintEvent
from gridunion.db import UtcDateTime, written
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.visits.due import GONE, DueVisit
from gridunion.visits.life import REACHED
from gridunion.visits.models import Visit

Condition = ColumnElement[bool]

COUNTED: frozenset[Any] = frozenset((Person, Visit, DueVisit, Complaint, ReplyDue, Employer))

_p, _v, _d, _c, _r, _e = (t.__table__.c for t in (Person, Visit, DueVisit, Complaint, ReplyDue, Employer))
_s = ComplaintEvent.__table__.c
NOW = bindparam("now", type_=UtcDateTime)
FROM, TO = bindparam("window_from", type_=UtcDateTime), bindparam("window_to", type_=UtcDateTime)
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
NONE: ColumnElement[int] = literal_column("0")


def within(column: ColumnElement[Any]) -> Condition:
    return (column >= FROM) & (column < TO)


NOT_SEALED = _c.sealed.is_(False)
_received = NOT_SEALED & within(_c.recorded_at)
_dispute = _c.kind.in_([written(kind) for kind in DISPUTES]) & _c.accepted_at.is_not(None)
JUDGED = NOT_SEALED & within(_c.first_due_at) & _c.state.not_in([written(state) for state in LEFT])
_left_out = NOT_SEALED & within(_c.first_due_at) & _c.state.in_([written(state) for state in LEFT])
_more_time = select(_s.id).where(_s.complaint_id == _c.id, _s.step == written("extend")).exists()
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


@dataclass(frozen=True)
class Walk:
    """One pass over the records of a kind that meet a condition, and what else each of its figures asks."""

    kind: Any
    over: Condition
    figures: dict[str, Condition]
    moments: dict[str, ColumnElement[Any]] = field(default_factory=dict)
    also: Any = None
    """Another kind whose records decide, too."""

    def joined(self) -> Subquery:
        """A row for each of the asked units that has such records."""
        unit_id = self.kind.__table__.c.unit_id
        counts = [func.count().filter(asks).label(name) for name, asks in self.figures.items()]
        moments = [column.label(name) for name, column in self.moments.items()]
        found = select(unit_id, *counts, *moments).where(unit_id.in_(IDS), self.over)
        return found.group_by(unit_id).subquery()

    def beside(self, unit_id: ColumnElement[int]) -> ColumnElement[int]:
        """The one figure of a unit: SQLite counts faster what it need not group."""
        table = self.kind.__table__
        counted = select(func.count()).select_from(table).where(table.c.unit_id == unit_id, self.over)
        return counted.scalar_subquery()


ALL = true()
WALKS = (
    Walk(Person, ACTIVE, {"members": ALL}),
    Walk(Person, _p.status == written("applied"), {"applied": ALL}),
    Walk(Person, ACTIVE & _p.new_form, {"new_form": ALL}),
    Walk(Person, ACTIVE & _p.visit_due_at.is_not(None), {"people_due": ALL}),
    Walk(Person, HARD, {"hardship": ALL}),
    Walk(Person, INCOMPLETE, {"incomplete": ALL}),
    Walk(Person, HARD & _seen_lately, {"helped": ALL}, also=Visit),
    Walk(Employer, WORKS, {"employers": ALL, "organized": _e.union_state != written("unorganized")}),
    Walk(Complaint, _received, {
        "received": ALL, "ours_first": _c.channel != written("hotline"), "disputes": _dispute,
        "mediated": _dispute & _c.mediated_on.is_not(None),
    }),
    Walk(Complaint, JUDGED, {"due": ALL, "on_time": _c.first_resolved_at <= _c.first_due_at}),
    Walk(Complaint, NOT_SEALED & IS_OPEN, {"open": ALL}),
    Walk(Complaint, NOT_SEALED & IS_OPEN & _late, {"overdue": ALL}, {"oldest_due_at": func.min(_c.due_at)}),
    Walk(DueVisit, _stands, {"visits_due": ALL, "visits_on_time": _d.done_at <= _d.due_at}),
    Walk(DueVisit, _d.state == written("open"), {"visits_open": ALL}),
    Walk(ReplyDue, _told, {"echoes_due": ALL, "echoes_on_time": _r.told_at <= _r.due_at}),
)  # fmt: skip


def conditions(walks: Iterable[Walk]) -> dict[str, Condition]:
    """By what each figure of some walks counts."""
    return {
        name: walk.over if asks is ALL else walk.over & asks
        for walk in walks
        for name, asks in walk.figures.items()
    }


def sources(walks: Iterable[Walk]) -> dict[str, Any]:
    """The kind of record each figure of some walks counts."""
    return {name: walk.kind for walk in walks for name in walk.figures}


CONDITIONS = conditions(WALKS)
COUNTS = tuple(CONDITIONS)
SOURCES = sources(WALKS)

# Parts of a figure, listed apart on the page of its records.
PARTS: dict[str, Condition] = {
    "late_open": JUDGED & _c.first_resolved_at.is_(None),
    "late_done": JUDGED & (_c.first_resolved_at > _c.first_due_at),
    "visits_missed": _stands & _d.done_at.is_(None),
    "left_out": _left_out,
    "extended": JUDGED & _more_time,
    "visits_late": _stands & (_d.done_at > _d.due_at),
    "echoes_missed": _told & _r.told_at.is_(None),
    "echoes_late": _told & (_r.told_at > _r.due_at),
    "unorganized": WORKS & (_e.union_state == written("unorganized")),
    "unhelped": HARD & ~_seen_lately,
    "not_mediated": CONDITIONS["disputes"] & _c.mediated_on.is_(None),
    "from_outside": CONDITIONS["received"] & (_c.channel == written("hotline")),
}
SOURCES |= dict.fromkeys(
    ("late_open", "late_done", "left_out", "extended", "not_mediated", "from_outside"), Complaint
)
SOURCES |= dict.fromkeys(("visits_missed", "visits_late"), DueVisit)
SOURCES |= dict.fromkeys(("echoes_missed", "echoes_late"), ReplyDue)
SOURCES |= {"unorganized": Employer, "unhelped": Person}
