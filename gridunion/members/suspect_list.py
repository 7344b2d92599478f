"""The list of pairs that may be one person, for who may merge them: newest first, 20 at a time."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from gridunion.bookmark import opened, seal
from gridunion.db import db, trusted, written
from gridunion.members.merge_files import strength
from gridunion.members.merging import LIVE
from gridunion.members.models import Person
from gridunion.members.suspects import Suspect
from gridunion.members.twins import words
from gridunion.rights import Viewer
from gridunion.tree import Unit, branch, eyes, look_with, width

PAGE = 20
MOST = 1000  # pairs that are counted

_s, _p, _u = Suspect.__table__, Person.__table__, Unit.__table__


class Pair(NamedTuple):
    """Two people and why they are asked about; the file that would stay comes first."""

    id: int
    kept: Person
    other: Person
    reasons: list[str]

    @property
    def name(self) -> str:
        return " / ".join(dict.fromkeys((self.kept.name, self.other.name)))


@cache
def _open(width: int) -> Select[Any]:
    """The pairs of which both files are alive and within the branch."""
    low, high = _p.alias("low"), _p.alias("high")
    inside = select(_u.c.id).where(branch(width))
    joined = _u.join(_s, _s.c.unit_id == _u.c.id).join(low, low.c.id == _s.c.low_id)
    joined = joined.join(high, high.c.id == _s.c.high_id)
    found = select(_s.c.id, _s.c.low_id, _s.c.high_id, _s.c.reasons).select_from(joined)
    found = found.where(branch(width), _s.c.state == "open")
    return found.where(*(it.c.status.in_(LIVE) & it.c.unit_id.in_(inside) for it in (low, high)))


@cache
def _counting(width: int) -> Select[Any]:
    return select(func.count()).select_from(_open(width).limit(written(MOST)).subquery())


@cache
def _page(width: int, going_on: bool) -> Select[Any]:
    found = _open(width)
    found = found.where(_s.c.id < bindparam("number")) if going_on else found
    return found.order_by(_s.c.id.desc()).limit(written(PAGE + 1))


def count() -> int:
    """How many pairs wait in the viewer's branch, at most MOST."""
    return int(trusted(_counting(width())).scalar_one())


def count_for(viewer: Viewer) -> int:
    """The same on a page that is shown for another right; 0 for who may merge nobody."""
    if not viewer.can("merge members"):
        return 0
    before = eyes()
    look_with(viewer.eyes("merge members"))
    try:
        return count()
    finally:
        look_with(before)


def pairs(after: str = "") -> tuple[list[Pair], str]:
    """A page of them, and where the next one begins."""
    place = opened("suspects", after)
    found = trusted(_page(width(), bool(place)), {"number": place[0]} if place else {}).all()
    shown = found[:PAGE]
    people = _people(number for row in shown for number in (row.low_id, row.high_id))
    made = [
        Pair(row.id, *stays_first(people[row.low_id], people[row.high_id]), words(row.reasons))
        for row in shown
    ]
    return made, seal("suspects", shown[-1].id) if len(found) > PAGE else ""


def _people(numbers: Iterable[int]) -> dict[int, Person]:
    asked = select(Person).options(joinedload(Person.unit)).where(Person.id.in_(set(numbers)))
    return {person.id: person for person in db.session.scalars(asked)}


def pair_of(one: Person, other: Person) -> Suspect | None:
    low, high = sorted((one.id, other.id))
    known = select(Suspect).where(Suspect.low_id == low, Suspect.high_id == high)
    return db.session.scalars(known).one_or_none()


def stays_first(one: Person, other: Person) -> tuple[Person, Person]:
    """The file that would stay, and the other: the stronger standing, the fuller, the older."""
    ordered = sorted((one, other), key=lambda it: (-strength(it.status), -it.completeness, it.id))
    return ordered[0], ordered[1]
