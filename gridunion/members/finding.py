"""People found by a piece of what they are called: the index is walked in its own order, 20 rows at a time."""

from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select

from gridunion.bookmark import opened, seal
from gridunion.db import trusted, written
from gridunion.members.models import Person
from gridunion.members.rows import JOINED, PAGE, Row, listed, rows_of
from gridunion.members.search import index_id, question
from gridunion.rights import Viewer
from gridunion.tree import bound, branch, width

MOST_FOUND = 200  # people a search counts

_p = Person.__table__.c
_ID: BindParameter[int] = bindparam("number")

FINDABLE = ("known", "applied", "active", "retained")
# Written out, not bound: there is no list to unfold at each search.
IS_FINDABLE = _p.status.in_([written(status) for status in FINDABLE])


def found(viewer: Viewer, asked: str, after: str = "") -> tuple[list[Row], str, int]:
    """A page of what a search finds, where the next begins, and how many there are (at most MOST_FOUND)."""
    looked_for = question(asked, scope(viewer, "see members"))
    if looked_for is None:
        return [], "", 0
    place = opened("members found", after)
    values = looked_for.values | ({"number": place[0]} if place else {})
    found = trusted(_matched(width(), looked_for.condition, bool(place), bound()), values).all()
    total = found[0].total if found else 0
    return rows_of(found), seal("members found", found[PAGE - 1].id) if len(found) > PAGE else "", total


@cache
def _matched(width: int, condition: ColumnElement[bool], going_on: bool, bound: bool) -> Select[Any]:
    """The first of those counted, and how many these are: the index is walked once. Going on, it is walked again."""
    counted = _numbers(width, condition).limit(written(MOST_FOUND)).cte("counted")
    first = select(counted.c.id).order_by(counted.c.id)
    shown = _numbers(width, condition).where(index_id() > _ID) if going_on else first
    total = select(func.count()).select_from(counted).scalar_subquery().label("total")
    found = listed(width, bound, total).where(branch(width), _p.id.in_(shown.limit(written(PAGE + 1))))
    return found.order_by(_p.id)


def _numbers(width: int, condition: ColumnElement[bool]) -> Select[Any]:
    """The people found, in the order of the index."""
    number = index_id()
    joined = JOINED.join(number.table, _p.id == number)
    found = select(_p.id).select_from(joined).where(branch(width), IS_FINDABLE, condition)
    return found.order_by(number)


def scope(viewer: Viewer, right: str) -> list[int]:
    """The units whose people may be found; none when the viewer stands over everything."""
    held = viewer.holding(right)
    return (
        [] if any(place.path.count("/") == 1 for place in held) else sorted({place.unit_id for place in held})
    )
