"""The menu: what each role finds in the tab bar of its phone and the sidebar of its screen."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from flask import current_app, url_for
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext

from gridunion.rights import Viewer, may, right_of
from gridunion.words import english


@dataclass(frozen=True)
class Place:
    """Somewhere to go. `right` is that of the view it opens."""

    id: str
    endpoint: str
    text: object
    icon: str


class Item(NamedTuple):
    """A place as the layout draws it."""

    id: str
    text: str
    icon: str
    href: str
    waiting: int
    plus: bool
    pc: bool


PLACES = {
    place.id: place
    for place in (
        Place("today", "desk.today", _("今日"), "checklist"),
        Place("inbox", "desk.inbox", _("待办"), "inbox"),
        Place("board", "status.own", _("总览"), "chart-bar"),
        Place("map", "status.own_map", _("网格图"), "sitemap"),
        Place("cell", "status.my_cells", _("我的网格"), "layout-grid"),
        Place("cells", "status.own", pgettext("many", "网格"), "layout-grid"),
        Place("members", "members.listing", _("会员"), "users"),
        Place("new", "desk.new", _("记一笔"), "plus"),
        Place("complaints", "complaints.listing", _("诉求"), "message-report"),
        Place("overdue", "complaints.overdue", _("督办"), "flag"),
        Place("visits", "visits.listing", _("走访"), "home-check"),
        Place("plan", "visits.own_plan", _("走访安排"), "calendar-check"),
        Place("diary", "desk.diary", _("民情日记"), "calendar-check"),
        Place("boxes", "boxes.boxes", _("匿名信箱"), "inbox"),
        Place("employers", "employers.listing", _("单位"), "building"),
        Place("reports", "reports.listing", _("简报"), "printer"),
        Place("letters", "letters.listing", _("发函"), "send"),
        Place("alerts", "alerts.listing", _("预警"), "flag"),
        Place("retention", "retention.listing", _("到期清理"), "history"),
        Place("rules", "status.rules", _("灯号规则"), "scale"),
        Place("staff", "accounts.staff", _("人员"), "user"),
        Place("units", "units.listing", _("组织"), "layout-grid"),
        Place("accounts", "accounts.listing", _("账号"), "users"),
        Place("settings", "units.settings", _("设置"), "settings"),
        Place("calendar", "units.calendar", _("日历"), "calendar"),
        Place("trail", "accounts.trail", _("留痕"), "eye"),
        Place("me", "accounts.me", _("我的"), "user"),
    )
}

# (in the tab bar, only in the sidebar); the first role somebody holds decides, the others add to the sidebar.
MENUS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "grid_worker": (("today", "members", "new", "complaints", "me"), ("cell", "visits", "diary", "rules")),
    "leader": (
        ("inbox", "members", "new", "complaints", "cells"),
        (
            "overdue",
            "visits",
            "plan",
            "diary",
            "employers",
            "boxes",
            "letters",
            "alerts",
            "map",
            "reports",
            "staff",
            "rules",
            "me",
        ),
    ),
    "supervisor": (
        ("board", "overdue", "complaints", "reports", "me"),
        (
            "map",
            "members",
            "visits",
            "plan",
            "employers",
            "boxes",
            "letters",
            "alerts",
            "staff",
            "rules",
            "retention",
        ),
    ),
    "district_officer": (
        ("board", "overdue", "complaints", "reports", "me"),
        ("map", "members", "visits", "plan", "employers", "letters", "alerts", "rules", "retention"),
    ),
    "administrator": (("units", "accounts", "settings", "calendar", "me"), ("rules",)),
    "auditor": (("trail", "me"), ("rules",)),
}

Badge = Callable[[Viewer], int]
badges: dict[str, Badge] = {}
"""Counts beside places, given by the rooms that know them."""

ASIDES: list[Callable[[Viewer], tuple[str, str] | None]] = []
"""(words, address) of something that waits for the viewer's word, shown beside the lists they open."""


NOTICES: list[Callable[[Viewer], list[tuple[str, str]]]] = []
"""(words, address) of what the viewer is to know on 今日, 待办 or 总览."""


def notices(viewer: Viewer) -> list[tuple[str, str]]:
    return [told for notice in NOTICES for told in notice(viewer)]


def asides(viewer: Viewer) -> list[tuple[str, str]]:
    return [told for aside in ASIDES if (told := aside(viewer))]


def menu_of(viewer: Viewer) -> tuple[Item, ...]:
    """The menu of somebody: only places whose view their roles may open."""
    return tuple(
        item._replace(waiting=badges[item.id](viewer)) if item.id in badges else item
        for item in _items(_ranked(viewer), english())
    )


def _ranked(viewer: Viewer) -> tuple[str, ...]:
    """Somebody's roles in the order of the table; those in which they only stand in come last."""
    own = {held.role for held in viewer.postings if not held.for_id}
    return tuple(sorted(viewer.roles, key=lambda role: (role not in own, list(MENUS).index(role))))


@cache
def _items(roles: tuple[str, ...], _english: bool) -> tuple[Item, ...]:
    """What everybody with the same roles finds, in their language."""
    shown: dict[str, bool] = {}
    for nth, role in enumerate(roles):
        tabs, sidebar = MENUS[role]
        for name in tabs:
            shown.setdefault(name, nth > 0)
        for name in sidebar:
            shown.setdefault(name, True)
    shown["me"] = shown.pop("me", False)  # last, wherever it was named
    return tuple(_item(PLACES[name], pc) for name, pc in shown.items() if _open(name, frozenset(roles)))


def _open(name: str, roles: frozenset[str]) -> bool:
    view = current_app.view_functions.get(PLACES[name].endpoint)
    return view is not None and may(roles, right_of(view) or "")


def _item(place: Place, pc: bool) -> Item:
    return Item(place.id, str(place.text), place.icon, url_for(place.endpoint), 0, place.id == "new", pc)


def home_of(viewer: Viewer) -> str:
    """Where somebody's day begins."""
    items = _items(_ranked(viewer), english())
    return items[0].href if items else url_for("accounts.me")
