"""今日: what is due, gathered from the rooms in a fixed number of queries however much there is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import extract, func, or_, select
from sqlalchemy.orm import joinedload

from gridunion import clock
from gridunion.complaints.life import IN_HAND
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.db import db
from gridunion.desk.day import Done, Item, Today
from gridunion.joining.waiting import to_verify
from gridunion.look import ago
from gridunion.members.models import Person
from gridunion.members.transfer_list import waiting as transfers_waiting
from gridunion.rights import Viewer
from gridunion.visits.due import long_unseen
from gridunion.visits.listing import Due, count_due, named, visits_due
from gridunion.visits.models import Visit

AHEAD = 7  # days after today that 这几天 shows
MOST = 100  # rows of a kind; nobody has more in hand
MOST_BIRTHDAYS = 20
LONG = 30  # days after which it is said how long somebody was not seen


def today_of(viewer: Viewer, month: bool = False) -> Today:
    """What the viewer has before them: today and the next days, or all of this month."""
    midnight = clock.midnight(clock.today() + timedelta(days=1))
    week, end = midnight + timedelta(days=AHEAD), _end_of_month()
    until = max(week, end) if month else week
    visits, cases = _visits(until), _cases(viewer, until)
    total, late, today = count_due(until, midnight)
    found = Today(sorted([*visits, *cases], key=lambda item: item.due_at), total, late, today)
    for case in cases:
        found.total, found.late = found.total + 1, found.late + case.late
        found.today += not case.late and case.days == 0
    found.applying, found.moving = to_verify(), transfers_waiting()
    found.birthdays, found.done = _birthdays(), _done(viewer)
    if not found.total:
        found.unseen = long_unseen(LONG)
    return found


def _end_of_month() -> datetime:
    first = clock.today().replace(day=1)
    return clock.midnight((first + timedelta(days=32)).replace(day=1))


def _visits(until: datetime) -> list[Item]:
    rows = visits_due(until)
    tried = _tried(rows)
    return [
        Item(row.due_at, row.name, row.topic, _about(row, tried.get(row.id)),
             row.href, url_for("visits.new", **row.whom, due=row.uid))
        for row in rows
    ]  # fmt: skip


def _about(row: Due, tried: datetime | None) -> list[str]:
    """The facts of a visit: where or who, and how pressing."""
    facts = [row.about]
    if tried:
        facts.append(_("%(when)s没见到", when=ago(tried)))
    elif row.unseen_days > LONG:
        facts.append(_("%(n)s 天没见", n=row.unseen_days))
    elif row.trigger != "follow_up" and not row.rhythmic and row.days_since > 0:
        facts.append(_("第 %(n)s 天", n=row.days_since))
    return [fact for fact in facts if fact]


def _tried(rows: list[Due]) -> dict[int, datetime]:
    """When somebody last went for these visits and found nobody."""
    whom = or_(
        Visit.person_id.in_([row.person_id for row in rows if row.person_id]),
        Visit.employer_id.in_([row.employer_id for row in rows if row.employer_id]),
    )
    due = Visit.due_visit_id.in_([row.id for row in rows])
    found = select(Visit.due_visit_id, func.max(Visit.happened_at)).group_by(Visit.due_visit_id)
    pairs: Any = db.session.execute(found.where(whom, due, Visit.voided_at.is_(None))).all() if rows else []
    return dict(pairs)


def _cases(viewer: Viewer, until: datetime) -> list[Item]:
    """The complaints in hand, each by the earlier of its two clocks: the result, and a word to the worker."""
    hands = [viewer.account_id, *(held.for_id for held in viewer.holding("see today") if held.for_id)]
    mine = select(Complaint).where(Complaint.handler_id.in_(hands), Complaint.state.in_(IN_HAND))
    mine = (
        mine.options(joinedload(Complaint.person), joinedload(Complaint.handler))
        .order_by(Complaint.due_at)
        .limit(MOST)
    )
    cases = list(db.session.scalars(mine))
    replies = _replies(cases)
    items = [_case(case, replies.get(case.id), viewer) for case in cases]
    both = zip(cases, items, strict=True)
    return [item for case, item in both if item.due_at < until or case.spoke_at]  # who wrote waits for a look


def _replies(cases: list[Complaint]) -> dict[int, datetime]:
    """When the worker of each case is to hear something."""
    numbers = [case.id for case in cases]
    owed = select(ReplyDue.complaint_id, ReplyDue.due_at)
    owed = owed.where(ReplyDue.complaint_id.in_(numbers), ReplyDue.told_at.is_(None))
    pairs: Any = db.session.execute(owed).all() if cases else []
    return dict(pairs)


_WAITS = {
    "awaiting_worker": lazy_gettext("等本人"),
    "mediating": lazy_gettext("调解中"),
    "referred": lazy_gettext("问办得怎样"),
}


def _case(case: Complaint, reply_at: datetime | None, viewer: Viewer) -> Item:
    due_at, what = _next(case, reply_at)
    facts = [case.person.work] if case.person and case.person.work else []
    if case.handler and case.handler_id != viewer.account_id:
        facts.insert(0, _("代%(name)s", name=case.handler.name))
    if case.spoke_at:
        facts.append(_("本人补充了情况"))
    href = url_for("complaints.show", uid=case.uid)
    soon = not case.overdue and case.remind_at <= clock.now()
    return Item(due_at, *case.listed_as, [*facts, what], href, urged=case.urged_at is not None, soon=soon)


def _next(case: Complaint, reply_at: datetime | None) -> tuple[datetime, str]:
    """What comes first: the end of a wait, a word to the worker, the result."""
    if case.wait_until and (
        case.stands_still or case.state == "referred"
    ):  # to ask stays due until it was done
        return case.wait_until, str(_WAITS[case.state])
    if reply_at is not None and reply_at < case.due_at:
        return reply_at, _("该给本人回个话")
    return case.due_at, _("等你填办理结果")


def _birthdays() -> list[Person]:
    """Members who agreed to be greeted today."""
    today, born = clock.today(), Person.birth_on
    agreed = select(Person).where(
        Person.status == "active", Person.share_birthday,
        extract("month", born) == today.month, extract("day", born) == today.day,
    )  # fmt: skip
    return list(db.session.scalars(agreed.order_by(Person.name, Person.id).limit(MOST_BIRTHDAYS)))


def _done(viewer: Viewer) -> list[Done]:
    """What the viewer dealt with today, the latest first."""
    return sorted([*_visits_made(viewer), *_cases_resolved(viewer)], key=lambda done: done.at, reverse=True)


def _visits_made(viewer: Viewer) -> Iterable[Done]:
    made = named().where(Visit.visitor_id == viewer.account_id)
    made = made.where(Visit.recorded_at >= clock.midnight(clock.today()))
    for visit, name in db.session.execute(made.order_by(Visit.recorded_at.desc()).limit(MOST)):
        href = url_for("visits.show", uid=visit.uid)
        yield Done(visit.happened_at, name, visit.words, _("、").join(visit.found), href)


def _cases_resolved(viewer: Viewer) -> Iterable[Done]:
    today = clock.midnight(clock.today())
    taken_back = (Complaint.state == "withdrawn") & (Complaint.closed_at >= today)
    over = (Complaint.resolved_at >= today) | taken_back
    resolved = select(Complaint).where(Complaint.handler_id == viewer.account_id, over)
    for case in db.session.scalars(resolved.limit(MOST)):
        at = case.resolved_at or case.closed_at or case.recorded_at
        href = url_for("complaints.show", uid=case.uid)
        yield Done(at, *case.listed_as, case.state_words, href)
