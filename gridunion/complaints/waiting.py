"""Whose turn it is, as conditions over the rows of complaints: the same rules as `Complaint.demand`, for lists.

A test keeps the two together.
"""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, case, column, or_, select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.complaints.conflicts import free_of, keeps_away
from gridunion.complaints.life import CONFIRMED, DONE, IN_HAND, OPEN, WAITING, WORKING
from gridunion.complaints.models import Complaint
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
_free = ~keeps_away(_a, _c, _accounts, Complaint.__table__)
_leads = _posted.where(_p.unit_id == _community, _p.role == "leader")
_there = ((_p.unit_id == _u.id) & (_p.role == "grid_worker")) | (
    (_p.unit_id == _community) & (_p.role == "leader")
)
_i_lead = _leads.where(_p.account_id == ME)


def _exists(found: Select[Any]) -> ColumnElement[bool]:
    return found.correlate(Unit.__table__, Complaint.__table__).exists()


# What must be asked of other tables; that the viewer does not keep away himself is `READABLE`.
FACTS: dict[str, ColumnElement[bool]] = {
    "led": _exists(_leads.where(_free)),
    "led_by_me": _exists(_i_lead),
    "by_leader": _exists(_leads.where(_p.account_id == _c.handler_id, _free)),
    "in_a_hand": _exists(_posted.where(_p.account_id == _c.handler_id, _there, _free)),
    "judged_by_me": _exists(_i_lead.where(_p.stands_in_for_id.is_distinct_from(_c.handler_id))),
    "stood_in_for": _exists(_posted.where(_p.account_id == ME, _p.stands_in_for_id == _c.handler_id, _there)),
}
"""Of a case: its community has a leader; that is the viewer; a leader handled it; who was given it is still posted
there; the viewer judges it (nobody does in the place of the very leader who handled it), or stands in for its hand."""


class Turn:
    """Conditions over cases; `it` has the columns of complaints and those that FACTS names."""

    def __init__(self, it: Any) -> None:
        def stands(states: Iterable[str]) -> ColumnElement[bool]:
            found: ColumnElement[bool] = it.state.in_([written(state) for state in states])
            return found

        is_open, resolved = stands(OPEN), it.state == "resolved"
        no_hand = stands(WORKING) & ~it.in_a_hand  # who was given it is no longer posted there
        mine = (it.handler_id == ME) | it.stood_in_for
        not_mine = it.handler_id.is_distinct_from(ME)
        streets = (it.reopened > 1) | it.escalated_at.is_not(None)
        is_streets, i_decide = streets | ~it.led, ~streets & it.led_by_me
        i_judge = not_mine & i_decide & (it.judged_by_me | ~it.by_leader)
        taken_back = (it.state == "withdrawn") & it.spoke_at.is_not(None)
        raised = is_open & (it.street_at < _NOW)  # late for so long that the street may step in
        soon = is_open & (it.remind_at <= _NOW) & (it.due_at >= _NOW)
        # The days of a mediation are over, or it is time to ask how it goes elsewhere.
        ask = stands(("mediating", "referred")) & (it.wait_until < _TONIGHT)
        self.late = is_open & (it.due_at < _NOW)
        self.waits = is_open & (stands(WAITING) | no_hand)
        self.waits_confirm = resolved & it.kind.in_(CONFIRMED) & it.confirmed_at.is_(None)
        self.waits_call = resolved & (it.kind.not_in(CONFIRMED) | it.confirmed_at.is_not(None))
        judged_by_street = resolved & not_mine & (is_streets | it.by_leader)
        street = (self.waits & (is_streets | raised)) | judged_by_street | (taken_back & is_streets)
        self.lists: dict[str, ColumnElement[bool]] = {
            "mine": mine & is_open,
            "open": is_open,
            "overdue": self.late,
            "street": stands((*OPEN, "resolved", "withdrawn")) & street,
            # 待办: what waits for a leader; what waits for a hand stands there once, late or not.
            "late": self.late & stands(IN_HAND) & ~no_hand,
            "soon": soon & stands(IN_HAND) & ~no_hand,
            "ask": ask & i_decide,
            "assign": self.waits & i_decide,
            "confirm": self.waits_confirm & i_judge,
            "withdrawn": taken_back & i_decide,
            "call": self.waits_call & i_judge,
        }


KNOWN: dict[str, ColumnElement[Any]] = dict(_c) | FACTS | {"readable": READABLE}
_turn = Turn(SimpleNamespace(**KNOWN))
LATE, WAITS, WAITS_CONFIRM, WAITS_CALL = _turn.late, _turn.waits, _turn.waits_confirm, _turn.waits_call
FILTERS = _turn.lists | {
    "all": _c.id.is_not(None),
    "done": _c.state.in_([written(state) for state in DONE]),
}
STANDING = Turn(SimpleNamespace(**{name: column(name, known.type) for name, known in KNOWN.items()})).lists
"""The same over rows of KNOWN by name, so that what is asked of other tables is asked once for several lists."""
ENDED = {"street", "confirm", "withdrawn", "call"}
"""On these lists stand cases that are not open, too."""
MAY_STAND = _c.state.in_([written(state) for state in (*OPEN, "resolved", "withdrawn")])
