"""What was promised and by when: taken on, dealt with, called back, and a word to the worker on the way.

The limits of product.md, each a setting; they run from when the complaint was recorded.
"""

import math
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.complaints.life import STEPS
from gridunion.complaints.readers import Seal
from gridunion.db import BigId, Row, db, internal
from gridunion.deadlines import Days, recounted
from gridunion.tree import Scoped

if TYPE_CHECKING:
    from gridunion.complaints.case import Case
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


def set_clocks(case: "Case", start: datetime, share: float = 1) -> None:
    """Until when the case must be taken on, and dealt with; `share` of the whole time the second time round."""
    path = case.unit.path
    case.accept_due_at = _workdays(case, start, STEPS["accept"].limit)
    if case.urgent:
        hours = settings.value("complaint.accept.urgent_hours", path)
        case.accept_due_at = calendar.after_hours(start, hours)
    set_due(case, calendar.after_workdays(start, math.ceil(case.days * share), path))
    case.first_due_at = case.first_due_at or case.due_at


def set_due(case: "Case", due_at: datetime) -> None:
    """The limit of the case, the last working day before it, and the day it goes to the street."""
    case.due_at, case.alarm = due_at, None
    case.remind_at = calendar.a_workday_before(due_at)
    case.street_at = _workdays(case, due_at, "complaint.escalate.workdays")


def begin_at(said: datetime | None) -> datetime:
    """When the clocks start: when somebody first wrote it down. A phone without a line may say when that was,
    for three days; what is older, or lies ahead, starts when it arrives."""
    now = clock.now()
    hours = timedelta(hours=settings.value("complaint.offline.hours"))
    return said if said and now - hours <= said <= now else now


def grade(case: "Case", said: str) -> None:
    """How difficult it is, as the leader sees it who accepts it: from the beginning, so the first limit moves."""
    if said == case.grade or case.reopened or case.kind == "consult":
        return
    case.grade = said
    start = case.happened_at
    set_due(case, calendar.after_workdays(start, case.days, case.unit.path))
    case.first_due_at = case.due_at


def stand_still(case: "Case", until: datetime) -> None:
    """The clock stops until a moment, or until it is set going earlier. What ran late before stays late."""
    days, now = calendar.workdays_until(until), clock.now()
    _move(case, days, now)
    case.wait_until = until
    if owed := running(case):
        owed.due_at = max(owed.due_at, until)


def run_on(case: "Case") -> None:
    """The clock goes on; days that were not needed to wait are taken back."""
    until, case.wait_until = case.wait_until, None
    if until and until > clock.now():
        _move(case, -calendar.workdays_until(until), until - timedelta(microseconds=1))
    if owed := running(case):
        owed.due_at = min(owed.due_at, _next_word(case))


def _move(case: "Case", days: int, after: datetime) -> None:
    """Both limits so many working days on or back, where they lie after a moment."""
    if case.due_at > after:
        set_due(case, calendar.moved(case.due_at, days))
    if case.first_due_at > after and case.first_resolved_at is None:
        case.first_due_at = calendar.moved(case.first_due_at, days)


def recount(case: "Case", first: date, was: Days, now: Days) -> None:
    """As many working days on another calendar, from a day to come on; while the clock stands still, from when it
    shall go on. A limit by the wall clock stays."""
    eve = first - timedelta(days=1)
    since = max(eve, clock.local(case.wait_until).date()) if case.wait_until else eve
    moved = recounted(case.due_at, since, was, now)
    if moved == case.due_at:
        case.street_at = _workdays(case, case.due_at, "complaint.escalate.workdays")
        return
    set_due(case, moved)
    if case.first_resolved_at is None:
        case.first_due_at = recounted(case.first_due_at, since, was, now)
    if case.accepted_at is None and not case.urgent:
        case.accept_due_at = recounted(case.accept_due_at, eve, was, now)
    if owed := running(case):
        owed.due_at = recounted(owed.due_at, since, was, now)


def workdays_on(case: "Case", key: str) -> datetime:
    """The close of the office so many working days from now, as a setting says."""
    return _workdays(case, clock.now(), key)


def wait_for_call(case: "Case") -> None:
    case.call_due_at = _workdays(case, clock.now(), STEPS["call_back"].limit)


def promise(case: "Case", first: bool = False) -> None:
    """The worker shall hear something: within three working days at first, later every three days."""
    if not case.can_be_told or (not first and running(case)):
        return
    due = _workdays(case, case.happened_at, "complaint.first_reply.workdays") if first else _next_word(case)
    db.session.add(ReplyDue(complaint=case, unit=case.unit, due_at=due, sealed=case.sealed))


def _next_word(case: "Case") -> datetime:
    """Every few days; nothing new is owed while everybody waits for somebody outside."""
    if case.stands_still and case.wait_until:
        return case.wait_until
    days = settings.value(STEPS["reply"].limit, case.unit.path)
    return calendar.after_days(clock.now(), days, case.unit.path)


def keep(case: "Case") -> None:
    """The worker heard something; while the case is open the next word is promised."""
    if kept := running(case):
        kept.told_at = clock.now()
    if case.goes_on:
        promise(case)


def running(case: "Case") -> ReplyDue | None:
    """The word the worker is owed now; None when there is none."""
    statement = select(ReplyDue).where(ReplyDue.complaint_id == case.id, ReplyDue.told_at.is_(None))
    return db.session.scalars(statement.limit(1)).one_or_none()


def _workdays(case: "Case", start: datetime, key: str) -> datetime:
    return calendar.after_workdays(start, settings.value(key, case.unit.path), case.unit.path)
