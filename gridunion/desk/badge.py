"""The number beside 诉求 in the menu."""

from functools import cache
from typing import Any

from sqlalchemy import Select, func, select

from gridunion.complaints.listing import badge
from gridunion.complaints.models import IS_OPEN, Complaint
from gridunion.complaints.waiting import OWN_OR_OPEN, READABLE
from gridunion.db import trusted
from gridunion.menu import badges
from gridunion.rights import Viewer
from gridunion.tree import ME

_streets = badge("street", "see complaints")
_mine_and_stood_in_for = badge("mine", "see complaints")
_c = Complaint.__table__.c


@cache
def _counting(bound: bool) -> Select[Any]:
    readable = READABLE if bound else OWN_OR_OPEN
    return select(func.count()).where(_c.handler_id == ME, IS_OPEN, readable)


def _mine(viewer: Viewer) -> int:
    """The number beside 诉求: what waits for the street where somebody sits there, else what one has in hand."""
    return _streets(viewer) if "supervisor" in viewer.roles else _in_hand(viewer)


def _in_hand(viewer: Viewer) -> int:
    """Open cases in the viewer's hands, as the list of them counts."""
    if not viewer.can("work on complaints"):
        return 0
    if any(held.for_id for held in viewer.postings):
        return _mine_and_stood_in_for(viewer)
    return int(trusted(_counting(viewer.bound)).scalar_one())


badges["complaints"] = _mine
