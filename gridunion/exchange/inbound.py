"""Sheets people sent, kept until they are read: encrypted, in a folder of the data of the site, named by the import.

Like a picture, a sheet is on the disk before the row that names it is committed. It is never held in memory whole:
it stands there in pieces, a line each, and a last line that says how many there are.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from flask import current_app

from gridunion import clock
from gridunion.db import keyring
from gridunion.keys import WrongKey

DAY = timedelta(days=1)
PIECE = 2**18  # bytes


def keep(uid: UUID, sheet: IO[bytes]) -> None:
    """Store a sheet so that it survives a power cut; nothing of it can be read without the keys."""
    place = _place(uid)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = place.with_suffix(".part")
    with fresh.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.writelines(_sealed(uid, sheet))
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
    with _place(uid).open() as kept, lent(_opened(uid, kept)) as path:
        yield path


@contextmanager
def lent(pieces: Iterable[bytes]) -> Iterator[Path]:
    """Some bytes as a file only this process may open."""
    with tempfile.TemporaryDirectory(prefix="gridunion-") as folder:
        path = Path(folder) / "sent"
        with path.open("wb") as out:
            out.writelines(pieces)
        yield path


def pieces_of(sheet: IO[bytes]) -> Iterator[bytes]:
    """A file from its beginning on."""
    sheet.seek(0)
    while piece := sheet.read(PIECE):
        yield piece


def _sealed(uid: UUID, sheet: IO[bytes]) -> Iterator[bytes]:
    number = 0
    for number, piece in enumerate(pieces_of(sheet), 1):
        yield keyring().encrypt(piece.decode("latin-1"), _bound(uid, number)).encode() + b"\n"
    yield keyring().encrypt(str(number), _bound(uid, 0)).encode()


def _opened(uid: UUID, kept: IO[str]) -> Iterator[bytes]:
    """The pieces. Raises WrongKey when one is missing, too."""
    number, before = 0, kept.readline()
    for number, line in enumerate(kept, 1):
        yield keyring().decrypt(before.rstrip(), _bound(uid, number)).encode("latin-1")
        before = line
    if keyring().decrypt(before, _bound(uid, 0)) != str(number):
        raise WrongKey(_bound(uid, 0))


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


def _bound(uid: UUID, piece: int) -> str:
    return f"import_run.file.{uid.hex}.{piece}"
