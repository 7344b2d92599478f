"""The figures of a unit: what each one counts, and how they are counted in as few walks as possible.

A walk goes once over the records of one kind that meet a condition and counts several figures on its way.
Conditions stand here once: figures count by them, and the records behind a figure are found by them. Sealed
complaints stand in no figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    bindparam,
    func,
    literal_column,
    select,
    true,
    union_all,
)

from gridunion import clock, settings
from gridunion.complaints.life import DISPUTES
from gridunion.complaints.models import IS_OPEN, Complaint, ReplyDue
from gridunion.db import UtcDateTime
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.tree import Unit
from gridunion.visits.models import DueVisit, Visit

Condition = ColumnElement[bool]

WINDOW = 30  # days the board looks back; today is not over and does not count
COUNTED: frozenset[Any] = frozenset((Person, Visit, DueVisit, Complaint, ReplyDue, Employer))

_p, _v, _d, _c, _r, _e = (t.__table__.c for t in (Person, Visit, DueVisit, Complaint, ReplyDue, Employer))
_NOW = bindparam("now", type_=UtcDateTime)
_FROM, _TO = bindparam("window_from", type_=UtcDateTime), bindparam("window_to", type_=UtcDateTime)
_MIDNIGHT = bindparam("midnight", type_=UtcDateTime)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_NONE: ColumnElement[int] = literal_column("0")


def _word(said: str) -> ColumnElement[str]:
    """A word written out, not bound: SQLite picks an index of some rows only by a condition it can read, and
    plans a statement anew each time for a word it is given."""
    return literal_column(f"'{said}'")


def _within(column: ColumnElement[Any]) -> Condition:
    return (column >= _FROM) & (column < _TO)


_counted = _c.sealed.is_(False)
_received = _counted & _within(_c.recorded_at)
_dispute = _c.kind.in_([_word(kind) for kind in DISPUTES]) & _c.accepted_at.is_not(None)
_judged = _counted & _within(_c.first_due_at) & (_c.state != _word("refused"))
_late = _c.due_at < _NOW
_told = _r.sealed.is_(False) & _within(_r.due_at)
_must = _within(_d.due_at) & _d.trigger.in_(bindparam("must", expanding=True))
_stands = _must & (_d.state != _word("cancelled"))
_met = (_v.voided_at.is_(None)) & (_v.outcome != _word("not_home"))
_active = _p.status == _word("active")
_works = _e.state == _word("active")
_hard = _active & _p.hardship_class.is_not(None)
_incomplete = _active & (_p.gaps != _NONE)
# Asked as a subquery: of a bound moment SQLite would look up how many visits lie behind it, and plan anew each time.
_since, _until = select(_FROM).scalar_subquery(), select(_NOW).scalar_subquery()
_lately = (_v.happened_at >= _since) & (_v.happened_at < _until)
_seen_lately = select(_v.id).where(_v.person_id == _p.id, _met, _lately).exists()


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
        found = select(unit_id, *counts, *moments).where(unit_id.in_(_IDS), self.over)
        return found.group_by(unit_id).subquery()

    def beside(self, unit_id: ColumnElement[int]) -> ColumnElement[int]:
        """The one figure of a unit: SQLite counts faster what it need not group."""
        table = self.kind.__table__
        counted = select(func.count()).select_from(table).where(table.c.unit_id == unit_id, self.over)
        return counted.scalar_subquery()


_ALL = true()
WALKS = (
    Walk(Person, _active, {"members": _ALL}),
    Walk(Person, _p.status == _word("applied"), {"applied": _ALL}),
    Walk(Person, _active & _p.new_form, {"new_form": _ALL}),
    Walk(Person, _active & _p.visit_due_at.is_not(None), {"people_due": _ALL}),
    Walk(Person, _hard, {"hardship": _ALL}),
    Walk(Person, _incomplete, {"incomplete": _ALL}),
    Walk(Person, _hard & _seen_lately, {"helped": _ALL}, also=Visit),
    Walk(Employer, _works, {"employers": _ALL, "organized": _e.union_state != _word("unorganized")}),
    Walk(Complaint, _received, {
        "received": _ALL, "ours_first": _c.channel != _word("hotline"), "disputes": _dispute,
        "mediated": _dispute & _c.mediated_on.is_not(None),
    }),
    Walk(Complaint, _judged, {"due": _ALL, "on_time": _c.first_resolved_at <= _c.first_due_at}),
    Walk(Complaint, _counted & IS_OPEN, {"open": _ALL}),
    Walk(Complaint, _counted & IS_OPEN & _late, {"overdue": _ALL}, {"oldest_due_at": func.min(_c.due_at)}),
    Walk(DueVisit, _stands, {"visits_due": _ALL, "visits_on_time": _d.done_at <= _d.due_at}),
    Walk(DueVisit, _d.state == _word("open"), {"visits_open": _ALL}),
    Walk(ReplyDue, _told, {"echoes_due": _ALL, "echoes_on_time": _r.told_at <= _r.due_at}),
)  # fmt: skip

CONDITIONS: dict[str, Condition] = {
    name: walk.over if asks is _ALL else walk.over & asks
    for walk in WALKS
    for name, asks in walk.figures.items()
}
COUNTS = tuple(CONDITIONS)
SOURCES: dict[str, Any] = {name: walk.kind for walk in WALKS for name in walk.figures}

# Parts of a figure, listed apart on the page of its records.
PARTS: dict[str, Condition] = {
    "late_open": _judged & _c.first_resolved_at.is_(None),
    "late_done": _judged & (_c.first_resolved_at > _c.first_due_at),
    "visits_missed": _must & (_d.state == _word("open")),
    "visits_late": _stands & (_d.done_at > _d.due_at),
    "echoes_missed": _told & _r.told_at.is_(None),
    "echoes_late": _told & (_r.told_at > _r.due_at),
    "unorganized": _works & (_e.union_state == _word("unorganized")),
    "unhelped": _hard & ~_seen_lately,
    "not_mediated": CONDITIONS["disputes"] & _c.mediated_on.is_(None),
    "from_outside": CONDITIONS["received"] & (_c.channel == _word("hotline")),
}
SOURCES |= dict.fromkeys(("late_open", "late_done", "not_mediated", "from_outside"), Complaint)
SOURCES |= dict.fromkeys(("visits_missed", "visits_late"), DueVisit)
SOURCES |= dict.fromkeys(("echoes_missed", "echoes_late"), ReplyDue)
SOURCES |= {"unorganized": Employer, "unhelped": Person}


def _all_gaps(unit_id: ColumnElement[int]) -> ColumnElement[int]:
    """How many columns of the files of a unit's members are empty, all together: no figure of its own, but what
    the average of any branch is made of."""
    found = select(func.coalesce(func.sum(_p.gaps), _NONE)).where(_p.unit_id == unit_id, _incomplete)
    return found.scalar_subquery()


def counting(kinds: Iterable[Any] = COUNTED, sums: bool = True) -> Select[Any]:
    """A row of figures for each of the units `ids`: those that records of some kinds decide."""
    unit: Any = Unit.__table__
    asked, joined = set(kinds), unit
    counts, moments = [], []
    for walk in WALKS:
        if not asked & {walk.kind, walk.also}:
            continue
        if len(walk.figures) == 1 and not walk.moments:
            (name,) = walk.figures
            counts.append(walk.beside(unit.c.id).label(name))
            continue
        counted = walk.joined()
        joined = joined.outerjoin(counted, counted.c.unit_id == unit.c.id)
        counts += [func.coalesce(counted.c[name], _NONE).label(name) for name in walk.figures]
        moments += [counted.c[name] for name in walk.moments]
    if sums and Person in asked:
        counts.append(_all_gaps(unit.c.id).label("gaps"))
    if asked & {Person, Visit, Complaint}:
        moments.append(_last_entry(unit).label("last_entry_at"))
    if Complaint in asked:
        moments.append(_fresh_until(unit).label("fresh_until"))
    return select(unit.c.id, *counts, *moments).select_from(joined).where(unit.c.id.in_(_IDS))


def _last_entry(unit: FromClause) -> ColumnElement[datetime]:
    """The latest of the kinds' latest records, each the end of an index."""
    latest = [
        select(func.max(kind.recorded_at).label("at")).where(kind.unit_id == unit.c.id, shown).correlate(unit)
        for kind, shown in ((_p, _p.status.is_not(None)), (_v, _ALL), (_c, _counted))
    ]
    return select(func.max(union_all(*latest).subquery().c.at, type_=UtcDateTime)).scalar_subquery()


def _fresh_until(unit: FromClause) -> ColumnElement[datetime]:
    """The next midnight, or the next deadline that could pass before it."""
    coming = _counted & IS_OPEN & (_c.due_at >= _NOW)
    late = select(func.min(_c.due_at).label("at")).where(_c.unit_id == unit.c.id, coming).correlate(unit)
    both = union_all(late, select(_MIDNIGHT)).subquery()
    return select(func.min(both.c.at, type_=UtcDateTime)).scalar_subquery()


LIVE = counting(sums=False)


def window(day: date | None = None) -> tuple[datetime, datetime]:
    """The whole days the board judges: `WINDOW` of them, the last one yesterday."""
    today = day or clock.today()
    return clock.midnight(today - timedelta(days=WINDOW)), clock.midnight(today)


def moment() -> dict[str, Any]:
    """What the figures compare with, now; and which visits are must-visits (五必访)."""
    start, end = window()
    tomorrow = clock.today() + timedelta(days=1)
    return {
        "now": clock.now(),
        "window_from": start,
        "window_to": end,
        "midnight": clock.midnight(tomorrow),
        "must": settings.codes_tagged("visit_trigger", "must"),
    }
