"""Lines and bars of a branch: what came in week by week or month by month, what it was about, and who its members
are."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from flask_babel import gettext
from sqlalchemy import Date, bindparam, func, or_, select

from gridunion import clock, settings
from gridunion.complaints.conflicts import free_of
from gridunion.complaints.life import LEFT, OPEN
from gridunion.complaints.models import Complaint
from gridunion.db import Bytewise, UtcDateTime, trusted
from gridunion.members.membership import NEW_MEMBERS, Membership
from gridunion.members.models import Person
from gridunion.status.periods import DAY, Period, months_after
from gridunion.status.walks import ACTIVE
from gridunion.tree import Unit

STEPS = 12
MOST = 7  # kinds of case shown apart

_c, _m, _p, _u = (it.__table__.c for it in (Complaint, Membership, Person, Unit))
_FROM = bindparam("since", type_=UtcDateTime)
_here = (_u.path >= bindparam("lo", type_=Bytewise)) & (_u.path < bindparam("hi", type_=Bytewise))
_mine = _here & _c.sealed.is_(False) & free_of(_c)


def _of(kind: Any) -> Any:
    """Records with their units."""
    return Unit.__table__.join(kind.__table__, kind.__table__.c.unit_id == _u.id)


_moved = or_(_c.recorded_at >= _FROM, _c.resolved_at >= _FROM, _c.state.in_(OPEN))
_MOVES: Any = select(_c.recorded_at, _c.resolved_at, _c.due_at, _c.state).select_from(_of(Complaint))
_MOVES = _MOVES.where(_mine, _moved)
_received = (_c.recorded_at >= _FROM) & (_c.recorded_at < bindparam("until", type_=UtcDateTime))
_KINDS: Any = select(_c.category, func.count()).select_from(_of(Complaint)).where(_mine, _received)
_KINDS = _KINDS.group_by(_c.category)
_GROUPS: Any = select(_p.key_group, func.count()).select_from(_of(Person))
_GROUPS = _GROUPS.where(_here, ACTIVE, _p.key_group.is_not(None)).group_by(_p.key_group)


@dataclass(frozen=True)
class Moves:
    """The days on which weeks or months begin, and for each how many cases came, were done, were late at its end."""

    starts: list[date]
    received: list[int]
    resolved: list[int]
    late: list[int]


def weeks() -> list[date]:
    """The Mondays of the last weeks, that of the running one last."""
    monday = clock.today() - timedelta(days=clock.today().weekday())
    return [monday - timedelta(weeks=n) for n in reversed(range(STEPS))]


def months() -> list[date]:
    """The first days of the last months, that of the running one last."""
    first = clock.today().replace(day=1)
    return [months_after(first, -n) for n in reversed(range(STEPS))]


def moves(unit: Unit, starts: list[date]) -> Moves:
    """What was received, resolved and overdue in each of some weeks or months that follow each other until today."""
    edges = [clock.midnight(day) for day in starts]
    ends = [*edges[1:], clock.now()]
    came, done, late = ([0] * len(starts) for _ in range(3))
    rows: Any = trusted(_MOVES, _inside(unit) | {"since": edges[0]})
    for recorded, resolved, due, state in rows:
        for counts, at in ((came, recorded), (done, resolved)):
            if at and at >= edges[0]:
                counts[bisect_right(edges, at) - 1] += 1
        if state not in LEFT:
            for n, end in enumerate(ends):
                late[n] += recorded < end and due < end and (resolved is None or resolved >= end)
    return Moves(starts, came, done, late)


def _inside(unit: Unit) -> dict[str, Any]:
    lo, hi = unit.branch
    return {"lo": lo, "hi": hi}


def by_category(unit: Unit, period: Period) -> list[tuple[str, int]]:
    """(words, count) of the cases received in a period, most first; the tail as one."""
    given = _inside(unit) | {"since": period.start, "until": period.end}
    ranked = _most(_KINDS, given)
    shown = [(settings.label("complaint_category", code), count) for code, count in ranked[:MOST]]
    rest = sum(count for _code, count in ranked[MOST:])
    return [*shown, (gettext("其余各类"), rest)] if rest else shown


def by_group(unit: Unit) -> list[tuple[str, int]]:
    """(words, count) of the members of each key group, most first."""
    return [(settings.label("key_group", code), count) for code, count in _most(_GROUPS, _inside(unit))]


def _most(statement: Any, given: dict[str, Any]) -> list[Any]:
    """Its rows, the largest count first."""
    return sorted(trusted(statement, given), key=lambda row: -row[1])


@cache
def _standing() -> Any:
    """For each of some months: how many were members on its last day, and how many joined in it."""
    counts: list[Any] = []
    for n in range(STEPS):
        first, last = (bindparam(f"{edge}_{n}", type_=Date()) for edge in ("first", "last"))
        held = (_m.from_on <= last) & or_(_m.until_on.is_(None), _m.until_on > last)
        counts.append(func.count().filter((_m.status == "active") & held))
        counts.append(func.count().filter(NEW_MEMBERS & _m.from_on.between(first, last)))
    return select(*counts).select_from(_of(Membership)).where(_here, Membership.visible())


def members(unit: Unit) -> tuple[list[int], list[int]]:
    """How many members there were at the end of each of the last months, and how many joined in it."""
    given = _inside(unit)
    for n, first in enumerate(months()):
        last = min(months_after(first, 1) - DAY, clock.today())
        given |= {f"first_{n}": first, f"last_{n}": last}
    counts = list(trusted(_standing(), given).one())
    return counts[::2], counts[1::2]
