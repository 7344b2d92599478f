"""The list of letters: newest first in each unit, 20 rows at a time; sealed ones only for their readers."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select

from gridunion import clock
from gridunion.bookmark import opened_at, seal
from gridunion.complaints.conflicts import MY_EMPLOYERS, MY_NAMES
from gridunion.complaints.readers import MINE
from gridunion.db import BigId, Bytewise, UtcDateTime, db
from gridunion.letters.models import Letter
from gridunion.tree import Unit, branch, width

PAGE = 20
_l, _u = Letter.__table__.c, Unit.__table__.c
_NOW = bindparam("letters_now", type_=UtcDateTime, callable_=clock.now)
_AFTER, _AT = bindparam("path", type_=Bytewise), bindparam("at", type_=UtcDateTime)
_ID = bindparam("number_id", type_=BigId)
_JOINED = Unit.__table__.join(Letter.__table__, _l.unit_id == _u.id)
READABLE = and_(
    or_(_l.sealed.is_(False), _l.complaint_id.in_(MINE)),
    or_(_l.employer_id.is_(None), _l.employer_id.not_in(MY_EMPLOYERS)),
    _l.addressee.not_in(MY_NAMES),
)

FILTERS: dict[str, ColumnElement[bool]] = {
    "waiting": _l.settled_at.is_(None),
    "overdue": and_(_l.settled_at.is_(None), _l.due_at < _NOW),
    "replied": _l.replied_on.is_not(None),
    "all": _l.id.is_not(None),
}


def counted(width: int) -> list[Any]:
    """How many answers are overdue, as a column of one statement."""
    late = select(func.count()).select_from(_JOINED).where(branch(width), FILTERS["overdue"], READABLE)
    return [late.scalar_subquery().label("letters")]


@cache
def _counting(width: int, kind: str) -> Select[Any]:
    of_kind = _l.kind == kind if kind else _l.id.is_not(None)
    which = [func.count(_l.id).filter(condition) for condition in FILTERS.values()]
    counting: Any = select(*which).select_from(_JOINED).where(branch(width), READABLE, of_kind)
    counted: Select[Any] = counting.execution_options(branch=True)
    return counted


def counts(kind: str) -> dict[str, int]:
    """How many each filter shows, of one kind or of all."""
    return dict(zip(FILTERS, db.session.execute(_counting(width(), kind)).one(), strict=True))


@cache
def _statement(width: int, chosen: str, kind: str, going_on: bool) -> Select[Any]:
    found = select(Letter, _u.path).join(Unit, Unit.id == Letter.unit_id)
    found = found.where(branch(width), FILTERS[chosen], READABLE, _l.kind == kind if kind else ~false())
    if going_on:
        later = or_(_l.sent_at < _AT, and_(_l.sent_at == _AT, _l.id < _ID))
        found = found.where(_u.path >= _AFTER, or_(_u.path > _AFTER, later))
    found = found.order_by(_u.path, _l.sent_at.desc(), _l.id.desc()).limit(PAGE + 1)
    return found.execution_options(branch=True)


def letters(chosen: str, kind: str, after: str) -> tuple[list[Letter], str]:
    """A page of the list, and where the next one begins (empty at the end)."""
    place = opened_at("letters", after, "path", "at", "number_id")
    rows = db.session.execute(_statement(width(), chosen, kind, bool(place)), place).all()
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = seal("letters", last[1], last[0].sent_at, last[0].id) if last else ""
    return [row[0] for row in rows[:PAGE]], following
