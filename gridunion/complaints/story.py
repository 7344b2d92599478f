"""The story of a case in words: what happened, what happened by itself, what is still to do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_babel import lazy_pgettext as pgettext

from gridunion import clock, settings
from gridunion.complaints import hands
from gridunion.complaints.life import (
    ANSWERS,
    BY_CLOCK,
    BY_NOBODY,
    CONFIRMED,
    INNER,
    LEFT,
    MEDIATED,
    REFERRALS,
    REFUSALS,
    RESULTS,
    STATES,
    STEPS,
    TOLD,
    WAITING,
)  # fmt: skip
from gridunion.complaints.models import Complaint
from gridunion.complaints.records import ComplaintEvent
from gridunion.look import day, moment

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
    "give_back": STATES["returned"],
    "pause": STATES["awaiting_worker"],
    "resume": pgettext("done", "接着办"),
    "mediate": pgettext("done", "组织调解"),
    "minutes": pgettext("done", "记调解"),
    "end_mediation": pgettext("done", "调解结束"),
    "extend": pgettext("done", "延期"),
    "escalate": STATES["escalated"],
    "refer": STATES["referred"],
    "review": pgettext("done", "问办得怎样"),
    "merge": STATES["merged"],
    "inform": pgettext("done", "给本人回音"),
    "separate": pgettext("done", "拆开单办"),
    "heard": pgettext("done", "知道了"),
    "add": _lazy("本人补充"),
    "rate": _lazy("本人评价"),
    "withdraw": STATES["withdrawn"],
}

_REASONS: dict[str, dict[str, object]] = {
    "refuse": REFUSALS, "resolve": RESULTS, "call_back": ANSWERS, "refer": REFERRALS, "end_mediation": MEDIATED,
}  # fmt: skip


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
    people = [event for event in complaint.events if event.step not in BY_CLOCK]
    events = _joined(people)
    lines = [(event.happened_at, _line(complaint, event, last=event is events[-1])) for event in events]
    happened = sorted(lines + _by_clock(complaint), key=lambda line: line[0])
    return [line for _at, line in happened] + _todo(complaint)


def _joined(events: list[ComplaintEvent]) -> list[ComplaintEvent]:
    """Accepting and assigning in one go is one line; so are the last call and the filing that follows it."""
    kept: list[ComplaintEvent] = []
    for event in counted_once(events):
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


def counted_once(events: list[ComplaintEvent]) -> list[ComplaintEvent]:
    """The days of a holiday are entered one by one; of their recounts in a row only the last one is told."""
    following = [*(event.step for event in events[1:]), ""]
    pairs = zip(events, following, strict=False)
    return [event for event, after in pairs if (event.step, after) != ("recount", "recount")]


def _line(complaint: Complaint, event: ComplaintEvent, last: bool) -> Line:
    running = last and complaint.is_open and complaint.state not in WAITING
    told = _told(complaint, event)
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


def _told(complaint: Complaint, event: ComplaintEvent) -> tuple[bool, str] | None:
    """Whether the worker knows of a step: told then, or by a later word; when and how."""
    if event.told:
        return True, _("已告知本人：%(how)s", how=TOLD.get(event.told, ""))
    if event.step in INNER or not complaint.can_be_told:
        return None
    later = next((it for it in complaint.events if it.told and it.id > event.id), None)
    if later is None:
        return False, _("还没告知本人")
    on, how = day(later.happened_at), TOLD.get(later.told or "", "")
    return True, _("%(day)s 告知本人：%(how)s", day=on, how=how)


def _when(complaint: Complaint, event: ComplaintEvent) -> str:
    at = moment(event.happened_at)
    if event.step == "register":
        channel = settings.label("channel", complaint.channel)
        return str(_("%(at)s，%(who)s%(channel)s登记", at=at, who=event.actor or _("本人"), channel=channel))
    if event.step == "assign":
        return str(_("%(at)s，%(who)s派给%(name)s", at=at, who=event.actor, name=event.words or ""))
    by = event.actor or (_("系统") if event.step in ("resume", "recount") else _("本人"))
    return str(_("，").join((at, by)))


def _said(event: ComplaintEvent) -> str:
    if event.step in ("register", "assign"):
        return ""
    if event.step == "extend":
        return str(_("延 %(n)s 个工作日：%(why)s", n=event.reason, why=event.words))
    if event.step == "merge":
        return str(_("并到诉求 %(code)s", code=event.words))
    known = _REASONS.get(event.step, {}).get(event.reason or "")
    return _("：").join(str(part) for part in (known, event.words) if part)


def silent_days(complaint: Complaint) -> int:
    """Days since the worker last heard something; 0 while nothing is owed yet."""
    if complaint.stands_still:
        return 0
    told = [event.happened_at for event in complaint.events if event.told]
    since = max(told, default=complaint.recorded_at)
    days = (clock.today() - clock.local(since).date()).days
    return days if days >= settings.value("complaint.reply_every.days", complaint.unit.path) else 0


def _by_clock(complaint: Complaint) -> list[tuple[datetime, Line]]:
    """What happened by itself: written down by the nightly round, and until then seen from the limit."""
    known = [(event.step, event.happened_at) for event in complaint.events if event.step in BY_CLOCK]
    until = complaint.resolved_at or complaint.closed_at or clock.now()
    passed = (("overdue", complaint.due_at), ("raise", complaint.street_at))
    seen = [(step, at) for step, at in passed if at < until and (step, at) not in known]
    return [
        (at, Line("bad", str(STEPS[step].words), _("%(at)s，系统", at=moment(at))))
        for step, at in [*known, *seen]
        if step != "remind"
    ]


def _todo(complaint: Complaint) -> list[Line]:
    if complaint.state == "closed" or complaint.state in LEFT:
        return []
    decides, judges = _offices(complaint)
    lines = []
    if complaint.waits_for_hand:
        lines.append(Line("todo", _("派单"), _("%(office)s定由谁办", office=decides)))
    if complaint.state in _WAITED:
        lines.append(Line("todo", *_WAITED[complaint.state](complaint)))
    if complaint.is_open:
        lines.append(Line("todo", _("办结"), _("填写结果，告知本人")))
    if complaint.kind in CONFIRMED and complaint.confirmed_at is None:
        lines.append(Line("todo", _("确认结果"), _("%(office)s确认", office=judges)))
    lines.append(Line("todo", _("回访"), _("%(office)s回访，满不满意由本人说", office=judges)))
    return lines


def meetings(complaint: Complaint) -> list[Line]:
    """What was said of a mediation, in order."""
    steps = ("mediate", "minutes", "end_mediation")
    return [_line(complaint, event, last=False) for event in complaint.events if event.step in steps]


_WAITED: dict[str, Callable[[Complaint], tuple[str, str]]] = {
    "awaiting_worker": lambda it: (_("接着办"), _("等本人到 %(day)s", day=day(it.wait_until))),
    "mediating": lambda it: (_("调解结束"), _("最迟 %(day)s，没谈成告知仲裁", day=day(it.wait_until))),
    "referred": lambda it: (_("问办得怎样"), _("最迟 %(day)s", day=day(it.wait_until))),
}


def _offices(complaint: Complaint) -> tuple[str, str]:
    """Who gives the case out, and who judges its result: the community, or the street in its place."""
    community, street = _("社区工会"), _("街道联合会")
    leaders = hands.leaders(complaint.unit, complaint.accused, complaint.id)
    if complaint.is_streets or not leaders:
        return street, street
    return community, street if complaint.handler_id in leaders else community


def meanwhile(complaint: Complaint, seen: str | None) -> list[Line]:
    """What happened since somebody read the first `seen` steps."""
    news = [event for event in _since(complaint, seen) if event.step not in BY_CLOCK]
    return [_line(complaint, event, last=False) for event in _joined(news)]


def nobody_acted(complaint: Complaint, seen: str | None) -> bool:
    """Nobody did anything since; what came to pass by itself takes no form out of anybody's hand."""
    news = _since(complaint, seen)
    return bool(news) and all(event.step in BY_NOBODY for event in news)


def _since(complaint: Complaint, seen: str | None) -> list[ComplaintEvent]:
    known = int(seen) if seen and seen.isdecimal() else len(complaint.events) - 1
    return complaint.events[known:]
