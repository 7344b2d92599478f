"""The tables people send: read without danger, their columns found by name, the faults sent back."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from flask_babel import lazy_gettext as _

from gridunion import sheetfile
from gridunion.cells import report_text
from gridunion.sheetfile import HEADER_WITHIN, Names, Refused, Row, known_column, plain_name
from gridunion.sheetguard import guard

MOST_WAIT = 90  # seconds on the wall

_SENTENCES = {
    "large": _("文件有 %(size)s MB，最多 %(limit)s MB，请分成几个文件上传"),
    "bomb": _("文件解开后超过 %(limit)s MB，不能导入，请把数据复制到新的表格后再上传"),
    "far": _("表格用到了 %(cell)s 格，最多 %(rows)s 行、%(columns)s 列，请把数据复制到新的表格后再上传"),
    "long": _("表格最多 %(rows)s 行、%(columns)s 列，请分成几个文件上传"),
    "odd": _("表格的写法不常见，请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传"),
    "damaged": _("文件已损坏或不完整，请重新保存后再上传"),
    "empty": _("文件里没有数据"),
    "old": _("这是旧版 .xls 或加密的表格，请用 WPS 或 Excel 打开，另存为没有密码的 .xlsx 后再上传"),
    "web": _("这是网页格式的表格，请用 WPS 或 Excel 打开，另存为 .xlsx 后再上传"),
    "no_table": _("这不是表格文件，请上传 .xlsx 或 .csv"),
    "slow": _("读这个文件用了太长时间，请分成几个文件，或把数据复制到新的表格后再上传"),
    "heavy": _("读不了这个文件：内容太多，或文件已损坏。请把数据复制到新的表格后再上传"),
    "several": _("文件里有 %(count)s 张名单（%(names)s），一次只读一张，请合成一张，或分成几个文件上传"),
    "no_header": _("前 %(rows)s 行里没有找到表头，请用模板里的列名"),
    "no_rows": _("表头下面没有数据"),
    "missing": _("表头（第 %(row)s 行）里缺少：%(names)s"),
}


class Unreadable(ValueError):
    """A file that cannot be taken. ``str()`` is a sentence for the user, in the user's language."""

    def __init__(self, code: str, **parts: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.parts = parts

    def __str__(self) -> str:
        return str(_SENTENCES[self.code]) % self.parts


@dataclass(frozen=True)
class Sheet:
    """A table as it was sent, from the first row of the sheet on; empty cells are None."""

    rows: list[Row]

    def number_of(self, index: int) -> int:
        """The number the spreadsheet program shows beside a row."""
        return index + 1


@dataclass(frozen=True)
class Header:
    """Where the header stands, and in which column (from 0) each field was found."""

    row_index: int
    columns: dict[str, int]


def read_sheet(path: Path) -> Sheet:
    """The table in an XLSX or CSV file, read in this process. Raises `Unreadable`.

    For files of our own. What strangers send is for `read_limited`: the guard cannot see every bomb.
    """
    try:
        guard(path)
        return Sheet(list(sheetfile.read_rows(path)))
    except Refused as problem:
        raise Unreadable(problem.code, **problem.parts) from problem


def read_limited(path: Path) -> Sheet:
    """The same, read in a child process with little memory and time; when it dies, the file is refused."""
    return Sheet(list(limited_rows(path)))


def limited_rows(path: Path, names: Names = ()) -> Iterator[Row]:
    """The rows of `read_limited` one by one, for tables too long to be held at once.

    The child has ended before the first row comes; still `Unreadable` may be raised behind any row.
    Linux and macOS limit memory, computing time and output; elsewhere only the wait is limited.
    """
    try:
        guard(path)
        with TemporaryFile("w+") as out:
            _run_reader(path, out, names)
            out.seek(0)
            yield from _printed_rows(out)
    except Refused as problem:
        raise Unreadable(problem.code, **problem.parts) from problem


def _run_reader(path: Path, out: IO[str], names: Names) -> None:
    # A script and not multiprocessing, which would import app.py again and so start a second site in the
    # child. It gets no environment of ours either: the keys of the site are in it.
    command = [sys.executable, "-P", sheetfile.__file__, str(path.resolve()), json.dumps(names)]
    none = subprocess.DEVNULL
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    try:
        subprocess.run(  # noqa: S603 - our own script, and the path is no option
            command, stdin=none, stdout=out, stderr=none, env=kept, timeout=MOST_WAIT, check=True
        )
    except subprocess.TimeoutExpired as problem:
        raise Refused("slow") from problem
    except subprocess.CalledProcessError as problem:
        raise Refused("heavy") from problem


def _printed_rows(out: IO[str]) -> Iterator[Row]:
    for line in out:
        found = sheetfile.parsed(line)
        if found is None:
            return
        if isinstance(found, Refused):
            raise found
        yield from found
    raise Refused("heavy")


def find_header(
    rows: Sequence[Row], synonyms: Mapping[str, Sequence[str]], required: Collection[str] = ()
) -> Header:
    """The row among the first 20 that holds most of the known names, and the column of each field.

    ``synonyms`` gives for each field the names it goes by, the usual one first. Blanks, width of
    brackets, and marks like * do not matter; a note in brackets only when the name is not known with it.
    Raises `Unreadable` when no row has two known names, or naming the ``required`` fields not found.
    """
    known = {plain_name(name): field for field, names in synonyms.items() for name in names}
    found = [_columns(row, known) for row in rows[:HEADER_WITHIN]]
    index = max(range(len(found)), key=lambda row: len(found[row]), default=0)
    if not found or len(found[index]) < min(2, len(synonyms)):
        raise Unreadable("no_header", rows=HEADER_WITHIN)
    while found[index] in found[index + 1 : index + 2]:  # a header of two rows, its cells merged
        index += 1
    missing = [synonyms[field][0] for field in required if field not in found[index]]
    if missing:
        raise Unreadable("missing", row=index + 1, names="、".join(missing))
    return Header(index, found[index])


def _columns(row: Row, known: Mapping[str, str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, value in enumerate(row):
        if field := known_column(value, known):
            columns.setdefault(field, index)
    return columns


def write_report(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file as Excel and WPS open it: UTF-8 with a mark, no cell a formula or a rounded number."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            writer.writerow([report_text(value) for value in row])
