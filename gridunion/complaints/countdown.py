"""The promise that runs now on a case, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from gridunion import calendar, clock
from gridunion.complaints.life import ANSWERS, LEFT
from gridunion.complaints.models import Complaint
from gridunion.complaints.rows import late_days
from gridunion.look import day, moment


@dataclass(frozen=True)
class Count:
    """The promise that runs now: how it stands, in words twice, and percent of the time that is gone."""

    status: str
    words: str
    under: str
    percent: int | None = None


def countdown(complaint: Complaint) -> Count:
    """What is due next, with the absolute time beside it."""
    if complaint.state == "closed":
        return Count("ok", _("已归档"), _ended(complaint))
    if complaint.state == "withdrawn":
        return Count("ok", _("本人撤回"), moment(complaint.closed_at))
    if complaint.state == "refused":
        return Count("ok", _("不予受理"), _refused(complaint))
    if complaint.state in LEFT:
        return Count("ok", complaint.state_words, moment(complaint.closed_at))
    if complaint.needs_confirmation:
        return Count("warn", _("等确认结果"), _("%(moment)s 办结", moment=moment(complaint.resolved_at)))
    if complaint.state == "resolved":
        return _running(
            complaint.call_due_at or clock.now(), complaint.resolved_at, _("应在 %(when)s 前回访")
        )
    if complaint.state == "registered" and not complaint.overdue:
        return _running(complaint.accept_due_at, complaint.recorded_at, _("应在 %(when)s 前受理"))
    if complaint.state in _WAITS and complaint.wait_until:
        return _still(complaint, complaint.wait_until)
    reopened = [event for event in complaint.events if event.step == "reopen"]
    limit = complaint.days if not reopened else -(-complaint.days // 2)
    began = reopened[-1].happened_at if reopened else complaint.recorded_at
    words = _("应在 %(when)s 前办结") + _span(complaint, limit)
    return _running(complaint.due_at, began, words)


def _span(complaint: Complaint, limit: int) -> str:
    """How long that is, whether more time was given, and whether the calendar of that year is known."""
    more = sum(int(event.reason or 0) for event in complaint.events if event.step == "extend")
    said = (
        _("（%(n)s 工作日，延了 %(more)s）", n=limit, more=more) if more else _("（%(n)s 工作日）", n=limit)
    )
    if calendar.is_provisional(complaint.due_at):
        said += _("，暂定：那年的放假安排还没公布")
    return str(said)


_WAITS = {
    "awaiting_worker": (lazy_gettext("等本人，期限先停"), lazy_gettext("最迟等到 %(when)s，之后接着算")),
    "mediating": (lazy_gettext("调解中，期限先停"), lazy_gettext("应在 %(when)s 前谈完")),
    "referred": (lazy_gettext("已转出，期限先停"), lazy_gettext("应在 %(when)s 前问办得怎样")),
}


def _still(complaint: Complaint, until: datetime) -> Count:
    """The clock stands still; once the time to wait is over, what has to be done."""
    words, under = _WAITS[complaint.state]
    when = str(under) % {"when": moment(until)}
    if until > clock.now():
        return Count("ok", str(words), when)
    return Count("bad" if complaint.overdue else "warn", left_words(complaint.due_at), when)


def _ended(complaint: Complaint) -> str:
    answer = ANSWERS.get(complaint.answer or "")
    when = moment(complaint.closed_at)
    return _("%(when)s，本人%(answer)s", when=when, answer=answer) if answer else when


def _refused(complaint: Complaint) -> str:
    on = day(complaint.closed_at)
    return _("%(day)s 已告知原因和去处", day=on) if complaint.can_be_told else on


def _running(due_at: datetime, began: datetime | None, words: str) -> Count:
    left = due_at - clock.now()
    whole = due_at - (began or due_at)
    percent = min(100, max(0, round(100 - 100 * (left / whole)))) if whole > timedelta() else 100
    status = "bad" if left < timedelta() else "warn" if left < timedelta(days=1) else "ok"
    return Count(status, left_words(due_at), words % {"when": moment(due_at)}, percent)


def claim_words(complaint: Complaint) -> str:
    """How long a dispute may still go to arbitration; wages owed have no limit while the work goes on
    (劳动争议调解仲裁法 第二十七条)."""
    until = complaint.claim_until
    if until is None:
        return ""
    left = (until - clock.today()).days
    said = _("到 %(day)s，还剩 %(n)s 天", day=until.isoformat(), n=left) if left >= 0 else _("已过一年的期限")
    if complaint.category == "wages":
        said += _("；还在职的，拖欠工资不受这个限制")
    return str(said)


def left_words(due_at: datetime) -> str:
    """还剩 5 天, in the last 24 hours 还剩 3 小时, then 超期 1 天."""
    left = due_at - clock.now()
    if left < timedelta():
        return str(ngettext("超期 %(num)s 天", "超期 %(num)s 天", late_days(due_at)))
    if left >= timedelta(days=1):
        return str(
            ngettext("还剩 %(num)s 天", "还剩 %(num)s 天", (clock.local(due_at).date() - clock.today()).days)
        )
    if left >= timedelta(hours=1):
        return str(ngettext("还剩 %(num)s 小时", "还剩 %(num)s 小时", left // timedelta(hours=1)))
    return str(ngettext("还剩 %(num)s 分钟", "还剩 %(num)s 分钟", max(left // timedelta(minutes=1), 1)))
