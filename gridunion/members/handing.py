"""What waits for the only leader of a community: who wants to join, and transfers to answer."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import joinedload

from gridunion import settings
from gridunion.accounts.open_work import KINDS, Kind, Line, counted, page_of
from gridunion.db import written
from gridunion.look import day
from gridunion.members.models import Person
from gridunion.members.transfer import Transfer
from gridunion.tree import Unit

_p, _t, _u = Person.__table__.c, Transfer.__table__.c, Unit.__table__.c
IDS: Any = bindparam("ids", expanding=True)
UNION = case((_u.kind == "cell", _u.parent_id), else_=_u.id)
"""The community a unit belongs to."""

_APPLIED = _p.status == written("applied")
_ASKED = _t.state == written("asked")
_people = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id)
_moves = Unit.__table__.join(Transfer.__table__, _t.answering_id == _u.id)
_HERE = _u.id.in_(IDS) | _u.parent_id.in_(IDS)
_COUNTED = {
    "applied": select(UNION, func.count()).select_from(_people).where(_APPLIED, _HERE).group_by(UNION),
    "moves": select(UNION, func.count()).select_from(_moves).where(_ASKED, _HERE).group_by(UNION),
}


def below(unit_ids: list[int]) -> Any:
    """The units of some communities."""
    return select(_u.id).where(_u.id.in_(unit_ids) | _u.parent_id.in_(unit_ids))


def applicants(unit_ids: list[int], after: str) -> tuple[list[Line], str]:
    found = (
        select(Person).where(_APPLIED, Person.unit_id.in_(below(unit_ids))).options(joinedload(Person.unit))
    )
    rows, following = page_of(found, Person, after)
    return [
        Line(
            it.uid,
            it.name,
            "",
            [it.work, it.unit.name],
            url_for("members.show", uid=it.uid),
            str(_("入会审批")),
        )
        for it in rows
    ], following


def transfers(unit_ids: list[int], after: str) -> tuple[list[Line], str]:
    found = select(Transfer).where(_ASKED, Transfer.answering_id.in_(below(unit_ids)))
    rows, following = page_of(found, Transfer, after)
    return [_move(it) for it in rows], following


def _move(it: Transfer) -> Line:
    until = str(_("%(day)s 前答复", day=day(it.due_at)))
    href = url_for("members.transfer", uid=it.uid)
    return Line(it.uid, it.name, settings.label("change_reason", it.reason), [until], href, str(_("转会")))


def _counts(name: str) -> Any:
    return lambda unit_ids: counted(_COUNTED[name], unit_ids)


KINDS.append(Kind("applied", _("等审批的入会"), _counts("applied"), applicants, role="leader"))
KINDS.append(Kind("moves", _("等答复的转会"), _counts("moves"), transfers, role="leader"))
