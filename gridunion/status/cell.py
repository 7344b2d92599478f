"""One cell, by the three questions a grid worker is asked: how many in hardship, why each is, who works where.

Everything is read from the people of that one cell, however large the branch around it.
"""

from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import joinedload

from gridunion.bookmark import opened, seal
from gridunion.db import BigId, db, trusted
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.members.transfer import STAY
from gridunion.status.models import Standing
from gridunion.status.walks import CONDITIONS
from gridunion.tree import Unit, branch, width

PAGE = 20
_p, _e, _u, _s = (it.__table__.c for it in (Person, Employer, Unit, Standing))
_CELL = bindparam("cell", type_=BigId)

# Who of those who work somewhere: all we know of, members, members from outside, and those nobody asked about it.
_member, _here = CONDITIONS["members"], _p.status.in_([literal_column(repr(status)) for status in STAY])
WHO: dict[str, ColumnElement[bool]] = {
    "people": _here,
    "members": _member,
    "migrants": _member & _p.migrant.is_(True),
    "unasked": _member & _p.migrant.is_(None),
}
UNLISTED = _p.employer_id.is_(None) & _p.employer_name.is_not(None)
_works = _here & (_p.employer_id.is_not(None) | UNLISTED)


class Place(NamedTuple):
    """Where people of a cell work, and how many of them; without `uid` what the ledger does not have."""

    id: int
    uid: UUID | None
    name: str | None
    people: int
    members: int
    migrants: int
    unasked: int


_PEOPLE, _NUMBER = func.count(), func.coalesce(_e.id, literal_column("0"))


@cache
def _places(going_on: bool) -> Select[Any]:
    """The most people first."""
    joined = Person.__table__.outerjoin(Employer.__table__, _e.id == _p.employer_id)
    some = [func.count().filter(WHO[name]) for name in ("members", "migrants", "unasked")]
    found = select(_NUMBER, _e.uid, _e.name, _PEOPLE, *some).select_from(joined)
    found = found.where(_p.unit_id == _CELL, _works).group_by(_e.id, _e.uid, _e.name)
    if going_on:
        fewer = and_(bindparam("so_many") == _PEOPLE, bindparam("number") < _NUMBER)
        found = found.having(or_(bindparam("so_many") > _PEOPLE, fewer))
    return found.order_by(_PEOPLE.desc(), _NUMBER).limit(PAGE + 1)


_HOW_MANY = select(func.count(func.coalesce(_p.employer_id, 0).distinct())).where(_p.unit_id == _CELL, _works)


def places(cell: Unit, after: str = "") -> tuple[list[Place], int, str]:
    """A page of the employers of a cell's people, how many there are, and where the next page begins."""
    at = opened("places", after)
    given = {"cell": cell.id} | (dict(zip(("so_many", "number"), at, strict=True)) if at else {})
    rows = [Place._make(row) for row in trusted(_places(bool(at)), given)]
    total = int(trusted(_HOW_MANY, {"cell": cell.id}).scalar_one())
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], total, seal("places", last.people, last.id) if last else ""


class Named(NamedTuple):
    """An employer by name: the ledger stands in the community, above the eyes of a grid worker."""

    id: int
    uid: UUID
    name: str


def employer_of(cell: Unit, uid: UUID) -> Named | None:
    """The employer, if it belongs to the cell's community or somebody of the cell works there."""
    at_work = select(_p.id).where(_p.employer_id == _e.id, _p.unit_id == cell.id).exists()
    found = select(_e.id, _e.uid, _e.name).where(_e.uid == uid, or_(_e.unit_id == cell.parent_id, at_work))
    row = trusted(found).one_or_none()
    return Named._make(row) if row else None


def people(cell: Unit, condition: ColumnElement[bool], after: str = "") -> tuple[list[Person], int, str]:
    """A page of the people of a cell that meet a condition, how many there are, and where it goes on."""
    those = (Person.unit_id == cell.id, condition)
    found = select(Person).where(*those).options(joinedload(Person.employer))
    if place := opened("cell", after):
        found = found.where(Person.id > place[0])
    rows = list(db.session.scalars(found.order_by(Person.id).limit(PAGE + 1)))
    total = db.session.scalar(select(func.count(Person.id)).where(*those)) or 0
    return rows[:PAGE], total, seal("cell", rows[PAGE - 1].id) if len(rows) > PAGE else ""


@cache
def _cells(width: int) -> Select[Any]:
    figures = [func.coalesce(_s[name], literal_column("0")).label(name) for name in ("members", "hardship")]
    joined = Unit.__table__.outerjoin(Standing.__table__, _s.unit_id == _u.id)
    own = select(_u.code, _u.name, *figures).select_from(joined).where(branch(width), _u.kind == "cell")
    return own.where(or_(_u.closed_on.is_(None), _u.closed_on > bindparam("today"))).order_by(_u.path)


def cells(today: date) -> list[Any]:
    """The open cells of the viewer's branches, each with its members and those of them in hardship."""
    return list(trusted(_cells(width()), {"today": today}))
