"""The list of members: longest unseen first within each cell, 20 rows at a time, flat at any size.

Statements are built once a shape and carry the guard's branch() themselves.
"""

from collections.abc import Callable, Sequence
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
    or_,
    select,
)  # fmt: skip

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.db import Bytewise, UtcDateTime, trusted
from gridunion.members.models import Person
from gridunion.members.search import index_id, question
from gridunion.rights import Viewer
from gridunion.tree import Unit, branch, width

PAGE = 20
MOST_FOUND = 200  # people a search counts
DAY = timedelta(days=1)

_p, _u = Person.__table__.c, Unit.__table__.c

FILTERS: dict[str, ColumnElement[bool]] = {
    "all": _p.status == "active",
    "due": (_p.status == "active") & _p.visit_due_at.is_not(None),
    "hardship": (_p.status == "active") & _p.hardship_class.is_not(None),
    "new_form": (_p.status == "active") & _p.new_form,
    "applied": _p.status == "applied",
}

FINDABLE = ("known", "applied", "active", "retained")
# Written out, not bound: there is no list to unfold at each search.
IS_FINDABLE = _p.status.in_([literal_column(repr(status)) for status in FINDABLE])

FACTS = (
    _p.id, _p.uid, _p.name, _p.phone, _p.key_group, _p.work_status, _p.hardship_class, _p.new_form, _p.status,
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


@cache
def _statement(width: int, chosen: str, going_on: bool) -> Select[Any]:
    """Walk the cells of the branch in order, and each cell's index from the longest unseen on."""
    found = _listed(width, _u.path).where(branch(width), FILTERS[chosen])
    if going_on:
        after = and_(_u.path == _PATH, or_(_p.seen_at > _SEEN, and_(_p.seen_at == _SEEN, _p.id > _ID)))
        found = found.where(_u.path >= _PATH, or_(_u.path > _PATH, after))
    return found.order_by(_u.path, _p.seen_at, _p.id).limit(PAGE + 1)


_PATH = bindparam("path", type_=Bytewise)
_SEEN = bindparam("seen", type_=UtcDateTime)
_ID: BindParameter[int] = bindparam("number")


def members(chosen: str, after: str = "") -> tuple[list[Row], str]:
    """A page of the list, and where the next one begins (empty at the end)."""
    place = _place(after)
    found = trusted(_statement(width(), chosen, bool(place)), place).all()
    return _rows(found), _after(found[PAGE - 1]) if len(found) > PAGE else ""


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
    looked_for = question(asked, _scope(viewer))
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


def _scope(viewer: Viewer) -> list[int]:
    """The units whose people may be found; none when the viewer stands over everything."""
    held = viewer.holding("see members")
    return (
        [] if any(place.path.count("/") == 1 for place in held) else sorted({place.unit_id for place in held})
    )
