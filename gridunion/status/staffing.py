"""Who works where: the names beside the lines of a board, and the cells that have a grid worker."""

from flask_babel import gettext
from sqlalchemy import ColumnElement, and_, func, or_, select

from gridunion import clock
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.db import db
from gridunion.tree import Unit

PAGE = 50


def staff_of(unit_ids: list[int], role: str) -> dict[int, str]:
    """The names of who is posted to some units in a role today."""
    posted = select(Posting.unit_id, Account.name).join(Account, Account.id == Posting.account_id)
    posted = posted.where(
        Posting.unit_id.in_(unit_ids), Posting.role == role, in_force(clock.today()), Account.active
    )
    names: dict[int, list[str]] = {}
    for unit_id, name in db.session.execute(posted.order_by(Posting.id)):
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


def _count(unit: Unit, which: str) -> int:
    return db.session.scalar(select(func.count(Unit.id)).where(_open_cells(unit, which))) or 0


def staffed_cells(unit: Unit) -> tuple[int, int]:
    """Cells with an active grid worker, and all open cells of a branch."""
    return _count(unit, "staffed"), _count(unit, "cells")


def cells_of(unit: Unit, which: str, after: str = "") -> tuple[list[Unit], int, str]:
    """A page of open cells (all `cells`, `staffed` or `vacant` ones), how many there are, where it goes on."""
    found = select(Unit).where(_open_cells(unit, which), Unit.path > after[:255])
    rows = list(db.session.scalars(found.order_by(Unit.path).limit(PAGE + 1)))
    return rows[:PAGE], _count(unit, which), rows[PAGE - 1].path if len(rows) > PAGE else ""
