"""Coming and going on 待办: transfers that wait, on either side, and members whose employer is gone."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from gridunion import clock
from gridunion.db import written
from gridunion.desk.people import page_of, read
from gridunion.employers.models import Employer
from gridunion.members.gone import EmployerGone, unsettled
from gridunion.members.models import Person
from gridunion.members.transfer import Transfer
from gridunion.tree import Unit, branch, width

_t, _g, _u = Transfer.__table__.c, EmployerGone.__table__.c, Unit.__table__.c
_p, _e = Person.__table__.c, Employer.__table__.c
_ASKED = _t.state == written("asked")
_SIDES = {"moves": _t.answering_id, "asked": _t.asking_id}
_gone = Unit.__table__.join(EmployerGone.__table__, _g.unit_id == _u.id)
_gone = _gone.join(Person.__table__, _p.id == _g.person_id)


@dataclass(frozen=True)
class Waiting:
    """A transfer that waits for an answer. The name is what was asked for; the rest is told on its page."""

    id: int
    uid: UUID
    name: str
    due_at: datetime
    reason: str
    asked_by: str
    unit: str

    @property
    def overdue(self) -> bool:
        return self.due_at < clock.now()


@dataclass(frozen=True)
class Loose:
    """A member whose employer closed or moved away."""

    id: int
    person: UUID
    name: str
    employer: str
    gone_on: date
    unit: str


def counted(width: int) -> list[Any]:
    """How many of each kind, as columns of one statement."""
    sides = [
        select(func.count())
        .select_from(_joined(name))
        .where(branch(width), _ASKED)
        .scalar_subquery()
        .label(name)
        for name in _SIDES
    ]
    gone = select(func.count()).select_from(_gone).where(branch(width), unsettled())
    return [*sides, gone.scalar_subquery().label("gone")]


def _joined(name: str) -> Any:
    return Unit.__table__.join(Transfer.__table__, _SIDES[name] == _u.id)


@cache
def _transfers(width: int, name: str) -> Select[Any]:
    columns = (_t.id, _t.uid, _t.name, _t.due_at, _t.reason, _t.asked_by, _u.name)
    return page_of(select(*columns).select_from(_joined(name)).where(branch(width), _ASKED), _t.id)


@cache
def _loose(width: int) -> Select[Any]:
    columns = (_g.id, _p.uid, _p.name, _e.name, _g.gone_on, _u.name)
    joined = _gone.join(Employer.__table__, _e.id == _g.employer_id)
    return page_of(select(*columns).select_from(joined).where(branch(width), unsettled()), _g.id)


def to_answer(after: str) -> tuple[list[Any], str]:
    """Transfers the viewer's union has to accept or refuse."""
    return read(_transfers(width(), "moves"), _t.id, Waiting, after)


def asked_for(after: str) -> tuple[list[Any], str]:
    """Transfers the viewer's union asked for, and the other side has to answer."""
    return read(_transfers(width(), "asked"), _t.id, Waiting, after)


def loose(after: str) -> tuple[list[Any], str]:
    """Members about whose membership nothing was said since their employer closed."""
    return read(_loose(width()), _g.id, Loose, after)
