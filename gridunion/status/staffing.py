"""Who works where: the names beside the lines of a board, and the cells that have a grid worker."""

from functools import cache
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, case, func, or_, select

from gridunion import clock
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.db import db
from gridunion.tree import Unit, branch, width

PAGE = 50


_TODAY: Any = bindparam("today", type_=Date(), callable_=clock.today)
_POSTED = (
    select(Posting.unit_id, Account.name)
    .join(Account, Account.id == Posting.account_id)
    .where(Posting.unit_id.in_(bindparam("units", expanding=True)), Posting.role == bindparam("role"))
    .where(in_force(_TODAY), Account.active)
    .order_by(Posting.id)
)


def staff_of(unit_ids: list[int], role: str) -> dict[int, str]:
    """The names of who is posted to some units in a role today."""
    names: dict[int, list[str]] = {}
    for unit_id, name in db.session.execute(_POSTED, {"units": unit_ids, "role": role}):
        names.setdefault(unit_id, []).append(name)
    return {unit_id: gettext("、").join(found) for unit_id, found in names.items()}


def _staffed() -> ColumnElement[bool]:
    """Somebody active is posted to the cell as its grid worker today."""
    posted = select(Posting.unit_id).join(Account, Account.id == Posting.account_id)
    posted = posted.where(Posting.role == "grid_worker", in_force(clock.today()), Account.active)
    return Unit.id.in_(posted)


def _open_cells(unit: Unit, which: str) -> ColumnElement[bool]:
    lo, hi = unit.branch
    open_today = or_(Unit.closed_on.is_(None), Unit.closed_on > clock.today())
    cells = and_(Unit.path >= lo, Unit.path < hi, Unit.kind == "cell", open_today)
    return cells if which == "cells" else and_(cells, _staffed() if which == "staffed" else ~_staffed())


@cache
def _both(width: int) -> Select[Any]:
    """Open cells with a grid worker, and all of them, in one statement."""
    cell, account, posting = Unit.__table__.c, Account.__table__, Posting.__table__
    worker = select(posting.c.unit_id).join(account, account.c.id == posting.c.account_id)
    worker = worker.where(posting.c.role == "grid_worker", in_force(_TODAY), account.c.active)
    inside = and_(
        branch(width), cell.kind == "cell", cell.path >= bindparam("lo"), cell.path < bindparam("hi"),
        or_(cell.closed_on.is_(None), cell.closed_on > _TODAY),
    )  # fmt: skip
    staffed = func.sum(case((cell.id.in_(worker), 1), else_=0), type_=Integer)
    counted: Any = select(staffed, func.count())
    return counted.where(inside).execution_options(branch=True)


def _count(unit: Unit, which: str) -> int:
    return db.session.scalar(select(func.count(Unit.id)).where(_open_cells(unit, which))) or 0


def staffed_cells(unit: Unit) -> tuple[int, int]:
    """Cells with an active grid worker, and all open cells of a branch."""
    lo, hi = unit.branch
    staffed, every = db.session.execute(_both(width()), {"lo": lo, "hi": hi}).one()
    return staffed or 0, every


def cells_of(unit: Unit, which: str, after: str = "") -> tuple[list[Unit], int, str]:
    """A page of open cells (all `cells`, `staffed` or `vacant` ones), how many there are, where it goes on."""
    found = select(Unit).where(_open_cells(unit, which), Unit.path > after[:255])
    rows = list(db.session.scalars(found.order_by(Unit.path).limit(PAGE + 1)))
    return rows[:PAGE], _count(unit, which), rows[PAGE - 1].path if len(rows) > PAGE else ""
