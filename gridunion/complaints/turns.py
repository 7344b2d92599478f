"""Whose turn it is: what a step of the table asks of the case and of who takes it."""

from typing import TYPE_CHECKING

from flask_babel import gettext as _

from gridunion import clock, settings
from gridunion.complaints import hands
from gridunion.complaints.hands import held_over
from gridunion.complaints.life import STEPS, says_something
from gridunion.members.membership import WrongStep
from gridunion.rights import Viewer

if TYPE_CHECKING:
    from gridunion.complaints.models import Complaint


class NotYours(Exception):
    """The step belongs to somebody else. `str()` is a sentence for the user."""


class OutOfTurn(WrongStep):
    """The step does not follow now, or something it needs is missing. `str()` is a sentence for the user."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def demand(case: "Complaint", name: str, by: Viewer, leaders: set[int] | None = None) -> None:
    """Raises OutOfTurn when a step does not follow now, NotYours when it belongs to somebody else.

    `leaders` are those of the community, when the caller knows them.
    """
    _state(case, name, by)
    if not held_over(by, STEPS[name].right, case.unit.path):
        raise NotYours(_("这件诉求不归你管"))
    _hand(case, name, by)
    if STEPS[name].who in ("decides", "judges"):
        _chair(
            case,
            name,
            by,
            hands.leaders(case.unit, case.accused, case.id) if leaders is None else leaders,
        )


def _state(case: "Complaint", name: str, by: Viewer) -> None:
    step = STEPS[name]
    over = name in ("confirm", "send_back") and not case.needs_confirmation
    if case.state not in step.sources or over:
        raise OutOfTurn(_("这件诉求现在是“%(state)s”，不能%(step)s", state=case.state_words, step=step.words))
    if name in ("call_back", "close") and case.needs_confirmation:
        raise OutOfTurn(_("结果还没确认，先确认再回访"))
    if name == "reopen" and _too_late(case) and not _is_street(case, name, by):
        raise OutOfTurn(_("办结时间太久，只有街道能重新办理"))


def _too_late(case: "Complaint") -> bool:
    """The days in which a case may be reopened are over; for the street they never are."""
    ended = case.resolved_at or case.closed_at
    days = settings.value("complaint.reopen.days", case.unit.path)
    return bool(ended and (clock.today() - clock.local(ended).date()).days > days)


def _hand(case: "Complaint", name: str, by: Viewer) -> None:
    """The handler works on the case and never judges or presses himself."""
    who, handles = STEPS[name].who, by.account_id == case.handler_id
    if who == "handler" and not handles:
        raise NotYours(_("这件诉求由%(name)s在办", name=case.handler.name if case.handler else _("别人")))
    if (who == "judges" or name == "urge") and handles:
        raise NotYours(_("自己办的诉求，要由别人%(step)s", step=STEPS[name].words))


def _chair(case: "Complaint", name: str, by: Viewer, leaders: set[int]) -> None:
    """The community's leader decides; the street where there is none, and from the second reopening on.
    It also judges what a leader handled himself."""
    street = _is_street(case, name, by)
    if case.reopened > 1 or not leaders:
        if not street:
            raise NotYours(_("这一步由街道联合会定"))
    elif by.account_id not in leaders:
        judges = STEPS[name].who == "judges" and case.handler_id in leaders
        if not (street and judges):
            raise NotYours(_("这一步由社区工会主席定"))


def _is_street(case: "Complaint", name: str, by: Viewer) -> bool:
    return any(held.role == "supervisor" for held in held_over(by, STEPS[name].right, case.unit.path))


def demand_told(case: "Complaint", told: str | None) -> None:
    """Raises OutOfTurn when somebody could be told and was not (事事有回音)."""
    if case.can_be_told and not told:
        raise OutOfTurn(_("先告知本人，再选怎么告诉的"))


def demand_words(words: str | None) -> None:
    """Raises OutOfTurn for words that say nothing."""
    if not says_something(words):
        raise OutOfTurn(_("请写清楚办了什么、怎么答复的"))
