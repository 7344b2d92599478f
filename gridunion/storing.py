"""Who hears of what is stored, and new rows stored at once.

The trail, the guard, the figures and the search each hear of rows when the session flushes them. `store()` inserts
new rows past the unit of work, which for the three rows of a registration costs more than their statements
(speed.md, target 2), and tells the same listeners.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import RelationshipDirection, Session, make_transient_to_detached

from gridunion.db import NotWriting, Row, db, trusted, writing

When = Literal["before_flush", "after_flush"]
Listener = Callable[[Any], None]
_heard: dict[When, list[Listener]] = {"before_flush": [], "after_flush": []}


@dataclass
class Told:
    """What a listener hears of rows that no session flushed."""

    new: list[Row]
    info: dict[str, Any]
    dirty: tuple[Row, ...] = ()
    deleted: tuple[Row, ...] = field(default=())


def hears(when: When) -> Callable[[Listener], Listener]:
    """Hear of the rows in `new`, `dirty` and `deleted`, before they are written or after; `info` lasts until the
    transaction ends."""

    def listen(listener: Listener) -> Listener:
        event.listen(Session, when, lambda session, *_: listener(session))
        _heard[when].append(listener)
        return listener

    return listen


def store(*rows: Row) -> None:
    """Insert new rows, those first on which others lean. Inside write(); raises NotWriting elsewhere."""
    if not writing():
        raise NotWriting("store records inside write()")
    told = Told(list(rows), db.session.info)
    _tell("before_flush", told)
    for row in rows:
        _insert(row)
    _tell("after_flush", told)
    for row in rows:
        make_transient_to_detached(row)
    db.session.add_all(rows)


def _tell(when: When, told: Told) -> None:
    for listener in _heard[when]:
        listener(told)


def _insert(row: Row) -> None:
    statement, columns, parents = _plan(type(row))
    known = row.__dict__
    for relation, key in parents:
        if parent := known.get(relation):
            known[key] = parent.id
    for key, default in columns:
        known.setdefault(key, default(None) if callable(default) else default)
    made: Any = trusted(statement, {key: known[key] for key, _default in columns})
    known["id"] = made.inserted_primary_key[0]


@cache
def _plan(model: type[Row]) -> tuple[Any, list[tuple[str, Any]], list[tuple[str, str]]]:
    """The statement of a table, its columns with what they say if nobody did, and which of them name a parent."""
    mapper = inspect(model)
    table: Any = model.__table__
    columns = [
        (column.key, column.default and column.default.arg)
        for column in table.columns if column.key != "id" and column.computed is None
    ]  # fmt: skip
    parents = [
        (relation.key, local.key)
        for relation in mapper.relationships if relation.direction is RelationshipDirection.MANYTOONE
        for local in relation.local_columns
    ]  # fmt: skip
    return insert(table), columns, parents
