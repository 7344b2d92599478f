"""Whose turn it is, as conditions over the rows of complaints: the same rules as `Complaint.demand`, for lists.

A test keeps the two together.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, case, or_, select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.complaints.conflicts import free_of, keeps_away
from gridunion.complaints.life import CONFIRMED, DONE, IN_HAND, OPEN, WAITING, WORKING
from gridunion.complaints.models import IS_OPEN, Complaint
from gridunion.complaints.readers import MINE
from gridunion.db import UtcDateTime, written
from gridunion.tree import ME, Unit

_c, _u, _p = (table.__table__.c for table in (Complaint, Unit, Posting))
_accounts = Account.__table__.alias()
_a = _accounts.c
_NOW = bindparam("now", type_=UtcDateTime, callable_=clock.now)
_TONIGHT = bindparam("tonight", type_=UtcDateTime, callable_=lambda: clock.midnight(clock.tomorrow()))
_TODAY = bindparam("today", type_=Date(), callable_=clock.today)

OWN_OR_OPEN = or_(_c.sealed.is_(False), _c.id.in_(MINE))
READABLE = OWN_OR_OPEN & free_of(_c)

_community = case((_u.kind == "cell", _u.parent_id), else_=_u.id)
_posted = (
    select(_p.account_id)
    .join(_accounts, _a.id == _p.account_id)
    .where(_a.active, _p.from_on <= _TODAY, or_(_p.until_on.is_(None), _p.until_on > _TODAY))
)
_partial = keeps_away(_a, _c, _accounts, Complaint.__table__)
_leads = _posted.where(_p.unit_id == _community, _p.role == "leader", ~_partial)
_there = ((_p.unit_id == _u.id) & (_p.role == "grid_worker")) | (
    (_p.unit_id == _community) & (_p.role == "leader")
)
_hands = _posted.where(_p.account_id == _c.handler_id, ~_partial, _there)
_stands_in = _posted.where(_p.account_id == ME, _p.stands_in_for_id == _c.handler_id, _there)
_judges = _leads.where(_p.account_id == ME, _p.stands_in_for_id.is_distinct_from(_c.handler_id))


def _in(states: Iterable[str]) -> ColumnElement[bool]:
    return _c.state.in_([written(state) for state in states])


def _exists(found: Select[Any]) -> ColumnElement[bool]:
    return found.correlate(Unit.__table__, Complaint.__table__).exists()


LED = _exists(_leads)
LED_BY_ME = _exists(_leads.where(_p.account_id == ME))
BY_LEADER = _exists(_leads.where(_p.account_id == _c.handler_id))
LOST = ~_exists(_hands)
"""Nobody has it in hand: who was given it is no longer posted there."""

_STREETS = (_c.reopened > 1) | _c.escalated_at.is_not(None)
IS_STREETS = _STREETS | ~LED
IS_MINE = ~_STREETS & LED_BY_ME
MAY_JUDGE = _exists(_judges) | ~BY_LEADER
"""Nobody judges in the place of the very leader who handled the case."""
IN_MY_HAND = (_c.handler_id == ME) | _exists(_stands_in)
NOT_IN_MY_HAND = _c.handler_id.is_distinct_from(ME)
_NO_HAND = _in(WORKING) & LOST
WAITS = IS_OPEN & (_in(WAITING) | _NO_HAND)
WAITS_CONFIRM = (_c.state == "resolved") & _c.kind.in_(CONFIRMED) & _c.confirmed_at.is_(None)
WAITS_CALL = (_c.state == "resolved") & (_c.kind.not_in(CONFIRMED) | _c.confirmed_at.is_not(None))
TAKEN_BACK = (_c.state == "withdrawn") & _c.spoke_at.is_not(None)
LATE = IS_OPEN & (_c.due_at < _NOW)
RAISED = IS_OPEN & (_c.street_at < _NOW)
"""Late for so long that the street may step in."""
SOON = IS_OPEN & (_c.remind_at <= _NOW) & (_c.due_at >= _NOW)
ASK = _in(("mediating", "referred")) & (_c.wait_until < _TONIGHT)
"""The days of a mediation are over, or it is time to ask how it goes elsewhere."""
_judged_by_street = (_c.state == "resolved") & NOT_IN_MY_HAND & (IS_STREETS | BY_LEADER)

FILTERS: dict[str, ColumnElement[bool]] = {
    "mine": IN_MY_HAND & _in(OPEN),
    "open": IS_OPEN,
    "all": _c.id.is_not(None),
    "done": _in(DONE),
    "overdue": LATE,
    "street": _in((*OPEN, "resolved", "withdrawn"))
    & ((WAITS & (IS_STREETS | RAISED)) | _judged_by_street | (TAKEN_BACK & IS_STREETS)),
    # 待办: what waits for a leader; what waits for a hand stands there once, late or not.
    "late": LATE & _in(IN_HAND) & ~_NO_HAND,
    "soon": SOON & _in(IN_HAND) & ~_NO_HAND,
    "ask": ASK & IS_MINE,
    "assign": WAITS & IS_MINE,
    "confirm": WAITS_CONFIRM & NOT_IN_MY_HAND & IS_MINE & MAY_JUDGE,
    "withdrawn": TAKEN_BACK & IS_MINE,
    "call": WAITS_CALL & NOT_IN_MY_HAND & IS_MINE & MAY_JUDGE,
}
