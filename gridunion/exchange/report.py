"""Sheets that go back: the rows that were not taken, and the empty template. No cell is ever a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask import Response
from flask_babel import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from sqlalchemy import select

from gridunion.cells import report_text
from gridunion.db import db
from gridunion.exchange.models import ImportRow, ImportRun
from gridunion.exchange.template import NationalTemplate

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
TEXT = "@"  # the number format of a column whose digits a program leaves alone
AT_ONCE = 1000


@dataclass(frozen=True)
class Report:
    kind: str
    body: bytes
    rows: int

    def response(self, name: str) -> Response:
        made = Response(self.body, mimetype=None, content_type=KINDS[self.kind])
        made.headers["Content-Disposition"] = f"attachment; filename={name}"
        return made


def report(run: ImportRun, kind: str) -> Report:
    """The rows with faults in their own columns, and why. Slow: outside write()."""
    head = [name for name, _example in run.top]
    rows = ([*_wide(row.told["cells"], len(head)), _reason(row)] for row in _faulty(run))
    table = [[*head, _("原因")], *rows]
    return Report(kind, _workbook(table) if kind == "xlsx" else _text(table), len(table) - 1)


def _faulty(run: ImportRun) -> Iterator[ImportRow]:
    wrong = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.verdict == "error")
    wrong = wrong.where(ImportRow.told_sealed.is_not(None)).order_by(ImportRow.number)
    yield from db.session.scalars(wrong.execution_options(yield_per=AT_ONCE))


def _wide(cells: list[str], width: int) -> list[str]:
    return (cells + [""] * width)[:width]


def _reason(row: ImportRow) -> str:
    words = row.told.get("message", "")
    return _("%(column)s：%(why)s", column=row.field, why=words) if row.field else str(words)


def _text(table: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([report_text(cell) for cell in row] for row in table)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _workbook(table: Iterable[Sequence[str]]) -> bytes:
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in table:
        sheet.append([_cell(sheet, text) for text in row])
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type, cell.number_format = "s", TEXT
    return cell


def template() -> Response:
    names = [synonyms[0] for synonyms in NationalTemplate.columns.values()]
    blanks = [[""] * len(names)] * 200
    return Report("xlsx", _workbook([names, *blanks]), 0).response("members.xlsx")
