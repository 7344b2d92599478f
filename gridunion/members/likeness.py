"""Who is like somebody: the few files that share a number, a phone or the sound of the name in the same community.

What it costs does not grow with the register: nobody is compared with all of them.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from gridunion.db import trusted
from gridunion.members.merging import LIVE
from gridunion.members.models import Person
from gridunion.members.twins import COLUMNS, reasons
from gridunion.tree import Unit

MOST_OF_A_PHONE = 4  # people with one phone; more share that of a family or an employer, which says nothing
MOST_OF_A_NAME = 50  # people of one name in a community that are compared


Found = dict[int, tuple[Any, str]]
"""Number of the other → their row, and why."""

_p, _u = Person.__table__.c, Unit.__table__.c
_here = [_p[name] for name in COLUMNS]
_live = _p.status.in_(LIVE)


@cache
def _same(column: str) -> Select[Any]:
    """Others with the same number or phone: one more than would be looked at."""
    found = select(*_here, _u.parent_id, _u.kind).join_from(
        Person.__table__, Unit.__table__, _u.id == _p.unit_id
    )
    return found.where(_p[column] == bindparam("asked"), _live).order_by(_p.id).limit(MOST_OF_A_PHONE + 1)


_SOUNDS = (
    select(*_here)
    .where(_p.unit_id.in_(bindparam("units", expanding=True)), _p.reading == bindparam("asked"), _live)
    .order_by(_p.id.desc()).limit(MOST_OF_A_NAME)
)  # fmt: skip
_WHO = select(*_here, _p.status, _u.parent_id, _u.kind).join_from(
    Person.__table__, Unit.__table__, _u.id == _p.unit_id
)
_WHO_OF = _WHO.where(_p.id.in_(bindparam("ids", expanding=True)))
_PLACES = select(_u.id).where(or_(_u.parent_id == bindparam("home"), _u.id == bindparam("home")))


def home_of(row: Any) -> int:
    """The community somebody belongs to."""
    return int(row.parent_id if row.kind == "cell" else row.unit_id)


def compared(ids: Iterable[int]) -> Iterator[tuple[Any, int, Found]]:
    """Each of some people, the community, and who is like them. Who was merged or has gone is left alone: lists
    leave their pairs out, and a merge that is undone finds them as they were."""
    places: dict[int, list[int]] = {}
    for row in trusted(_WHO_OF, {"ids": sorted(ids)}).all():
        if row.status in LIVE:
            home = home_of(row)
            if home not in places:
                places[home] = list(trusted(_PLACES, {"home": home}).scalars())
            yield row, home, _found(row, home, places[home])


def _found(row: Any, home: int, units: list[int]) -> Found:
    """Who is like somebody, and why."""
    near = {it.id: it for column in ("phone", "id_index") for it in _sharing(row, column, home)}
    if row.reading:
        near |= {it.id: it for it in trusted(_SOUNDS, {"units": units, "asked": row.reading})}
    near.pop(row.id, None)
    judged = {number: (other, reasons(row, other)) for number, other in near.items()}
    return {number: found for number, found in judged.items() if found[1]}


def _sharing(row: Any, column: str, home: int) -> list[Any]:
    """Others of the community with the same phone or number."""
    asked = getattr(row, column)
    found = trusted(_same(column), {"asked": asked}).all() if asked else []
    return [it for it in found if home_of(it) == home] if len(found) <= MOST_OF_A_PHONE else []
