"""The bases that are measured: made once by `flask demo --members N`, kept, and used again while they fit.

A base fits when its schema is, word for word, the one the migrations make today.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite3
from flask import Flask
from sqlalchemy import insert

from gridunion import clock, config, create_app
from gridunion.accounts.models import SignIn
from gridunion.db import db, write
from gridunion.doors import digest
from gridunion.members.indexing import tidy
from gridunion.status.models import refresh_stale
from gridunion.tree import everywhere

SCHEMA = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND sql > ''"


@dataclass
class Base:
    """A running site of so many members; `raw` is a plain connection to the same file, for the floor."""

    members: int
    site: Flask
    raw: Any

    def one(self, sql: str, *values: Any) -> Any:
        return self.raw.execute(sql, values).fetchone()

    def all(self, sql: str, *values: Any) -> list[Any]:
        return list(self.raw.execute(sql, values))

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Within the site, with the guard lifted."""
        with self.site.app_context(), everywhere():
            yield

    def sign_in(self, *logins: str) -> dict[str, str]:
        """A cookie for each login, good for a day."""
        numbers = [self.one("SELECT id FROM account WHERE login = ?", login)[0] for login in logins]
        cookies = [secrets.token_urlsafe(32) for _login in logins]
        now = clock.now()
        rows = [
            {"token_hash": digest(cookie), "account_id": number, "began_at": now, "seen_at": now,
             "until": now + timedelta(days=1), "idle_seconds": 86400}
            for cookie, number in zip(cookies, numbers, strict=True)
        ]  # fmt: skip
        with self.inside(), write():
            db.session.execute(insert(SignIn), rows)
        return dict(zip(logins, cookies, strict=True))

    def close(self) -> None:
        with self.site.app_context():
            db.session.remove()
            db.engine.dispose()
        self.raw.close()


def open_base(folder: Path, members: int, cells: int | None = None) -> Base:
    """The base of so many members, made if there is none that fits; figures that ran out are computed anew."""
    home = (folder / f"{members}{f'-{cells}' if cells else ''}").absolute()
    if not _fits(home):
        _make(home, members, cells)
    site = create_app(config.read({"GRIDUNION_HOME": str(home)}))
    with site.app_context(), everywhere():
        refresh_stale()  # what the background work does every minute
        tidy()  # and every night
    return Base(members, site, connect(home / "gridunion.db"))


def connect(file: Path) -> Any:
    """A plain connection that keeps what it is told as safely as the site does, and asks as much of memory."""
    raw = sqlite3.connect(str(file), isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -16000"):
        raw.execute(f"PRAGMA {pragma}")
    return raw


def _fits(home: Path) -> bool:
    if not (home / "gridunion.db").exists():
        return False
    with tempfile.TemporaryDirectory() as fresh:
        _flask(Path(fresh) / "var", "setup")
        return _schema(home) == _schema(Path(fresh) / "var")


def _schema(home: Path) -> set[Any]:
    raw = sqlite3.connect(str(home / "gridunion.db"))
    try:
        return set(raw.execute(SCHEMA))
    finally:
        raw.close()


def _make(home: Path, members: int, cells: int | None) -> None:
    print(f"making a base of {members} members in {home} …", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    _flask(home, "setup")
    _flask(home, "demo", "--members", str(members), *(("--cells", str(cells)) if cells else ()))


def _flask(home: Path, *command: str) -> None:
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith(("GRIDUNION_", "DATABASE_"))
    }
    environ = kept | {"GRIDUNION_HOME": str(home)}
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", str(config.ROOT / "app.py"), *command],
        env=environ, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
