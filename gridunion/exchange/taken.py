"""A table that leaves the house: written into a file without a name, noted in the trail, then handed over."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Response, current_app
from flask_babel import gettext as _
from werkzeug.wsgi import FileWrapper

from gridunion import audit, clock
from gridunion.accounts.trail_words import VALUES
from gridunion.db import write
from gridunion.exchange.export_forms import FORMATS, NUMBER_NAMES
from gridunion.exchange.roll import HEADER, lines
from gridunion.members.part import Part
from gridunion.sheetout import NOTES, Cells, Table, handed, write_csv, write_xlsx
from gridunion.web import viewer

TITLE = "会员名册"
PIECE = 2**16
VALUES["", "format"], VALUES["", "numbers"] = FORMATS, NUMBER_NAMES


@dataclass(frozen=True)
class Copy:
    """One copy of a part of the register: who takes it and what for. Its number stands in the file's name, in the
    file, on each printed page and in the trail."""

    part: Part
    format: str
    whole: frozenset[str]
    number: str
    by: str
    purpose: str
    agreed_by: str = ""

    def write(self, file: IO[bytes], most: int) -> int:
        """Write the table row by row; returns how many rows it has."""
        rows = _Counted(lines(self.part, most, self.whole))
        if self.format == "csv":
            write_csv(file, HEADER, rows)
        else:
            tables = [Table(TITLE, HEADER, rows), Table(NOTES, (), self._notes())]
            write_xlsx(file, tables, self._mark)
        return rows.count

    def handed(self, pieces: Iterable[bytes]) -> Response:
        """The answer that hands the table over."""
        name = f"{TITLE}-{self.part.name}-{clock.today():%Y%m%d}-{self.number}"
        return handed(pieces, self.format, name, f"members-{self.number}")

    @property
    def _mark(self) -> str:
        """Who took it, and which copy it is: below each printed page."""
        return _(
            "%(name)s %(day)s 导出，编号 %(number)s，用于%(purpose)s",
            name=self.by, day=clock.today(), number=self.number, purpose=self.purpose,
        )  # fmt: skip

    def _notes(self) -> list[tuple[str, str]]:
        """The same and more, on a sheet of its own."""
        told = [
            (_("导出的人"), self.by), (_("同意的人"), self.agreed_by), (_("时间"), clock.stamp()),
            (_("用途"), self.purpose), (_("范围"), _("%(place)s，%(who)s", place=self.part.name, who=self.part.who)),
            (_("编号"), self.number), (_("请注意"), _("里面是会员的个人信息，只用于上面的用途，用完请删除。")),
        ]  # fmt: skip
        return [(name, said) for name, said in told if said]

    def told(self, rows: int, digest: str) -> dict[str, Any]:
        """What the trail tells of it."""
        said: dict[str, Any] = {
            "what": "members",
            "filter": self.part.show,
            "rows": rows,
        } | self.part.narrowed
        said |= {"format": self.format, "purpose": self.purpose, "number": self.number, "sha256": digest}
        numbers = {"numbers": "、".join(sorted(self.whole))} if self.whole else {}
        return said | numbers | ({"agreed_by": self.agreed_by} if self.agreed_by else {})


def take(part: Part, format: str, whole: frozenset[str], most: int, purpose: str) -> Response:
    """Write the table, then the line of the trail; where that cannot be stored, there is no table."""
    copy = Copy(part, format, whole, secrets.token_hex(4), viewer().name, purpose)
    with ExitStack() as opened:
        file = opened.enter_context(TemporaryFile(dir=home()))
        rows = copy.write(file, most)
        with write():
            audit.note("export", unit_id=part.unit_id, **copy.told(rows, digest_of(file)))
        opened.pop_all()
    file.seek(0)
    return copy.handed(FileWrapper(file, PIECE))


class _Counted:
    """Rows, counted on their way."""

    def __init__(self, rows: Iterable[Cells]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Cells]:
        for self.count, row in enumerate(self.rows, 1):  # noqa: B020 - the count is the point
            yield row


def home() -> Path:
    """The data folder: the temp folder may lie in memory. On PostgreSQL nothing may have made it yet."""
    place: Path = current_app.extensions["gridunion.config"].home
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def digest_of(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
