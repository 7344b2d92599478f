"""The engine: the database opened so that `saved` means saved, and the schema changed so that nothing is lost."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from flask import Flask
from sqlalchemy import Connection, event

from gridunion.config import Config, Misconfigured
from gridunion.db import begin, db, gate_open, is_sqlite

PRAGMAS = (
    "busy_timeout = 5000",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "secure_delete = ON",
    "cache_size = -16000",
    "mmap_size = 0",
    "temp_store = MEMORY",
    "journal_size_limit = 67108864",
    "analysis_limit = 1000",  # also keeps ANALYZE from taking samples, for whose sake every binding is planned anew
)


class OrphanedRows(RuntimeError):
    """A migration left rows whose parent is gone."""


def open_database(app: Flask, config: Config) -> None:
    """Give the app its engine, with the settings that make `saved` mean saved."""
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(config)
    db.init_app(app)
    if config.sqlite:
        _make_home(config.home)
        app.extensions["gridunion.gate"] = config.home / "writer.lock"
        with app.app_context():
            event.listen(db.engine, "connect", _prepare_sqlite)
            event.listen(db.engine, "begin", _begin_sqlite)


def _make_home(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise Misconfigured(
            f"数据文件夹 {home}（GRIDUNION_HOME）建不了：请换一个地方，或看它的权限。"
        ) from problem
    if not os.access(home, os.W_OK | os.X_OK):
        raise Misconfigured(f"数据文件夹 {home}（GRIDUNION_HOME）不许写：请看它的权限。")


def _engine_options(config: Config) -> dict[str, Any]:
    if config.sqlite:
        return {"module": pysqlite3.dbapi2, "pool_size": 8, "max_overflow": 8}
    # psycopg's generic plans turn a millisecond search into a quarter of a second: always plan anew.
    return {
        "pool_size": 8,
        "max_overflow": 8,
        "pool_pre_ping": True,
        "pool_recycle": 1800,
        "connect_args": {"prepare_threshold": None},
    }


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text: Any) -> Any:
    """SQLite's own knows only A to Z: names in other scripts are found in capitals and small letters alike."""
    return text.lower() if isinstance(text, str) else text


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql(begin.get())


@contextmanager
def migrating(connection: Connection) -> Iterator[None]:
    """A connection on which the schema may change: foreign keys off (SQLite heeds that only outside a
    transaction), the gate held."""
    if not is_sqlite(connection):
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys = OFF")
    with gate_open():
        token = begin.set("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            begin.reset(token)
            connection.rollback()
            raw.execute("PRAGMA foreign_keys = ON")


def refuse_orphans(connection: Connection) -> None:
    """Before a migration commits: no row whose parent is gone. Raises OrphanedRows."""
    if is_sqlite(connection) and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
        raise OrphanedRows(str(lost[:5]))
