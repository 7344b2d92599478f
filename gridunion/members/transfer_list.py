"""Transfers of the viewer's branches: what they have to answer, what others have to, and how the last ones ended."""

from functools import cache
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, func, or_, select

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.db import db, trusted, written
from gridunion.members.timeline import TRANSFER_STATES
from gridunion.members.transfer import LATELY, Transfer
from gridunion.members.views import bp
from gridunion.rights import allow
from gridunion.tree import Unit, branch, width
from gridunion.web import page, viewer

PAGE = 20
SHOWN = {"ours": _("等我们答复"), "theirs": _("等对方答复"), "done": _("最近办完的")}
_t = Transfer.__table__.c
_WAITS = _t.state == written("asked")


def _inside(column: Any, width: int) -> ColumnElement[bool]:
    inside: ColumnElement[bool] = column.in_(select(Unit.__table__.c.id).where(branch(width)))
    return inside


def _conditions(width: int) -> dict[str, ColumnElement[bool]]:
    either = _inside(_t.unit_id, width) | _inside(_t.to_unit_id, width)
    return {
        "ours": _WAITS & _inside(_t.answering_id, width),
        "theirs": _WAITS & _inside(_t.asking_id, width),
        "done": ~_WAITS & either & (_t.decided_at > clock.now() - LATELY),
    }


def waiting() -> int:
    """How many wait for one side or the other."""
    return int(trusted(_waiting(width())).scalar_one())


@cache
def _waiting(width: int) -> Select[Any]:
    sides = or_(_inside(_t.answering_id, width), _inside(_t.asking_id, width))
    return select(func.count()).select_from(Transfer.__table__).where(_WAITS, sides)


@bp.get("/transfers")
@allow("see members")
def transfers() -> Response:
    conditions = _conditions(width())
    counts = {name: _count(held) for name, held in conditions.items()}
    chosen = request.args.get("show", "")
    chosen = chosen if chosen in SHOWN else next((name for name, n in counts.items() if n), "ours")
    found = select(Transfer).where(conditions[chosen])
    if place := opened(f"transfers {chosen}", request.args.get("after", "")):
        found = found.where(Transfer.id > place[0])
    rows = list(db.session.scalars(found.order_by(Transfer.id).limit(PAGE + 1)))
    return page(
        "members/transfers.html", rows=rows[:PAGE], chosen=chosen, counts=counts, kinds=SHOWN, states=TRANSFER_STATES,
        after=seal(f"transfers {chosen}", rows[PAGE - 1].id) if len(rows) > PAGE else "", who=viewer(),
    )  # fmt: skip


def _count(held: ColumnElement[bool]) -> int:
    return int(trusted(select(func.count()).select_from(Transfer.__table__).where(held)).scalar_one())
