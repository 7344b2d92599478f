"""The people on 待办: who wants to join, and who was found to need help."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.complaints.listing import PAGE
from gridunion.db import db
from gridunion.joining.waiting import sent_themselves
from gridunion.members.models import Person
from gridunion.members.real_name import work_words
from gridunion.tree import Unit, branch, width
from gridunion.visits.due import OPEN, DueVisit

_p, _u, _d = Person.__table__.c, Unit.__table__.c, DueVisit.__table__.c
_people = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id)
_visits = Unit.__table__.join(DueVisit.__table__, _d.unit_id == _u.id)

_APPLIED = _p.status == "applied"
_NEEDED = OPEN & (_d.trigger == "hardship")


@dataclass(frozen=True)
class Applicant:
    """Somebody who wants to become a member."""

    id: int
    uid: UUID
    name: str
    key_group: str | None
    work_status: str | None
    unit: str
    alone: bool  # sent the application without a worker

    @property
    def work(self) -> str:
        return work_words(self.key_group, self.work_status)


@dataclass(frozen=True)
class Needy:
    """A member whom a visit found in hardship, and whom somebody shall go and see."""

    id: int
    uid: UUID
    event_on: date
    note: str | None
    due_at: datetime
    person: UUID
    name: str
    unit: str

    @property
    def overdue(self) -> bool:
        return self.due_at < clock.now()


def counted(width: int) -> list[Any]:
    """How many of each kind, as columns of one statement."""
    applied = select(func.count()).select_from(_people).where(branch(width), _APPLIED)
    needed = select(func.count()).select_from(_visits).where(branch(width), _NEEDED)
    return [applied.scalar_subquery().label("applied"), needed.scalar_subquery().label("help")]


@cache
def _applied(width: int) -> Select[Any]:
    columns = (_p.id, _p.uid, _p.name, _p.key_group, _p.work_status, _u.name, sent_themselves())
    return page_of(select(*columns).select_from(_people).where(branch(width), _APPLIED), _p.id)


@cache
def _needed(width: int) -> Select[Any]:
    columns = (_d.id, _d.uid, _d.event_on, _d.note, _d.due_at, _p.uid, _p.name, _u.name)
    joined = _visits.join(Person.__table__, _p.id == _d.person_id)
    return page_of(select(*columns).select_from(joined).where(branch(width), _NEEDED), _d.id)


def page_of(found: Select[Any], number: Any) -> Select[Any]:
    return found.order_by(number).limit(PAGE + 1).execution_options(branch=True)


def applicants(after: str) -> tuple[list[Any], str]:
    return read(_applied(width()), _p.id, Applicant, after)


def needy(after: str) -> tuple[list[Any], str]:
    return read(_needed(width()), _d.id, Needy, after)


def read(statement: Select[Any], number: Any, kind: type[Any], after: str) -> tuple[list[Any], str]:
    """A page of a group, the oldest first, and where the next one begins."""
    if place := opened(kind.__name__, after):
        statement = statement.where(number > place[0])
    rows = [kind(*row) for row in db.session.execute(statement).all()]
    shown = rows[:PAGE]
    return shown, seal(kind.__name__, shown[-1].id) if len(rows) > PAGE else ""
