"""Tables that wait for who asked for them: encrypted piece by piece, so that none is ever whole in memory."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from flask import current_app

from gridunion import clock
from gridunion.db import keyring
from gridunion.keys import KeyRing

PIECE = 2**16
DAY = timedelta(days=1)


def keep(uid: UUID, table: IO[bytes]) -> None:
    """Store a table, instead of the one an attempt before may have left."""
    goal = place(uid)
    goal.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = goal.with_suffix(".part")
    with fresh.open("wb") as out:
        os.fchmod(out.fileno(), 0o600)
        for at, piece in enumerate(iter(lambda: table.read(PIECE), b"")):
            out.write(keyring().encrypt(piece.decode("latin-1"), _bound(uid, at)).encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.rename(goal)


def pieces(uid: UUID) -> Iterator[bytes]:
    """The table, piece by piece. Raises FileNotFoundError."""
    return _opened(uid, place(uid).open(), keyring())


def _opened(uid: UUID, sealed: IO[str], ring: KeyRing) -> Iterator[bytes]:
    """With the ring at hand: the answer is sent when the request is over."""
    with sealed:
        for at, line in enumerate(sealed):
            yield ring.decrypt(line.rstrip("\n"), _bound(uid, at)).encode("latin-1")


def drop(uid: UUID) -> None:
    place(uid).unlink(missing_ok=True)


def strays(wanted: set[UUID]) -> list[Path]:
    """Files of the folder nobody waits for any more, a day old at least."""
    names, before = {uid.hex for uid in wanted}, (clock.now() - DAY).timestamp()
    found = _folder().iterdir() if _folder().exists() else ()
    return [path for path in found if path.stem not in names and path.stat().st_mtime < before]


def place(uid: UUID) -> Path:
    return _folder() / uid.hex


def _folder() -> Path:
    home: Path = current_app.extensions["gridunion.config"].home
    return home / "exports"


def _bound(uid: UUID, at: int) -> str:
    return f"export_request.file.{uid.hex}.{at}"
