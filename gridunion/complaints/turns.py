"""Whose turn it is: what a step of the table asks of the case and of who takes it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from gridunion import calendar, clock, settings
from gridunion.accounts.models import Account
from gridunion.complaints import hands
from gridunion.complaints.hands import held_over
from gridunion.complaints.life import IN_HAND, MOST_REOPENED, STEPS, says_something
from gridunion.db import db
from gridunion.members.membership import WrongStep
from gridunion.rights import Viewer

if TYPE_CHECKING:
    from gridunion.complaints.case import Case


class NotYours(Exception):
    """The step belongs to somebody else. `str()` is a sentence for the user."""


class OutOfTurn(WrongStep):
    """The step does not follow now, or something it needs is missing. `str()` is a sentence for the user."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def demand(case: "Case", name: str, by: Viewer, leaders: set[int] | None = None) -> None:
    """Raises OutOfTurn when a step does not follow now, NotYours when it belongs to somebody else.

    `leaders` are those of the community, when the caller knows them.
    """
    _state(case, name, by)
    if not held_over(by, STEPS[name].right, case.unit.path):
        raise NotYours(_("这件诉求不归你管"))
    _hand(case, name, by)
    who = STEPS[name].who
    if who in ("decides", "judges") or (who == "either" and not _handles(case, by)):
        known = hands.leaders(case.unit, case.accused, case.id) if leaders is None else leaders
        _chair(case, name, by, known)


def demand_own(case: "Case", name: str) -> None:
    """Raises OutOfTurn when a step of the worker's own does not follow now."""
    step = STEPS[name]
    if case.state not in step.sources or (name == "reopen" and case.state == "withdrawn"):
        raise OutOfTurn(_("这件诉求现在是“%(state)s”，不能%(step)s", state=case.state_words, step=step.words))
    if name == "rate" and case.rating:
        raise OutOfTurn(_("已经评价过了"))
    if name in ("rate", "reopen") and _too_late(case):
        raise OutOfTurn(_("办结时间太久，请直接找工会"))
    if name == "reopen" and case.reopened >= MOST_REOPENED:
        raise OutOfTurn(_("已经重新办过两次，还有意见请直接找街道工会联合会"))


def demand_given(case: "Case", name: str, words: str | None, told: str | None) -> None:
    """Raises OutOfTurn when what the table asks of a step is missing."""
    if "words" in STEPS[name].needs:
        demand_words(words)
    if "told" in STEPS[name].needs:
        demand_told(case, told)


def _state(case: "Case", name: str, by: Viewer) -> None:
    step = STEPS[name]
    if case.erased_at:
        raise OutOfTurn(_("内容到了保存期限，已经清除，不能再办"))
    over = name in ("confirm", "send_back") and not case.needs_confirmation
    over = over or (name == "heard" and case.spoke_at is None)
    if case.state not in step.sources or over:
        raise OutOfTurn(_("这件诉求现在是“%(state)s”，不能%(step)s", state=case.state_words, step=step.words))
    if step.most and case.times(name) >= (most := settings.value(step.most, case.unit.path)):
        raise OutOfTurn(_("%(step)s最多 %(n)s 次，已经用完", step=step.words, n=most))
    if name in ("call_back", "close") and case.needs_confirmation:
        raise OutOfTurn(_("结果还没确认，先确认再回访"))
    if name == "reopen" and _too_late(case) and not _is_street(case, name, by):
        raise OutOfTurn(_("办结时间太久，只有街道能重新办理"))
    if name in _ASKS:
        _ASKS[name](case, by)


def _give_back(case: "Case", by: Viewer) -> None:
    days = settings.value(STEPS["give_back"].limit, case.unit.path)
    given = case.last("assign")
    if given and calendar.after_workdays(given.happened_at, days, case.unit.path) < clock.now():
        raise OutOfTurn(_("派单后 %(n)s 个工作日内才能退回", n=days))


def _mediate(case: "Case", by: Viewer) -> None:
    if not case.is_dispute:
        raise OutOfTurn(_("只有劳动争议和集体争议才调解"))


def _extend(case: "Case", by: Viewer) -> None:
    """Once by who decides, further only by the street, and never longer in all than the setting."""
    if extension_left(case) <= 0:
        raise OutOfTurn(_("延期一共最多 %(n)s 个工作日，已经用完", n=_most_extension(case)))
    if case.times("extend") and not _is_street(case, "extend", by):
        raise NotYours(_("已经延过一次，再延要由街道联合会定"))


