"""The list of members: longest unseen first within each cell, 20 rows at a time, flat at any size.

Statements are built once a shape and carry the guard's branch() themselves.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, not_, or_, select

from gridunion.bookmark import opened_at, seal
from gridunion.db import Bytewise, UtcDateTime, trusted, written
from gridunion.members.filters import QUICK, SHOWN, SLOW, Filters
from gridunion.members.models import Person
from gridunion.members.rows import JOINED, PAGE, Row, listed, rows_of
from gridunion.tree import Unit, bound, branch, width

LOOKED_AT = 1000  # people asked one by one for a page of the list

_p, _u = Person.__table__.c, Unit.__table__.c

_PATH = bindparam("path", type_=Bytewise)
_SEEN = bindparam("seen", type_=UtcDateTime)
_ID: BindParameter[int] = bindparam("number")
_END = [
    bindparam("end_path", type_=Bytewise),
    bindparam("end_seen", type_=UtcDateTime),
    bindparam("end_number"),
]
_ORDER = (_u.path, _p.seen_at, _p.id)


def _behind(path: Any, seen: Any, number: Any) -> ColumnElement[bool]:
    """Further on in the list than a place."""
    later = and_(_u.path == path, or_(_p.seen_at > seen, and_(_p.seen_at == seen, _p.id > number)))
    return and_(_u.path >= path, or_(_u.path > path, later))


def _chosen(width: int, show: str, names: Iterable[str], going_on: bool) -> list[ColumnElement[bool]]:
    """The conditions an index answers."""
    held = [branch(width), SHOWN[show], *(QUICK[name] for name in names if name in QUICK)]
    return [*held, _behind(_PATH, _SEEN, _ID)] if going_on else held


@cache
def _statement(
    width: int, show: str, names: tuple[str, ...], going_on: bool, ends: bool, bound: bool
) -> Select[Any]:
    """Walk the cells of the branch in order, and each cell's index from the longest unseen on."""
    asked = [SLOW[name] for name in names if name in SLOW]
    found = listed(width, bound, _u.path).where(*_chosen(width, show, names, going_on), *asked)
    if ends:
        found = found.where(_u.path <= _END[0], not_(_behind(*_END)))
    return found.order_by(*_ORDER).limit(written(PAGE + 1))


@cache
def _horizon(width: int, show: str, names: tuple[str, ...], going_on: bool) -> Select[Any]:
    """The last of those looked at for one page: read from the index alone."""
    walked = select(*_ORDER).select_from(JOINED).where(*_chosen(width, show, names, going_on))
    return walked.order_by(*_ORDER).limit(written(1)).offset(LOOKED_AT - 1)


class Found(NamedTuple):
    """A page of the list, where the next one begins (empty at the end), and whether the page ends because enough
    people were looked at, not because it is full."""

    rows: list[Row]
    after: str
    stopped: bool


def members(chosen: Filters, after: str = "") -> Found:
    """A page of members. What no index answers is asked of LOOKED_AT people at a time, so that a page costs as
    much in a district of a million as in a cell."""
    place = opened_at("members", after, "path", "seen", "number")
    values = chosen.values | place
    end = _end(chosen, values, bool(place)) if any(name in SLOW for name in chosen.names) else None
    given = values | (dict(zip(("end_path", "end_seen", "end_number"), end, strict=True)) if end else {})
    shape = (width(), chosen.show, chosen.names, bool(place), bool(end), bound())
    found = trusted(_statement(*shape), given).all()
    if len(found) > PAGE:
        return Found(rows_of(found), _after(found[PAGE - 1]), False)
    return Found(rows_of(found), seal("members", *end) if end else "", bool(end))


@cache
def _number(width: int, show: str, names: tuple[str, ...]) -> Select[Any]:
    asked = [SLOW[name] for name in names if name in SLOW]
    return select(func.count()).select_from(JOINED).where(*_chosen(width, show, names, False), *asked)


def number(chosen: Filters) -> int | None:
    """How many members meet the filters; None where counting them would mean looking at a whole street."""
    if chosen.unit is None or chosen.unit.kind not in ("cell", "community_union"):
        return None
    return int(trusted(_number(width(), chosen.show, chosen.names), chosen.values).scalar_one())


def _end(chosen: Filters, values: dict[str, Any], going_on: bool) -> Any:
    """Where looking stops; None when everybody is looked at before."""
    wanted = {name: value for name, value in values.items() if not name.startswith("born")}
    return trusted(_horizon(width(), chosen.show, chosen.names, going_on), wanted).one_or_none()


def _after(row: Any) -> str:
    return seal("members", row.path, row.seen_at, row.id)
