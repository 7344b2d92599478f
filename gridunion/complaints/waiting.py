"""Whose turn it is, as conditions over the rows of complaints: the same rules as `Complaint.demand`, for lists.

A test keeps the two together.
"""

from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, case, or_, select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.complaints.conflicts import free_of, keeps_away
from gridunion.complaints.life import CONFIRMED, DONE, IN_HAND, OPEN, WAITING
from gridunion.complaints.models import IS_OPEN, Complaint
from gridunion.complaints.readers import MINE
from gridunion.db import UtcDateTime
from gridunion.tree import ME, Unit

_c, _u, _p = (table.__table__.c for table in (Complaint, Unit, Posting))
_accounts = Account.__table__.alias()
_a = _accounts.c
_NOW = bindparam("now", type_=UtcDateTime, callable_=clock.now)
_TODAY = bindparam("today", type_=Date(), callable_=clock.today)

READABLE = or_(_c.sealed.is_(False), _c.id.in_(MINE)) & free_of(_c)

_community = case((_u.kind == "cell", _u.parent_id), else_=_u.id)
_posted = (
    select(_p.account_id)
    .join(_accounts, _a.id == _p.account_id)
    .where(_a.active, _p.from_on <= _TODAY, or_(_p.until_on.is_(None), _p.until_on > _TODAY))
)
_partial = keeps_away(_a, _c, _accounts, Complaint.__table__)
_leads = _posted.where(_p.unit_id == _community, _p.role == "leader", ~_partial)
_hands = _posted.where(
    _p.account_id == _c.handler_id,
    ~_partial,
    ((_p.unit_id == _u.id) & (_p.role == "grid_worker"))
    | ((_p.unit_id == _community) & (_p.role == "leader")),
)


def _exists(found: Select[Any]) -> ColumnElement[bool]:
    return found.correlate(Unit.__table__, Complaint.__table__).exists()


LED = _exists(_leads)
LED_BY_ME = _exists(_leads.where(_p.account_id == ME))
BY_LEADER = _exists(_leads.where(_p.account_id == _c.handler_id))
LOST = ~_exists(_hands)
"""Nobody has it in hand: who was given it is no longer posted there."""

IS_STREETS = (_c.reopened > 1) | ~LED
IS_MINE = (_c.reopened <= 1) & LED_BY_ME
NOT_IN_MY_HAND = _c.handler_id.is_distinct_from(ME)
WAITS = IS_OPEN & (_c.state.in_(WAITING) | LOST)
WAITS_CONFIRM = (_c.state == "resolved") & _c.kind.in_(CONFIRMED) & _c.confirmed_at.is_(None)
WAITS_CALL = (_c.state == "resolved") & (_c.kind.not_in(CONFIRMED) | _c.confirmed_at.is_not(None))
LATE = IS_OPEN & (_c.due_at < _NOW)
_judged_by_street = (_c.state == "resolved") & NOT_IN_MY_HAND & (IS_STREETS | BY_LEADER)

FILTERS: dict[str, ColumnElement[bool]] = {
    "mine": (_c.handler_id == ME) & _c.state.in_(OPEN),
    "open": IS_OPEN,
    "all": _c.id.is_not(None),
    "done": _c.state.in_(DONE),
    "overdue": LATE,
    "street": _c.state.in_((*OPEN, "resolved")) & ((WAITS & IS_STREETS) | _judged_by_street),
    # 待办: what waits for a leader; what waits for a hand stands there once, late or not.
    "late": LATE & _c.state.in_(IN_HAND) & ~LOST,
    "assign": WAITS & IS_MINE,
    "confirm": WAITS_CONFIRM & NOT_IN_MY_HAND & IS_MINE,
    "call": WAITS_CALL & NOT_IN_MY_HAND & IS_MINE,
}
