"""The life cycle of a complaint as one literal table: which step leads from where to where, and whose it is.

A step that is not here cannot be taken by anybody. `to` None leaves the state as it is.
"""

import re
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext

from gridunion.rights import PUBLIC

WAITING = ("registered", "accepted", "returned", "escalated", "reopened")  # for a handler
WORKING = ("assigned", "in_progress")
STOPPED = ("awaiting_worker", "mediating", "referred")  # the clock stands still until `wait_until`
IN_HAND = (*WORKING, *STOPPED)
OPEN = (*WAITING, *IN_HAND)
LEFT = ("refused", "withdrawn", "merged")  # ended without a result: not judged by the limit
DONE = ("resolved", "closed", *LEFT)

STATES = {
    "registered": _("待受理"),
    "accepted": _("已受理"),
    "assigned": _("已派单"),
    "returned": _("退回重派"),
    "in_progress": _("办理中"),
    "awaiting_worker": _("等本人"),
    "mediating": _("调解中"),
    "referred": pgettext("case", "已转出"),
    "escalated": _("已报街道"),
    "resolved": _("已办结"),
    "closed": _("已归档"),
    "refused": _("不予受理"),
    "withdrawn": _("本人撤回"),
    "merged": _("已并案"),
    "reopened": _("重新办理"),
}

DISPUTES = ("labor_dispute", "collective_dispute")
CONFIRMED = (*DISPUTES, "help")  # the leader confirms the result of these (product.md)
COLLECTIVE = 10  # workers with one claim (劳动争议调解仲裁法 第七条)
GRADES = {"ordinary": _("一般"), "difficult": _("疑难")}


@dataclass(frozen=True)
class Step:
    """One kind of event in the story of a complaint."""

    words: object
    sources: tuple[str, ...]
    to: str | None
    right: str
    who: str = "anyone"
    """Of those with the right in the branch: handler, who decides, who judges (never the handler), either (the
    handler or who decides), anyone; worker: who has no account but a receipt number and its code; itself: no person
    takes it alone."""
    needs: tuple[str, ...] = ()
    """What must be given: words that say something; told, how the worker was told, when somebody can be."""
    most: str = ""
    """The setting that says how often in the life of a case."""
    limit: str = ""
    """The setting that says in what time it is taken, or how much time it gives."""


_DECIDE, _WORK, _MOVE = "decide complaints", "work on complaints", "move complaints"
_TELL = ("words", "told")

