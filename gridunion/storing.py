"""Who hears of what is stored, and new rows stored at once.

The trail, the guard, the figures and the search each hear of rows when the session flushes them. `store()` inserts
new rows past the unit of work, which for the three rows of a registration costs more than their statements
(speed.md, target 2), and tells the same listeners.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal, NamedTuple

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
    deleted: tuple[Row, ...] = ()


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
    plan, known = _plan(type(row)), row.__dict__
    for relation, key in plan.parents:
        if parent := known.get(relation):
            known[key] = parent.id
    for key, default in plan.columns:
        if key not in known:
            known[key] = default() if callable(default) else default
    made: Any = trusted(
        plan.statement, {key: known[key] for key, _default in plan.columns if known[key] is not None}
    )
    known["id"] = made.inserted_primary_key[0]


class Plan(NamedTuple):
    """How a row of a table is written: its columns with what they say if nobody did, and the keys of its parents."""

    statement: Any
    columns: list[tuple[str, Any]]
    parents: list[tuple[str, str]]


@cache
def _plan(model: type[Row]) -> Plan:
    table: Any = model.__table__
    columns = [(it.key, _default(it)) for it in table.columns if it.key != "id" and it.computed is None]
    parents = [
        (relation.key, str(local.key))
        for relation in inspect(model).relationships
        if relation.direction is RelationshipDirection.MANYTOONE
        for local in relation.local_columns
    ]
    return Plan(insert(table), columns, parents)


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    return partial(column.default.arg, None) if column.default.is_callable else column.default.arg
