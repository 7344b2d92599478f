"""What the clock does by itself: reminders, what ran late, what goes to the street, and waits that are over.

Each moment stands on the case from when its limit was set, so a round that was missed, or made twice, changes
nothing: lists and pages look at the moments; a round only writes them into the story.
"""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from gridunion import calendar, clock
from gridunion.complaints.models import IS_OPEN, Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.db import db, write
from gridunion.deadlines import Days
from gridunion.jobs import job, periodic

_c = Complaint.__table__.c
_alarm = func.coalesce(_c.alarm, "")
BATCH = 100


@periodic("complaint clocks", hours=1)
def make_round() -> None:
    """Idempotent."""
    ids = list(db.session.scalars(select(_c.id).where(_due()), execution_options={"branch": True}))
    for start in range(0, len(ids), BATCH):
        with write():
            for case in db.session.scalars(_locked(ids[start : start + BATCH])).all():
                case.heed_the_clock()


@job(calendar.RECOUNT)
def recount(at: str, first: str, before: dict[str, bool], after: dict[str, bool]) -> None:
    """Holidays were entered (`at`): what is counted over them is counted anew. Idempotent: a case keeps in its story
    by which edit it was counted."""
    was, now = (Days({date.fromisoformat(day): works for day, works in it.items()}) for it in (before, after))
    since = clock.midnight(date.fromisoformat(first))
    owed = select(ReplyDue.complaint_id).where(ReplyDue.told_at.is_(None), ReplyDue.due_at >= since)
    ahead = or_(_c.street_at >= since, _c.wait_until >= since, _c.id.in_(owed))
    behind = IS_OPEN & ahead | (_c.state == "resolved") & (_c.call_due_at >= since)
    ids = db.session.scalars(select(_c.id).where(behind), execution_options={"branch": True}).all()
    for start in range(0, len(ids), BATCH):
        with write():
            asked = select(Complaint).where(Complaint.id.in_(ids[start : start + BATCH]), behind)
            for case in db.session.scalars(asked.with_for_update()).all():
                case.recount(at, date.fromisoformat(first), was, now)


def _due() -> ColumnElement[bool]:
    now = clock.now()
    passed = or_(
        (_alarm == "") & (_c.remind_at < now),
        _alarm.in_(("", "soon")) & (_c.due_at < now),
        (_alarm != "street") & (_c.street_at < now),
        (_c.state == "awaiting_worker") & (_c.wait_until < now),
    )
    return and_(IS_OPEN, passed)


def _locked(ids: list[int]) -> Select[Complaint]:
    return select(Complaint).where(Complaint.id.in_(ids), _due()).with_for_update()
