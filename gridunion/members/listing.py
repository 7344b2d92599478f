"""The list of members: longest unseen first within each cell, 20 rows at a time, flat at any size.

Statements are built once a shape and carry the guard's branch() themselves.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
)  # fmt: skip

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.db import Bytewise, UtcDateTime, trusted
from gridunion.members.filters import QUICK, SHOWN, SLOW, Filters
from gridunion.members.models import Person
from gridunion.members.search import index_id, question
from gridunion.rights import Viewer
from gridunion.tree import Unit, branch, width

PAGE = 20
LOOKED_AT = 1000  # people asked one by one for a page of the list
MOST_FOUND = 200  # people a search counts
DAY = timedelta(days=1)

_p, _u = Person.__table__.c, Unit.__table__.c

FINDABLE = ("known", "applied", "active", "retained")
# Written out, not bound: there is no list to unfold at each search.
IS_FINDABLE = _p.status.in_([literal_column(repr(status)) for status in FINDABLE])

FACTS = (
    _p.id, _p.uid, _p.name, case((_p.withdrawn_at.is_(None), _p.phone)), _p.key_group, _p.work_status,
    _p.hardship_class, _p.new_form, _p.status,
    _p.visit_due_at.is_not(None),
)  # fmt: skip
GREETED_ON = case((_p.share_birthday, _p.birth_on))  # only those who agreed to it


class Row(NamedTuple):
    """A member as the list shows them."""

    id: int
    uid: UUID
    name: str
    phone: str | None
    key_group: str | None
    work_status: str | None
    hardship_class: str | None
    new_form: bool
    status: str
    visit_due: bool
    unseen_days: int
    has_birthday: bool
    tags: list[tuple[object, str]]


class Mark(NamedTuple):
    """A tag another room puts on people in the list: for whom, to a viewer of so many branches; words and kind."""

    condition: Callable[[int], ColumnElement[bool]]
    tag: tuple[object, str]


MARKS: list[Mark] = []


def _listed(width: int, *more: ColumnElement[Any]) -> Select[Any]:
    """What a row is made of, and something more."""
    marks = (mark.condition(width) for mark in MARKS)
    joined = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id)
    return select(*FACTS, _p.seen_at, GREETED_ON, *marks, *more).select_from(joined)


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
def _statement(width: int, show: str, names: tuple[str, ...], going_on: bool, ends: bool) -> Select[Any]:
    """Walk the cells of the branch in order, and each cell's index from the longest unseen on."""
    asked = [SLOW[name] for name in names if name in SLOW]
    found = _listed(width, _u.path).where(*_chosen(width, show, names, going_on), *asked)
    if ends:
        found = found.where(_u.path <= _END[0], not_(_behind(*_END)))
    return found.order_by(*_ORDER).limit(PAGE + 1)


@cache
def _horizon(width: int, show: str, names: tuple[str, ...], going_on: bool) -> Select[Any]:
    """The last of those looked at for one page: read from the index alone."""
    joined = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id)
    walked = select(*_ORDER).select_from(joined).where(*_chosen(width, show, names, going_on))
    return walked.order_by(*_ORDER).limit(1).offset(LOOKED_AT - 1)


class Found(NamedTuple):
    """A page of the list, where the next one begins (empty at the end), and whether the page ends because enough
    people were looked at, not because it is full."""

    rows: list[Row]
    after: str
    stopped: bool


def members(chosen: Filters, after: str = "") -> Found:
    """A page of members. What no index answers is asked of LOOKED_AT people at a time, so that a page costs as
    much in a district of a million as in a cell."""
    place = _place(after)
    values = chosen.values | place
    end = _end(chosen, values, bool(place)) if any(name in SLOW for name in chosen.names) else None
    given = values | (dict(zip(("end_path", "end_seen", "end_number"), end, strict=True)) if end else {})
    shape = (width(), chosen.show, chosen.names, bool(place), bool(end))
    found = trusted(_statement(*shape), given).all()
    if len(found) > PAGE:
        return Found(_rows(found), _after(found[PAGE - 1]), False)
    return Found(_rows(found), seal("members", *end) if end else "", bool(end))


