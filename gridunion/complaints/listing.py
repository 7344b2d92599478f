"""Lists of complaints: 20 rows at a time, flat at any size, sealed ones only for their readers.

Statements are built once a shape and carry the guard's branch() themselves.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, func, or_, select

from gridunion import clock, settings
from gridunion.accounts.models import Account, Posting
from gridunion.complaints.life import CONFIRMED, DONE, OPEN, STATES, WAITING
from gridunion.complaints.models import Complaint, number_words
from gridunion.complaints.records import MINE
from gridunion.db import BigId, Bytewise, UtcDateTime, db, keyring
from gridunion.rights import Viewer
from gridunion.tree import ME, Unit, branch, eyes, look_with, width

PAGE = 20

_c, _u, _a = Complaint.__table__.c, Unit.__table__.c, Account.__table__.c
_NOW = bindparam("now", type_=UtcDateTime, callable_=clock.now)

READABLE = or_(_c.sealed.is_(False), _c.id.in_(MINE))

_p, _pa = Posting.__table__.c, Account.__table__.alias()
_TODAY = bindparam("today", type_=Date(), callable_=clock.today)
_leads = (
    select(_p.account_id)
    .join(_pa, _pa.c.id == _p.account_id)
    .where(
        _p.unit_id == case((_u.kind == "cell", _u.parent_id), else_=_u.id), _p.role == "leader", _pa.c.active,
        _p.from_on <= _TODAY, or_(_p.until_on.is_(None), _p.until_on > _TODAY),
    )
)  # fmt: skip
# The same rules as Complaint.demand, as conditions; a test keeps the two together.
LED = _leads.correlate(Unit.__table__).exists()
BY_LEADER = (
    _leads.where(_p.account_id == _c.handler_id).correlate(Unit.__table__, Complaint.__table__).exists()
)
IS_STREETS = (_c.reopened > 1) | ~LED
WAITS = _c.state.in_(WAITING)
WAITS_CONFIRM = (_c.state == "resolved") & _c.kind.in_(CONFIRMED) & _c.confirmed_at.is_(None)
WAITS_CALL = (_c.state == "resolved") & (_c.kind.not_in(CONFIRMED) | _c.confirmed_at.is_not(None))
NOT_MINE = _c.handler_id.is_distinct_from(ME)
LATE = _c.state.in_(OPEN) & (_c.due_at < _NOW)

FILTERS: dict[str, ColumnElement[bool]] = {
    "mine": (_c.handler_id == ME) & _c.state.in_(OPEN),
    "open": _c.state.in_(OPEN),
    "all": _c.id.is_not(None),
    "done": _c.state.in_(DONE),
    "overdue": LATE,
    "street": (WAITS & IS_STREETS) | ((_c.state == "resolved") & NOT_MINE & (IS_STREETS | BY_LEADER)),
    # 待办: what waits for a leader; what waits for a hand stands there once, late or not.
    "late": LATE & _c.state.not_in(WAITING),
    "assign": WAITS & ~IS_STREETS,
    "confirm": WAITS_CONFIRM & NOT_MINE & ~IS_STREETS,
    "call": WAITS_CALL & NOT_MINE & ~IS_STREETS,
}

_when = {"assign": _c.accept_due_at, "confirm": _c.resolved_at, "call": _c.call_due_at}

COLUMNS = (
    _c.id, _c.uid, _c.number, _c.category, _c.kind, _c.state, _c.sealed, _c.urgent, _c.people, _c.recorded_at,
    _c.due_at, _c.accept_due_at, _c.resolved_at, _c.call_due_at, _c.version, _c.complainant_sealed,
    _c.employer_id, _c.answer, _c.handler_id, _a.name, _u.path, _u.kind, _u.name,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A complaint as lists show it; a sealed one shows nothing of itself."""

    id: int
    uid: UUID
    number: int
    category: str
    kind: str
    state: str
    sealed: bool
    urgent: bool
    people: int
    recorded_at: datetime
    due_at: datetime
    accept_due_at: datetime
    resolved_at: datetime | None
    call_due_at: datetime | None
    version: int
    complainant_sealed: str | None
    employer_id: int | None
    answer: str | None
    handler_id: int | None
    handler: str | None
    path: str
    unit_kind: str
    unit: str

    @property
    def code(self) -> str:
        return number_words(self.number)

    @property
    def who(self) -> str:
        if self.sealed:
            return str(_("保密"))
        place = f"complaint.complainant_sealed.{self.uid.hex}"
        said = (
            json.loads(keyring().decrypt(self.complainant_sealed, place)) if self.complainant_sealed else {}
        )
        return str(said.get("name") or _("匿名"))

    @property
    def topic(self) -> str:
        return str(_("保密诉求")) if self.sealed else settings.label("complaint_category", self.category)

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def overdue(self) -> bool:
        return self.is_open and self.due_at < clock.now()

    @property
    def late_days(self) -> int:
        """Days past the limit, at least one."""
        return late_days(self.due_at)

    @property
    def place(self) -> tuple[str, str]:
        return self.path, self.unit_kind


