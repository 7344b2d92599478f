"""The changes of membership one union decides alone (domain.md 2.2): from where, to what, for which reasons."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class Movement:
    """One kind of change. `change` and `reasons` are codes of the national lists (domain.md 4.4)."""

    name: str
    words: Any
    sources: tuple[str, ...]
    status: str
    change: str
    reasons: tuple[str, ...]
    lead: Any
    right: str = "change memberships"
    says: Any = ""
    """What must be written beside the reason; empty when nothing must."""
    filed: bool = False


_MEMBERS = ("active", "retained")

MOVEMENTS = {
    movement.name: movement
    for movement in (
        Movement(
            "retain", _("保留会籍"), ("active",), "retained", "3", ("2", "3", "4", "1"),
            _("退休、失业、单位没了又还没有新单位的，会籍保留在这里：不交会费，不参加选举，不计入会员数。"),
        ),
        Movement(
            "come_back", _("恢复会籍"), ("retained",), "active", "2", ("1",),
            _("又有了工作，从这一天起重新计入会员数。"),
        ),
        Movement(
            "move_away", _("转到外地工会"), _MEMBERS, "transferred_out", "4", ("1", "4", "3"),
            _("新工会不在这个系统里的才用这一步。在这个系统里的，请办转会，对方接收以前仍算这里的会员。"),
            says=_("请写转到哪个工会"),
        ),
        Movement(
            "resign", _("退会"), _MEMBERS, "resigned", "6", ("5", "1"),
            _("入会自愿，退会自由。本人提出、工会公布、收回会员证以后再办。"),
        ),
        Movement(
            "expel", _("除名"), _MEMBERS, "expelled", "5", ("6",),
            _("由会员小组讨论、工会委员会决定，并报上一级工会备案。条文以现行《中国工会章程》为准。"),
            right="expel members", says=_("请写除名的事由"), filed=True,
        ),
    )
}  # fmt: skip
"""Each has one address, whose page is its form and whose POST makes the change."""


def open_to(status: str) -> list[Movement]:
    """What may follow from a standing."""
    return [movement for movement in MOVEMENTS.values() if status in movement.sources]
