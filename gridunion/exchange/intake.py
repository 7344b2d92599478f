"""Taking in a sheet: read without danger, judged row by row, stored in one transaction, faults sent back."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from gridunion import audit
from gridunion.cells import cell_text
from gridunion.db import write
from gridunion.sheetfile import HEADER_WITHIN
from gridunion.sheets import find_header, limited_rows, write_report
from gridunion.text import Unacceptable
from gridunion.tree import everywhere

Cells = Mapping[str, Any]
REPORT = ("row", "verdict", "field", "message")
_FOOT = re.compile(
    r"(?:合计|总计|小计|共计|备注|说明|填表人|填报人|填表日期|填报日期|审核人|制表人|经办人|负责人|联系人|单位盖章|单位(?:[(（]盖章|负责人))"
)


@dataclass(frozen=True, slots=True)
class Line:
    """What became of a row; `row` is the number the spreadsheet program shows."""

    row: int
    verdict: str
    field: str = ""
    message: str = ""


class Fault(Exception):
    """A row that is not taken: the column at fault and what is wrong with it."""

    verdict = "error"

    def __init__(self, field: str, message: object) -> None:
        super().__init__(field)
        self.field, self.message = field, str(message)

    def line(self, row: int) -> Line:
        return Line(row, self.verdict, self.field, self.message)


class Twin(Fault):
    """A row that is there already."""

    verdict = "duplicate"


class Intake:
    """One kind of sheet. A row is judged by `take`; what depends on other rows and on the base, by
    `settle`."""

    kind: str
    columns: Mapping[str, Sequence[str]]
    """Field → the names its column goes by, the national one first."""
    required: Sequence[str]
    key: Sequence[str]
    """Fields of which a row of data has at least one; totals and signatures have none."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}

    def prepare(self) -> None:
        """Read what rows are judged by."""

    def take(self, row: int, cells: Cells) -> None:
        """Judge a row and keep it. Raises Fault."""
        raise NotImplementedError

    def settle(self) -> None:
        """Turn down, with `refuse`, the kept rows that are twins or that the base does not fit."""

    def store(self) -> None:
        """Store what is left. Inside write()."""

    def refuse(self, row: int, fault: Fault) -> None:
        self.lines[row] = fault.line(row)

    def counts(self) -> Counter[str]:
        return Counter(line.verdict for line in self.lines.values())

    @classmethod
    def known_by(cls) -> list[list[str]]:
        """The columns by which its sheet is told from others in the file."""
        return [list(cls.columns[field]) for field in cls.required]

    def title(self, field: str) -> str:
        return self.columns[field][0]


def load(path: Path, intake: Intake, report: Path | None = None, dry_run: bool = False) -> Counter[str]:
    """Take a sheet in; gives back how many rows had which verdict. Raises Unreadable, and then nothing was
    stored."""
    with everywhere():
        intake.prepare()
        _judge_all(path, intake)
        if dry_run:
            intake.settle()
            _report(intake, report)
            return intake.counts()
    with everywhere(), write():
        intake.settle()
        if intake.counts()["ok"]:
            intake.store()
            audit.note(
                "load", what=intake.kind, file=path.name, sha256=_digest(path), rows=dict(intake.counts())
            )
        _report(intake, report)  # before the commit: no report, nothing stored
    return intake.counts()


def _judge_all(path: Path, intake: Intake) -> None:
    rows = limited_rows(path, intake.known_by())
    top = list(islice(rows, HEADER_WITHIN))
    header = find_header(top, intake.columns, intake.required)
    for number, row in enumerate(islice(chain(top, rows), header.row_index + 1, None), header.row_index + 2):
        intake.lines[number] = judge_row(intake, number, row, header.columns)


def judge_row(intake: Intake, number: int, row: Sequence[Any], columns: Mapping[str, int]) -> Line:
    """What a row is worth by itself; the intake keeps what it says when it is good."""
    cells = {field: row[at] for field, at in columns.items() if at < len(row)}
    if _is_empty(row) or _is_foot(intake, row, cells):
        return Line(number, "skip")
    try:
        intake.take(number, cells)
    except Fault as fault:
        return fault.line(number)
    return Line(number, "ok")


def _is_empty(row: Sequence[Any]) -> bool:
    return all(map(blank, row))


def _is_foot(intake: Intake, row: Sequence[Any], cells: Cells) -> bool:
    """A total or a signature line below the table."""
    if not all(blank(cells.get(field)) for field in intake.key):
        return False
    first = next(cell_text(value) for value in row if not blank(value))
    return bool(_FOOT.match(first))


def _report(intake: Intake, path: Path | None) -> None:
    if path is not None:
        write_report(path, chain([REPORT], _rows(intake)))


def _rows(intake: Intake) -> Iterator[tuple[Any, ...]]:
    for number in sorted(intake.lines):
        line = intake.lines[number]
        yield line.row, line.verdict, line.field, line.message


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def blank(value: Any) -> bool:
    """Whether a cell says nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def cleaned(field: str, rule: Any, *values: Any) -> Any:
    """The value by a rule of the house; its complaint becomes a fault of the column."""
    try:
        return rule(*values)
    except Unacceptable as problem:
        raise Fault(field, problem) from None
