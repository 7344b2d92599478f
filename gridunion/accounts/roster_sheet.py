"""The sheet a roster comes in: read and checked row by row. Slow, and done outside write()."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.admin_forms import clean_new_login
from gridunion.accounts.models import Account, hash_password, new_code
from gridunion.accounts.roster import COLUMNS, Codes, Faulty, Line, Roster
from gridunion.cells import cell_date, cell_text
from gridunion.db import db
from gridunion.names import clean_name
from gridunion.phones import clean_phone, phone_from_cell
from gridunion.sheets import Sheet, find_header, read_limited
from gridunion.text import Unacceptable, clean_code
from gridunion.tree import everywhere

MOST_ROWS = 500  # a code takes 27 ms to hash
ROLE_WORDS = {
    "网格员": "grid_worker", "社区工会主席": "leader",
    "主席": "leader", "副主席": "leader", "社区工会副主席": "leader",
    "街道联合会": "supervisor", "街道工会联合会": "supervisor", "街道": "supervisor",
    "区总工会": "district_officer",
    "系统管理员": "administrator", "管理员": "administrator", "审计员": "auditor",
}  # fmt: skip
SHOWN_ROLES = ("网格员", "社区工会主席", "街道联合会", "区总工会", "系统管理员", "审计员")


class RosterRefused(ValueError):
    """The sheet as a whole cannot be taken. ``str()`` is a sentence for the user."""


def read(path: Path) -> Roster:
    """The rows of a sheet, each checked by itself, with codes for whoever is new. Slow: outside write().

    Raises RosterRefused, and Unreadable for a file that is no table.
    """
    sheet = read_limited(path)
    header = find_header(sheet.rows, COLUMNS, required=("name", "login", "role", "unit"))
    filled = [
        n for n in range(header.row_index + 1, len(sheet.rows)) if any(cell_text(c) for c in sheet.rows[n])
    ]
    if len(filled) > MOST_ROWS:
        raise RosterRefused(_("有 %(n)s 行，一次最多 %(most)s 行，请分开上传", n=len(filled), most=MOST_ROWS))
    roster = Roster([_line(sheet, n, header.columns) for n in filled], {})
    roster.codes = _codes({line.login for line in roster.good})
    return roster


def _line(sheet: Sheet, index: int, columns: dict[str, int]) -> Line:
    cells = sheet.rows[index]
    row = {name: cells[place] if place < len(cells) else None for name, place in columns.items()}
    line = Line(sheet.number_of(index), cell_text(row["name"]))
    try:
        _fill(line, row)
    except Faulty as fault:
        line.refuse(fault.column, fault.sentence)
    return line


def _fill(line: Line, row: Mapping[str, object]) -> None:
    line.name = _clean("姓名", clean_name, cell_text(row["name"]))
    line.login, line.phone = _login(row["login"])
    role = clean_code(cell_text(row["role"]))
    if role not in ROLE_WORDS:
        raise Faulty("角色", _("没有这个角色，可以填：%(roles)s", roles="、".join(SHOWN_ROLES)))
    line.role, line.unit_code = ROLE_WORDS[role], clean_code(cell_text(row["unit"]))
    line.from_on = _day("起", row.get("from_on")) or clock.today()
    last = _day("止", row.get("last_on"))
    line.until_on = last and last + timedelta(days=1)


def _login(cell: object) -> tuple[str, str | None]:
    """What somebody signs in with; a phone number is both."""
    text = cell_text(cell)
    digits = clean_code(text, "-+")
    if digits.isdigit() and len(digits) >= 9:
        phone = _clean("账号或手机号", lambda _text: clean_phone(phone_from_cell(cell)), text)
        return phone, phone
    return _clean("账号或手机号", clean_new_login, text), None


def _clean(column: str, clean: object, text: str) -> str:
    if not text:
        raise Faulty(column, _("没填%(column)s", column=column))
    try:
        return clean(text)  # type: ignore[operator]
    except Unacceptable as problem:
        raise Faulty(column, str(problem)) from None


def _day(column: str, cell: object) -> date | None:
    if not cell_text(cell):
        return None
    try:
        return cell_date(cell)
    except Unacceptable as problem:
        raise Faulty(column, str(problem)) from None


def _codes(logins: set[str]) -> Codes:
    with everywhere():
        known = set(db.session.scalars(select(Account.login).where(Account.login.in_(logins))))
    made = {login: new_code() for login in sorted(logins - known)}
    return {login: (code, hash_password(code)) for login, code in made.items()}
