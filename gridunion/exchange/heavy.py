"""Changes of very many rows, so that others wait for them as little as can be (SQLite).

A commit that finds more than some pages waiting in the log copies them into the base before it lets the next writer
in. Of a heavy change these are tens of megabytes: they are copied afterwards, while others may write already.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pysqlite3.dbapi2
from flask import Response, after_this_request, g
from sqlalchemy import text

from gridunion.db import db, is_sqlite, trusted, write

_ROOMY, _USUAL = text("PRAGMA cache_size = -32000"), text("PRAGMA cache_size = -16000")
_COPY = "PRAGMA wal_autocheckpoint = 1000"
_COPY_NOT = "PRAGMA wal_autocheckpoint = 0"


@contextmanager
def heavy_write() -> Iterator[None]:
    """write(), for work in the background."""
    try:
        with write():
            copy_later()
            yield
    finally:
        copy_now()


def copy_after_answer() -> None:
    """`copy_later`, and `copy_now` when the answer of a view is made. Inside write()."""
    copy_later()
    after_this_request(copy_now)


def copy_later() -> None:
    """Leave the pages of this transaction in the log; `copy_now` follows it. Inside write()."""
    if is_sqlite(db.engine):
        g.left_in_log = db.session.connection().connection.dbapi_connection
        g.left_in_log.execute(_COPY_NOT)


def copy_now(response: Response | None = None) -> Any:
    """Take the pages over into the base, through a connection nobody else uses. Outside write()."""
    if left := g.pop("left_in_log", None):
        left.execute(_COPY)
        with closing(pysqlite3.dbapi2.connect(db.engine.url.database)) as own:
            own.execute("PRAGMA wal_checkpoint(PASSIVE)")
    return response


@contextmanager
def roomy() -> Iterator[None]:
    """Room in memory for what changes: most pages are written once, when it commits. Inside write()."""
    if not is_sqlite(db.engine):
        yield
        return
    trusted(_ROOMY)
    try:
        yield
    finally:
        trusted(_USUAL)
