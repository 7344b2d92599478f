"""The story of a case in words: what happened, what happened by itself, what is still to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_pgettext as pgettext

from gridunion import calendar, clock, settings
from gridunion.complaints import hands
from gridunion.complaints.life import ANSWERS, CONFIRMED, REFUSALS, RESULTS, STATES, STEPS, WAITING
from gridunion.complaints.models import Complaint
from gridunion.complaints.records import ComplaintEvent
from gridunion.look import moment

# A step that was taken, where its button says something else in another language: 办结 is Resolve and Resolved.
TAKEN = {
    "accept": pgettext("done", "受理"),
    "refuse": STATES["refused"],
    "assign": pgettext("done", "派单"),
    "recuse": pgettext("done", "回避"),
    "reply": pgettext("done", "给本人回音"),
    "resolve": pgettext("done", "办结"),
    "confirm": pgettext("done", "确认结果"),
    "send_back": pgettext("done", "退回再办"),
    "call_back": pgettext("done", "回访"),
    "close": pgettext("done", "归档"),
    "reopen": STATES["reopened"],
    "urge": pgettext("done", "催办"),
}


@dataclass(frozen=True)
class Line:
    """One line of a story: state is done, now, bad or todo; `told` is (true or false, words)."""

    state: str
    title: str
    when: str = ""
    words: str = ""
    told: tuple[bool, str] | None = None

    @property
    def under(self) -> str:
        """When, who, and what was said, in one breath."""
        return str(_("，").join(filter(None, (self.when, self.words))))


def life(complaint: Complaint) -> list[Line]:
    """What happened, in order of time, then what is still to do."""
    events = _joined(complaint.events)
    lines = [(event.happened_at, _line(complaint, event, last=event is events[-1])) for event in events]
    happened = sorted(lines + _overdue(complaint), key=lambda line: line[0])
    return [line for _at, line in happened] + _todo(complaint)


def _joined(events: list[ComplaintEvent]) -> list[ComplaintEvent]:
    """Accepting and assigning in one go is one line; so are the last call and the filing that follows it."""
    kept: list[ComplaintEvent] = []
    for event in events:
        same = (
            kept
            and kept[-1].actor_id == event.actor_id
            and event.happened_at - kept[-1].happened_at < timedelta(minutes=1)
        )
        if event.step == "assign" and same and kept[-1].step == "accept" and not kept[-1].told:
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
        else str(TAKEN.get(event.step, STEPS[event.step].words))
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
    return _("，").join(filter(None, (at, event.actor)))


def _said(event: ComplaintEvent) -> str:
    if event.step in ("register", "assign"):
        return ""
    known = {"refuse": REFUSALS, "resolve": RESULTS, "call_back": ANSWERS}.get(event.step, {}).get(
        event.reason or ""
    )
    return _("：").join(str(part) for part in (known, event.words) if part)


def silent_days(complaint: Complaint) -> int:
    """Days since the worker last heard something; 0 while nothing is owed yet."""
    told = [event.happened_at for event in complaint.events if event.told]
    since = max(told, default=complaint.recorded_at)
    days = (clock.today() - clock.local(since).date()).days
    return days if days >= settings.value("complaint.reply_every.days", complaint.unit.path) else 0


def _overdue(complaint: Complaint) -> list[tuple[datetime, Line]]:
    """What happened by itself: the leader is told at the limit, the street two working days later."""
    path, due = complaint.unit.path, complaint.due_at
    until = complaint.resolved_at or complaint.closed_at or clock.now()
    up = calendar.after_workdays(due, settings.value("complaint.escalate.workdays", path), path)
    steps = ((due, _("超期，已提醒社区工会主席")), (up, _("还没办结，已报街道")))
    return [(at, Line("bad", words, _("%(at)s，系统", at=moment(at)))) for at, words in steps if at < until]


def _todo(complaint: Complaint) -> list[Line]:
    if complaint.state in ("closed", "refused"):
        return []
    decides, judges = _offices(complaint)
    lines = []
    if complaint.waits_for_hand:
        lines.append(Line("todo", _("派单"), _("%(office)s定由谁办", office=decides)))
    if complaint.is_open:
        lines.append(Line("todo", _("办结"), _("填写结果，告知本人")))
    if complaint.kind in CONFIRMED and complaint.confirmed_at is None:
        lines.append(Line("todo", _("确认结果"), _("%(office)s确认", office=judges)))
    lines.append(Line("todo", _("回访"), _("%(office)s回访，满不满意由本人说", office=judges)))
    return lines


def _offices(complaint: Complaint) -> tuple[str, str]:
    """Who gives the case out, and who judges its result: the community, or the street in its place."""
    community, street = _("社区工会"), _("街道联合会")
    leaders = hands.leaders(complaint.unit, complaint.accused, complaint.id)
    if complaint.reopened > 1 or not leaders:
        return street, street
    return community, street if complaint.handler_id in leaders else community


def meanwhile(complaint: Complaint, seen: str | None) -> list[Line]:
    """What happened since somebody read the first `seen` steps."""
    known = int(seen) if seen and seen.isdecimal() else len(complaint.events) - 1
    return [_line(complaint, event, last=False) for event in _joined(complaint.events[known:])]
