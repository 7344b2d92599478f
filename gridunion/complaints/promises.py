"""What was promised and by when: taken on, dealt with, called back, and a word to the worker on the way.

The limits of product.md, each a setting; they run from when the complaint was recorded.
"""

import math
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.complaints.readers import Seal
from gridunion.db import BigId, Row, db, internal
from gridunion.tree import Scoped

if TYPE_CHECKING:
    from gridunion.complaints.models import Complaint


class ReplyDue(Seal, Scoped, Row):
    """A word the worker is owed by a moment; `told_at` says when it came."""

    __tablename__ = "reply_due"
    __table_args__ = (
        Index("ix_reply_due_unit_id_due_at_told_at_sealed", "unit_id", "due_at", "told_at", "sealed"),
        Index("ix_reply_due_complaint_id", "complaint_id"),
    )

    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))
    due_at: Mapped[datetime] = internal()
    told_at: Mapped[datetime | None] = internal()
    sealed: Mapped[bool] = internal(Boolean, default=False)

    complaint: Mapped["Complaint"] = relationship()


def set_clocks(case: "Complaint", start: datetime, share: float = 1) -> None:
    """Until when the case must be taken on, and dealt with; `share` of the whole time the second time round."""
    path = case.unit.path
    case.accept_due_at = _workdays(case, start, "complaint.accept.workdays")
    if case.urgent:
        hours = settings.value("complaint.accept.urgent_hours", path)
        case.accept_due_at = calendar.after_hours(start, hours)
    case.due_at = calendar.after_workdays(start, math.ceil(case.days * share), path)
    case.first_due_at = case.first_due_at or case.due_at


def wait_for_call(case: "Complaint") -> None:
    case.call_due_at = _workdays(case, clock.now(), "complaint.call_back.workdays")


def promise(case: "Complaint", first: bool = False) -> None:
    """The worker shall hear something: within three working days at first, later every three days."""
    if not case.can_be_told or (not first and running(case)):
        return
    now = clock.now()
    days = settings.value("complaint.reply_every.days", case.unit.path)
    due = (
        _workdays(case, now, "complaint.first_reply.workdays")
        if first
        else calendar.after_days(now, days, case.unit.path)
    )
    db.session.add(ReplyDue(complaint=case, unit=case.unit, due_at=due, sealed=case.sealed))


def keep(case: "Complaint") -> None:
    """The worker heard something; while the case is open the next word is promised."""
    if kept := running(case):
        kept.told_at = clock.now()
    if case.is_open:
        promise(case)


def running(case: "Complaint") -> ReplyDue | None:
    """The word the worker is owed now; None when there is none."""
    statement = select(ReplyDue).where(ReplyDue.complaint_id == case.id, ReplyDue.told_at.is_(None))
    return db.session.scalars(statement.limit(1)).one_or_none()


def _workdays(case: "Complaint", start: datetime, key: str) -> datetime:
    return calendar.after_workdays(start, settings.value(key, case.unit.path), case.unit.path)