@cache
def _number(width: int, show: str, names: tuple[str, ...]) -> Select[Any]:
    joined = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id)
    asked = [SLOW[name] for name in names if name in SLOW]
    return select(func.count()).select_from(joined).where(*_chosen(width, show, names, False), *asked)


def number(chosen: Filters) -> int | None:
    """How many members meet the filters; None where counting them would mean looking at a whole street."""
    if chosen.unit is None or chosen.unit.kind not in ("cell", "community_union"):
        return None
    return int(trusted(_number(width(), chosen.show, chosen.names), chosen.values).scalar_one())


def _end(chosen: Filters, values: dict[str, Any], going_on: bool) -> Any:
    """Where looking stops; None when everybody is looked at before."""
    wanted = {name: value for name, value in values.items() if not name.startswith("born")}
    return trusted(_horizon(width(), chosen.show, chosen.names, going_on), wanted).one_or_none()


def _rows(found: Sequence[Any]) -> list[Row]:
    """A page of rows, as seen today."""
    today = clock.today()
    midnight, so_many = clock.midnight(today), len(FACTS)
    rows = []
    for row in found[:PAGE]:
        seen_at, greeted_on, *marked = row[so_many:]
        birthday = bool(greeted_on) and (greeted_on.month, greeted_on.day) == (today.month, today.day)
        tags = [mark.tag for mark, holds in zip(MARKS, marked, strict=False) if holds]
        rows.append(Row._make((*row[:so_many], -((seen_at - midnight) // DAY), birthday, tags)))
    return rows


def _after(row: Any) -> str:
    return seal("members", row.path, row.seen_at, row.id)


def _place(after: str) -> dict[str, Any]:
    place = opened("members", after)
    if place is None:
        return {}
    path, seen, number = place
    return {"path": path, "seen": datetime.fromisoformat(seen), "number": number}


def found(viewer: Viewer, asked: str, after: str = "") -> tuple[list[Row], str, int]:
    """A page of what a search finds, where the next begins, and how many there are (at most MOST_FOUND)."""
    looked_for = question(asked, scope(viewer, "see members"))
    if looked_for is None:
        return [], "", 0
    place = opened("members found", after)
    values = looked_for.values | ({"number": place[0]} if place else {})
    found = trusted(_matched(width(), looked_for.condition, bool(place)), values).all()
    total = found[0].total if found else 0
    return _rows(found), seal("members found", found[PAGE - 1].id) if len(found) > PAGE else "", total


@cache
def _matched(width: int, condition: ColumnElement[bool], going_on: bool) -> Select[Any]:
    """The first of those counted, and how many these are: the index is walked once. Going on, it is walked again."""
    counted = _numbers(width, condition).limit(MOST_FOUND).cte("counted")
    first = select(counted.c.id).order_by(counted.c.id)
    shown = _numbers(width, condition).where(index_id() > _ID) if going_on else first
    total = select(func.count()).select_from(counted).scalar_subquery().label("total")
    found = _listed(width, total).where(branch(width), _p.id.in_(shown.limit(PAGE + 1)))
    return found.order_by(_p.id)


def _numbers(width: int, condition: ColumnElement[bool]) -> Select[Any]:
    """The people found, in the order of the index."""
    number = index_id()
    joined = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id).join(number.table, _p.id == number)
    found = select(_p.id).select_from(joined).where(branch(width), IS_FINDABLE, condition)
    return found.order_by(number)


def scope(viewer: Viewer, right: str) -> list[int]:
    """The units whose people may be found; none when the viewer stands over everything."""
    held = viewer.holding(right)
    return (
        [] if any(place.path.count("/") == 1 for place in held) else sorted({place.unit_id for place in held})
    )
