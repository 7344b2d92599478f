"""What was promised and by when: taken on, dealt with, called back, and a word to the worker on the way.

The limits of product.md, each a setting; they run from when the complaint was recorded.
"""

import math
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, ColumnElement, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.complaints.conflicts import KEPT_FROM_ME
from gridunion.complaints.life import STEPS
from gridunion.complaints.readers import Seal
from gridunion.db import BigId, Row, db, internal
from gridunion.deadlines import Days, put_off, recounted
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

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        """Who must keep away from a case does not see what was promised in it."""
        return super().visible() & cls.complaint_id.not_in(KEPT_FROM_ME)


def set_clocks(case: "Case", start: datetime, share: float = 1) -> None:
    """Until when the case must be taken on, and dealt with; `share` of the whole time the second time round."""
    path = case.unit.path
    if case.accepted_at is None:  # what was taken on once is judged by that for good
        case.accept_due_at = _accept_until(case, start)
    set_due(case, calendar.after_workdays(start, math.ceil(case.days * share), path))
    case.first_due_at = case.first_due_at or case.due_at


def _accept_until(case: "Case", start: datetime) -> datetime:
    if case.urgent:
        return calendar.after_hours(start, settings.value("complaint.accept.urgent_hours", case.unit.path))
    return _workdays(case, start, STEPS["accept"].limit)


def set_due(case: "Case", due_at: datetime) -> None:
    """The limit of the case, the last working day before it, and the day it goes to the street."""
    case.due_at, case.alarm = due_at, None
    case.remind_at = calendar.a_workday_before(due_at)
    case.street_at = _workdays(case, due_at, "complaint.escalate.workdays")


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
    """As many working days on another calendar, from a day to come on. Days of the calendar only never end on a
    holiday, and a limit by the wall clock stays. What runs on after a mediation is counted from its end."""
    eve, waited = first - timedelta(days=1), case.wait_until
    if case.state == "resolved":
        case.call_due_at = case.call_due_at and recounted(case.call_due_at, eve, was, now)
        return
    since = onto = eve
    if waited and case.state == "mediating":
        case.wait_until = put_off(waited, now)
        since, onto = (max(eve, clock.local(end).date()) for end in (waited, case.wait_until))
    elif waited:
        case.wait_until = recounted(waited, eve, was, now)
    moved = recounted(case.due_at, since, was, now, onto)
    if moved != case.due_at:
        set_due(case, moved)
        if case.first_resolved_at is None:
            case.first_due_at = recounted(case.first_due_at, since, was, now, onto)
    else:
        case.street_at = _workdays(case, moved, "complaint.escalate.workdays")
    if case.accepted_at is None and not case.urgent:
        case.accept_due_at = recounted(case.accept_due_at, eve, was, now)
    if not (owed := running(case)):
        return
    if case.wait_until and owed.due_at == waited:
        owed.due_at = case.wait_until
    elif _heard(case):
        owed.due_at = put_off(owed.due_at, now)
    else:
        owed.due_at = recounted(owed.due_at, eve, was, now)


def _heard(case: "Case") -> bool:
    """The first word, counted in working days, was given: the next ones are counted in days of the calendar."""
    told = select(ReplyDue.id).where(ReplyDue.complaint_id == case.id, ReplyDue.told_at.is_not(None))
    return db.session.scalars(told.limit(1)).first() is not None


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
