"""A table that leaves the house: written into a file without a name, noted in the trail, then handed over."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self

from flask import Response, current_app, send_file
from flask_babel import gettext as _

from gridunion import audit, clock
from gridunion.accounts.trail_words import VALUES
from gridunion.db import write
from gridunion.exchange.export_forms import FORMATS, NUMBER_NAMES
from gridunion.exchange.roll import HEADER, lines
from gridunion.members.part import Part
from gridunion.sheetout import Cells, write_csv, write_xlsx
from gridunion.web import viewer

TITLE = "会员名册"
MIMES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}
VALUES["", "format"], VALUES["", "numbers"] = FORMATS, NUMBER_NAMES


@dataclass(frozen=True)
class Taken:
    """One copy of a part of the register. Its number stands in the file's name, on each printed page, in the trail."""

    file: BufferedRandom
    format: str
    name: str

    @classmethod
    def make(cls, part: Part, format: str, whole: frozenset[str], most: int, purpose: str) -> Self:
        """Write the table, then the line of the trail; where that cannot be stored, there is no table."""
        number, rows = secrets.token_hex(4), _Counted(lines(part, most, whole))
        with ExitStack() as opened:
            file = opened.enter_context(TemporaryFile(dir=_home()))
            _write(file, format, rows, number)
            said: dict[str, Any] = {
                "what": "members",
                "filter": part.show,
                "rows": rows.count,
            } | part.narrowed
            said |= {
                "format": format,
                "purpose": purpose,
                "number": number,
                "sha256": _digest(file),
            } | _whole(whole)
            with write():
                audit.note("export", unit_id=part.unit_id, **said)
            opened.pop_all()
        return cls(file, format, f"{TITLE}-{part.name}-{clock.today():%Y%m%d}-{number}.{format}")

    def answer(self) -> Response:
        self.file.seek(0)
        response = send_file(self.file, MIMES[self.format], as_attachment=True, download_name=self.name)
        response.headers["Cache-Control"] = "no-store"
        return response


class _Counted:
    """Rows, counted on their way."""

    def __init__(self, rows: Iterable[Cells]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Cells]:
        for self.count, row in enumerate(self.rows, 1):  # noqa: B020 - the count is the point
            yield row


def _home() -> Path:
    """The data folder: the temp folder may lie in memory. On PostgreSQL nothing may have made it yet."""
    home: Path = current_app.extensions["gridunion.config"].home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


def _write(file: BufferedRandom, format: str, rows: Iterable[Cells], number: str) -> None:
    if format == "csv":
        write_csv(file, HEADER, rows)
    else:
        write_xlsx(file, TITLE, HEADER, rows, _mark(number))


def _mark(number: str) -> str:
    """Who took it, and which copy it is."""
    day = clock.today()
    return _("%(name)s %(day)s 导出，编号 %(number)s", name=viewer().name, day=day, number=number)


def _whole(names: frozenset[str]) -> dict[str, str]:
    """Which numbers were written out, for the trail."""
    return {"numbers": "、".join(sorted(names))} if names else {}


def _digest(file: BufferedRandom) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()
