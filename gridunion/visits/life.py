"""The life cycle of a visit as one literal table, and the words of what comes of one.

A visit is planned, becomes due, is logged, may be followed up, and is done. Nothing else can follow what follows
here; `reached` says whether somebody was spoken with: only that counts as a visit that was paid.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext


@dataclass(frozen=True)
class Step:
    """Where a visit can stand, in words and as a light, and what may come next."""

    words: object
    light: str
    then: tuple[str, ...] = ()


LIFE = {
    "planned": Step(_("约好了"), "", ("due", "logged", "voided")),
    "due": Step(_("该走访"), "warn", ("logged", "attempted", "refused", "moved_out", "missed", "voided")),
    "missed": Step(_("超期没走访"), "bad", ("logged", "attempted", "refused", "moved_out", "voided")),
    "attempted": Step(_("没见到"), "warn", ("due", "voided")),
    "refused": Step(_("不愿见"), "warn", ("due", "checked", "voided")),
    "moved_out": Step(_("搬走了"), "warn", ("due", "voided")),
    "logged": Step(_("已记下"), "ok", ("follow_up", "done", "checked", "voided")),
    "follow_up": Step(_("还要再去"), "act", ("due", "done", "checked", "voided")),
    "done": Step(pgettext("visit", "已走访"), "ok", ("checked", "voided")),
    "checked": Step(pgettext("visit", "抽查过"), "ok"),
    "voided": Step(pgettext("undo", "已撤销"), "bad"),
}


@dataclass(frozen=True)
class Outcome:
    """What a visit came to: its words, its picture, and where it leaves the visit."""

    words: object
    icon: str
    state: str


OUTCOMES = {
    "met": Outcome(_("见到本人"), "home-check", "logged"),
    "phone": Outcome(_("电话联系"), "phone", "logged"),
    "family": Outcome(_("见到家人"), "users", "logged"),
    "not_home": Outcome(_("没见到"), "door", "attempted"),
    "refused": Outcome(_("不愿见"), "x", "refused"),
    "moved": Outcome(_("搬走了"), "send", "moved_out"),
}
REACHED = tuple(name for name, outcome in OUTCOMES.items() if outcome.state == "logged")
CHECKED = (*REACHED, "refused")
"""What somebody can be asked about on the phone: that nobody was home they cannot know."""

FINDINGS = {
    "fine": (_("一切正常"), ""),
    "help": (_("需要帮扶"), _("报给社区工会")),
    "complaint": (_("有诉求"), _("在下面写，一起存")),
    "changed": (_("情况有变"), _("住址、工作、电话")),
}
ALONE = ("complaint", "changed")
"""Findings that lead on to what is said of one person alone."""

CHECK_RESULTS = {
    "confirmed": (_("属实"), "ok"),
    "not_confirmed": (_("对不上"), "bad"),
    "unreachable": (_("联系不上"), "warn"),
}


def state_of(outcome: str, voided: bool, checked: bool, again: bool) -> str:
    """Where a visit that was written down stands now."""
    if voided:
        return "voided"
    if checked:
        return "checked"
    state = OUTCOMES[outcome].state
    if state != "logged":
        return state
    return "follow_up" if again else "done"
