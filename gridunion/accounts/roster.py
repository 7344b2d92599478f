"""Accounts and postings from a sheet: read and checked row by row, good rows stored, the others told why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from gridunion import clock
from gridunion.accounts.admin_forms import clean_new_login
from gridunion.accounts.governing import governed
from gridunion.accounts.models import Account, AlreadyHeld, BadPosting, Posting, hash_password, new_code
from gridunion.db import db
from gridunion.names import clean_name
from gridunion.phones import clean_phone, phone_from_cell
from gridunion.sheets import Sheet, cell_date, cell_text, find_header, read_limited
from gridunion.text import Unacceptable, clean_code
from gridunion.tree import Eyes, Unit, everywhere

MOST_ROWS = 500  # a code takes 27 ms to hash
COLUMNS = {
    "name": ("姓名",),
    "login": ("账号或手机号", "账号", "手机号", "手机"),
    "role": ("角色", "岗位"),
    "unit": ("单位编码", "编码", "网格编码"),
    "from_on": ("起", "开始日期", "从哪天起"),
    "last_on": ("止", "最后一天", "结束日期"),
}
ROLE_WORDS = {
    "网格员": "grid_worker", "社区工会主席": "leader",
    "主席": "leader", "副主席": "leader", "社区工会副主席": "leader",
    "街道联合会": "supervisor", "街道工会联合会": "supervisor", "街道": "supervisor",
    "区总工会": "district_officer",
    "系统管理员": "administrator", "管理员": "administrator", "审计员": "auditor",
}  # fmt: skip
SHOWN_ROLES = ("网格员", "社区工会主席", "街道联合会", "区总工会", "系统管理员", "审计员")
VERDICTS = {"ok": lazy_gettext("已存"), "duplicate": lazy_gettext("已有"), "error": lazy_gettext("没存")}


Codes = dict[str, tuple[str, str]]
"""Login → one-time code and its hash."""


class RosterRefused(ValueError):
    """The sheet as a whole cannot be taken. ``str()`` is a sentence for the user."""


class Faulty(Exception):
    """A row that is not taken: in which column, and why."""

    def __init__(self, column: str, sentence: str) -> None:
        self.column, self.sentence = column, sentence


@dataclass
class Line:
    """A row of the sheet, and what became of it."""

    number: int
    name: str = ""
    login: str = ""
    phone: str | None = None
    role: str = ""
    unit_code: str = ""
    from_on: date | None = None
    until_on: date | None = None
    verdict: str = "ok"
    column: str = ""
    sentence: str = ""
    code: str = ""

    def refuse(self, column: str, sentence: str, verdict: str = "error") -> None:
        self.verdict, self.column, self.sentence = verdict, column, sentence


@dataclass
class Roster:
    """A sheet that was read: its rows, and a one-time code and its hash for each login that is new."""

    lines: list[Line]
    codes: Codes

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if line.verdict == "ok"]

    def count(self) -> dict[str, int]:
        """How many rows met each fate."""
        return {verdict: sum(line.verdict == verdict for line in self.lines) for verdict in VERDICTS}


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


def store(roster: Roster, over: Eyes) -> None:
    """Store the good rows; each line then says what became of it. Inside write()."""
    good = roster.good
    wanted = select(Unit).where(Unit.code.in_([line.unit_code for line in good]))
    units = {unit.code: unit for unit in db.session.scalars(wanted)}
    people = {account.login: account for account in _known(good)}
    mine = governed([account.id for account in people.values()], over)
    theirs = {login for login, account in people.items() if account.id not in mine or not account.active}
    for line in good:
        try:
            _store(line, units.get(line.unit_code), people, theirs, roster.codes)
        except Faulty as fault:
            line.refuse(fault.column, fault.sentence)
        except AlreadyHeld as problem:
            line.refuse("", str(problem), "duplicate")
        except BadPosting as problem:
            line.refuse(COLUMNS[problem.about][0], str(problem))


def _known(lines: list[Line]) -> list[Account]:
    wanted = select(Account).where(Account.login.in_([line.login for line in lines]))
    return list(db.session.scalars(wanted.options(selectinload(Account.postings).selectinload(Posting.unit))))


def _store(line: Line, unit: Unit | None, people: dict[str, Account], theirs: set[str], codes: Codes) -> None:
    if unit is None or line.from_on is None:
        raise Faulty("单位编码", _("你负责的范围里没有编码 %(code)s", code=line.unit_code))
    account = people.get(line.login)
    if account is None:
        account = _newcomer(line, codes)
    elif account.name != line.name:
        raise Faulty("姓名", _("这个账号是另一个人的"))
    elif line.login in theirs:
        raise Faulty("账号或手机号", _("这个账号已停用，或不归你管"))
    Posting.give(account, line.role, unit, line.from_on, line.until_on)
    if line.login not in people:
        people[line.login] = account
        line.code = codes[line.login][0]


def _newcomer(line: Line, codes: Codes) -> Account:
    if line.login not in codes:  # it was there when the sheet was read
        raise Faulty("账号或手机号", _("这个账号刚刚变了，请再传一次"))
    account = Account(login=line.login, name=line.name, phone=line.phone)
    account.give_code(codes[line.login][1])
    return account
