"""Laying the secondary indexes aside while a base is filled, and the settings under which it is filled."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text

from gridunion.db import db, is_sqlite, write
from gridunion.exchange.bulk import TRUSTED

# While the base is filled nobody else is on it, and what is lost by a crash is made again.
FASTER = ("secure_delete = OFF", "synchronous = NORMAL", "cache_size = -200000")


@contextmanager
def in_a_hurry() -> Iterator[None]:
    """Fill with less care for power cuts (SQLite); connections begin anew afterwards."""
    if not is_sqlite(db.engine):
        yield
        return
    raw: Any = db.session.connection().connection.dbapi_connection
    db.session.rollback()
    for pragma in FASTER:
        raw.execute(f"PRAGMA {pragma}")
    try:
        yield
    finally:
        db.session.remove()
        db.engine.dispose()


@contextmanager
def without_indexes(tables: Iterable[str]) -> Iterator[None]:
    """Building an index from sorted rows costs a third of keeping it, and far less when it no longer fits the
    cache."""
    with write():
        laid_aside = [(name, made) for table in sorted(tables) for name, made in _indexes(table)]
        for name, _made in laid_aside:
            db.session.execute(text(f"DROP INDEX {name}"), execution_options=TRUSTED)
    try:
        yield
    finally:
        for _name, made in laid_aside:
            with write():
                db.session.execute(text(made), execution_options=TRUSTED)


def _indexes(table: str) -> list[Any]:
    if is_sqlite(db.engine):
        asked = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > '' AND tbl_name = :table"
    else:
        asked = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :table AND indexname LIKE 'ix_%'"
        )
    return list(db.session.execute(text(asked), {"table": table}, execution_options=TRUSTED))
