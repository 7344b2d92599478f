"""The number beside 诉求 in the menu."""

from sqlalchemy import bindparam, func, select

from gridunion.complaints.listing import badge
from gridunion.complaints.models import IS_OPEN, Complaint
from gridunion.complaints.waiting import READABLE
from gridunion.db import db
from gridunion.menu import badges
from gridunion.rights import Viewer

_streets = badge("street", "see complaints")
_mine_and_stood_in_for = badge("mine", "see complaints")
_c = Complaint.__table__.c
_IN_HAND = (
    select(func.count())
    .where(_c.handler_id == bindparam("me"), IS_OPEN, READABLE)
    .execution_options(branch=True)
)


def _mine(viewer: Viewer) -> int:
    """The number beside 诉求: what waits for the street where somebody sits there, else what one has in hand."""
    return _streets(viewer) if "supervisor" in viewer.roles else _in_hand(viewer)


def _in_hand(viewer: Viewer) -> int:
    """Open cases in the viewer's hands, as the list of them counts."""
    if not viewer.can("work on complaints"):
        return 0
    if any(held.for_id for held in viewer.postings):
        return _mine_and_stood_in_for(viewer)
    return int(db.session.execute(_IN_HAND, {"me": viewer.account_id}).scalar_one())


badges["complaints"] = _mine
