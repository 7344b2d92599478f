"""A roster: accounts and postings row by row; the good ones are stored, the others told why."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from gridunion.accounts.governing import governed
from gridunion.accounts.models import Account, AlreadyHeld, BadPosting, Posting
from gridunion.db import db
from gridunion.tree import Eyes, Unit

COLUMNS = {
    "name": ("姓名",),
    "login": ("账号或手机号", "账号", "手机号", "手机"),
    "role": ("角色", "岗位"),
    "unit": ("单位编码", "编码", "网格编码"),
    "from_on": ("起", "开始日期", "从哪天起"),
    "last_on": ("止", "最后一天", "结束日期"),
}
VERDICTS = {"ok": lazy_gettext("已存"), "duplicate": lazy_gettext("已有"), "error": lazy_gettext("没存")}


Codes = dict[str, tuple[str, str]]
"""Login → one-time code and its hash."""


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
