"""Rows by the hundred thousand: handed to the driver as ready tuples, inside the one write transaction.

Values are texts and numbers as SQLite keeps them (`day`, `stamp`); PostgreSQL takes the same by COPY.
Neither the guard nor the trail sees these rows, so who uses this lifts the one and writes a line in the
other.
"""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, func, select, text

from gridunion.db import Row, db, is_sqlite

TRUSTED = {"branch": True}


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def stamp(moment: datetime) -> str:
    """An instant as the driver stores it: UTC, without the zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def new_uids(count: int) -> list[str]:
    """Random UUIDs (version 4) as 32 hex digits."""
    raw = os.urandom(16 * count).hex()
    return [_version_4(raw[at : at + 32]) for at in range(0, 32 * count, 32)]


def _version_4(digits: str) -> str:
    return f"{digits[:12]}4{digits[13:16]}{'89ab'[int(digits[16], 16) & 3]}{digits[17:]}"


def take_ids(model: type[Row], count: int) -> Sequence[int]:
    """Numbers nobody else will get. Inside write()."""
    name = model.__tablename__
    if is_sqlite(db.engine):
        highest = select(func.max(model.__table__.c.id))
        last = db.session.execute(highest, execution_options=TRUSTED).scalar() or 0
        return range(last + 1, last + 1 + count)
    drawn = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return list(
        db.session.execute(drawn, {"name": name, "count": count}, execution_options=TRUSTED).scalars()
    )


def insert(model: type[Row], names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Store tuples of the named columns; columns not named get their defaults. Inside write()."""
    table: Table = model.__table__  # type: ignore[assignment]
    filled = _defaults(table, names)
    extra = tuple(filled.values())
    insert_into(table.name, (*names, *filled), (row + extra for row in rows) if extra else rows)


def insert_into(table: str, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    columns = ", ".join(f'"{name}"' for name in names)
    raw: Any = db.session.connection().connection.dbapi_connection
    if is_sqlite(db.engine):
        marks = ", ".join("?" * len(names))
        raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
        return
    with raw.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def insert_search(rows: Iterable[tuple[int, str]]) -> None:
    """Store the tokens by which people are found (gridunion.members.tokens), a blank between them. Inside
    write()."""
    if is_sqlite(db.engine):
        insert_into("person_search", ("rowid", "tokens"), rows)
    else:
        insert_into(
            "person_search", ("person_id", "tokens"), ((number, tokens.split()) for number, tokens in rows)
        )


def _defaults(table: Table, names: Sequence[str]) -> dict[str, Any]:
    """What must be there and was not named, so that a new column does not break an old load."""
    missing = [column for column in table.columns if not column.nullable and column.name not in names]
    return {column.name: _plain(column.default) for column in missing if column.default is not None}


def _plain(default: Any) -> Any:
    value = default.arg(None) if default.is_callable else default.arg
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return stamp(value)
    return json.dumps(value) if isinstance(value, list | dict) else value
