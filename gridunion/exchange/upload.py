"""What came over the wire. A small sheet is looked at before the transaction, so that it names only one that can be
read; a large one takes longer than anybody waits for a page, and is looked at in the background."""

import hashlib
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

from gridunion.cells import cell_text
from gridunion.db import keyring
from gridunion.exchange.intake import blank
from gridunion.exchange.locker import SHEETS, lent, pieces_of
from gridunion.exchange.template import NationalTemplate
from gridunion.sheetfile import HEADER_WITHIN, Refused
from gridunion.sheetguard import MOST_PACKED, MOST_TEXT, glance
from gridunion.sheets import Unreadable, find_header, limited_rows
from gridunion.text import clean_question

MOST_SENT = max(MOST_PACKED, MOST_TEXT) + 2**20  # the sheet, and the form around it
SMALL = 2**18  # bytes: looked at while the sender waits
SHOWN = 4  # letters of an example that are shown


@dataclass
class Seen:
    """What a look at a sheet found: the header, the last row that says something, the columns."""

    header_row: int = 0
    total: int = 0
    mapping: dict[str, int] = field(default_factory=dict)
    top: list[list[str]] = field(default_factory=list)


@dataclass
class Arrived:
    """A sheet that was received; it is on the disk already."""

    uid: UUID
    digest: str
    file_name: str
    seen: Seen | None
    """Nothing when it is still to be looked at."""


def digest_of(sheet: IO[bytes]) -> str:
    sheet.seek(0)
    return keyring().digest(hashlib.file_digest(sheet, "sha256").hexdigest(), "import file")  # type: ignore[arg-type]


def receive(sheet: IO[bytes], name: str, digest: str) -> Arrived | str:
    """Put a sheet on the disk, or say what is wrong with it. Slow: outside write()."""
    seen = None
    try:
        with lent(pieces_of(sheet)) as path:
            glance(path)
            if path.stat().st_size <= SMALL:
                seen = look_at(path)
    except Unreadable as problem:
        return str(problem)
    except Refused as problem:
        return str(Unreadable(problem.code, **problem.parts))
    uid = uuid4()
    SHEETS.keep(uid, sheet)
    return Arrived(uid, digest, clean_question(Path(name).name), seen)


def look_at(path: Path) -> Seen:
    """Find the header and count the rows. Raises Unreadable."""
    rows = limited_rows(path, NationalTemplate.known_by())
    first = list(islice(rows, HEADER_WITHIN + 30))
    header = find_header(first[:HEADER_WITHIN], NationalTemplate.columns)
    names, below = first[header.row_index], first[header.row_index + 1 :]
    width = max(map(len, first))
    top = [[_said(names, at)[:40], _example(below, at)] for at in range(width)]
    total, last = 0, 0
    for total, row in enumerate(chain(first, rows), 1):
        if not all(map(blank, row)):
            last = total
    if last <= header.row_index + 1:
        raise Unreadable("no_rows")
    return Seen(header.row_index + 1, last, header.columns, top)


def _said(row: Any, at: int) -> str:
    return clean_question(cell_text(row[at])) if at < len(row) else ""


def _example(rows: Any, at: int) -> str:
    """The first thing a column says, most of it covered: who uploads knows what stands there."""
    said = next((text for row in rows if (text := _said(row, at))), "")
    shown = min(SHOWN, -(-len(said) // 3))
    return said[:shown] + "＊" * min(len(said) - shown, 6)
