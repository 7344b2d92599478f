"""What came over the wire: looked at before the transaction, so that it names only a sheet that can be read."""

import hashlib
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _

from gridunion.cells import cell_text
from gridunion.db import keyring
from gridunion.exchange import inbound
from gridunion.exchange.intake import blank
from gridunion.exchange.template import NationalTemplate
from gridunion.sheetguard import MOST_PACKED
from gridunion.sheets import HEADER_WITHIN, Unreadable, find_header, limited_rows
from gridunion.text import clean_question

MOST_SENT = MOST_PACKED + 2**20  # the sheet, and the form around it
SHOWN = 4  # letters of an example that are shown


@dataclass
class Arrived:
    """A sheet that was received and looked at; it is on the disk already."""

    uid: UUID
    digest: str
    file_name: str
    header_row: int
    total: int
    mapping: dict[str, int]
    top: list[list[str]]


def digest_of(data: bytes) -> str:
    return keyring().digest(hashlib.sha256(data).hexdigest(), "import file")


def look_at(data: bytes, name: str) -> Arrived | str:
    """The sheet with its header found, or what is wrong with it. Slow: outside write()."""
    try:
        with inbound.lent(data) as path:
            found = _looked(path)
    except Unreadable as problem:
        return str(problem)
    header_row, total, mapping, top = found
    if total <= header_row:
        return _("表头下面没有数据")
    uid = uuid4()
    inbound.keep(uid, data)
    return Arrived(uid, digest_of(data), clean_question(Path(name).name), header_row, total, mapping, top)


def _looked(path: Path) -> tuple[int, int, dict[str, int], list[list[str]]]:
    rows = limited_rows(path)
    first = list(islice(rows, HEADER_WITHIN + 30))
    header = find_header(first[:HEADER_WITHIN], NationalTemplate.columns)
    names, below = first[header.row_index], first[header.row_index + 1 :]
    width = max(map(len, first))
    top = [[_said(names, at)[:40], _example(below, at)] for at in range(width)]
    total, last = 0, 0
    for total, row in enumerate(chain(first, rows), 1):
        if not all(map(blank, row)):
            last = total
    return header.row_index + 1, last, header.columns, top


def _said(row: Any, at: int) -> str:
    return clean_question(cell_text(row[at])) if at < len(row) else ""


def _example(rows: Any, at: int) -> str:
    """The first thing a column says, most of it covered: who uploads knows what stands there."""
    said = next((text for row in rows if (text := _said(row, at))), "")
    shown = min(SHOWN, -(-len(said) // 3))
    return said[:shown] + "＊" * min(len(said) - shown, 6)
