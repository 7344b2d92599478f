"""How many reports wait for somebody: their own of the last month, unsigned, and those below, not answered yet."""

from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, literal_column, select

from gridunion import clock
from gridunion.complaints.listing import looking
from gridunion.db import trusted
from gridunion.menu import badges
from gridunion.reports.models import ANSWER, SIGN, SIGNED_AT, Report
from gridunion.reports.month import Month
from gridunion.rights import Viewer
from gridunion.tree import Unit, branch, width

_u, _r = Unit.__table__.c, Report.__table__.c
_OWN: Any = bindparam("own", expanding=True)
_signed = select(_r.id).where(
    _r.unit_id == _u.id, _r.month == bindparam("month", type_=Date()), _r.state != "returned"
)
_UNSIGNED = (
    select(func.count())
    .select_from(Unit.__table__)
    .where(_u.id.in_(_OWN), _u.kind.in_(SIGNED_AT), ~_signed.exists())
    .scalar_subquery()
)


@cache
def _waiting(width: int) -> Select[Any]:
    asked = select(func.count()).select_from(Report.__table__.join(Unit.__table__, _u.id == _r.unit_id))
    asked = asked.where(_r.state == literal_column("'signed'"), _u.id.not_in(_OWN), branch(width))
    return select(_UNSIGNED + asked.scalar_subquery())


def waiting(who: Viewer) -> int:
    """How many somebody has to sign or to answer."""
    own = [held.unit_id for held in who.holding(SIGN)]
    if not who.can(ANSWER):
        return int(trusted(select(_UNSIGNED), _asked(own)).scalar_one())
    with looking(who, ANSWER):
        return int(trusted(_waiting(width()), _asked(own)).scalar_one())


def _asked(own: list[int]) -> dict[str, Any]:
    return {"own": own, "month": Month.of(clock.today()).before.first}


badges["reports"] = waiting