def _escalate(case: "Case", by: Viewer) -> None:
    if case.is_streets or _is_street(case, "escalate", by):
        raise OutOfTurn(_("已经由街道联合会定"))


def _merge(case: "Case", by: Viewer) -> None:
    if case.sealed:
        raise OutOfTurn(_("保密诉求不并案"))
    if case.joined:
        raise OutOfTurn(_("别的诉求并在这一件里，先拆开"))


_ASKS: dict[str, Callable[["Case", Viewer], None]] = {
    "give_back": _give_back, "mediate": _mediate, "extend": _extend, "escalate": _escalate, "merge": _merge,
}  # fmt: skip


def extension_left(case: "Case") -> int:
    """Working days by which the case may still be extended."""
    given = sum(int(event.reason or 0) for event in case.events if event.step == "extend")
    return int(_most_extension(case)) - given


def one_extension(case: "Case") -> int:
    """Working days that are given at once."""
    return int(settings.value(STEPS["extend"].limit, case.unit.path))


def longest_extension(case: "Case") -> int:
    """Working days by which the case may be extended now: the first time no more than are given at once."""
    left = extension_left(case)
    return left if case.times("extend") else min(left, one_extension(case))


def _most_extension(case: "Case") -> int:
    return int(settings.value("complaint.extend.most", case.unit.path))


def _handles(case: "Case", by: Viewer) -> bool:
    return case.state in IN_HAND and by.account_id == case.handler_id


def _too_late(case: "Case") -> bool:
    """The days in which a case may be reopened are over; for the street they never are."""
    ended = case.resolved_at or case.closed_at
    days = settings.value(STEPS["reopen"].limit, case.unit.path)
    return bool(ended and (clock.today() - clock.local(ended).date()).days > days)


def _hand(case: "Case", name: str, by: Viewer) -> None:
    """The handler, or who stands in for him, works on the case; he never judges or presses himself."""
    who, handles = STEPS[name].who, by.account_id == case.handler_id
    if who == "handler" and not (handles or _stands_in(case, by)):
        raise NotYours(_("这件诉求由%(name)s在办", name=case.handler.name if case.handler else _("别人")))
    if (who == "judges" or name == "urge") and handles:
        raise NotYours(_("自己办的诉求，要由别人%(step)s", step=STEPS[name].words))


def _stands_in(case: "Case", by: Viewer) -> bool:
    """Whether somebody does the handler's work meanwhile; nobody who keeps away from the case does."""
    if case.handler_id not in by.standing_in(case.unit.path):
        return False
    return not hands.keeps_from(db.session.get_one(Account, by.account_id), case)


def _chair(case: "Case", name: str, by: Viewer, leaders: set[int]) -> None:
    """The community's leader decides; the street where there is none, and from the second reopening on.
    It also judges what a leader handled himself, and may decide what lies too long, or a second extension."""
    street = _is_street(case, name, by)
    if street and (case.lies_too_long or (name == "extend" and case.times("extend"))):
        return
    if STEPS[name].who == "judges" and case.handler_id in leaders and _leads_for_handler(case, name, by):
        raise NotYours(_("这一步由街道联合会定"))
    if case.is_streets or not leaders:
        if not street:
            raise NotYours(_("这一步由街道联合会定"))
    elif by.account_id not in leaders:
        judges = STEPS[name].who == "judges" and case.handler_id in leaders
        if not (street and judges):
            raise NotYours(_("这一步由社区工会主席定"))


def _leads_for_handler(case: "Case", name: str, by: Viewer) -> bool:
    """Whether somebody would judge only in the place of the very leader who handled the case."""
    held = held_over(by, STEPS[name].right, case.unit.path)
    return all(it.for_id == case.handler_id for it in held)


def _is_street(case: "Case", name: str, by: Viewer) -> bool:
    return any(held.role == "supervisor" for held in held_over(by, STEPS[name].right, case.unit.path))


def demand_told(case: "Case", told: str | None) -> None:
    """Raises OutOfTurn when somebody could be told and was not (事事有回音)."""
    if case.can_be_told and not told:
        raise OutOfTurn(_("先告知本人，再选怎么告诉的"))


def demand_words(words: str | None) -> None:
    """Raises OutOfTurn for words that say nothing."""
    if not says_something(words):
        raise OutOfTurn(_("请写清楚办了什么、怎么答复的"))
