"""The members of a street, a community or a cell nobody spoke with for longest."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.db import Bytewise, UtcDateTime, trusted, written
from gridunion.members.models import Person
from gridunion.members.real_name import work_words
from gridunion.tree import Unit, branch, width

PAGE = 20
KINDS = ("street_federation", "community_union", "cell")
"""Whose members are put in one order, 20 ms for the 30,000 of a street: of a district one looks at one street after
the other."""

_p, _u = Person.__table__.c, Unit.__table__.c
_people = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id)
_BEFORE, _AT = bindparam("before", type_=UtcDateTime), bindparam("at", type_=UtcDateTime)
_LO, _HI = bindparam("lo", type_=Bytewise), bindparam("hi", type_=Bytewise)


class Unseen(NamedTuple):
    """A member as the list shows one."""

    id: int
    uid: UUID
    name: str
    key_group: str | None
    work_status: str | None
    seen_at: datetime
    due_at: datetime | None
    place: str

    @property
    def work(self) -> str:
        return work_words(self.key_group, self.work_status)


def _those(width: int) -> tuple[ColumnElement[bool], ...]:
    within = (branch(width), _u.path >= _LO, _u.path < _HI)
    return (*within, _p.status == written("active"), _p.seen_at < _BEFORE, _p.withdrawn_at.is_(None))


@cache
def _listed(width: int, going_on: bool) -> Select[Any]:
    columns = (_p.id, _p.uid, _p.name, _p.key_group, _p.work_status, _p.seen_at, _p.visit_due_at, _u.name)
    found = select(*columns).select_from(_people).where(*_those(width))
    if going_on:
        found = found.where(or_(_p.seen_at > _AT, and_(_p.seen_at == _AT, _p.id > bindparam("number"))))
    return found.order_by(_p.seen_at, _p.id).limit(PAGE + 1)


@cache
def _counted(width: int) -> Select[Any]:
    return select(func.count()).select_from(_people).where(*_those(width))


def unseen(unit: Unit, days: int, after: str = "") -> tuple[list[Unseen], int, str]:
    """A page of those nobody spoke with for so many days, how many there are, and where the next page begins."""
    lo, hi = unit.branch
    given: dict[str, Any] = {
        "lo": lo,
        "hi": hi,
        "before": clock.midnight(clock.today() - timedelta(days=days)),
    }
    place = opened("unseen", after)
    if place:
        given |= {"at": datetime.fromisoformat(place[0]), "number": place[1]}
    rows = [Unseen(*tuple(row)) for row in trusted(_listed(width(), bool(place)), given)]
    total = trusted(_counted(width()), given).scalar_one()
    following = seal("unseen", rows[PAGE - 1].seen_at, rows[PAGE - 1].id) if len(rows) > PAGE else ""
    return rows[:PAGE], total, following
