"""How a complaint stands and what happened with it, in words; and its line on the page of a member."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, select

from gridunion import calendar, clock, settings
from gridunion.complaints.life import ANSWERS, CONFIRMED, OPEN, REFUSALS, RESULTS, STEPS, WAITING
from gridunion.complaints.listing import late_days
from gridunion.complaints.models import Complaint, ComplaintEvent
from gridunion.db import UtcDateTime, db
from gridunion.look import day, moment
from gridunion.members.listing import MARKS
from gridunion.members.models import Person
from gridunion.members.timeline import Entry, tell
from gridunion.tree import Unit, branch, width

MOST = 50  # complaints of one person a member's page tells of


@dataclass(frozen=True)
class Count:
    """The promise that runs now: how it stands, in words twice, and percent of the time that is gone."""

    status: str
    words: str
    under: str
    percent: int | None = None


@dataclass(frozen=True)
class Line:
    """One line of a story: state is done, now, bad or todo; `told` is (true or false, words)."""

    state: str
    title: str
    when: str = ""
    words: str = ""
    told: tuple[bool, str] | None = None


def countdown(complaint: Complaint) -> Count:
    """What is due next, with the absolute time beside it."""
    if complaint.state == "closed":
        return Count("ok", _("已归档"), _ended(complaint))
    if complaint.state == "refused":
        return Count("ok", _("不予受理"), _("%(day)s 已告知原因和去处", day=day(complaint.closed_at)))
    if complaint.needs_confirmation:
        return Count("warn", _("等确认结果"), _("%(moment)s 办结", moment=moment(complaint.resolved_at)))
    if complaint.state == "resolved":
        return _running(
            complaint.call_due_at or clock.now(), complaint.resolved_at, _("应在 %(when)s 前回访")
        )
    if complaint.state == "registered" and not complaint.overdue:
        return _running(complaint.accept_due_at, complaint.recorded_at, _("应在 %(when)s 前受理"))
    reopened = [event for event in complaint.events if event.step == "reopen"]
    limit = complaint.days if not reopened else -(-complaint.days // 2)
    began = reopened[-1].happened_at if reopened else complaint.recorded_at
    words = _("应在 %(when)s 前办结") + _("（限 %(n)s 个工作日）", n=limit)
    return _running(complaint.due_at, began, words)


def _ended(complaint: Complaint) -> str:
    answer = ANSWERS.get(complaint.answer or "")
    when = moment(complaint.closed_at)
    return _("%(when)s，本人%(answer)s", when=when, answer=answer) if answer else when


def _running(due_at: datetime, began: datetime | None, words: str) -> Count:
    left = due_at - clock.now()
    whole = due_at - (began or due_at)
    percent = min(100, max(0, round(100 - 100 * (left / whole)))) if whole > timedelta() else 100
    status = "bad" if left < timedelta() else "warn" if left < timedelta(days=1) else "ok"
    return Count(status, left_words(due_at), words % {"when": moment(due_at)}, percent)


def left_words(due_at: datetime) -> str:
    """还剩 5 天, in the last 24 hours 还剩 3 小时, then 超期 1 天."""
    left = due_at - clock.now()
    if left < timedelta():
        return str(_("超期 %(n)s 天", n=late_days(due_at)))
    if left >= timedelta(days=1):
        return str(_("还剩 %(n)s 天", n=(clock.local(due_at).date() - clock.today()).days))
    if left >= timedelta(hours=1):
        return str(_("还剩 %(n)s 小时", n=left // timedelta(hours=1)))
    return str(_("还剩 %(n)s 分钟", n=max(left // timedelta(minutes=1), 1)))


def life(complaint: Complaint) -> list[Line]:
    """What happened, in order, then what is still to do."""
    events = _joined(complaint.events)
    lines = [_line(complaint, event, last=event is events[-1]) for event in events]
    return lines + _overdue(complaint) + _todo(complaint)


def _joined(events: list[ComplaintEvent]) -> list[ComplaintEvent]:
    """Accepting and assigning in one go is one line; so are the last call and the filing that follows it."""
    kept: list[ComplaintEvent] = []
    for event in events:
        same = (
            kept
            and kept[-1].actor_id == event.actor_id
            and event.happened_at - kept[-1].happened_at < timedelta(minutes=1)
        )
        if event.step == "assign" and same and kept[-1].step == "accept":
            kept[-1] = event
        elif not (event.step == "close" and same):
            kept.append(event)
    return kept


def _line(complaint: Complaint, event: ComplaintEvent, last: bool) -> Line:
    running = last and complaint.is_open and complaint.state not in WAITING
    told: tuple[bool, str] | None = (True, _("已告知本人")) if event.told else None
    if last and complaint.is_open and complaint.can_be_told and (silent := silent_days(complaint)):
        told = (False, _("%(n)s 天没回音", n=silent))
    title = (
        _("受理并派单")
        if event.step == "assign" and event.before == "accepted"
        else str(STEPS[event.step].words)
    )
    if event.step == "progress":
        title = _("办理中")
    return Line("now" if running else "done", title, _when(complaint, event), _said(event), told)


def _when(complaint: Complaint, event: ComplaintEvent) -> str:
    at = moment(event.happened_at)
    if event.step == "register":
        channel = settings.label("channel", complaint.channel)
        return str(_("%(at)s，%(who)s%(channel)s登记", at=at, who=event.actor or _("本人"), channel=channel))
    if event.step == "assign":
        return str(_("%(at)s，%(who)s派给%(name)s", at=at, who=event.actor, name=event.words or ""))
    return f"{at}，{event.actor}" if event.actor else at


def _said(event: ComplaintEvent) -> str:
    if event.step in ("register", "assign"):
        return ""
    known = {"refuse": REFUSALS, "resolve": RESULTS, "call_back": ANSWERS}.get(event.step, {}).get(
        event.reason or ""
    )
    return "：".join(str(part) for part in (known, event.words) if part)


def silent_days(complaint: Complaint) -> int:
    """Days since the worker last heard something; 0 while nothing is owed yet."""
    told = [event.happened_at for event in complaint.events if event.told]
    since = max(told, default=complaint.recorded_at)
    days = (clock.today() - clock.local(since).date()).days
    return days if days >= settings.value("complaint.reply_every.days", complaint.unit.path) else 0


def _overdue(complaint: Complaint) -> list[Line]:
    """What happened by itself: the leader is told at the limit, the street two working days later."""
    if not complaint.overdue:
        return []
    path, due = complaint.unit.path, complaint.due_at
    system = _("%(at)s，系统")
    lines = [Line("bad", _("超期，已提醒社区工会主席"), system % {"at": moment(due)})]
    up = calendar.after_workdays(due, settings.value("complaint.escalate.workdays", path), path)
    if up < clock.now():
        lines.append(Line("bad", _("还没办结，已报街道"), system % {"at": moment(up)}))
    return lines


def _todo(complaint: Complaint) -> list[Line]:
    if complaint.state in ("closed", "refused"):
        return []
    lines = []
    if complaint.waits_for_hand:
        lines.append(Line("todo", _("派单"), _("社区工会定由谁办")))
    if complaint.is_open:
        lines.append(Line("todo", _("办结"), _("填写结果，告知本人")))
    if complaint.kind in CONFIRMED and complaint.confirmed_at is None:
        lines.append(Line("todo", _("确认结果"), _("社区工会主席确认")))
    lines.append(Line("todo", _("回访"), _("社区工会回访，满不满意由本人说")))
    return lines


def meanwhile(complaint: Complaint, seen: str | None) -> list[Line]:
    """What happened since somebody read the first `seen` steps."""
    known = int(seen) if seen and seen.isdecimal() else len(complaint.events) - 1
    return [_line(complaint, event, last=False) for event in complaint.events[known:]]


# ── on the page of a member ──


@tell
def of_person(person: Person) -> Iterable[Entry]:
    """A person's complaints, never sealed ones."""
    mine = select(Complaint).where(Complaint.person_id == person.id, Complaint.sealed.is_(False))
    found = list(db.session.scalars(mine.order_by(Complaint.id.desc()).limit(MOST)))
    told = _told([complaint.id for complaint in found])
    return [_entry(complaint, told) for complaint in found]


