"""What an address asks of a list of complaints beside its chip: urgent ones, old ones, a handler, an employer …"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select

from gridunion import clock, settings
from gridunion.accounts.models import Account
from gridunion.complaints.models import Complaint
from gridunion.complaints.waiting import FILTERS, READABLE
from gridunion.db import UtcDateTime, db
from gridunion.employers.models import Employer
from gridunion.text import read_uid
from gridunion.tree import Unit, branch, width

AGES = ("7", "15", "30")
MOST_HANDLERS = 200
_c, _u, _a, _e = (it.__table__.c for it in (Complaint, Unit, Account, Employer))
_employer = select(_e.id).where(_e.uid == bindparam("employer_uid", type_=Uuid)).scalar_subquery()
_handler = select(_a.id).where(_a.uid == bindparam("handler_uid", type_=Uuid)).scalar_subquery()

BY: dict[str, ColumnElement[bool]] = {
    "urgent": _c.urgent.is_(True),
    "repeat": _c.repeat_of_id.is_not(None),
    "age": _c.recorded_at < bindparam("before", type_=UtcDateTime),
    "category": _c.category == bindparam("category"),
    "handler": _c.handler_id == _handler,
    "employer": _c.employer_id == _employer,
}


@dataclass(frozen=True)
class Narrow:
    """The filters of an address that make sense, as it says them, and the values their conditions take."""

    args: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.args)

    def get(self, name: str) -> str:
        return self.args.get(name, "")


def read(args: Mapping[str, str]) -> Narrow:
    """The filters an address names; what cannot be read is left out."""
    said: dict[str, str] = {name: "1" for name in ("urgent", "repeat") if args.get(name)}
    values: dict[str, Any] = {}
    if (age := args.get("age")) in AGES:
        said["age"], values["before"] = age, clock.now() - timedelta(days=int(age))
    if settings.code("complaint_category", category := args.get("category", "")):
        said["category"] = values["category"] = category
    for name in ("handler", "employer"):
        if uid := read_uid(args.get(name, "")):
            said[name], values[f"{name}_uid"] = uid.hex, uid
    return Narrow(said, values)


@cache
def conditions(names: frozenset[str]) -> tuple[ColumnElement[bool], ...]:
    return tuple(BY[name] for name in sorted(names))


@cache
def _handlers(width: int) -> Select[Any]:
    joined = Unit.__table__.join(Complaint.__table__, _c.unit_id == _u.id)
    found = (
        select(_a.uid, _a.name).distinct().select_from(joined.join(Account.__table__, _a.id == _c.handler_id))
    )
    found = found.where(branch(width), FILTERS["open"], READABLE).order_by(_a.name, _a.uid)
    return found.limit(MOST_HANDLERS).execution_options(branch=True)


def handlers() -> tuple[tuple[str, str], ...]:
    """(uid, name) of who has open cases of the viewer's branches in hand."""
    return tuple((uid.hex, name) for uid, name in db.session.execute(_handlers(width())))
