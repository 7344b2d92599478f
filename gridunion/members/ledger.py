"""What a merge changes, noted value by value, so that all of it can be put back.

Rows that move are changed past the guard and the trail: they go along whether or not the viewer may see them, as
sealed complaints must, and nobody may read from a line in the trail that they did. A value that somebody changed
again afterwards is left as it is.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Table, Update, Uuid, bindparam, delete, insert, inspect, update

from gridunion.db import Base, UtcDateTime, trusted

BATCH = 500  # rows of one statement

_READ: dict[type, Any] = {Date: date.fromisoformat, UtcDateTime: datetime.fromisoformat, Uuid: UUID}


class Ledger:
    """(table, column, numbers of rows, what stood there, what stands there now), in the order of the changes."""

    def __init__(self, kept: str = "") -> None:
        said = json.loads(kept) if kept else {"rows": [], "made": [], "files": {}}
        self.rows: list[list[Any]] = said["rows"]
        self.made: list[list[Any]] = said["made"]
        self.files: dict[str, dict[str, list[Any]]] = said["files"]

    def __str__(self) -> str:
        return json.dumps(vars(self), ensure_ascii=False)

    # ── rows ──

    def carry(self, kind: Any, column: str, old: Any, new: Any) -> None:
        """All rows that name one thing name another."""
        moved = list(trusted(_naming(kind.__table__, column), {"was": old, "becomes": new}).scalars())
        self._note(kind.__table__, column, moved, old, new)

    def set(self, kind: Any, row: Any, **values: Any) -> None:
        """Change one row, which was read just now."""
        table = kind.__table__
        for column, value in values.items():
            if (before := row._mapping[column]) != value:
                self._note(table, column, [row.id], before, value)
                _update(table, column, [row.id], before, value)

    def make(self, kind: Any, **values: Any) -> None:
        """Add a row."""
        table = kind.__table__
        number = trusted(insert(table).values(values).returning(table.c.id)).scalar_one()
        self.made.append([table.name, number])

    def _note(self, table: Table, column: str, numbers: list[int], old: Any, new: Any) -> None:
        if numbers:
            self.rows.append([table.name, column, numbers, _plain(old), _plain(new)])

    def put_rows_back(self) -> None:
        for name, number in reversed(self.made):
            table = Base.metadata.tables[name]
            trusted(delete(table).where(table.c.id == number))
        for name, column, numbers, old, new in reversed(self.rows):
            table = Base.metadata.tables[name]
            read = _reader(table.c[column])
            _update(table, column, numbers, read(new), read(old))

    # ── the two files themselves: through the session, so that trail, search and board hear of it ──

    def write(self, side: str, file: Any, **values: Any) -> None:
        notes = self.files.setdefault(side, {})
        for name, value in values.items():
            if (before := getattr(file, name)) != value:
                notes[name] = [_plain(before), _plain(value)]
                setattr(file, name, value)

    def put_file_back(self, side: str, file: Any) -> None:
        for name, (old, new) in self.files.get(side, {}).items():
            if _plain(getattr(file, name)) == new:
                column = inspect(type(file)).columns.get(name)
                setattr(file, name, old if column is None else _reader(column)(old))


@cache
def _naming(table: Table, column: str) -> Update:
    """Rows that name one thing shall name another; answers with their numbers."""
    named = update(table).where(table.c[column] == bindparam("was", type_=table.c[column].type))
    return named.values({column: bindparam("becomes", type_=table.c[column].type)}).returning(table.c.id)


@cache
def _turning(table: Table, column: str) -> Update:
    """Some rows shall say something new, unless they say something else by now."""
    kind = table.c[column].type
    still = table.c[column].is_not_distinct_from(bindparam("was", type_=kind))
    some = update(table).where(table.c.id.in_(bindparam("ids", expanding=True)), still)
    return some.values({column: bindparam("becomes", type_=kind)})


def _update(table: Table, column: str, numbers: Iterable[int], old: Any, new: Any) -> None:
    some = list(numbers)
    for start in range(0, len(some), BATCH):
        given = {"ids": some[start : start + BATCH], "was": old, "becomes": new}
        trusted(_turning(table, column), given)


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.hex if isinstance(value, UUID) else value


def _reader(column: Any) -> Any:
    """From the noted value to the one the column takes."""
    read = _READ.get(type(column.type))
    return lambda noted: read(noted) if read and noted is not None else noted
