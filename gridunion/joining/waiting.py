"""What waits because people applied by themselves, for the desk: what a worker has to verify, what a leader decides."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select

from gridunion import clock
from gridunion.db import UtcDateTime, trusted, written
from gridunion.joining.models import CHANNEL, Application
from gridunion.members.consent import Consent
from gridunion.members.models import Person
from gridunion.tree import Unit, branch, width

_a, _p, _u, _c = (model.__table__.c for model in (Application, Person, Unit, Consent))
STUCK = timedelta(days=3)
_joined = Unit.__table__.join(Application.__table__, _a.unit_id == _u.id)


def sent_themselves() -> ColumnElement[bool]:
    """A waiting person of the list who applied by themselves."""
    own = exists().where(_c.person_id == _p.id, _c.channel == written(CHANNEL))
    return and_(_p.status == written("applied"), own)


def stuck() -> ColumnElement[bool]:
    """No worker has it before her, as it names no cell, or she let it lie."""
    homeless = _a.unit_id.in_(select(_u.id).where(_u.kind == written("community_union")))
    return or_(
        homeless, _a.recorded_at < bindparam("stuck_before", callable_=_stuck_before, type_=UtcDateTime)
    )


def _stuck_before() -> datetime:
    return clock.now() - STUCK


def to_verify() -> int:
    """How many wait for the viewer to call them."""
    return int(trusted(_verifying(width())).scalar_one())


@cache
def _verifying(width: int) -> Select[Any]:
    waits = select(func.count()).select_from(_joined)
    return waits.where(branch(width), _a.state == written("received"))


def counted(width: int) -> list[Any]:
    """For a leader, as columns of one statement: applications no worker sees to, and those held back."""
    waits = select(func.count()).select_from(_joined)
    waits = waits.where(branch(width), _a.state == written("received"), stuck())
    held = select(func.count()).select_from(_joined)
    held = held.where(branch(width), _a.state == written("held"))
    return [waits.scalar_subquery().label("self"), held.scalar_subquery().label("held")]
