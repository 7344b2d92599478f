"""Opens the tables people send. sheetguard.py has looked at them before; sheets.py words the refusals.

Stands on nothing of ours and speaks in codes, because it also runs alone: as a script it prints a table as
lines of JSON, from a process with little memory and time that cannot take the site down with it.
"""

import contextlib
import csv
import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, TypeVar

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

try:
    import resource
except ImportError:  # Windows has no limits for a process; the guard below is all there is
    resource = None  # type: ignore[assignment]

Cell = str | int | float | bool | date | datetime | None
Row = tuple[Cell, ...]
Known = TypeVar("Known")
Names = Sequence[Sequence[str]]
"""The columns a list is known by, each as the names it goes by."""

MOST_ROWS = 100_050  # 100,000 people and what stands above and below them
MOST_COLUMNS = 200
MOST_MEMORY = 512 * 2**20  # 100,000 rows of 23 columns take 320 MiB
MOST_SECONDS = 60  # of computing
HEADER_WITHIN = 20  # rows; above a header stand a title, who filled it in, sometimes a note
MOST_OUTPUT = 200 * 2**20  # bytes of JSON; the same table takes 55 MiB

_BATCH = 500  # rows: lines of JSON long enough to be quick, short enough to be small
_NOTE = re.compile(r"\(.*?\)")
_AROUND = "*:"  # marks of what must be filled in
_CLOCKS = frozenset({time, timedelta})
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx with a password


