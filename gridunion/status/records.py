"""The records behind a figure: the same conditions the figure counts by, under the guard, a page at a time."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from flask_babel import gettext
from sqlalchemy import BigInteger, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import iterate

from gridunion.accounts.models import Posting
from gridunion.bookmark import opened, seal
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.records import ComplaintEvent
from gridunion.db import Bytewise, db
from gridunion.employers.models import Employer
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.transfer import Transfer
from gridunion.status.figures import moment
from gridunion.status.further import FURTHER
from gridunion.status.past import THEN
from gridunion.status.periods import Period
from gridunion.status.walks import HI, LO, PARTS, WAYS, Way
from gridunion.tree import Unit
from gridunion.units.models import STANDING
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit

PAGE = 20
ALL = WAYS | PARTS | {it.name: it.way for it in FURTHER}
AT_END = THEN | {it.name: it.then for it in FURTHER if it.then}

_path, _number = bindparam("path", type_=Bytewise), bindparam("number", type_=BigInteger)

_WITH: dict[Any, Any] = {
    Complaint: (joinedload(Complaint.unit), joinedload(Complaint.handler)),
    DueVisit: (joinedload(DueVisit.person), joinedload(DueVisit.employer), joinedload(DueVisit.unit)),
    ReplyDue: (joinedload(ReplyDue.complaint), joinedload(ReplyDue.unit)),
    Person: (joinedload(Person.unit),),
    Membership: (joinedload(Membership.person), joinedload(Membership.unit)),
    Employer: (joinedload(Employer.unit),),
    Visit: (joinedload(Visit.person), joinedload(Visit.employer), joinedload(Visit.unit)),
    Transfer: (joinedload(Transfer.to_unit),),
    Posting: (joinedload(Posting.account), joinedload(Posting.unit)),
    ComplaintEvent: (joinedload(ComplaintEvent.complaint),),
}


@dataclass(frozen=True)
class Records:
    """A page of records, how many there are in all, and where the next page begins."""

    rows: list[Any]
    total: int
    after: str


def figure(name: str, dated: bool) -> Way:
    """How a figure is counted; dated, as it stood at the end of a period."""
    return (AT_END.get(name) if dated else None) or ALL[name]


def placed(statement: Any, way: Way) -> Any:
    """Records with the units they stand in, within the edges of a branch; not yet narrowed by any condition."""
    if way.kind is not Unit:
        statement = statement.join(Unit, Unit.id == way.kind.unit_id)
    if way.beside:
        statement = statement.join(*way.beside)
    return statement.where(Unit.path >= LO, Unit.path < HI)


@cache
def _counting(name: str, dated: bool) -> Select[Any]:
    """Count what the viewer may open; the guard adds branch and seal."""
    way = figure(name, dated)
    return placed(select(func.count()).select_from(way.kind), way).where(way.condition)


@cache
def _listing(name: str, dated: bool, going_on: bool) -> Select[Any]:
    way = figure(name, dated)
    model = way.kind
    found = placed(select(model, Unit.path), way).where(way.condition).options(*_WITH.get(model, ()))
    if going_on:
        found = found.where(or_(Unit.path > _path, and_(Unit.path == _path, model.id > _number)))
    return found.order_by(Unit.path, model.id).limit(PAGE + 1)


def edges(unit: Unit, own: bool = False) -> tuple[str, str]:
    """The branch of a unit, or the unit alone: no path below it sorts before "!"."""
    return (unit.path, f"{unit.path}!") if own else unit.branch


def count(unit: Unit, name: str, period: Period | None = None, own: bool = False) -> int:
    """How many records of a branch a figure counts; without a period, over the days the board judges."""
    lo, hi, period = *edges(unit, own), period or Period.lately()
    given = {"lo": lo, "hi": hi, **times(name, period)}
    return int(db.session.execute(_counting(name, period.dated), given).scalar_one())


def records(
    unit: Unit, name: str, period: Period, after: str = "", total: int | None = None, own: bool = False
) -> Records:
    """The records a figure counts, in the order of the tree; `total` when a board counted them already."""
    lo, hi = edges(unit, own)
    place = opened(f"behind {name}", after) or ()
    given: dict[str, Any] = {"lo": lo, "hi": hi, **times(name, period)}
    given |= dict(zip(("path", "number"), place, strict=False))
    found = db.session.execute(_listing(name, period.dated, bool(place)), given).all()
    rows, last = [row[0] for row in found[:PAGE]], found[:PAGE][-1:]
    following = seal(f"behind {name}", last[0][1], last[0][0].id) if len(found) > PAGE else ""
    if total is None:
        total = count(unit, name, period, own) if following or after else len(rows)
    return Records(rows, total, following)


def left_in(unit: Unit, _on: date) -> str:
    """What is not finished in a unit, for whoever would close it."""
    cases, visits = count(unit, "open"), count(unit, "visits_open")
    said = [gettext(" %(n)s 件没办完的诉求", n=cases)] if cases else []
    said += [gettext(" %(n)s 次没做的走访", n=visits)] if visits else []
    return gettext("、").join(words.strip() for words in said)


STANDING.append(left_in)


@cache
def _asks(name: str, dated: bool) -> frozenset[str]:
    """The moments a condition compares with."""
    return frozenset(
        part.key for part in iterate(figure(name, dated).condition) if isinstance(part, BindParameter)
    )


def times(name: str, period: Period) -> dict[str, Any]:
    """What the condition of a figure compares with."""
    asks = _asks(name, period.dated)
    return {key: value for key, value in moment(period).items() if key in asks}