def late_days(due_at: datetime) -> int:
    return max((clock.today() - clock.local(due_at).date()).days, 1)


_AFTER, _AT = bindparam("path", type_=Bytewise), bindparam("at", type_=UtcDateTime)
_ID = bindparam("number_id", type_=BigId)
_from = Unit.__table__.join(Complaint.__table__, _c.unit_id == _u.id).outerjoin(
    Account.__table__, _a.id == _c.handler_id
)


@cache
def _statement(width: int, chosen: str, going_on: bool) -> Select[Any]:
    found = select(*COLUMNS).select_from(_from).where(branch(width), FILTERS[chosen], READABLE)
    walk = _newest if chosen in ("all", "done") else _by_unit if chosen == "open" else _most_pressing
    return walk(found, chosen, going_on).limit(PAGE + 1).execution_options(branch=True)


def _newest(found: Select[Any], _chosen: str, going_on: bool) -> Select[Any]:
    """Walk the units of the branch in order, each one's index from the newest back."""
    if going_on:
        later = or_(_c.recorded_at < _AT, and_(_c.recorded_at == _AT, _c.id < _ID))
        found = found.where(_u.path >= _AFTER, or_(_u.path > _AFTER, later))
    return found.order_by(_u.path, _c.recorded_at.desc(), _c.id.desc())


def _by_unit(found: Select[Any], _chosen: str, going_on: bool) -> Select[Any]:
    if going_on:
        later = or_(_c.due_at > _AT, and_(_c.due_at == _AT, _c.id > _ID))
        found = found.where(_u.path >= _AFTER, or_(_u.path > _AFTER, later))
    return found.order_by(_u.path, _c.due_at, _c.id)


def _most_pressing(found: Select[Any], chosen: str, going_on: bool) -> Select[Any]:
    """Of the few that wait, the oldest limit first, wherever it lies."""
    when = _when.get(chosen, _c.due_at)
    if going_on:
        found = found.where(or_(when > _AT, and_(when == _AT, _c.id > _ID)))
    return found.order_by(when, _c.id)


def complaints(chosen: str, after: str = "") -> tuple[list[Row], str]:
    """A page of a list, and where the next one begins (empty at the end)."""
    place = _place(after)
    rows = [Row(*row) for row in db.session.execute(_statement(width(), chosen, bool(place)), place).all()]
    shown = rows[:PAGE]
    return shown, _next(shown[-1], chosen) if len(rows) > PAGE else ""


def _next(row: Row, chosen: str) -> str:
    at = (
        row.recorded_at
        if chosen in ("all", "done")
        else getattr(row, _when[chosen].name)
        if chosen in _when
        else row.due_at
    )
    return f"{row.path}~{at.timestamp():.6f}~{row.id}"


def _place(after: str) -> dict[str, Any]:
    """The keyset a page address holds; a broken one begins again at the top."""
    path, _sep, rest = after.partition("~")
    at, _sep, number = rest.partition("~")
    try:
        moment = datetime.fromtimestamp(0, clock.SHANGHAI) + timedelta(
            microseconds=round(float(at) * 1_000_000)
        )
        return {"path": path[:255], "at": moment, "number_id": int(number) % 2**62}
    except (ValueError, OverflowError):
        return {}


def counted_each(width: int, names: tuple[str, ...]) -> list[Any]:
    """How many some lists hold, as columns of one statement."""
    joined = Unit.__table__.join(Complaint.__table__, _c.unit_id == _u.id)
    return [
        select(func.count())
        .select_from(joined)
        .where(branch(width), FILTERS[name], READABLE)
        .scalar_subquery()
        .label(name)
        for name in names
    ]


@cache
def _counted(width: int, names: tuple[str, ...]) -> Select[Any]:
    return select(*counted_each(width, names)).execution_options(branch=True)


def counts(*names: str) -> dict[str, int]:
    return dict(db.session.execute(_counted(width(), names)).mappings().one())


@contextmanager
def looking(viewer: Viewer, right: str) -> Iterator[None]:
    """For a moment, with the eyes somebody has for another right."""
    before = eyes()
    look_with(viewer.eyes(right))
    try:
        yield
    finally:
        look_with(before)


def badge(name: str, right: str) -> Callable[[Viewer], int]:
    """How many wait on a list, for the menu."""

    def count(viewer: Viewer) -> int:
        with looking(viewer, right):
            return counts(name)[name]

    return count
