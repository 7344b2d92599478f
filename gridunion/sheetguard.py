"""Looks at a workbook before anything opens it: small files can ask for all memory there is."""

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from gridunion.sheetfile import MOST_COLUMNS, MOST_ROWS, Refused

MOST_PACKED = 16 * 2**20  # bytes of a workbook; 100,000 people with all 23 columns filled take 11 MB
MOST_TEXT = 40 * 2**20  # bytes of a table of text, which is not packed; the same people take 24 MB
MOST_UNPACKED = 200 * 2**20  # bytes of all parts of a workbook
MOST_PARTS = 200  # a form with some photographs has dozens
MOST_RATIO = 100  # real sheets shrink to a tenth, bombs to a thousandth

_CHUNK = 2**20
_ARCHIVE = b"PK\x03\x04"
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# A cell written as all programs write it, within 200 columns and five-digit rows, is passed by this search
# alone: two million cells a second. Only the others are looked at one by one.
_ODD_CELL = re.compile(rb'<(?:\w+:)?c(?=[\s/>])(?! r="(?:[A-Z]|[A-F][A-Z]|G[A-R])[0-9]{1,5}")[^>]*>')
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")


def guard(path: Path) -> None:
    """Refuse a file that is too large or, if it is a workbook, costs too much to open. Raises `Refused`.

    Looks at sizes, parts, ratio, the places of cells and declarations. calamine fills the whole rectangle
    up to the last cell, so one cell at XFD1048576 in a file of 5 KB takes all memory
    (https://github.com/dimastbk/python-calamine/issues/130). The headers of an archive can lie about
    sizes; against that stand the limits of the process that reads.
    """
    if glance(path):
        _guard_parts(path)


def glance(path: Path) -> bool:
    """The part of `guard` that costs nothing: sizes alone. Says whether it is a workbook. Raises `Refused`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        packed = file.read(len(_ARCHIVE)) == _ARCHIVE
    most = MOST_PACKED if packed else MOST_TEXT
    if size > most:
        raise Refused("large", size=round(size / 2**20), limit=most // 2**20)
    if packed:
        with _archive(path) as archive:
            _check_sizes(archive.infolist(), size)
    return packed


def _guard_parts(path: Path) -> None:
    with _archive(path) as archive:
        for part in archive.infolist():
            _check_part(archive, part)


@contextmanager
def _archive(path: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(path) as archive:
            yield archive
    except (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as problem:
        raise Refused("damaged") from problem


def _check_sizes(parts: list[ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > min(MOST_UNPACKED, MOST_RATIO * packed):
        raise Refused("bomb", limit=MOST_UNPACKED // 2**20)


def _check_part(archive: ZipFile, part: ZipInfo) -> None:
    with archive.open(part) as stream:
        chunk = stream.read(_CHUNK)
        if not part.filename.lower().endswith((".xml", ".rels")) and not chunk.lstrip().startswith(b"<"):
            return  # a picture, printer settings
        rest = b""
        while chunk:
            rest = _check_markup(rest + chunk)
            chunk = stream.read(_CHUNK)


def _check_markup(text: bytes) -> bytes:
    """Look at the finished tags in a piece of XML; gives back the unfinished one at its end."""
    end = text.rfind(b">") + 1
    if b"\0" in text or _DECLARATION.search(text, 0, end):
        raise Refused("odd")
    for cell in _ODD_CELL.finditer(text, 0, end):
        _check_place(cell[0])
    start = text.find(b"<", end)
    if start < 0:
        return b""
    if len(text) - start > _CHUNK:
        raise Refused("odd")
    return text[start:]


def _check_place(tag: bytes) -> None:
    place = _PLACE.search(tag)
    if not place:
        raise Refused("odd")
    column, row = place[1].decode().upper(), int(place[2])
    if row > MOST_ROWS or _column_number(column) > MOST_COLUMNS:
        raise Refused("far", cell=f"{column}{row}", rows=MOST_ROWS, columns=MOST_COLUMNS)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