STEPS = {
    "register": Step(_("收到"), (), "registered", "take complaints", "itself"),
    "accept": Step(_("受理"), ("registered",), "accepted", _DECIDE, "decides", limit="complaint.accept.workdays"),
    "refuse": Step(pgettext("do", "不予受理"), ("registered",), "refused", _DECIDE, "decides", _TELL),
    "assign": Step(
        _("派单"), ("accepted", "returned", "escalated", "reopened", *WORKING), "assigned", _DECIDE, "decides"
    ),
    "recuse": Step(pgettext("do", "回避"), WORKING, "accepted", _WORK, "handler"),
    "give_back": Step(
        pgettext("do", "退回重派"), ("assigned",), "returned", _WORK, "handler", ("words",),
        "complaint.give_back.most", "complaint.give_back.workdays",
    ),
    "progress": Step(_("记进展"), WORKING, "in_progress", _WORK, "handler"),
    "reply": Step(_("给本人回音"), WORKING, "in_progress", _WORK, "handler", _TELL, limit="complaint.reply_every.days"),
    "pause": Step(
        pgettext("do", "等本人"), WORKING, "awaiting_worker", _WORK, "handler", _TELL,
        "complaint.pause.most", "complaint.pause.workdays",
    ),
    "resume": Step(_("接着办"), ("awaiting_worker", "referred"), "in_progress", _MOVE, "either", ("words",)),
    "mediate": Step(
        _("组织调解"), WORKING, "mediating", _DECIDE, "decides", _TELL, limit="complaint.mediation.days"
    ),
    "minutes": Step(_("记调解"), ("mediating",), None, _DECIDE, "decides", ("words",)),
    "end_mediation": Step(_("调解结束"), ("mediating",), "in_progress", _DECIDE, "decides", _TELL),
    "extend": Step(_("延期"), WORKING, None, _DECIDE, "decides", _TELL, limit="complaint.extend.workdays"),
    "escalate": Step(
        _("上报街道"), ("accepted", "returned", "reopened", *WORKING), "escalated", _DECIDE, "decides", ("words",)
    ),
    "refer": Step(_("转出去"), WORKING, "referred", _DECIDE, "decides", _TELL, limit="complaint.review.workdays"),
    "review": Step(
        _("问办得怎样"), ("referred",), None, _MOVE, "either", ("words",), limit="complaint.review.workdays"
    ),
    "merge": Step(_("并案"), (*WAITING, *WORKING), "merged", _DECIDE, "decides", ("told",)),
    "inform": Step(_("一起回音"), ("merged",), None, _WORK, "itself", _TELL),
    "separate": Step(_("拆开单办"), ("merged",), "accepted", _DECIDE, "decides"),
    "withdraw": Step(pgettext("do", "本人撤回"), OPEN, "withdrawn", _MOVE, "either", ("words",)),
    "resolve": Step(_("办结"), WORKING, "resolved", _WORK, "handler", _TELL),
    "confirm": Step(_("确认结果"), ("resolved",), None, _DECIDE, "judges"),
    "send_back": Step(_("退回再办"), ("resolved",), "in_progress", _DECIDE, "judges", ("words",)),
    "call_back": Step(
        _("回访"), ("resolved",), None, "call back", "judges", limit="complaint.call_back.workdays"
    ),
    "close": Step(_("归档"), ("resolved",), "closed", "call back", "judges"),
    "reopen": Step(
        pgettext("do", "重新办理"), ("resolved", "closed", "refused", "withdrawn"), "reopened", _DECIDE,
        needs=("words",), limit="complaint.reopen.days",
    ),
    "urge": Step(_("催办"), OPEN, None, "press complaints"),
    "heard": Step(pgettext("do", "知道了"), ("withdrawn",), None, _DECIDE),
    "add": Step(_("补充情况"), (*OPEN, "resolved"), None, PUBLIC, "worker"),
    "see": Step(_("本人已查看"), (*OPEN, *DONE), None, PUBLIC, "worker"),
    "rate": Step(_("评价"), ("resolved", "closed"), None, PUBLIC, "worker"),
    "hand_over": Step(_("交接"), IN_HAND, None, _WORK, "itself"),
    "recount": Step(_("放假安排有变，期限重新算"), (*OPEN, "resolved"), None, "press complaints", "itself"),
    "remind": Step(_("快到期，已提醒经办人"), OPEN, None, "press complaints", "itself"),
    "overdue": Step(_("超期，已提醒社区工会主席"), OPEN, None, "press complaints", "itself"),
    "raise": Step(_("还没办结，已报街道"), OPEN, None, "press complaints", "itself"),
}  # fmt: skip

BY_CLOCK = {"remind": "soon", "overdue": "late", "raise": "street"}
"""What the clock writes into a story, and the alarm it leaves on the case."""
BY_NOBODY = {*BY_CLOCK, "recount"}
"""Steps nobody takes: they leave a case as it was for whoever is writing about it."""
INNER = {
    "urge", "minutes", "give_back", "resume", "separate", "withdraw", "confirm", "send_back", "close", "call_back",
    "hand_over", "recuse", "heard", "add", "see", "rate", *BY_NOBODY,
}  # fmt: skip
"""Steps of which the worker need not be told, or which ask him."""

OWN = ("add", "see", "rate", "withdraw")  # what the worker may do without an account, beside reopening
WRITTEN = ("reply", "resolve", "refuse", "inform")  # steps whose words are for the worker
MOST_REOPENED = 2  # times by the worker; the second one is the street's already

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

REFERRALS = {"arbitration": _("劳动仲裁"), "legal_aid": _("法律援助"), "office": _("其他部门")}
MEDIATED = {"agreed": _("达成协议"), "not_agreed": _("没有达成协议")}

TOLD_BY = {"phone": _("打电话"), "visit": _("上门"), "shown": _("当面给看")}
ON_PAGE = "online"
TOLD = TOLD_BY | {ON_PAGE: _("本人在网上看了")}
RECEIVED = {"visit": "visit", "walk_in": "shown", "phone": "phone", "online": ON_PAGE, "box": None}
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
