"""What is open in somebody's name: here the rooms say what they keep, and an account with any of it stays on.

Work lies with an account, or it waits in a unit for whoever holds a role there; that is somebody's own as long as
nobody else holds the role. What only named readers may see is never counted here: nobody learns of it by a number.
It keeps an account on all the same; so who asks whether one may go hears yes or no, never what it is or how much.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Date, Select, and_, bindparam, or_, select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.bookmark import opened, seal
from gridunion.db import db, trusted
from gridunion.rights import Viewer
from gridunion.tree import Unit, branch, everywhere, width

PAGE = 20
LIVING = ("grid_worker", "leader")  # roles for whom records wait


class Line(NamedTuple):
    """One thing that is open. `told` are the words of the record: they name nobody of the register."""

    uid: UUID | None
    name: str
    topic: str
    facts: list[str]
    href: str
    told: str


Counts = Callable[[list[int]], dict[int, int]]
Lines = Callable[[list[int], str], tuple[list[Line], str]]
Fault = Callable[[list[UUID], Account, set[str]], list[str]]
Take = Callable[[list[UUID], Account, Account, Viewer], list[str]]


@dataclass(frozen=True)
class Kind:
    """A kind of work. `counts` and `lines` ask in the branches of the viewer, for accounts, or with a `role` for the
    units where it waits. `take` moves records to a successor and returns what was moved, in words; `fault` says what
    of it a successor, who also gets the work of some units (paths), cannot have."""

    id: str
    words: object
    counts: Counts
    lines: Lines
    role: str = ""
    blocks: bool = True
    take: Take | None = None
    fault: Fault | None = None


KINDS: list[Kind] = []
UNCOUNTED: list[Callable[[int], bool]] = []
"""Whether an account has something in hand that stands in no count."""


class Seat(NamedTuple):
    """A posting in whose unit nobody else holds the role."""

    account_id: int
    uid: UUID
    role: str
    unit_id: int
    unit: str
    path: str


_p, _u, _a = Posting.__table__, Unit.__table__, Account.__table__
_other = _p.alias("other")
_TODAY: Any = bindparam("today", type_=Date(), callable_=clock.today)
# A stand-in for some days takes the work off nobody.
_lasts = or_(_other.c.stands_in_for_id.is_(None), _other.c.until_on.is_(None))
_later = or_(
    _other.c.until_on.is_(None), _other.c.until_on > _TODAY,
    and_(_p.c.until_on <= _TODAY, _other.c.until_on > _p.c.until_on),
)  # fmt: skip
_somebody_else = (
    select(_other.c.id)
    .join(_a, _a.c.id == _other.c.account_id)
    .where(
        _other.c.unit_id == _p.c.unit_id, _other.c.role == _p.c.role, _other.c.account_id != _p.c.account_id
    )
    .where(_a.c.active, _other.c.from_on <= _TODAY, _lasts, _later)
    .correlate(_p)
    .exists()
)


@cache
def _seats(width: int) -> Select[Any]:
    own = or_(_p.c.stands_in_for_id.is_(None), _p.c.until_on.is_(None))
    found = select(_p.c.account_id, _p.c.uid, _p.c.role, _p.c.unit_id, _u.c.name, _u.c.path)
    found = found.join(_u, _u.c.id == _p.c.unit_id).where(
        _p.c.account_id.in_(bindparam("ids", expanding=True)), _p.c.role.in_(LIVING), _p.c.from_on <= _TODAY
    )
    return found.where(own, ~_somebody_else, branch(width)).order_by(_u.c.path, _p.c.id.desc())


def seats(account_ids: Iterable[int]) -> list[Seat]:
    """Where some accounts are, or were last, the only ones in their role, in the viewer's branches."""
    found = [Seat._make(row) for row in trusted(_seats(width()), {"ids": list(account_ids)})]
    return list({(seat.account_id, seat.role, seat.unit_id): seat for seat in reversed(found)}.values())[::-1]


