"""Who is like somebody: the few that share their number, their phone, or their birthday and the sound of their name in
the same street, and those of the same sound in the same community.

What it costs does not grow with the register: nobody is compared with all of them.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, case, or_, select

from gridunion.db import trusted
from gridunion.members.merging import LIVE
from gridunion.members.models import Person
from gridunion.members.twins import COLUMNS, reasons
from gridunion.tree import Unit

MOST_OF_A_PHONE = 4  # people with one phone; more share that of a family or an employer, which says nothing
MOST_OF_A_NAME = 50  # people of one name in a community that are compared


class Alike(NamedTuple):
    """Somebody like another one: their row, why, and in which unit both of them are seen."""

    row: Any
    why: str
    place: int


Found = dict[int, Alike]
"""By the number of the other."""

_p, _u = Person.__table__.c, Unit.__table__.c
_home, _street = Unit.__table__.alias("home"), Unit.__table__.alias("street")
_live = _p.status.in_(LIVE)
_ROWS = (
    select(
        *(_p[name] for name in COLUMNS), _p.status, _home.c.id.label("home"),
        case((_street.c.kind == "street_federation", _street.c.id)).label("street"),
    )
    .join_from(Person.__table__, Unit.__table__, _u.id == _p.unit_id)
    .join(_home, _home.c.id == case((_u.kind == "cell", _u.parent_id), else_=_u.id))
    .outerjoin(_street, _street.c.id == _home.c.parent_id)
)  # fmt: skip
"""People, each with the community they belong to, and its street."""

_WHO_OF = _ROWS.where(_p.id.in_(bindparam("ids", expanding=True)))
_SOUNDS = (
    _ROWS.where(_p.unit_id.in_(bindparam("units", expanding=True)), _p.reading == bindparam("asked"), _live)
    .order_by(_p.id.desc()).limit(MOST_OF_A_NAME)
)  # fmt: skip
_BORN = (
    _ROWS.where(_p.reading == bindparam("asked"), _p.birth_on == bindparam("born"), _live)
    .order_by(_p.id.desc()).limit(MOST_OF_A_NAME)
)  # fmt: skip
_PLACES = select(_u.id).where(or_(_u.parent_id == bindparam("home"), _u.id == bindparam("home")))


@cache
def _same(column: str) -> Select[Any]:
    """Others with the same number or phone: one more than would be looked at."""
    return _ROWS.where(_p[column] == bindparam("asked"), _live).order_by(_p.id).limit(MOST_OF_A_PHONE + 1)


def place_of(one: Any, other: Any) -> int | None:
    """Where two people are seen together: in their community, else in their street."""
    if one.home == other.home:
        return int(one.home)
    return int(one.street) if one.street and one.street == other.street else None


def compared(ids: Iterable[int]) -> Iterator[tuple[Any, Found]]:
    """Each of some people, and who is like them. Who was merged or has gone is left alone: lists leave their pairs
    out, and a merge that is undone finds them as they were."""
    places: dict[int, list[int]] = {}
    for row in trusted(_WHO_OF, {"ids": sorted(ids)}).all():
        if row.status in LIVE:
            if row.home not in places:
                places[row.home] = list(trusted(_PLACES, {"home": row.home}).scalars())
            yield row, _found(row, places[row.home])


def _found(row: Any, units: list[int]) -> Found:
    """Who is like somebody, and why."""
    near = {it.id: it for it in _near(row, units) if it.id != row.id}
    judged = (Alike(it, reasons(row, it), place_of(row, it) or 0) for it in near.values())
    return {it.row.id: it for it in judged if it.why and it.place}


def _near(row: Any, units: list[int]) -> Iterator[Any]:
    """Who shares something with somebody."""
    for column in ("phone", "id_index"):
        yield from _sharing(column, getattr(row, column))
    if row.reading and row.birth_on:
        yield from trusted(_BORN, {"asked": row.reading, "born": row.birth_on})
    if row.reading:
        yield from trusted(_SOUNDS, {"units": units, "asked": row.reading})


def _sharing(column: str, asked: str | None) -> list[Any]:
    """Others with the same phone or number; nobody when they are many."""
    found = trusted(_same(column), {"asked": asked}).all() if asked else []
    return list(found) if len(found) <= MOST_OF_A_PHONE else []
