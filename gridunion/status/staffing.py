"""Who works where: the names beside the lines of a board, and the cells that have a grid worker."""

from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, Date, ScalarSelect, and_, bindparam, func, literal_column, or_, select

from gridunion import clock
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.bookmark import opened, seal
from gridunion.db import db, trusted
from gridunion.status.lights import Place
from gridunion.tree import Unit

PAGE = 50

TODAY: Any = bindparam("today", type_=Date(), callable_=clock.today)
_account, _posting = Account.__table__, Posting.__table__


def _at_work(on: Any) -> ColumnElement[bool]:
    """A posting, with its account, holds on a day. Who was switched off since counts on no day."""
    return and_(in_force(on), _account.c.active)


_working = _at_work(TODAY)
_manned = _posting.join(_account, _account.c.id == _posting.c.account_id)
_POSTED = (
    select(_posting.c.unit_id, _account.c.name, _posting.c.stands_in_for_id.is_not(None))
    .select_from(_manned)
    .where(_posting.c.unit_id.in_(bindparam("units", expanding=True)), _posting.c.role == bindparam("role"))
    .where(_working)
    .order_by(_posting.c.id)
)


def is_open(unit: Any) -> ColumnElement[bool]:
    """A unit that is not closed today."""
    return or_(unit.c.closed_on.is_(None), unit.c.closed_on > TODAY)


def stood(unit: Any, on: Any) -> ColumnElement[bool]:
    """A unit that was there on a day."""
    return (unit.c.opened_on <= on) & or_(unit.c.closed_on.is_(None), unit.c.closed_on > on)


def staff_of(unit_ids: list[int], role: str) -> dict[int, str]:
    """The names of who is posted to some units in a role today."""
    names: dict[int, list[str]] = {}
    asked = {"units": unit_ids, "role": role}
    rows: Any = trusted(_POSTED, asked)
    for unit_id, name, instead in rows:
        names.setdefault(unit_id, []).append(gettext("%(name)s（代）", name=name) if instead else name)
    return {unit_id: gettext("、").join(found) for unit_id, found in names.items()}


def staffed(cell_id: Any, on: Any = TODAY) -> ColumnElement[bool]:
    """Somebody active is posted to the cell as its grid worker on a day."""
    posted = select(_posting.c.unit_id).select_from(_manned)
    return cell_id.in_(posted.where(_posting.c.role == literal_column("'grid_worker'"), _at_work(on)))


def professional(unit_id: Any, on: Any = TODAY) -> ColumnElement[bool]:
    """Somebody active is posted to the union as its full-time officer on a day."""
    posted = select(_posting.c.unit_id).select_from(_manned)
    return unit_id.in_(posted.where(_posting.c.professional, _at_work(on)))


def hired(lo: Any, hi: Any, on: Any = TODAY) -> ColumnElement[bool]:
    """A posting somebody was hired to do full-time on a day; of several in a branch the first, for it is one person."""
    place = Unit.__table__.alias("place")
    there = _manned.join(place, place.c.id == _posting.c.unit_id)
    first = select(func.min(_posting.c.id)).select_from(there).where(place.c.path >= lo, place.c.path < hi)
    first = first.where(_posting.c.professional, _at_work(on)).group_by(_posting.c.account_id)
    return _posting.c.id.in_(first.correlate(None))


def _open_cells(unit: Unit | Place, which: str) -> ColumnElement[bool]:
    lo, hi = unit.branch
    cells = and_(Unit.path >= lo, Unit.path < hi, Unit.kind == "cell", is_open(Unit.__table__))
    manned = staffed(Unit.id)
    return cells if which == "cells" else and_(cells, manned if which == "staffed" else ~manned)


def open_cells(unit: Unit | Place, which: str = "cells") -> int:
    """How many open cells of a branch there are: all `cells`, `staffed` or `vacant` ones."""
    return db.session.scalar(select(func.count(Unit.id)).where(_open_cells(unit, which))) or 0


def workers_below(unit: Any) -> ScalarSelect[int]:
    """How many open cells of a unit's branch have an active grid worker, within a statement about the unit.

    It goes from the cells to who works there, so that a street costs what a street is large.
    """
    cell = Unit.__table__.alias("cell")
    top = func.substr(unit.c.path, 1, func.length(unit.c.path) - 1).concat("0")
    worker = and_(_posting.c.unit_id == cell.c.id, _posting.c.role == "grid_worker")
    found = select(func.count(_posting.c.unit_id.distinct())).select_from(cell.join(_manned, worker))
    inside = and_(cell.c.path >= unit.c.path, cell.c.path < top, cell.c.kind == "cell", is_open(cell))
    return found.where(inside, _working).correlate(unit).scalar_subquery()


def cells_of(unit: Unit, which: str, after: str = "") -> tuple[list[Unit], int, str]:
    """A page of open cells (all `cells`, `staffed` or `vacant` ones), how many there are, where it goes on."""
    (path,) = opened("cells", after) or ("",)
    found = select(Unit).where(_open_cells(unit, which), Unit.path > path)
    rows = list(db.session.scalars(found.order_by(Unit.path).limit(PAGE + 1)))
    return rows[:PAGE], open_cells(unit, which), _after(rows)


def _after(rows: list[Unit]) -> str:
    return seal("cells", rows[PAGE - 1].path) if len(rows) > PAGE else ""