def open_of(account_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """For each account how much of each kind is open in its name; kinds with nothing are left out."""
    ids = list(account_ids)
    found: dict[int, dict[str, int]] = {number: {} for number in ids}
    if not ids:
        return found
    held = seats(ids)
    for kind in KINDS:
        for number, n in _by_seat(kind, held) if kind.role else kind.counts(ids).items():
            if n:
                found[number][kind.id] = found[number].get(kind.id, 0) + n
    return found


def _by_seat(kind: Kind, held: list[Seat]) -> list[tuple[int, int]]:
    mine = [seat for seat in held if seat.role == kind.role]
    counted = kind.counts([seat.unit_id for seat in mine]) if mine else {}
    return [(seat.account_id, counted.get(seat.unit_id, 0)) for seat in mine]


def waiting_at(seat: Seat) -> dict[str, int]:
    """How much of each kind waits where somebody is alone."""
    here = {kind.id: dict(_by_seat(kind, [seat])).get(seat.account_id, 0) for kind in KINDS if kind.role}
    return {name: n for name, n in here.items() if n}


def lines_of(kind: Kind, account_id: int, after: str = "") -> tuple[list[Line], str]:
    """A page of what is open of a kind in somebody's name, and where the next one begins."""
    if not kind.role:
        return kind.lines([account_id], after)
    units = [seat.unit_id for seat in seats([account_id]) if seat.role == kind.role]
    return kind.lines(units, after) if units else ([], "")


def counted(statement: Select[Any], numbers: list[int]) -> dict[int, int]:
    """Number → how many, of a ready statement over some `ids`."""
    rows: Any = trusted(statement, {"ids": numbers})
    return dict(iter(rows))


def page_of(found: Select[Any], model: Any, after: str) -> tuple[list[Any], str]:
    """A page of records, the oldest first, and where the next one begins."""
    name = f"open {model.__tablename__}"
    if place := opened(name, after):
        found = found.where(model.id > place[0])
    rows = list(db.session.scalars(found.order_by(model.id).limit(PAGE + 1)))
    return rows[:PAGE], seal(name, rows[PAGE - 1].id) if len(rows) > PAGE else ""


def still_open(account_id: int) -> bool:
    """Whether something keeps an account from being switched off."""
    return bool(blocking(account_id)) or any(holds(account_id) for holds in UNCOUNTED)


def blocking(account_id: int) -> dict[str, int]:
    """What of it can be counted, wherever it lies."""
    with everywhere():
        found = open_of([account_id])[account_id]
    must = {kind.id for kind in KINDS if kind.blocks}
    return {name: n for name, n in found.items() if name in must}


def words_of(found: dict[str, int]) -> str:
    """How much of what, in words."""
    names = {kind.id: kind.words for kind in KINDS}
    return _("、").join(_("%(what)s %(n)s", what=names[name], n=n) for name, n in found.items())


def left_behind(most: int = 50) -> list[int]:
    """Accounts that have no posting in the viewer's branches any more, and had one: the latest first."""
    since = date(clock.today().year - 1, 1, 1)
    rows: Any = trusted(_ended(width()), {"most": most * 4, "since": since}).scalars()
    ended: list[int] = list(dict.fromkeys(rows))
    here = set(trusted(_running(width()), {"ids": ended}).scalars()) if ended else set()
    return [number for number in ended if number not in here][:most]


@cache
def _ended(width: int) -> Select[Any]:
    over = and_(
        _p.c.until_on <= _TODAY, _p.c.until_on > bindparam("since", type_=Date()), _p.c.role.in_(LIVING)
    )
    found = select(_p.c.account_id).join(_u, _u.c.id == _p.c.unit_id).where(branch(width), over)
    return found.order_by(_p.c.until_on.desc(), _p.c.id).limit(bindparam("most"))


@cache
def _running(width: int) -> Select[Any]:
    going_on = or_(_p.c.until_on.is_(None), _p.c.until_on > _TODAY)
    found = select(_p.c.account_id).join(_u, _u.c.id == _p.c.unit_id)
    return found.where(_p.c.account_id.in_(bindparam("ids", expanding=True)), going_on, branch(width))