class Refused(Exception):
    """A file that is not read. ``code`` names the reason, ``parts`` what its sentence needs to say."""

    def __init__(self, code: str, **parts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.parts = parts


def read_rows(path: Path, names: Names = ()) -> Iterator[Row]:
    """The rows of a table, from the first row of the sheet on, empty ones too; empty cells are None.

    XLSX (the visible sheet with the columns of ``names``, else the first with data) or CSV, told apart by
    content. A cell merged over several rows says the same in each. Raises `Refused`.
    """
    with path.open("rb") as file:
        start = file.read(1024).lstrip()
    if not start:
        raise Refused("empty")
    if start.startswith(b"PK\x03\x04"):
        yield from _workbook_rows(path, names)
    else:
        yield from _text_rows(path, start)


def _workbook_rows(path: Path, names: Names) -> Iterator[Row]:
    try:
        with CalamineWorkbook.from_path(path) as book:
            sheet = _list_in(book, names)
            left = (None,) * (sheet.start or (0, 0))[1]
            yield from _merged_filled(sheet, (left + _cells(row) for row in sheet.iter_rows()))
    except CalamineError as problem:
        raise Refused("damaged") from problem


def _list_in(book: CalamineWorkbook, names: Names) -> CalamineSheet:
    """The sheet that is the list: notes, code tables and empty copies of it may stand before or behind. Where several
    are, none is taken, lest the others be lost unseen."""
    best: CalamineSheet | None = None
    most, titles = -1, list[str]()
    for sheet in _sheets(book):
        found = _columns_in(sheet, names)
        if found > most:
            best, most, titles = sheet, found, []
        if found == most:
            titles.append(sheet.name)
    if best is None:
        raise Refused("empty")
    if most > 1 and len(titles) > 1:
        raise Refused("several", count=len(titles), names="、".join(title[:20] for title in titles[:5]))
    return best


def _sheets(book: CalamineWorkbook) -> Iterator[CalamineSheet]:
    for meta in book.sheets_metadata:
        if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_name(meta.name)
            if sheet.end is not None:
                yield sheet


def _columns_in(sheet: CalamineSheet, names: Names) -> int:
    """How many of the columns a list is known by the best row of a sheet has; none when nothing stands below it."""
    known = {plain_name(name): at for at, group in enumerate(names) for name in group}
    first = islice(sheet.iter_rows(), HEADER_WITHIN)
    found = [len({at for value in row if (at := known_column(value, known)) is not None}) for row in first]
    most = max(found, default=0)
    return most if most and sheet.end and sheet.end[0] > found.index(most) else 0


def known_column(value: object, known: Mapping[str, Known]) -> Known | None:
    """What a header cell names: as a whole, else without a note in brackets."""
    key = plain_name(value) if isinstance(value, str) else ""
    return known.get(key, known.get(_NOTE.sub("", key)))


def plain_name(name: str) -> str:
    """The name of a column without what people put in and around it."""
    return "".join(unicodedata.normalize("NFKC", name).split()).strip(_AROUND)


def _merged_filled(sheet: CalamineSheet, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, in which what was merged downwards is said again in each."""
    begins: dict[int, list[tuple[int, int]]] = {}
    for (top, column), (bottom, _right) in sheet.merged_cell_ranges or ():
        if bottom > top:
            begins.setdefault(top, []).append((column, bottom))
    if not begins:
        yield from rows
        return
    running: dict[int, tuple[int, Cell]] = {}
    for number, row in enumerate(rows):
        filled = list(row)
        for column, (bottom, value) in list(running.items()):
            if number > bottom:
                del running[column]
            elif column < len(filled) and filled[column] is None:
                filled[column] = value
        for column, bottom in begins.get(number, ()):
            if column < len(filled):
                running[column] = (bottom, filled[column])
        yield tuple(filled)


def _cells(row: list[Any]) -> Row:
    if not _CLOCKS.isdisjoint(map(type, row)):
        row = [str(value) if type(value) in _CLOCKS else value for value in row]
    return tuple([None if value == "" else value for value in row])


def _text_rows(path: Path, start: bytes) -> Iterator[Row]:
    if start.startswith(_OLD_EXCEL):
        raise Refused("old")
    if start.startswith(b"<"):
        raise Refused("web")
    with path.open(encoding=_encoding(path), newline="") as text:
        delimiter = _delimiter(text.read(4000))
        text.seek(0)
        try:
            for number, row in enumerate(csv.reader(text, delimiter=delimiter, strict=False), 1):
                _check_size(number, len(row))
                yield tuple(value or None for value in row)
        except csv.Error as problem:
            raise Refused("damaged") from problem


def _encoding(path: Path) -> str:
    # Guessing libraries take a short GBK file for Korean; with two candidates the order decides.
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError), path.open(encoding=encoding, newline="") as text:
            if not any("\0" in piece for piece in iter(lambda: text.read(2**18), "")):
                return encoding
    raise Refused("no_table")


def _delimiter(start: str) -> str:
    return max(",\t;", key=start.count)


def _check_size(row: int, columns: int) -> None:
    if row > MOST_ROWS or columns > MOST_COLUMNS:
        raise Refused("long", rows=MOST_ROWS, columns=MOST_COLUMNS)


def limit_process() -> None:
    """Take away from this process what an honest table does not need: memory, time, output, core files."""
    if resource is None:
        return
    limits = {"AS": MOST_MEMORY, "CPU": MOST_SECONDS, "FSIZE": MOST_OUTPUT, "CORE": 0}
    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS knows RLIMIT_AS but may refuse to set it
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def print_rows(path: Path, out: TextIO, names: Names = ()) -> None:
    """Lists of rows, one a line; at the end an object with ``refused``: a code, or null when all is well."""
    end: dict[str, object] = {"refused": None}
    try:
        rows = read_rows(path, names)
        while batch := list(islice(rows, _BATCH)):
            print(json.dumps(batch, default=_dated), file=out)
    except Refused as problem:
        end = {"refused": problem.code, "parts": problem.parts}
    print(json.dumps(end), file=out)


def parsed(line: str) -> list[Row] | Refused | None:
    """What a line of `print_rows` says: some rows, a refusal, or None for the good end."""
    found = json.loads(line, object_hook=_undated)
    if isinstance(found, list):
        return [tuple(row) for row in found]
    return Refused(found["refused"], **found["parts"]) if found["refused"] else None


def _dated(value: date) -> dict[str, str]:
    return {"time" if isinstance(value, datetime) else "day": value.isoformat()}


def _undated(value: dict[str, Any]) -> Any:
    if "time" in value:
        return datetime.fromisoformat(value["time"])
    return date.fromisoformat(value["day"]) if "day" in value else value


if __name__ == "__main__":
    limit_process()
    print_rows(Path(sys.argv[1]), sys.stdout, json.loads(sys.argv[2]))
