"""The story of a case for who asked: what happened in plain words, when, and which office has it. No name of anybody,
and of what was written only what was written for the worker."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from gridunion.complaints.countdown import claim_words
from gridunion.complaints.life import (
    ANSWERS,
    BY_CLOCK,
    MEDIATED,
    OWN,
    REFERRALS,
    REFUSALS,
    RESULTS,
    STEPS,
    TOLD,
    WRITTEN,
)
from gridunion.complaints.models import Complaint
from gridunion.complaints.records import ComplaintEvent
from gridunion.complaints.story import TAKEN, Line, counted_once
from gridunion.look import day, moment
from gridunion.rights import ROLES
from gridunion.tree import Unit
from gridunion.units.scanned import union_of

# The union's own doings, and the reader's looking.
HIDDEN = {
    "see", "urge", "confirm", "send_back", "heard", "give_back", "recuse", "hand_over", "minutes", "separate",
    *BY_CLOCK,
}  # fmt: skip
# Their words name somebody or another case, or are the complaint itself.
NOTED = {"register", "assign", "merge"}
WORDS = {
    "assign": lazy_gettext("有人在办了"),
    "progress": lazy_gettext("正在办"),
    "reply": lazy_gettext("给你的回音"),
    "inform": lazy_gettext("给你的回音"),
    "add": lazy_gettext("你补充了情况"),
    "rate": lazy_gettext("你的评价"),
    "withdraw": lazy_gettext("你撤回了"),
    "call_back": lazy_gettext("回访"),
}


_REASONS: dict[str, dict[str, Any]] = {
    "refuse": REFUSALS, "resolve": RESULTS, "rate": ANSWERS, "call_back": ANSWERS, "refer": REFERRALS,
    "end_mediation": MEDIATED,
}  # fmt: skip


def told_to(case: Complaint) -> list[Line]:
    """The steps in order of time, and what is promised next."""
    return [*_happened(case), *_promised(case)]


def _happened(case: Complaint) -> Iterator[Line]:
    shown = counted_once([event for event in case.events if event.step not in HIDDEN])
    for event in shown:
        state = "now" if event is shown[-1] and case.is_open else "done"
        title = WORDS.get(event.step) or TAKEN.get(event.step) or STEPS[event.step].words
        yield Line(state, str(title), _when(event), _words(event), _told(event))


def _when(event: ComplaintEvent) -> str:
    """When, and the office that did it."""
    office = str(ROLES.get(event.role, ""))
    return _("，").join(filter(None, (moment(event.happened_at), office)))


def _words(event: ComplaintEvent) -> str:
    known = _REASONS.get(event.step, {}).get(event.reason or "")
    own = event.actor_id is None and event.step in (*OWN, "reopen")
    theirs = event.step in WRITTEN or (event.told and event.step not in NOTED)
    said = _("：").join(str(part) for part in (known, event.words if own or theirs else None) if part)
    return _("。").join((said, _arbitration(event.complaint))) if event.reason == "not_agreed" else said


def _arbitration(case: Complaint) -> str:
    """The way that is open when no agreement came about (劳动争议调解仲裁法 第十四条)."""
    return _("可以向劳动人事争议仲裁委员会申请仲裁，%(claim)s", claim=claim_words(case))


def _told(event: ComplaintEvent) -> tuple[bool, str] | None:
    if event.told is None or event.step in (*OWN, "register"):
        return None
    return True, str(TOLD.get(event.told, ""))


def _promised(case: Complaint) -> Iterator[Line]:
    if case.state == "mediating" and case.wait_until:
        words = _("最迟 %(day)s，没谈成可以申请仲裁", day=day(case.wait_until))
        yield Line("todo", str(TAKEN["end_mediation"]), words=words)
    if case.is_open:
        by = _office(case).name
        yield Line("todo", _("办结"), words=_("%(day)s 前，由%(union)s负责", day=day(case.due_at), union=by))
    if case.is_open or case.state == "resolved":
        yield Line("todo", _("回访"), words=_("问你满不满意，不由办的人来问"))


def _office(case: Complaint) -> Unit:
    """Who answers for it: the community union, or the street once it went there."""
    union = union_of(case.unit)
    return union.parent if case.is_streets and union.parent else union


def held_since(at: datetime) -> list[Line]:
    """What waits to be looked at is told like what was just received."""
    return [Line("now", str(STEPS["register"].words), moment(at))]
