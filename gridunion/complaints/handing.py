"""Complaints for whoever leaves: those in hand with the words they promise, and what waits for the only leader.

A sealed case is in no count and in no list of these. Who may read it finds it apart, and gives it on by its own page;
until then its handler's account stays on.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from gridunion.accounts.models import Account
from gridunion.accounts.open_work import KINDS, UNCOUNTED, Kind, Line, counted, page_of
from gridunion.complaints import hands
from gridunion.complaints.life import IN_HAND
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.readers import MINE
from gridunion.complaints.waiting import WAITS, WAITS_CALL, WAITS_CONFIRM
from gridunion.db import db, trusted
from gridunion.look import day
from gridunion.members.handing import IDS, UNION, below
from gridunion.rights import Viewer
from gridunion.tree import Unit, branch, width

_c, _r, _u = Complaint.__table__.c, ReplyDue.__table__.c, Unit.__table__.c
_IN_HAND = _c.state.in_(IN_HAND)
_HELD = _IN_HAND & _c.sealed.is_(False)
_OWED = _HELD & _r.told_at.is_(None)
_DECIDES = _c.sealed.is_(False) & (_c.reopened <= 1) & (WAITS | WAITS_CONFIRM | WAITS_CALL)
_HOLDS_SEALED = select(_c.id).where(_c.handler_id == bindparam("account"), _IN_HAND, _c.sealed).limit(1)
_cases = Unit.__table__.join(Complaint.__table__, _c.unit_id == _u.id)
_replies = _cases.join(ReplyDue.__table__, _r.complaint_id == _c.id)


@cache
def _counted(name: str, width: int) -> Select[Any]:
    if name == "decide":
        found = (
            select(UNION, func.count())
            .select_from(_cases)
            .where(_DECIDES, _u.id.in_(IDS) | _u.parent_id.in_(IDS))
        )
        return found.where(branch(width)).group_by(UNION)
    source, condition = {
        "cases": (_cases, _HELD),
        "replies": (_replies, _OWED),
        "apart": (_cases, _IN_HAND & _c.sealed & _c.id.in_(MINE)),
    }[name]
    found = select(_c.handler_id, func.count()).select_from(source).where(_c.handler_id.in_(IDS), condition)
    return found.where(branch(width)).group_by(_c.handler_id)


def _counts(name: str) -> Any:
    return lambda numbers: counted(_counted(name, width()), numbers)


def _line(case: Complaint, *facts: str) -> Line:
    words = gettext("诉求 %(n)s", n=case.code)
    told = words if case.sealed else gettext("%(case)s %(topic)s", case=words, topic=case.topic)
    name, topic = case.listed_as
    return Line(case.uid, name, topic, [words, *facts], url_for("complaints.show", uid=case.uid), told)


def _until(case: Complaint) -> str:
    return str(gettext("%(day)s 前办结", day=day(case.due_at)))


def _lines(condition: Any, by_union: bool = False) -> Any:
    def lines(numbers: list[int], after: str) -> tuple[list[Line], str]:
        whose = Complaint.unit_id.in_(below(numbers)) if by_union else Complaint.handler_id.in_(numbers)
        found = select(Complaint).join(Unit, Unit.id == Complaint.unit_id).where(whose, condition)
        rows, following = page_of(found, Complaint, after)
        return [_line(case, case.state_words if by_union else _until(case)) for case in rows], following

    return lines


def _promises(account_ids: list[int], after: str) -> tuple[list[Line], str]:
    found = select(ReplyDue).join(Complaint, Complaint.id == ReplyDue.complaint_id)
    found = found.where(Complaint.handler_id.in_(account_ids), _OWED).options(joinedload(ReplyDue.complaint))
    rows, following = page_of(found, ReplyDue, after)
    said = (gettext("%(day)s 前回音", day=day(owed.due_at)) for owed in rows)
    return [_line(owed.complaint, words) for owed, words in zip(rows, said, strict=True)], following


def _asked(uids: Iterable[UUID], *conditions: Any) -> Select[Any]:
    return select(Complaint).where(Complaint.uid.in_(list(uids)), _HELD, *conditions).order_by(Complaint.id)


def fault(uids: list[UUID], to: Account, paths: set[str]) -> list[str]:
    """What of it a successor cannot have: nobody handles a case of another place, or about the own employer."""
    return [why for case in db.session.scalars(_asked(uids)) if (why := _why_not(case, to, paths))]


def _why_not(case: Complaint, to: Account, paths: set[str]) -> str:
    there = {case.unit.path, hands.community_of(hands.place_of(case.unit))} & paths
    if not there and to.id not in {account.id for account in hands.handlers(case.unit)}:
        return gettext("诉求 %(n)s：%(name)s不在那里任职", n=case.code, name=to.name)
    if hands.keeps_from(to, case):
        return gettext("诉求 %(n)s：%(name)s要回避", n=case.code, name=to.name)
    return ""


def take(uids: list[UUID], leaver: Account, to: Account, by: Viewer) -> list[str]:
    """Give cases into other hands, those that still may be."""
    found = _asked(uids, Complaint.handler_id == leaver.id).with_for_update()
    moved = [case for case in db.session.scalars(found).all() if not _why_not(case, to, set())]
    for case in moved:
        case.hand_over(to, by)
    return [_line(case).told for case in moved]


def holds_sealed(account_id: int) -> bool:
    return trusted(_HOLDS_SEALED, {"account": account_id}).first() is not None


UNCOUNTED.append(holds_sealed)
KINDS.append(Kind("cases", _("在办的诉求"), _counts("cases"), _lines(_HELD), take=take, fault=fault))
KINDS.append(Kind("replies", _("答应给的回音"), _counts("replies"), _promises, blocks=False))
KINDS.append(
    Kind("decide", _("等定的诉求"), _counts("decide"), _lines(_DECIDES, by_union=True), role="leader")
)
KINDS.append(
    Kind(
        "apart",
        _("另有需要单独交接的事"),
        _counts("apart"),
        _lines(_IN_HAND & _c.sealed & _c.id.in_(MINE)),
        blocks=False,
    )
)
