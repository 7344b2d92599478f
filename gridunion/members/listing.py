"""The list of members: longest unseen first within each cell, 20 rows at a time, flat at any size.

Statements are built once a shape and carry the guard's branch() themselves.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, or_, select

from gridunion import clock
from gridunion.db import Bytewise, UtcDateTime, db
from gridunion.members.models import Person
from gridunion.members.search import Question, index_id, question
from gridunion.rights import Viewer
from gridunion.tree import Unit, branch, width

PAGE = 20
MOST_COUNTED = 1000
WARN_DAYS = 60

_p, _u = Person.__table__.c, Unit.__table__.c

FILTERS: dict[str, ColumnElement[bool]] = {
    "all": _p.status == "active",
    "due": (_p.status == "active") & _p.visit_due_at.is_not(None),
    "hardship": (_p.status == "active") & _p.hardship_class.is_not(None),
    "new_form": (_p.status == "active") & _p.new_form,
    "applied": _p.status == "applied",
}

FINDABLE = ("known", "applied", "active", "retained")

COLUMNS = (
    _p.id, _p.uid, _p.name, _p.phone, _p.key_group, _p.work_status, _p.seen_at, _p.hardship_class, _p.new_form,
    _p.status, _p.visit_due_at, _p.birth_on, _p.share_birthday, _u.path,
)  # fmt: skip


class Row(NamedTuple):
    """A member as the list shows them."""

    id: int
    uid: UUID
    name: str
    phone: str | None
    key_group: str | None
    work_status: str | None
    seen_at: datetime
    hardship_class: str | None
    new_form: bool
    status: str
    visit_due_at: datetime | None
    birth_on: Any
    share_birthday: bool
    path: str

    @property
    def unseen_days(self) -> int:
        return (clock.today() - clock.local(self.seen_at).date()).days

    @property
    def has_birthday(self) -> bool:
        """Today, and only when the person agreed to be greeted."""
        today = clock.today()
        born = self.birth_on
        return bool(self.share_birthday and born and (born.month, born.day) == (today.month, today.day))

    @property
    def place(self) -> str:
        """Where the next page begins."""
        return f"{self.path}~{self.seen_at.timestamp():.6f}~{self.id}"


@cache
def _statement(width: int, chosen: str, going_on: bool) -> Select[Any]:
    """Walk the cells of the branch in order, and each cell's index from the longest unseen on."""
    found = select(*COLUMNS).select_from(Unit.__table__.join(Person.__table__, _p.unit_id == _u.id))
    found = found.where(branch(width), FILTERS[chosen])
    if going_on:
        after = and_(_u.path == _PATH, or_(_p.seen_at > _SEEN, and_(_p.seen_at == _SEEN, _p.id > _ID)))
        found = found.where(_u.path >= _PATH, or_(_u.path > _PATH, after))
    return found.order_by(_u.path, _p.seen_at, _p.id).limit(PAGE + 1).execution_options(branch=True)


_PATH = bindparam("path", type_=Bytewise)
_SEEN = bindparam("seen", type_=UtcDateTime)
_ID: BindParameter[int] = bindparam("number")


def members(chosen: str, after: str = "") -> tuple[list[Row], str]:
    """A page of the list, and where the next one begins (empty at the end)."""
    place = _place(after)
    rows = db.session.execute(_statement(width(), chosen, bool(place)), place).all()
    return _page(rows)


def found(viewer: Viewer, asked: str, after: str = "") -> tuple[list[Row], str, int]:
    """A page of what a search finds, where the next begins, and how many there are (at most MOST_COUNTED)."""
    looked_for = question(asked, _scope(viewer))
    if looked_for is None:
        return [], "", 0
    begin = int(after[:18]) if after.isascii() and after.isdigit() else 0
    first = _numbers(looked_for, 0, MOST_COUNTED)
    rest = [number for number in first if number > begin]
    if len(rest) <= PAGE and len(first) == MOST_COUNTED:
        rest = _numbers(looked_for, begin, PAGE + 1)
    rows = db.session.execute(_people(width()), {"ids": rest[:PAGE]}).all() if rest else []
    return [Row._make(row) for row in rows], str(rest[PAGE - 1]) if len(rest) > PAGE else "", len(first)


def _numbers(looked_for: Question, begin: int, most: int) -> list[int]:
    """The numbers of the people found, in their order: the search index is walked once a page."""
    statement = _matched(width(), looked_for.condition)
    asked = {**looked_for.values, "number": begin, "most": most}
    return list(db.session.execute(statement, asked).scalars())


@cache
def _matched(width: int, condition: ColumnElement[bool]) -> Select[Any]:
    number = index_id()
    joined = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id).join(number.table, _p.id == number)
    found = select(_p.id).select_from(joined).where(branch(width), _p.status.in_(FINDABLE), condition)
    found = found.where(number > _ID).order_by(number).limit(bindparam("most"))
    return found.execution_options(branch=True)


@cache
def _people(width: int) -> Select[Any]:
    joined = Unit.__table__.join(Person.__table__, _p.unit_id == _u.id)
    found = select(*COLUMNS).select_from(joined)
    found = found.where(branch(width), _p.id.in_(bindparam("ids", expanding=True)))
    return found.order_by(_p.id).execution_options(branch=True)


def _scope(viewer: Viewer) -> list[int]:
    """The units whose people may be found; none when the viewer stands over everything."""
    held = viewer.holding("see members")
    return (
        [] if any(place.path.count("/") == 1 for place in held) else sorted({place.unit_id for place in held})
    )


def _page(rows: Any) -> tuple[list[Row], str]:
    shown = [Row._make(row) for row in rows[:PAGE]]
    return shown, shown[-1].place if len(rows) > PAGE else ""


def _place(after: str) -> dict[str, Any]:
    """The keyset a page address holds; a broken one begins again at the top."""
    path, _, rest = after.partition("~")
    seen, _, number = rest.partition("~")
    try:
        moment = datetime.fromtimestamp(float(seen), clock.SHANGHAI)
        return {"path": path[:255], "seen": moment, "number": int(number) % 2**62}
    except (ValueError, OverflowError, OSError):
        return {}


Mark = Callable[[list[int]], dict[int, tuple[str, str]]]
MARKS: list[Mark] = []
"""Tags other rooms put on people in the list: ids → (words, kind), one query a page."""


def marks(rows: list[Row]) -> dict[int, list[tuple[str, str]]]:
    tagged: dict[int, list[tuple[str, str]]] = {}
    ids = [row.id for row in rows]
    for mark in MARKS if ids else ():
        for number, tag in mark(ids).items():
            tagged.setdefault(number, []).append(tag)
    return tagged
