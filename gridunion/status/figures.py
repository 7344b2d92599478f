"""The figures of a unit, counted in as few walks as possible."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, select, union_all

from gridunion import clock
from gridunion.complaints.models import IS_OPEN, Complaint
from gridunion.db import UtcDateTime
from gridunion.members.models import Person
from gridunion.status.periods import DAY, Period
from gridunion.status.walks import ALL, COUNTED, FREE, IDS, INCOMPLETE, NONE, NOT_SEALED, NOW, WALKS
from gridunion.tree import Unit, bound
from gridunion.visits.models import Visit

_p, _v, _c = (t.__table__.c for t in (Person, Visit, Complaint))
_MIDNIGHT = bindparam("midnight", type_=UtcDateTime)


def _all_gaps(unit_id: ColumnElement[int]) -> ColumnElement[int]:
    """How many columns of the files of a unit's members are empty, all together: no figure of its own, but what
    the average of any branch is made of."""
    found = select(func.coalesce(func.sum(_p.gaps), NONE)).where(_p.unit_id == unit_id, INCOMPLETE)
    return found.scalar_subquery()


def counting(kinds: Iterable[Any] = COUNTED, sums: bool = True, mine: bool = False) -> Select[Any]:
    """A row of figures for each of the units `ids`: those that records of some kinds decide. `mine`: without
    what the viewer keeps away from, which is nothing where the guard is lifted."""
    unit: Any = Unit.__table__
    asked, joined = set(kinds), unit
    counts, moments = [], []
    for walk in WALKS:
        if not asked & {walk.kind, walk.also}:
            continue
        if len(walk.figures) == 1 and not walk.moments:
            (name,) = walk.figures
            counts.append(walk.beside(unit.c.id, mine).label(name))
            continue
        counted = walk.joined(mine)
        joined = joined.outerjoin(counted, counted.c.unit_id == unit.c.id)
        counts += [func.coalesce(counted.c[name], NONE).label(name) for name in walk.figures]
        moments += [counted.c[name] for name in walk.moments]
    if sums and Person in asked:
        counts.append(_all_gaps(unit.c.id).label("gaps"))
    if asked & {Person, Visit, Complaint}:
        moments.append(last_entry(unit, mine).label("last_entry_at"))
    if Complaint in asked:
        moments.append(_fresh_until(unit).label("fresh_until"))
    return select(unit.c.id, *counts, *moments).select_from(joined).where(unit.c.id.in_(IDS))


def last_entry(unit: FromClause, mine: bool, before: Any = None) -> ColumnElement[datetime]:
    """The latest of the kinds' latest records, of all or of those before a moment, each the end of an index."""
    told = NOT_SEALED & FREE[Complaint] if mine else NOT_SEALED
    latest = [
        select(func.max(kind.recorded_at).label("at"))
        .where(kind.unit_id == unit.c.id, shown, ALL if before is None else kind.recorded_at < before)
        .correlate(unit)
        for kind, shown in ((_p, _p.status.is_not(None)), (_v, ALL), (_c, told))
    ]
    return select(func.max(union_all(*latest).subquery().c.at, type_=UtcDateTime)).scalar_subquery()


def _fresh_until(unit: FromClause) -> ColumnElement[datetime]:
    """The next midnight, or the next deadline that could pass before it."""
    coming = NOT_SEALED & IS_OPEN & (_c.due_at >= NOW)
    late = select(func.min(_c.due_at).label("at")).where(_c.unit_id == unit.c.id, coming).correlate(unit)
    both = union_all(late, select(_MIDNIGHT)).subquery()
    return select(func.min(both.c.at, type_=UtcDateTime)).scalar_subquery()


_LIVE = {mine: counting(sums=False, mine=mine) for mine in (True, False)}


def live() -> Select[Any]:
    """All figures of the units `ids`, without what the viewer keeps away from."""
    return _LIVE[bound()]


def moment(period: Period | None = None) -> dict[str, Any]:
    """What the figures compare with: now, and the days they look back over."""
    period = period or Period.lately()
    return {
        "now": period.end if period.dated else clock.now(),
        "window_from": period.start,
        "window_to": period.end,
        "midnight": clock.midnight(clock.tomorrow()),
        "first": period.first,
        "last": period.last,
        "day_before": period.first - DAY,
    }
