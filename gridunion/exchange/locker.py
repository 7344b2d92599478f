"""Files with many people in them, kept until somebody reads them: encrypted, in a folder of the data of the site, named
by the row they belong to.

Like a picture, a file is on the disk before the row that names it is committed. It is never held in memory whole: it
stands there in pieces, a line each, and a last line that says how many there are.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from flask import current_app

from gridunion import clock
from gridunion.db import keyring
from gridunion.keys import KeyRing, WrongKey

DAY = timedelta(days=1)
PIECE = 2**18  # bytes


@dataclass(frozen=True)
class Locker:
    """The files of one kind: the name of their folder, and to what their text is bound."""

    name: str
    bound: str

    @property
    def folder(self) -> Path:
        home: Path = current_app.extensions["gridunion.config"].home
        return home / self.name

    def place(self, uid: UUID) -> Path:
        return self.folder / uid.hex

    def keep(self, uid: UUID, file: IO[bytes]) -> None:
        """Store a file so that it survives a power cut, instead of what an attempt before may have left."""
        place = self.place(uid)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = place.with_suffix(".part")
        with fresh.open("wb") as out:
            os.fchmod(out.fileno(), 0o600)
            out.writelines(self._sealed(uid, file))
            out.flush()
            os.fsync(out.fileno())
        fresh.rename(place)
        for folder in (place.parent, place.parent.parent):
            handle = os.open(folder, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)

    def pieces(self, uid: UUID) -> Iterator[bytes]:
        """The file, piece by piece, also when the request is over. Raises FileNotFoundError at once, WrongKey when a
        piece is missing."""
        return self._opened(uid, self.place(uid).open(), keyring())

    @contextmanager
    def opened(self, uid: UUID) -> Iterator[Path]:
        """The file as it was, for as long as it is read."""
        with lent(self.pieces(uid)) as path:
            yield path

    def drop(self, uid: UUID) -> None:
        self.place(uid).unlink(missing_ok=True)

    def strays(self, wanted: set[UUID]) -> list[Path]:
        """Files nobody waits for any more, a day old at least."""
        names, before = {uid.hex for uid in wanted}, (clock.now() - DAY).timestamp()
        found = self.folder.iterdir() if self.folder.exists() else ()
        return [path for path in found if path.stem not in names and path.stat().st_mtime < before]

    def _sealed(self, uid: UUID, file: IO[bytes]) -> Iterator[bytes]:
        number, ring = 0, keyring()
        for number, piece in enumerate(pieces_of(file), 1):
            yield ring.encrypt(piece.decode("latin-1"), self._bound(uid, number)).encode() + b"\n"
        yield ring.encrypt(str(number), self._bound(uid, 0)).encode()

    def _opened(self, uid: UUID, kept: IO[str], ring: KeyRing) -> Iterator[bytes]:
        with kept:
            number, before = 0, kept.readline()
            for number, line in enumerate(kept, 1):
                yield ring.decrypt(before.rstrip(), self._bound(uid, number)).encode("latin-1")
                before = line
            if ring.decrypt(before, self._bound(uid, 0)) != str(number):
                raise WrongKey(self._bound(uid, 0))

    def _bound(self, uid: UUID, piece: int) -> str:
        return f"{self.bound}.{uid.hex}.{piece}"


SHEETS = Locker("imports", "import_run.file")
"""Sheets people sent, until they are read."""

TABLES = Locker("exports", "export_request.file")
"""Tables two people stand for, until who asked fetches them."""


@contextmanager
def lent(pieces: Iterable[bytes]) -> Iterator[Path]:
    """Some bytes as a file only this process may open."""
    with tempfile.TemporaryDirectory(prefix="gridunion-") as folder:
        path = Path(folder) / "sent"
        with path.open("wb") as out:
            out.writelines(pieces)
        yield path


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """A file from its beginning on."""
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
