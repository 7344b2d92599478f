"""The visits to be phoned about, the oldest first: those of the viewer's branch, but for the viewer's own."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.db import UtcDateTime, db, trusted
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.tree import ME, Unit, branch, width
from gridunion.visits.checks import SpotCheck
from gridunion.visits.life import CHECKED, OUTCOMES
from gridunion.visits.models import Visit

PAGE = 20

_s, _v, _u = SpotCheck.__table__.c, Visit.__table__.c, Unit.__table__.c
_p, _e = Person.__table__.c, Employer.__table__.c
_NOW = bindparam("checks_now", callable_=clock.now, type_=UtcDateTime)
_joined = Unit.__table__.join(SpotCheck.__table__, _s.unit_id == _u.id)
_joined = _joined.join(Visit.__table__, _v.id == _s.visit_id)


@dataclass(frozen=True)
class ToCheck:
    """A visit somebody is to be asked about."""

    id: int
    uid: UUID
    name: str
    outcome: str
    visitor: str
    happened_at: datetime
    unit: str

    @property
    def words(self) -> str:
        return str(OUTCOMES[self.outcome].words)


def _waiting(above: bool) -> ColumnElement[bool]:
    waits = _s.checked_at.is_(None) & (_s.ready_at <= _NOW) & (_v.visitor_id != ME)
    waits &= _v.voided_at.is_(None) & _v.outcome.in_(CHECKED)
    return waits & _s.above.is_(True) if above else waits


def counted(width: int, above: bool = False) -> ColumnElement[int]:
    """How many wait, as a column of a statement; `above`: only those where a leader was."""
    return select(func.count()).select_from(_joined).where(branch(width), _waiting(above)).scalar_subquery()


@cache
def _count(width: int, above: bool) -> Select[Any]:
    return select(counted(width, above))


def count(above: bool = False) -> int:
    return int(trusted(_count(width(), above)).scalar_one())


@cache
def _listed(width: int, above: bool) -> Select[Any]:
    name = func.coalesce(_p.name, _e.name)
    columns = (_s.id, _s.uid, name, _v.outcome, _v.visitor_name, _v.happened_at, _u.name)
    named = _joined.outerjoin(Person.__table__, _p.id == _v.person_id)
    named = named.outerjoin(Employer.__table__, _e.id == _v.employer_id)
    found = select(*columns).select_from(named).where(branch(width), _waiting(above))
    return found.order_by(_s.id).limit(PAGE + 1).execution_options(branch=True)


def to_check(after: str, above: bool = False) -> tuple[list[ToCheck], str]:
    """A page of them, and where the next one begins."""
    statement = _listed(width(), above)
    if place := opened("checks", after):
        statement = statement.where(_s.id > place[0])
    rows = [ToCheck(*row) for row in db.session.execute(statement).all()]
    shown = rows[:PAGE]
    return shown, seal("checks", shown[-1].id) if len(rows) > PAGE else ""
