"""The list of alerts, and how many wait for an answer of the viewer's own level."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import selectinload

from gridunion import clock
from gridunion.accounts.models import Posting
from gridunion.alerts.models import Alert, AlertStop
from gridunion.bookmark import opened_at, seal
from gridunion.complaints.conflicts import MY_EMPLOYERS, MY_NAMES
from gridunion.db import BigId, Bytewise, UtcDateTime, db
from gridunion.rights import RIGHTS
from gridunion.tree import ME, Unit, branch, width

PAGE = 20
_x, _s, _u, _p = (it.__table__.c for it in (Alert, AlertStop, Unit, Posting))
_ON = bindparam("alerts_on", type_=Date(), callable_=clock.today)
_AFTER, _AT = bindparam("path", type_=Bytewise), bindparam("at", type_=UtcDateTime)
_ID = bindparam("number_id", type_=BigId)
_JOINED = Unit.__table__.join(Alert.__table__, _x.unit_id == _u.id)
READABLE = and_(
    or_(_x.employer_id.is_(None), _x.employer_id.not_in(MY_EMPLOYERS)), _x.employer_name.not_in(MY_NAMES)
)

_my_units = select(_p.unit_id).where(
    _p.account_id == ME, _p.role.in_(sorted(RIGHTS["answer alerts"])), _p.from_on <= _ON,
    or_(_p.until_on.is_(None), _p.until_on > _ON),
)  # fmt: skip
_asks_me = select(_s.alert_id).where(_s.answered_at.is_(None), _s.unit_id.in_(_my_units))

FILTERS: dict[str, ColumnElement[bool]] = {
    "mine": and_(_x.closed_at.is_(None), _x.id.in_(_asks_me)),
    "open": _x.closed_at.is_(None),
    "closed": _x.closed_at.is_not(None),
}


def counted(width: int) -> list[Any]:
    """How many wait for the viewer's own level, as a column of one statement."""
    found = select(func.count()).select_from(_JOINED).where(branch(width), FILTERS["mine"], READABLE)
    return [found.scalar_subquery().label("alerts")]


@cache
def _counting(width: int) -> Select[Any]:
    which = [func.count(_x.id).filter(condition) for condition in FILTERS.values()]
    counting: Any = select(*which).select_from(_JOINED).where(branch(width), READABLE)
    counted: Select[Any] = counting.execution_options(branch=True)
    return counted


def counts() -> dict[str, int]:
    """How many each filter shows."""
    return dict(zip(FILTERS, db.session.execute(_counting(width())).one(), strict=True))


@cache
def _statement(width: int, chosen: str, going_on: bool) -> Select[Any]:
    found = select(Alert, _u.path).join(Unit, Unit.id == Alert.unit_id).options(selectinload(Alert.stops))
    found = found.where(branch(width), FILTERS[chosen], READABLE)
    if going_on:
        later = or_(_x.recorded_at < _AT, and_(_x.recorded_at == _AT, _x.id < _ID))
        found = found.where(_u.path >= _AFTER, or_(_u.path > _AFTER, later))
    found = found.order_by(_u.path, _x.recorded_at.desc(), _x.id.desc()).limit(PAGE + 1)
    return found.execution_options(branch=True)


def alerts(chosen: str, after: str) -> tuple[list[Alert], str]:
    """A page of the list, and where the next one begins (empty at the end)."""
    place = opened_at("alerts", after, "path", "at", "number_id")
    rows = db.session.execute(_statement(width(), chosen, bool(place)), place).all()
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = seal("alerts", last[1], last[0].recorded_at, last[0].id) if last else ""
    return [row[0] for row in rows[:PAGE]], following
