"""What the cells of a sheet say, and how a cell of ours is written so that no program changes it."""

import re
import unicodedata
from datetime import date, datetime, time

from flask_babel import lazy_gettext as _

from gridunion import clock
from gridunion.text import Unacceptable, clean_code

_DAY = re.compile(
    r"((?:19|20|21)[0-9]{2})"
    r"(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))"
)
_CLOCK = re.compile(r"[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?$")
_YES = frozenset({"是", "有", "对", "真", "√", "✓", "✔", "☑", "Y", "YES", "T", "TRUE", "1"})
_NO = frozenset({"否", "无", "没有", "不是", "错", "假", "×", "✗", "✘", "X", "N", "NO", "F", "FALSE", "0"})
# First signs by which a spreadsheet program takes text for a formula (OWASP, CSV injection), and numbers
# longer than the 15 digits a spreadsheet keeps. Both are written with an apostrophe in front, and so is what has
# one already: else that would be lost when it is read again.
_CHANGED = re.compile(r"'*(?:[=+\-@\t\r\n＝＋－＠]|[0-9]{16,}$)")
_QUOTED = re.compile(rf"^'(?={_CHANGED.pattern})")


def cell_text(value: object) -> str:
    """The cell as text: 99999.0 is ``99999``, dates are ISO, an empty cell is empty.

    A number of more than 15 digits comes in scientific notation, for its last digits are lost: what
    looks like an identity number then is none, and `identity.clean_id_number` says so.
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15G}"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date):
        return value.isoformat().replace("T", " ")
    return _QUOTED.sub("", str(value).strip(), count=1)


def report_text(value: object) -> str:
    """The cell as a report holds it: with an apostrophe where a program would calculate or round it.

    `cell_text` takes the apostrophe away again, so a report that is mended and sent back is understood.
    """
    if not isinstance(value, str):
        return cell_text(value)
    return f"'{value}" if _CHANGED.match(value) else value


def cell_date(value: object) -> date:
    """The day in a cell: a date cell, or 2026-11-01, 2026/11/1, 2026.11.1, 20261101, 2026年11月1日.

    A time of day behind it is dropped. Raises `Unacceptable`, also for days that do not exist and for years
    nobody means.
    """
    day = _day_of(value)
    if not clock.EARLIEST <= day <= clock.LATEST:
        raise Unacceptable(_("请核对年份，应在 1900 年到 2100 年之间"))
    return day


def _day_of(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = cell_text(value)
    found = _DAY.fullmatch(clean_code(_CLOCK.sub("", unicodedata.normalize("NFKC", text))))
    if not found:
        raise Unacceptable(_("看不懂日期“%(text)s”，请写成 2026-11-01 这样", text=text[:30]))
    year, month, day = (int(part) for part in found.groups() if part and part.isdecimal())
    try:
        return date(year, month, day)
    except ValueError:
        raise Unacceptable(_("没有 %(text)s 这一天，请核对", text=text[:30])) from None


def cell_yes(value: object) -> bool:
    """Whether a cell says yes: 是 有 对 √ Y 1, or no: 否 无 × N 0. Raises `Unacceptable` for all else."""
    word = clean_code(cell_text(value))
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unacceptable(_("请填写是或否"))
