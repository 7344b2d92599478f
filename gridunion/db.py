"""The database: base classes, column types, data classes, and the only way to write.

Reads run in a plain transaction. Writes run inside `write()`, which is BEGIN IMMEDIATE behind a gate shared
by all threads and processes on SQLite (without it this stack silently loses updates), and an ordinary
transaction on PostgreSQL. A flush outside `write()` is refused.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Result,
    String,
    TypeDecorator,
    Uuid,
    event,
    literal_column,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column, registry

from gridunion import clock
from gridunion.keys import KeyRing

GATE_SECONDS = 10

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = BigInteger().with_variant(Integer, "sqlite")
Bytewise = String(255).with_variant(String(255, collation="C"), "postgresql")
"""Text compared byte by byte on both databases, so that a range is a prefix."""


class NotWriting(RuntimeError):
    """Something was changed outside write()."""


class Busy(Exception):
    """The writer gate did not open in time; nothing was written."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. SQLite itself would drop the zone without converting."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (
            value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value.astimezone(UTC)
        )

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """In one step from what SQLite keeps: a list reads a hundred instants."""
        return _instant if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _instant(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept).replace(tzinfo=UTC) if kept else None


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: UtcDateTime, UUID: Uuid}
    )


def _column(data: str, *args: Any, **options: Any) -> Any:
    return mapped_column(*args, info={"data": data}, **options)


# The data class of a column decides who may see it and where it may go (safety.md 14.1).
public = partial(_column, "public")
internal = partial(_column, "internal")
personal = partial(_column, "personal")
sensitive = partial(_column, "sensitive")
sealed = partial(_column, "sealed")


class Row(Base):
    """A table with a number of its own."""

    __abstract__ = True

    id: Mapped[int] = internal(BigId, primary_key=True)


class Addressed(Row):
    """A row with a UUID made here, known before it is stored: nothing in an address can be counted up."""

    __abstract__ = True

    uid: Mapped[UUID] = internal(Uuid, unique=True, index=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(**({"uid": uuid4()} | values))


class Record(Addressed):
    """A row people see and edit: a version tells edits apart. `quiet` ones leave no line in the trail."""

    __abstract__ = True
    quiet: ClassVar[bool] = False

    version: Mapped[int] = internal(default=1)
    recorded_at: Mapped[datetime] = internal(UtcDateTime, default=clock.now)

    @property
    def heir(self) -> Any:
        """The record that stands for this one now."""
        return self

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__dict__.get("version", Record.version)}


class Encrypted:
    """A text that stands encrypted in another column of the same row, bound to that row's UUID."""

    def __init__(self, column: str) -> None:
        self.column = column

    def place(self, row: Any) -> str:
        return f"{row.__tablename__}.{self.column}.{row.uid.hex}"

    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        stored = getattr(row, self.column)
        return None if stored is None else keyring().decrypt(stored, self.place(row))

    def __set__(self, row: Any, text: str | None) -> None:
        setattr(row, self.column, keyring().encrypt(text, self.place(row)) if text else None)


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})

begin: ContextVar[str] = ContextVar("begin", default="BEGIN")
_gate = threading.Lock()


def keyring() -> KeyRing:
    """The keys of the running site."""
    ring: KeyRing = current_app.extensions["gridunion.keys"]
    return ring


def trusted(statement: Any, values: Any = None) -> Result[Any]:
    """Run a ready statement past the guard and the ORM: it carries `branch()` itself, or asks for no more than the
    caller may know. Nothing is flushed before it."""
    session = db.session()
    connection: Connection = session.info.get("connection") or session.connection()
    return connection.execute(statement, values)


@event.listens_for(Session, "after_begin")
def _remember(session: Session, _transaction: Any, connection: Connection) -> None:
    session.info["connection"] = connection  # asking the session for it costs as much as a small statement


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, _transaction: Any) -> None:
    session.info.pop("connection", None)


def written(said: str | int) -> ColumnElement[Any]:
    """A word or a number of ours, written out in a statement and not bound: a condition on which SQLite may choose
    an index, or how many rows are wanted. Bound, SQLite would plan the statement anew each time it is asked."""
    return literal_column(repr(said))


def writing() -> bool:
    return begin.get() != "BEGIN"


@contextmanager
def write() -> Iterator[None]:
    """One write transaction: all of it is stored when the block ends well, nothing otherwise.

    Raises Busy when the gate stays shut for GATE_SECONDS.
    """
    if writing():
        raise RuntimeError("write() does not nest")
    db.session.rollback()
    with gate_open():
        token = begin.set("BEGIN IMMEDIATE")
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        finally:
            begin.reset(token)


@contextmanager
def gate_open() -> Iterator[None]:
    """SQLite has one writer; threads queue here, processes on the lock file."""
    lock_file: Path | None = current_app.extensions.get("gridunion.gate")
    if lock_file is None:
        yield
        return
    if not _gate.acquire(timeout=GATE_SECONDS):
        raise Busy
    try:
        handle = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _wait_for(handle)
            yield
        finally:
            os.close(handle)
    finally:
        _gate.release()


def _wait_for(handle: int) -> None:
    until = time.monotonic() + GATE_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise Busy from None
            time.sleep(0.001)


@event.listens_for(Session, "before_flush")
def _only_when_writing(session: Session, *_: Any) -> None:
    if not writing() and (session.new or session.dirty or session.deleted):
        raise NotWriting("change records inside write()")


def is_sqlite(engine: Engine | Connection) -> bool:
    return str(engine.dialect.name) == "sqlite"
