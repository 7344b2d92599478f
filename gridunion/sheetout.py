"""Tables people take away: XLSX and CSV written row by row into an open file, no cell of them a formula.

Written here and not by openpyxl, which keeps the rows in a named file of the temp folder meanwhile: the file given
needs no name, so nothing is left of it when the power goes.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import IO, NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response

from gridunion.cells import report_text

Cells = Sequence[str | int | None]
NOTES = "说明"
MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# Style 0 is text also to the program that edits it: a number of 18 digits stays whole. 1 is the header's, 2 counts.
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
    '<xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/>'
    '<xf numFmtId="0"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_ROOT = (
    f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)


class Table(NamedTuple):
    """One sheet of a workbook. Without a header it is a list of notes: what is told of, and what is told."""

    title: str
    header: Cells
    rows: Iterable[Cells]


def write_xlsx(out: IO[bytes], tables: Sequence[Table], mark: str) -> None:
    """A workbook, a sheet a table. `mark` says below each printed page where it comes from."""
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=5) as archive:
        for name, text in _parts([table.title for table in tables]).items():
            archive.writestr(name, _XML + text)
        for number, table in enumerate(tables, 1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as sheet:
                for piece in _sheet(table, mark):
                    sheet.write(piece.encode())


def _parts(titles: Sequence[str]) -> dict[str, str]:
    """What a workbook says of its sheets."""
    numbered = list(enumerate(titles, 1))
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        for n, _title in numbered
    )
    named = "".join(f'<sheet name="{_said(title)}" sheetId="{n}" r:id="rId{n}"/>' for n, title in numbered)
    places = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _title in numbered
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>{kinds}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>',
        "_rels/.rels": _ROOT,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{places}<Relationship '
        f'Id="rId{len(titles) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{named}</sheets></workbook>",
    }


def _sheet(table: Table, mark: str) -> Iterator[str]:
    if not table.header:
        widths = '<cols><col min="1" max="1" width="14"/><col min="2" max="2" width="60"/></cols>'
        told = "".join(_row(number, cells) for number, cells in enumerate(table.rows, 1))
        yield f'{_XML}<worksheet xmlns="{_MAIN}">{widths}<sheetData>{told}</sheetData></worksheet>'
        return
    yield f"{_XML}{_head(len(table.header))}{_row(1, table.header, 1)}"
    for number, cells in enumerate(table.rows, 2):
        yield _row(number, cells)
    yield f"</sheetData>{_foot(mark)}</worksheet>"


def _head(columns: int) -> str:
    """On paper all columns stand on one page; on the screen the header stays above."""
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{columns}" width="14" customWidth="1"/></cols><sheetData>'
    )


def _foot(mark: str) -> str:
    left = _said(mark.replace("&", "&&"))
    return (
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>&amp;L{left}&amp;R&amp;P / &amp;N</oddFooter></headerFooter>"
    )


def _row(number: int, cells: Cells, style: int = 0) -> str:
    filled = ((at, value) for at, value in enumerate(cells) if value not in (None, ""))
    told = "".join(_cell(f"{_letter(at)}{number}", value, style) for at, value in filled)
    return f'<row r="{number}">{told}</row>'


def _cell(place: str, value: str | int | None, style: int) -> str:
    if isinstance(value, int):
        return f'<c r="{place}" s="2"><v>{value}</v></c>'
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_said(str(value))}</t></is></c>'


def _said(text: str) -> str:
    return escape(_UNWRITABLE.sub("", text), {'"': "&quot;"})


@cache
def _letter(at: int) -> str:
    """A B … Z AA AB …"""
    before, here = divmod(at, 26)
    return f"{_letter(before - 1) if before else ''}{chr(65 + here)}"


def write_csv(out: IO[bytes], header: Cells, rows: Iterable[Cells]) -> None:
    """As Excel and WPS open it: UTF-8 with a mark, an apostrophe before what a program would calculate or round."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=False)
    lines = csv.writer(text)
    lines.writerow(header)
    lines.writerows([report_text(value) for value in row] for row in rows)
    text.detach()


def handed(body: bytes | Iterable[bytes], kind: str, name: str, plain: str) -> Response:
    """The answer that hands a file over. Headers hold no Chinese: the name in the way of RFC 8187, and a plain one for
    who does not know it; both without their ending."""
    response = Response(body, mimetype=MIMES[kind])
    named = {"filename": f"{plain}.{kind}", "filename*": f"UTF-8''{quote(f'{name}.{kind}')}"}
    response.headers.set("Content-Disposition", "attachment", **named)
    return response
