"""The tree of units, and the branch guard: who sees what, decided here and nowhere else.

A unit's path is the chain of codes from the top, each closed by a slash, so a branch is the range
`path >= lo AND path < hi`. Records keep only the number of the unit they happened in: moving a unit
rewrites paths of units, never a record.

Every query through the session is limited to the eyes of the request. A query that touches scoped tables
while nobody's eyes are set is refused, and so are raw SQL and Core statements, unless they say with
`execution_options(branch=True)` that they carry `branch()` themselves. `everywhere()` is the one way round.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any, ClassVar, Self

from flask import g
from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    and_,
    bindparam,
    event,
    or_,
    select,
    true,
)
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    relationship,
    with_loader_criteria,
)
from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.visitors import InternalTraversal

from gridunion import clock
from gridunion.db import BigId, Bytewise, Record, db, internal, public
from gridunion.storing import hears

KINDS = ("city_federation", "district_federation", "street_federation", "community_union", "cell")


class Refused(RuntimeError):
    """A query nobody's eyes were set for, or one the guard cannot see through."""


class OutsideBranch(Exception):
    """A write to a unit the viewer does not stand over."""


class BadMove(ValueError):
    """A unit cannot stand there."""


class Unit(Record):
    """One node of the tree, from federation to cell. Codes are never reused."""

    __tablename__ = "unit"
    __table_args__ = (Index("ix_unit_path", "path", unique=True), Index("ix_unit_parent_id", "parent_id"))

    code: Mapped[str] = public(String(20), unique=True)
    name: Mapped[str] = public(String(60))
    kind: Mapped[str] = public(String(24))
    parent_id: Mapped[int | None] = internal(BigId, ForeignKey("unit.id"))
    path: Mapped[str] = internal(Bytewise)
    opened_on: Mapped[date] = public(Date, default=clock.today)
    closed_on: Mapped[date | None] = public(Date)
    replaced_by_id: Mapped[int | None] = internal(BigId, ForeignKey("unit.id"))

    parent: Mapped["Unit | None"] = relationship(foreign_keys=[parent_id], remote_side="Unit.id")
    replaced_by: Mapped["Unit | None"] = relationship(foreign_keys=[replaced_by_id], remote_side="Unit.id")

    @classmethod
    def under(cls, parent: "Unit | None", **values: Any) -> Self:
        """A new unit below its parent, which must be of a higher kind."""
        unit = cls(**values)
        unit._place(parent)
        return unit

    def _place(self, parent: "Unit | None") -> None:
        if parent is not None:
            _check_order(parent, self)
        self.parent_id = parent.id if parent else None
        self.path = f"{parent.path if parent else ''}{self.code}/"

    @property
    def top(self) -> str:
        """The end of the branch: no path below the unit reaches it."""
        return f"{self.path[:-1]}0"

    @property
    def branch(self) -> tuple[str, str]:
        return self.path, self.top

    @property
    def is_cell(self) -> bool:
        return self.kind == "cell"

    def move(self, parent: "Unit") -> None:
        """Hang the unit, and all below it, under another parent."""
        if parent.path.startswith(self.path):
            raise BadMove("below itself")
        old = self.path
        self._place(parent)
        for unit in db.session.scalars(_BELOW, {"lo": old, "hi": f"{old[:-1]}0"}):
            unit.path = self.path + unit.path[len(old) :]

    def close(self, on: date, replaced_by: "Unit | None" = None) -> None:
        """End the unit on a day. What happened in it stays where it happened."""
        self.closed_on, self.replaced_by = on, replaced_by

    def lineage(self) -> list["Unit"]:
        """The units above, from the top down, and the unit itself. Names of units are public."""
        codes = self.path.strip("/").split("/")
        with everywhere():
            return list(db.session.scalars(select(Unit).where(Unit.code.in_(codes)).order_by(Unit.path)))

    def children(self) -> list["Unit"]:
        statement = (
            select(Unit).where(Unit.parent_id == self.id, Unit.closed_on.is_(None)).order_by(Unit.path)
        )
        return list(db.session.scalars(statement))


_BELOW = select(Unit).where(Unit.path > bindparam("lo"), Unit.path < bindparam("hi"))


def _check_order(parent: Unit, unit: Unit) -> None:
    if KINDS.index(parent.kind) >= KINDS.index(unit.kind):
        raise BadMove(f"a {unit.kind} cannot stand below a {parent.kind}")
    if unit.kind == "cell" and parent.kind != "community_union":
        raise BadMove("a cell belongs to one community")


@dataclass(frozen=True)
class Eyes:
    """Whose eyes a query has: an account and the branches it stands over for what it is doing. Whom nothing binds
    (`bound`) need not be asked, case by case, from what he keeps away."""

    account_id: int | None
    branches: tuple[tuple[str, str], ...]
    bound: bool = True

    def over(self, path: str) -> bool:
        return any(lo <= path < hi for lo, hi in self.branches)


EVERYWHERE = Eyes(None, (("", "~"),))


def eyes() -> Eyes | None:
    """The eyes of the request; None when nobody said."""
    found: Eyes | None = g.get("eyes")
    return found


def look_with(new: Eyes | None) -> None:
    g.eyes = new


