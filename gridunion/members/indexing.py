"""The index people are found by: kept in step with every commit, and put in order once a day.

SQLite keeps the tokens in FTS5, PostgreSQL in an array with a GIN index. This module holds the product's raw SQL.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, event, inspect, select, text
from sqlalchemy.orm import Session

from gridunion.db import db, is_sqlite, trusted, write
from gridunion.jobs import enqueue, job, periodic
from gridunion.members.models import Person
from gridunion.members.tokens import tokens
from gridunion.storing import hears
from gridunion.tree import Unit

TRUSTED = {"branch": True}

_DELETE = {
    "sqlite": text("DELETE FROM person_search WHERE rowid = :id"),
    "postgresql": text("DELETE FROM person_search WHERE person_id = :id"),
}
_INSERT = {
    "sqlite": text("INSERT INTO person_search (rowid, tokens) VALUES (:id, :tokens)"),
    "postgresql": text("INSERT INTO person_search (person_id, tokens) VALUES (:id, :tokens)"),
}


def put(people: Iterable[Person], new: bool = False) -> None:
    """Index people anew, or for the first time. Inside write()."""
    dialect = db.engine.dialect.name
    rows = [{"id": person.id, "tokens": _stored(dialect, _tokens_of(person))} for person in people]
    if rows and not new:
        trusted(_DELETE[dialect], rows)
    if rows:
        trusted(_INSERT[dialect], rows)


def drop(numbers: Sequence[int]) -> None:
    """Take people out of the index. Inside write()."""
    if numbers:
        trusted(_DELETE[db.engine.dialect.name], [{"id": number} for number in numbers])


def _stored(dialect: str, made: list[str]) -> Any:
    return " ".join(made) if dialect == "sqlite" else made


def _tokens_of(person: Person) -> list[str]:
    above = _above(person.unit)
    return tokens(person.name, person.initials, person.phone, person.employer_name, above, person.id_number)


_ABOVE = select(Unit.__table__.c.id).where(Unit.__table__.c.code.in_(bindparam("codes", expanding=True)))


def _above(unit: Unit) -> list[int]:
    """The numbers of a unit and of those it stands under."""
    codes = unit.path.strip("/").split("/")
    return list(trusted(_ABOVE, {"codes": codes}).scalars())


NAMED = ("name", "phone", "employer_name", "unit_id", "id_index")


@hears("after_flush")
def _index(session: Any) -> None:
    session.info.setdefault("new people", []).extend(row for row in session.new if isinstance(row, Person))
    people = [row for row in session.dirty if isinstance(row, Person) and _changed(row, *NAMED)]
    units = [row for row in session.dirty if isinstance(row, Unit) and _changed(row, "path")]
    session.info.setdefault("to index", []).extend(people)
    session.info.setdefault("moved", []).extend(units)


def _changed(row: Any, *names: str) -> bool:
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in names)


@event.listens_for(Session, "before_commit")
def _store(session: Session) -> None:
    session.flush()
    new = {person.id: person for person in session.info.pop("new people", [])}
    put(new.values(), new=True)
    changed = {person.id: person for person in session.info.pop("to index", [])}
    put(person for number, person in changed.items() if number not in new)
    if moved := session.info.pop("moved", []):
        highest = min(moved, key=lambda unit: len(unit.path))
        enqueue("reindex people", unit_id=highest.id)
        session.flush()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    for kept in ("new people", "to index", "moved"):
        session.info.pop(kept, None)


@job("reindex people")
def reindex(unit_id: int) -> None:
    """Index everybody under a unit anew, a cell at a time: after the unit moved."""
    unit = db.session.get_one(Unit, unit_id)
    lo, hi = unit.branch
    for cell_id in db.session.scalars(select(Unit.id).where(Unit.path >= lo, Unit.path < hi)).all():
        with write():
            put(db.session.scalars(select(Person).where(Person.unit_id == cell_id)))


_MERGE = text("INSERT INTO person_search (person_search, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")
PAGES_MERGED = 100  # at a time: other writers wait for some 30 ms


@periodic("tidy search", hours=24)
def tidy() -> None:
    """Put the pieces together by which SQLite's index grew: a search asks each of them, and twenty cost it five
    times as much as one. A step that changes nothing but the order for it was the last."""
    pages = -PAGES_MERGED  # below zero it begins: with all pieces, large or small
    while is_sqlite(db.engine) and _merge(pages) > 1:
        pages = PAGES_MERGED


def _merge(pages: int) -> int:
    with write():
        before = db.session.scalar(_CHANGES, execution_options=TRUSTED)
        db.session.execute(_MERGE, {"pages": pages}, execution_options=TRUSTED)
        return int(db.session.scalar(_CHANGES, execution_options=TRUSTED) - before)
