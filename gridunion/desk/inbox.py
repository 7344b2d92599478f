"""待办: what waits for a leader's word, each group bounded, each row finished where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, func, select

from gridunion.accounts.models import Account
from gridunion.complaints import hands
from gridunion.complaints.forms import hand_words
from gridunion.complaints.listing import PAGE, Row, complaints, counted_each, looking
from gridunion.complaints.models import loads
from gridunion.db import db
from gridunion.desk.views import bp
from gridunion.members.models import Person
from gridunion.menu import badges
from gridunion.rights import ROLES, Viewer, allow
from gridunion.settings import value
from gridunion.tree import Unit, branch, width
from gridunion.web import page, viewer

_p, _u = Person.__table__.c, Unit.__table__.c

GROUPS = ("late", "assign", "applied", "confirm", "call")

# Chip → its word and the groups behind it; the chips must fit one line of a phone.
CHIPS: dict[str, tuple[object, tuple[str, ...]]] = {
    "late": (_("超期"), ("late",)),
    "assign": (_("派单"), ("assign",)),
    "applied": (_("入会"), ("applied",)),
    "call": (_("回访"), ("call",)),
    "end": (_("收尾"), ("confirm", "call")),
    "confirm": (_("确认"), ("confirm",)),
}


@dataclass(frozen=True)
class Group:
    """One group of the page: its first rows, how many there are, and where the next page begins."""

    rows: list[Any]
    total: int
    after: str = ""


@dataclass(frozen=True)
class Applicant:
    """Somebody who wants to become a member."""

    id: int
    uid: Any
    name: str
    key_group: str | None
    work_status: str | None
    unit: str


@bp.get("/inbox")
@allow("see inbox")
def inbox() -> Response:
    totals = waiting()
    chosen = request.args.get("show", "")
    chosen = chosen if chosen in CHIPS else ""
    shown = CHIPS[chosen][1] if chosen else GROUPS
    after = request.args.get("after", "") if len(shown) == 1 else ""
    groups = {name: _group(name, totals[name], after) for name in shown if totals[name]}
    held = viewer().holding("see inbox")[0]
    return page(
        "desk/inbox.html", groups=groups, total=sum(totals.values()), chosen=chosen, chips=_chips(totals),
        hands=_offered(groups["assign"].rows) if "assign" in groups else {}, held=held,
        role=ROLES[held.role], days=value("complaint.accept.workdays", held.path),
    )  # fmt: skip


def _chips(totals: dict[str, int]) -> list[tuple[str, object, int]]:
    """The chips worth a tap; results to confirm share theirs with the calls that follow."""
    names = ("late", "assign", "applied", "end" if totals["confirm"] else "call")
    counted = [(name, CHIPS[name][0], sum(totals[group] for group in CHIPS[name][1])) for name in names]
    return [chip for chip in counted if chip[2]]


@cache
def _counts(width: int) -> Select[Any]:
    """All the totals of the page in one statement."""
    joined = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id)
    applied = select(func.count()).select_from(joined).where(branch(width), _p.status == "applied")
    each = counted_each(width, tuple(name for name in GROUPS if name != "applied"))
    return select(*each, applied.scalar_subquery().label("applied")).execution_options(branch=True)


def waiting() -> dict[str, int]:
    """How much waits in each group."""
    found = db.session.execute(_counts(width())).mappings().one()
    return {name: found[name] for name in GROUPS}


def _group(name: str, total: int, after: str) -> Group:
    rows, next_after = _applicants(after) if name == "applied" else complaints(name, after)
    return Group(rows, total, next_after)


@cache
def _applied(width: int) -> Select[Any]:
    columns = (_p.id, _p.uid, _p.name, _p.key_group, _p.work_status, _u.name)
    found = select(*columns).select_from(Unit.__table__.join(Person.__table__, _p.unit_id == _u.id))
    found = found.where(branch(width), _p.status == "applied").order_by(_p.id).limit(PAGE + 1)
    return found.execution_options(branch=True)


def _applicants(after: str) -> tuple[list[Applicant], str]:
    statement = _applied(width())
    if after.isdecimal():
        statement = statement.where(_p.id > int(after) % 2**62)
    rows = [Applicant(*row) for row in db.session.execute(statement).all()]
    shown = rows[:PAGE]
    return shown, str(shown[-1].id) if len(rows) > PAGE else ""


def _offered(rows: Iterable[Row]) -> dict[int, list[tuple[str, str]]]:
    """For each case who may have it, with what each has in hand: three queries for any number of rows."""
    there = hands.handlers_of(row.place for row in rows)
    everyone = {account.id: account for accounts in there.values() for account in accounts}
    barred = hands.works_for(everyone.values(), {row.employer_id for row in rows if row.employer_id})
    in_hand = loads(list(everyone))

    def may(account: Account, row: Row) -> bool:
        return account.id != row.handler_id and (account.id, row.employer_id) not in barred

    def choice(account: Account) -> tuple[str, str]:
        return account.uid.hex, hand_words(account.name, in_hand.get(account.id, 0))

    return {row.id: [choice(account) for account in there[row.place] if may(account, row)] for row in rows}


def _badge(who: Viewer) -> int:
    with looking(who, "see inbox"):
        return sum(waiting().values())


badges["inbox"] = _badge