@contextmanager
def everywhere() -> Iterator[None]:
    """Lift the guard: signing in, commands, public pages, names of units, and what a transfer carries over."""
    before = eyes()
    look_with(EVERYWHERE)
    try:
        yield
    finally:
        look_with(before)


def _edge(number: int, side: int) -> str:
    seen = eyes()
    return seen.branches[number][side] if seen else ""


def _account() -> int | None:
    seen = eyes()
    return seen.account_id if seen else None


ME = bindparam("guard_account", callable_=_account, type_=BigId)
"""The viewer's account inside a statement that is built once."""


@cache
def branch(width: int = 1) -> ColumnElement[bool]:
    """`unit.path` lies in one of the viewer's branches; the edges are read when the statement runs."""
    return _within(Unit.__table__.c.path, width)


def _within(path: Any, width: int) -> ColumnElement[bool]:
    def bound(number: int, side: int) -> ColumnElement[str]:
        name = f"guard_{'lo' if side == 0 else 'hi'}{number}"
        return bindparam(name, callable_=partial(_edge, number, side), type_=Bytewise)

    ranges = [and_(path >= bound(n, 0), path < bound(n, 1)) for n in range(width)]
    return or_(*ranges) if ranges else ~true()


def width() -> int:
    seen = eyes()
    return len(seen.branches) if seen else 0


def bound() -> bool:
    """There may be something from which the viewer keeps away."""
    seen = eyes()
    return seen is None or seen.bound


class Scoped:
    """A record that happened in a unit and is seen only by those who stand over that unit."""

    tables: ClassVar[set[str]] = set()

    @declared_attr
    def unit_id(cls) -> Mapped[int]:
        mapped: Mapped[int] = internal(BigId, ForeignKey("unit.id"))
        return mapped

    @declared_attr
    def unit(cls) -> Mapped[Unit]:
        column: Any = cls.unit_id
        return relationship(Unit, foreign_keys=[column])

    @classmethod
    def within(cls, units: Any) -> ColumnElement[bool]:
        """The row lies in one of some units; what two units share lies in both."""
        return cls.unit_id.in_(units)

    @property
    def places(self) -> tuple[Unit | None, ...]:
        """The units of which one must be the viewer's for the row to be written."""
        return (self.unit or db.session.get(Unit, self.unit_id),)

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        """What else must hold for the viewer to see a row of this kind."""
        return true()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if name := getattr(cls, "__tablename__", None):
            Scoped.tables.add(name)


class Inside(CriteriaOption):
    """The conditions of every kind of record, as one option of a statement.

    SQLAlchemy would describe forty options anew, condition by condition, to find what it compiled of a statement
    before: half of what a page takes. The conditions of a width are always the same, so the width describes them.
    Whatever is loaded later, on the way from a record, is a statement of its own and gets its own.
    """

    __slots__ = ("parts", "width")
    inherit_cache = True
    propagate_to_loaders = False
    _cache_key_traversal = [("width", InternalTraversal.dp_plain_obj)]

    def __init__(self, width: int) -> None:
        self.width = width
        inside = select(Unit.__table__.c.id).where(branch(width))
        rules: dict[Any, ColumnElement[bool]] = {
            cls: cls.within(inside) & cls.visible() for cls in _scoped_classes()
        }
        rules[Unit] = _within(Unit.path, width)
        self.parts = [with_loader_criteria(cls, rule, include_aliases=True) for cls, rule in rules.items()]

    def process_compile_state(self, compile_state: Any) -> None:
        self.get_global_criteria(compile_state.global_attributes)

    def process_compile_state_replaced_entities(self, compile_state: Any, mapper_entities: Any) -> None:
        self.process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        for part in self.parts:
            part.get_global_criteria(attributes)


_inside = cache(Inside)


def _scoped_classes() -> list[Any]:
    return [m.class_ for m in Record.registry.mappers if issubclass(m.class_, Scoped)]


@event.listens_for(Session, "do_orm_execute")
def _guard(state: ORMExecuteState) -> None:
    seen = eyes()
    if seen is EVERYWHERE or state.is_column_load or state.execution_options.get("branch"):
        return
    if not state.is_orm_statement or seen is None:
        _refuse_scoped(state)
    elif not state.is_insert:
        state.statement = state.statement.options(_inside(len(seen.branches)))


def _refuse_scoped(state: ORMExecuteState) -> None:
    statement: Any = state.statement
    for part in visitors.iterate(statement):
        if part.__visit_name__ == "textclause" or getattr(part, "name", "") in Scoped.tables | {"unit"}:
            raise Refused("say whose eyes this query has, or carry branch() and say so")


@hears("before_flush")
def _refuse_outside(session: Any) -> None:
    seen = eyes()
    if seen is EVERYWHERE:
        return
    for record in (*session.new, *session.dirty, *session.deleted):
        if isinstance(record, Scoped):
            _check_branch(seen, record)


def _check_branch(seen: Eyes | None, record: Any) -> None:
    if seen is None:
        raise Refused("nobody said whose eyes this write has")
    if not any(unit and seen.over(unit.path) for unit in record.places):
        raise OutsideBranch(record.__tablename__)
