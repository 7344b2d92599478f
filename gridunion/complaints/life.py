"""The life cycle of a complaint as one literal table: which step leads from where to where, and whose it is.

A step that is not here cannot be taken by anybody. `to` None leaves the state as it is.
"""

import re
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext

OPEN = ("registered", "accepted", "assigned", "in_progress", "reopened")
WAITING = ("registered", "accepted", "reopened")  # for somebody to give it to a handler
IN_HAND = ("assigned", "in_progress")
DONE = ("resolved", "closed", "refused")

STATES = {
    "registered": _("待受理"),
    "accepted": _("已受理"),
    "assigned": _("已派单"),
    "in_progress": _("办理中"),
    "resolved": _("已办结"),
    "closed": _("已归档"),
    "refused": _("不予受理"),
    "reopened": _("重新办理"),
}

DISPUTES = ("labor_dispute", "collective_dispute")
CONFIRMED = (*DISPUTES, "help")  # the leader confirms the result of these (product.md)
COLLECTIVE = 10  # workers with one claim (劳动争议调解仲裁法 第七条)


@dataclass(frozen=True)
class Step:
    """One kind of event in the story of a complaint."""

    words: object
    sources: tuple[str, ...]
    to: str | None
    right: str
    who: str = "anyone"
    """Of those with the right in the branch: handler, who decides, who judges (never the handler), anyone."""


STEPS = {
    "register": Step(_("收到"), (), "registered", "take complaints"),
    "accept": Step(_("受理"), ("registered",), "accepted", "decide complaints", "decides"),
    "refuse": Step(pgettext("do", "不予受理"), ("registered",), "refused", "decide complaints", "decides"),
    "assign": Step(
        _("派单"),
        ("accepted", "assigned", "in_progress", "reopened"),
        "assigned",
        "decide complaints",
        "decides",
    ),
    "recuse": Step(
        pgettext("do", "回避"), ("assigned", "in_progress"), "accepted", "work on complaints", "handler"
    ),
    "progress": Step(
        _("记进展"), ("assigned", "in_progress"), "in_progress", "work on complaints", "handler"
    ),
    "reply": Step(
        _("给本人回音"), ("assigned", "in_progress"), "in_progress", "work on complaints", "handler"
    ),
    "resolve": Step(_("办结"), ("assigned", "in_progress"), "resolved", "work on complaints", "handler"),
    "confirm": Step(_("确认结果"), ("resolved",), None, "decide complaints", "judges"),
    "send_back": Step(_("退回再办"), ("resolved",), "in_progress", "decide complaints", "judges"),
    "call_back": Step(_("回访"), ("resolved",), None, "call back", "judges"),
    "close": Step(_("归档"), ("resolved",), "closed", "call back", "judges"),
    "reopen": Step(
        pgettext("do", "重新办理"), ("resolved", "closed", "refused"), "reopened", "decide complaints"
    ),
    "urge": Step(_("催办"), OPEN, None, "press complaints"),
}

RESULTS = {
    "solved": _("解决了"),
    "partly_solved": _("解决了一部分"),
    "explained": _("没能解决，已说明原因"),
}

ANSWERS = {
    "satisfied": _("满意"),
    "mostly": _("基本满意"),
    "not_satisfied": _("不满意"),
    "unreachable": _("联系不上"),
}

REFUSALS = {
    "court": _("该由仲裁或法院处理"),
    "other_office": _("归其他部门管"),
    "decided": _("已经依法处理过"),
    "secret": _("涉及秘密或他人隐私"),
    "not_worker": _("不是职工和工会的事"),
}

TOLD_BY = {"phone": _("打电话"), "visit": _("上门"), "shown": _("当面给看")}
RECEIVED = {"visit": "visit", "walk_in": "shown", "phone": "phone"}
"""How somebody who reports is told at once that it was taken down, by channel."""

MOST_TRIES = 3  # calls before somebody counts as unreachable
FEWEST_WORDS = 4

# What is said when nothing is said (三要三不要: 不要敷衍塞责).
STOCK = {
    "已处理", "已处理完毕", "处理完毕", "已收到", "收到", "已办结", "已办理", "办理完毕", "已解决", "已完成",
    "已经处理", "已经解决", "已回复", "已告知", "已联系", "知道了", "正在处理", "正在处理中", "处理中",
    "办理中", "正在办理", "请等待", "请耐心等待", "耐心等待", "无", "没有", "同意", "好的",
}  # fmt: skip


def too_few_words() -> str:
    """What is said of a collective dispute that is none."""
    return str(gettext("集体争议要有 %(n)s 个人以上，请改人数，或改算哪一类", n=COLLECTIVE))


def says_something(words: str | None) -> bool:
    """Whether a reply tells more than a stock phrase."""
    said = re.sub(r"[\W_]", "", words or "")
    return (
        len(said) >= FEWEST_WORDS
        and len(set(said)) > 1
        and said.rstrip("了") not in STOCK
        and said not in STOCK
    )
