"""待办: what waits for a leader's word, each group bounded, each row finished where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, select

from gridunion.accounts.models import Account
from gridunion.alerts import listing as alerts
from gridunion.complaints import conflicts, hands
from gridunion.complaints.case import duty_for
from gridunion.complaints.listing import complaints, counting, loads, looking
from gridunion.complaints.rows import Row
from gridunion.complaints.step_forms import hand_words
from gridunion.db import db
from gridunion.desk import moves
from gridunion.desk.moves import asked_for, loose, to_answer
from gridunion.desk.people import applicants, counted, needy
from gridunion.desk.views import bp
from gridunion.joining.waiting import counted as applying
from gridunion.letters import listing as letters
from gridunion.members.suspect_list import count_for
from gridunion.menu import asides, badges, notices
from gridunion.reporting.waiting import counted as reported
from gridunion.rights import ROLES, Viewer, allow
from gridunion.settings import value
from gridunion.tree import width
from gridunion.visits import check_list
from gridunion.visits.check_list import to_check
from gridunion.web import page, viewer

GROUPS = (
    "alerts",
    "late",
    "soon",
    "ask",
    "reports",
    "assign",
    "held",
    "self",
    "applied",
    "moves",
    "confirm",
    "call",
    "withdrawn",
    "check",
    "gone",
    "help",
    "letters",
    "asked",
)
PEOPLE = {
    "check": to_check,
    "applied": applicants,
    "help": needy,
    "moves": to_answer,
    "asked": asked_for,
    "gone": loose,
}
ONE_ROW = ("reports", "held", "self", "alerts", "letters")  # told in one row that leads to a page of its own
ELSEWHERE = ("soon", "asked")  # what others have to answer is shown, and not counted as waiting here

# Chip → its word and the groups behind it; the chips must fit one line of a phone.
CHIPS: dict[str, tuple[object, tuple[str, ...]]] = {
    "late": (_("超期"), ("late",)),
    "soon": (_("快到期"), ("soon",)),
    "ask": (_("问一问"), ("ask",)),
    "assign": (_("派单"), ("reports", "assign")),
    "applied": (_("入会"), ("held", "self", "applied")),
    "people": (_("会员"), ("held", "self", "applied", "moves", "gone", "help", "asked")),
    "call": (_("回访"), ("call",)),
    "check": (_("抽查"), ("check",)),
    "end": (_("收尾"), ("confirm", "call", "withdrawn", "check")),
    "withdrawn": (_("撤回"), ("withdrawn",)),
    "confirm": (_("确认"), ("confirm",)),
    "help": (_("帮扶"), ("help",)),
    "moves": (_("转会"), ("moves",)),
    "gone": (_("没单位"), ("gone",)),
    "asked": (_("对方"), ("asked",)),
}


@dataclass(frozen=True)
class Group:
    """One group of the page: its first rows, how many there are, and where the next page begins."""

    rows: list[Any]
    total: int
    after: str = ""


@bp.get("/inbox")
@allow("see inbox")
def inbox() -> Response:
    totals = waiting()
    chosen = request.args.get("show", "")
    chosen = chosen if chosen in CHIPS else ""
    shown = CHIPS[chosen][1] if chosen else GROUPS
    after = request.args.get("after", "")
    groups = {
        name: _group(name, totals[name], after if name == chosen else "") for name in shown if totals[name]
    }
    held = viewer().holding("see inbox")[0]
    return page(
        "desk/inbox.html", groups=groups, total=_decisions(totals, GROUPS), chosen=chosen, chips=_chips(totals, chosen),
        hands=_offered(groups["assign"].rows) if "assign" in groups else {}, held=held,
        role=ROLES[held.role], twins=count_for(viewer()), days=value("complaint.accept.workdays", held.path),
        asides=notices(viewer()) + asides(viewer()),
    )  # fmt: skip


def _chips(totals: dict[str, int], chosen: str) -> list[tuple[str, object, int]]:
    """The chips worth a tap, as many as fit one line of a phone: results to confirm share theirs with the
    calls that follow, members who need help with those who join, until one of them is looked at alone."""
    names = [
        "late",
        "assign",
        "people"
        if any(totals[name] for name in CHIPS["people"][1] if name not in CHIPS["applied"][1])
        else "applied",
        "end" if totals["confirm"] or totals["withdrawn"] or totals["check"] else "call",
    ]
    names = [chosen if chosen in CHIPS[name][1] else name for name in names]
    found = [(name, CHIPS[name][0], _decisions(totals, CHIPS[name][1])) for name in names]
    return [chip for chip in found if chip[2]]


@cache
def _counts(width: int) -> Select[Any]:
    """All the totals of the page in one statement."""
    aside = {*PEOPLE, *ONE_ROW}
    cases = counting(width, tuple(name for name in GROUPS if name not in aside)).subquery("cases")
    checks = check_list.counted(width).label("check")
    people = (*counted(width), *moves.counted(width), *applying(width), checks)
    found = select(*cases.c, *people, reported(width), *alerts.counted(width), *letters.counted(width))
    return found.execution_options(branch=True)


def waiting() -> dict[str, int]:
    """How much waits in each group."""
    found = db.session.execute(_counts(width())).mappings().one()
    return {name: found[name] for name in GROUPS}


def _decisions(totals: dict[str, int], names: Iterable[str]) -> int:
    """How often the leader is asked: over all that is held back only once."""
    ours = (name for name in names if name not in ELSEWHERE)
    return sum(min(totals[name], 1) if name in ("held", "reports") else totals[name] for name in ours)


def _group(name: str, total: int, after: str) -> Group:
    if name in ONE_ROW:
        return Group([], total)
    rows, next_after = PEOPLE[name](after) if name in PEOPLE else complaints(name, after)
    return Group(rows, total, next_after)


def _offered(rows: list[Row]) -> dict[int, list[tuple[str, str]]]:
    """For each case who may have it, with what each has in hand: a few queries for any number of rows, and one more
    for each that only some may have."""
    there = hands.handlers_of(row.place for row in rows)
    everyone = {account.id: account for accounts in there.values() for account in accounts}
    barred = conflicts.bound_to(everyone.values(), {row.accused for row in rows if row.accused})
    given_back = conflicts.given_back([row.id for row in rows])
    fit = {row.id: hands.fit(there[row.place], duty) for row in rows if (duty := duty_for(row.category))}
    in_hand = loads(list(everyone))

    def may(account: Account, row: Row) -> bool:
        free = (account.id, row.accused) not in barred and (account.id, row.id) not in given_back
        return free and (row.id not in fit or account.id in fit[row.id])

    def choice(account: Account) -> tuple[str, str]:
        return account.uid.hex, hand_words(account.name, in_hand.get(account.id, 0))

    return {row.id: [choice(account) for account in there[row.place] if may(account, row)] for row in rows}


def _badge(who: Viewer) -> int:
    with looking(who, "see inbox"):
        return _decisions(waiting(), GROUPS)


badges["inbox"] = _badge
