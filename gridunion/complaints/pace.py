"""How long cases take (domain.md C13): median and 90th percentile of the working days from accepting to closing, of
all cases closed in the window, from the records themselves. Sealed ones count for nobody."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from flask import Response
from sqlalchemy import Select, bindparam, select

from gridunion import calendar, clock, settings
from gridunion.complaints.conflicts import free_of
from gridunion.complaints.models import Complaint
from gridunion.complaints.views import bp
from gridunion.db import UtcDateTime, db
from gridunion.rights import allow
from gridunion.tree import Unit, branch, width
from gridunion.web import page

WINDOW = 90  # days
_c, _u = Complaint.__table__.c, Unit.__table__.c
_SINCE = bindparam("since", type_=UtcDateTime)


@dataclass(frozen=True)
class Pace:
    """How long the cases of a kind took: how many there were, and the two numbers; None of too few."""

    words: str
    count: int
    median: int | None
    ninth: int | None


@bp.get("/pace")
@allow("press complaints")
def pace() -> Response:
    return page("complaints/pace.html", rows=paces(), window=WINDOW)


@cache
def _closed(width: int) -> Select[Any]:
    joined = Unit.__table__.join(Complaint.__table__, _c.unit_id == _u.id)
    found = select(_c.kind, _c.accepted_at, _c.closed_at).select_from(joined)
    found = found.where(
        branch(width), _c.state == "closed", _c.closed_at >= _SINCE, _c.accepted_at.is_not(None)
    )
    return found.where(_c.sealed.is_(False), free_of(_c)).execution_options(branch=True)


def paces() -> list[Pace]:
    """All kinds together, then each that was closed in the window."""
    since = clock.midnight(clock.today() - timedelta(days=WINDOW))
    took: dict[str, list[int]] = {}
    worked = Worked()
    for kind, accepted, closed in db.session.execute(_closed(width()), {"since": since}):
        took.setdefault(kind, []).append(
            worked.between(clock.local(accepted).date(), clock.local(closed).date())
        )
    everything = [days for each in took.values() for days in each]
    kinds = settings.codes("complaint_kind")
    return [_pace("", everything), *(_pace(it.label, took[it.code]) for it in kinds if it.code in took)]


def _pace(words: str, took: list[int]) -> Pace:
    if len(took) < settings.value("light.fewest"):
        return Pace(words, len(took), None, None)
    return Pace(words, len(took), rank(took, 0.5), rank(took, 0.9))


def rank(took: list[int], share: float) -> int:
    """The smallest number that at least this share of all does not exceed (nearest rank)."""
    return sorted(took)[max(math.ceil(share * len(took) - 1e-9), 1) - 1]


class Worked:
    """Working days between two days, each span counted once."""

    def __init__(self) -> None:
        self._days, self._known = calendar.days(), {}  # type: ignore[var-annotated]

    def between(self, start: date, end: date) -> int:
        if (start, end) not in self._known:
            self._known[start, end] = self._days.workdays_between(start, end)
        return int(self._known[start, end])
