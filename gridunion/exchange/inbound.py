"""Sheets people sent, kept until they are read: encrypted, in a folder of the data of the site, named by the import.

Like a picture, a sheet is on the disk before the row that names it is committed.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from flask import current_app

from gridunion import clock
from gridunion.db import keyring

DAY = timedelta(days=1)


def keep(uid: UUID, data: bytes) -> None:
    """Store a sheet so that it survives a power cut; nothing of it can be read without the keys."""
    place = _place(uid)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sealed = keyring().encrypt(data.decode("latin-1"), _bound(uid)).encode()
    fresh = place.with_suffix(".part")
    with fresh.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(sealed)
        out.flush()
        os.fsync(out.fileno())
    fresh.rename(place)
    for folder in (place.parent, place.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


@contextmanager
def opened(uid: UUID) -> Iterator[Path]:
    """The sheet as it was sent, for as long as it is read."""
    data = keyring().decrypt(_place(uid).read_text(), _bound(uid)).encode("latin-1")
    with lent(data) as path:
        yield path


@contextmanager
def lent(data: bytes) -> Iterator[Path]:
    """Some bytes as a file only this process may open."""
    with tempfile.TemporaryDirectory(prefix="gridunion-") as folder:
        path = Path(folder) / "sent"
        path.write_bytes(data)
        yield path


def drop(uid: UUID) -> None:
    _place(uid).unlink(missing_ok=True)


def strays(wanted: set[UUID]) -> list[Path]:
    """Files of the folder that belong to no import any more, a day old at least."""
    names, before = {uid.hex for uid in wanted}, (clock.now() - DAY).timestamp()
    folder = _folder()
    found = folder.iterdir() if folder.exists() else ()
    return [path for path in found if path.stem not in names and path.stat().st_mtime < before]


def _place(uid: UUID) -> Path:
    return _folder() / uid.hex


def _folder() -> Path:
    home: Path = current_app.extensions["gridunion.config"].home
    return home / "imports"


def _bound(uid: UUID) -> str:
    return f"import_run.file.{uid.hex}"
