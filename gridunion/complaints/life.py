"""The life cycle of a complaint as one literal table: which step leads from where to where, and who may take it.

A step that is not here cannot be taken by anybody. `to` None leaves the state as it is.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

OPEN = ("registered", "accepted", "assigned", "in_progress", "reopened")
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


@dataclass(frozen=True)
class Step:
    """One kind of event in the story of a complaint."""

    words: object
    sources: tuple[str, ...]
    to: str | None
    right: str
    handler: bool = False
    """Only the one it was assigned to."""


STEPS = {
    "register": Step(_("收到"), (), "registered", "take complaints"),
    "accept": Step(_("受理"), ("registered",), "accepted", "decide complaints"),
    "refuse": Step(_("不予受理"), ("registered",), "refused", "decide complaints"),
    "assign": Step(_("派单"), ("accepted", "assigned", "in_progress", "reopened"), "assigned", "decide complaints"),
    "progress": Step(_("记进展"), ("assigned", "in_progress"), "in_progress", "work on complaints", handler=True),
    "reply": Step(_("给本人回音"), ("assigned", "in_progress"), "in_progress", "work on complaints", handler=True),
    "resolve": Step(_("办结"), ("assigned", "in_progress"), "resolved", "work on complaints", handler=True),
    "confirm": Step(_("确认结果"), ("resolved",), None, "decide complaints"),
    "send_back": Step(_("退回再办"), ("resolved",), "in_progress", "decide complaints"),
    "call_back": Step(_("回访"), ("resolved",), None, "call back"),
    "close": Step(_("归档"), ("resolved",), "closed", "call back"),
    "reopen": Step(_("重新办理"), ("resolved", "closed", "refused"), "reopened", "decide complaints"),
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
MOST_TRIES = 3  # calls before somebody counts as unreachable
