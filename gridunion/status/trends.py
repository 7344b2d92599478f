"""Lines and bars of a branch: what came in week by week, and what it was about."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import bindparam, func, or_, select

from gridunion import clock, settings
from gridunion.complaints.life import OPEN
from gridunion.complaints.models import Complaint
from gridunion.db import Bytewise, UtcDateTime, db
from gridunion.status.periods import Period
from gridunion.tree import Unit

WEEKS = 12
MOST = 7  # kinds of case shown apart

_c, _u = Complaint.__table__.c, Unit.__table__.c
_FROM = bindparam("since", type_=UtcDateTime)
_inside = (
    (_u.path >= bindparam("lo", type_=Bytewise))
    & (_u.path < bindparam("hi", type_=Bytewise))
    & _c.sealed.is_(False)
)
_joined = Unit.__table__.join(Complaint.__table__, _c.unit_id == _u.id)
_MOVES = select(_c.recorded_at, _c.resolved_at, _c.due_at, _c.state).select_from(_joined)
_moved = or_(_c.recorded_at >= _FROM, _c.resolved_at >= _FROM, _c.state.in_(OPEN))
_MOVES = _MOVES.where(_inside, _moved).execution_options(branch=True)
_KINDS = select(_c.category, func.count()).select_from(_joined)
_KINDS = _KINDS.where(
    _inside, _c.recorded_at >= _FROM, _c.recorded_at < bindparam("until", type_=UtcDateTime)
)
_KINDS = _KINDS.group_by(_c.category).execution_options(branch=True)


@dataclass(frozen=True)
class Weeks:
    """Mondays, and for each week how many cases came, were done, and were late at its end."""

    mondays: list[date]
    received: list[int]
    resolved: list[int]
    late: list[int]


def weeks(unit: Unit) -> Weeks:
    """What was received, resolved and overdue in each of the last weeks, the running one last."""
    today = clock.today()
    first = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    mondays = [first + timedelta(weeks=n) for n in range(WEEKS)]
    lo, hi = unit.branch
    rows = db.session.execute(_MOVES, {"lo": lo, "hi": hi, "since": clock.midnight(first)}).all()
    return Weeks(mondays, *_counts(mondays, rows))


def _counts(mondays: list[date], rows: Any) -> tuple[list[int], list[int], list[int]]:
    came: Counter[date] = Counter()
    done: Counter[date] = Counter()
    late: Counter[date] = Counter()
    for recorded, resolved, due, state in rows:
        came[_monday(recorded)] += 1
        if resolved:
            done[_monday(resolved)] += 1
        if state in ("refused", "withdrawn"):
            continue
        for monday in mondays:
            end = min(clock.midnight(monday + timedelta(days=7)), clock.now())
            late[monday] += recorded < end and due < end and (resolved is None or resolved >= end)
    return tuple([counted[monday] for monday in mondays] for counted in (came, done, late))  # type: ignore[return-value]


def _monday(moment: Any) -> date:
    day = clock.local(moment).date()
    return day - timedelta(days=day.weekday())


def by_category(unit: Unit, period: Period) -> list[tuple[str, int]]:
    """(words, count) of the cases received in a period, most first; the tail as one."""
    lo, hi = unit.branch
    given = {"lo": lo, "hi": hi, "since": period.start, "until": period.end}
    rows = db.session.execute(_KINDS, given).all()
    ranked = sorted(rows, key=lambda row: -row[1])
    shown = [(settings.label("complaint_category", code), count) for code, count in ranked[:MOST]]
    rest = sum(count for _code, count in ranked[MOST:])
    return [*shown, (gettext("其余各类"), rest)] if rest else shown