def _told(ids: list[int]) -> dict[int, datetime]:
    """When the worker last heard something, case by case."""
    events = select(ComplaintEvent.complaint_id, ComplaintEvent.happened_at).where(
        ComplaintEvent.complaint_id.in_(ids), ComplaintEvent.told.is_not(None)
    )
    return dict(db.session.execute(events.order_by(ComplaintEvent.id)).all()) if ids else {}


def _entry(complaint: Complaint, told: dict[int, datetime]) -> Entry:
    href = f"/complaints/{complaint.uid}"
    words = {"code": complaint.code, "topic": complaint.topic}
    heard = _("已回音") if complaint.id in told else ""
    if complaint.is_open:
        count = countdown(complaint)
        title = _("诉求 %(code)s %(state)s：%(topic)s", state=complaint.state_words, **words)
        mark = (_("诉求%(left)s：%(topic)s", left=count.words, topic=complaint.topic), count.status)
        return Entry(complaint.recorded_at, "now", title, count.under, href=href, tag=mark, told=heard)
    ended = complaint.resolved_at or complaint.closed_at or complaint.recorded_at
    answer, verb = (
        ANSWERS.get(complaint.answer or ""),
        _("没受理") if complaint.state == "refused" else _("办结"),
    )
    title = _("诉求 %(code)s %(verb)s：%(topic)s", verb=verb, **words)
    tag = (str(answer), "ok" if complaint.answer in ("satisfied", "mostly") else "warn") if answer else None
    return Entry(
        ended, "done", title, str(RESULTS.get(complaint.result or "", "")), href=href, tag=tag, told=heard
    )


_c, _u = Complaint.__table__.c, Unit.__table__.c


def late(ids: list[int]) -> dict[int, tuple[str, str]]:
    """Who of some people waits longer than promised."""
    overdue = select(_c.person_id).join(Unit.__table__, _u.id == _c.unit_id)
    overdue = overdue.where(
        branch(width()), _c.person_id.in_(bindparam("ids", expanding=True)), _c.sealed.is_(False),
        _c.state.in_(OPEN), _c.due_at < bindparam("now", type_=UtcDateTime),
    )  # fmt: skip
    asked: dict[str, Any] = {"ids": ids, "now": clock.now()}
    found = db.session.execute(overdue, asked, execution_options={"branch": True}).scalars()
    return dict.fromkeys(found, (_("诉求超期"), "bad"))


MARKS.append(late)

__all__ = ["countdown", "late", "left_words", "life"]
