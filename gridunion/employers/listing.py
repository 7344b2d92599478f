"""The ledger: by community, then by name, 20 rows at a time, flat at any size."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from gridunion.bookmark import opened, seal
from gridunion.db import Bytewise, db
from gridunion.employers.models import Employer
from gridunion.tree import Unit, branch, width

PAGE = 20

_e, _u = Employer.__table__.c, Unit.__table__.c
_JOINED = Unit.__table__.join(Employer.__table__, _e.unit_id == _u.id)
_COLUMNS = (
    _e.id, _e.uid, _e.name, _e.uscc, _e.ownership, _e.headcount, _e.union_state, _e.founded_on, _e.state,
    _u.name.label("place"), _u.path,
)  # fmt: skip
_PATH = bindparam("path", type_=Bytewise)
_NAME, _NUMBER = bindparam("name", type_=_e.name.type), bindparam("number", type_=_e.id.type)
TRUSTED = {"branch": True}

FILTERS: dict[str, ColumnElement[bool]] = {
    "all": _e.state == "active",
    "unorganized": and_(_e.state == "active", _e.union_state == "unorganized"),
    "organized": and_(_e.state == "active", _e.union_state != "unorganized"),
    "closed": _e.state != "active",
}


def counts() -> dict[str, int]:
    """How many each filter shows, in the viewer's branches."""
    row = db.session.execute(_counting(width())).one()
    return dict(zip(FILTERS, row, strict=True))


@cache
def _counting(width: int) -> Select[Any]:
    which = [func.count(_e.id).filter(condition) for condition in FILTERS.values()]
    counting: Any = select(*which).select_from(_JOINED)
    counted: Select[Any] = counting.where(branch(width)).execution_options(branch=True)
    return counted


def employers(chosen: str, after: str) -> tuple[list[Any], str]:
    """A page of the ledger, and where the next one begins (empty at the end)."""
    place = dict(zip(("path", "name", "number"), opened("employers", after) or (), strict=False))
    return _page(db.session.execute(_statement(width(), chosen, bool(place)), place).all())


@cache
def _statement(width: int, chosen: str, going_on: bool) -> Select[Any]:
    found = select(*_COLUMNS).select_from(_JOINED).where(branch(width), FILTERS[chosen])
    if going_on:
        later = and_(_u.path == _PATH, or_(_e.name > _NAME, and_(_e.name == _NAME, _e.id > _NUMBER)))
        found = found.where(_u.path >= _PATH, or_(_u.path > _PATH, later))
    return found.order_by(_u.path, _e.name, _e.id).limit(PAGE + 1).execution_options(branch=True)


def found(asked: str, after: str) -> tuple[list[Any], str, int]:
    """A page of what a search by name or credit code finds, where the next begins, and how many there are."""
    like = or_(_e.name.contains(asked, autoescape=True), _e.uscc.startswith(asked.upper(), autoescape=True))
    rows = select(*_COLUMNS).select_from(_JOINED).where(branch(width()), like)
    counting = select(func.count()).select_from(rows.subquery())
    total = db.session.scalar(counting, execution_options=TRUSTED) or 0
    if place := opened("employers found", after):
        rows = rows.where(_e.id > place[0])
    shown = db.session.execute(rows.order_by(_e.id).limit(PAGE + 1), execution_options=TRUSTED).all()
    following = seal("employers found", shown[PAGE - 1].id) if len(shown) > PAGE else ""
    return list(shown[:PAGE]), following, total


def _page(rows: Any) -> tuple[list[Any], str]:
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return list(rows[:PAGE]), seal("employers", last.path, last.name, last.id) if last else ""


def communities() -> list[Unit]:
    """Where the viewer may put an employer."""
    return _open("community_union")


def cells() -> list[Unit]:
    """The cells of these, where an employer may lie."""
    return _open("cell")


def _open(kind: str) -> list[Unit]:
    rows = select(Unit).where(branch(width()), Unit.kind == kind, Unit.closed_on.is_(None))
    return list(db.session.scalars(rows.order_by(Unit.path), execution_options=TRUSTED))
