"""How often a page asks the database: a number one can write down, and the same for thirty records as for three."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from gridunion import clock, settings
from gridunion.accounts.models import Account, Posting
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.tree import Unit
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests.conftest import Someone, as_viewer, unit

# (who, what they open, how many statements at most); {…} stands for the address of the first record.
PAGES = (
    ("worker", "/today", 14),
    ("worker", "/members/", 6),
    ("worker", "/members/?show=hardship", 6),
    ("worker", "/members/{person}", 16),
    ("worker", "/members/new", 4),
    ("worker", "POST /members/search", 6),
    ("worker", "/complaints/", 5),
    ("worker", "/complaints/{complaint}", 17),
    ("worker", "/visits/", 5),
    ("leader", "/inbox", 16),
    ("leader", "/members/approvals", 8),
    ("leader", "/members/", 11),
    ("leader", "/members/suspects", 10),
    ("leader", "/employers/", 8),
    ("leader", "/employers/{employer}", 12),
    ("leader", "/staff", 14),
    ("leader", "/members/export", 8),
    ("leader", "/members/print", 8),
    ("leader", "/members/cards", 8),
    ("supervisor", "/status/", 14),
    ("supervisor", "/status/21", 14),
    ("supervisor", "/status/2/members", 12),
    ("supervisor", "/status/2/open", 12),
    ("supervisor", "/status/2/visits_due", 15),
    ("supervisor", "/status/2/cells", 11),
    ("supervisor", "/status/21/map", 10),
    ("supervisor", "/status/2/targets", 14),
    ("supervisor", "/status/21/joined?when=2026", 10),
    ("supervisor", "/status/2/map?by=cells", 10),
    ("supervisor", "/status/2?when=2026-11", 23),
    ("supervisor", "/status/2/measures", 33),
    ("supervisor", "/status/2/visits_met", 7),
    ("supervisor", "/status/2/gave_rating", 7),
    ("supervisor", "/status/2/joined", 7),
    ("supervisor", "/complaints/overdue", 6),
    ("worker", "/visits/several", 5),
    ("worker", "/visits/new?person={person}", 12),
    ("worker", "/diary", 9),
    ("leader", "/visits/checks", 7),
    ("leader", "/letters/", 8),
    ("leader", "/alerts/", 8),
    ("leader", "/visits/plan/21", 13),
    ("supervisor", "/visits/plan/2", 12),
    ("supervisor", "/visits/plan/2/records?show=coming", 8),
    ("admin", "/units/", 6),
    ("admin", "/units/21", 7),
    ("admin", "/accounts/", 6),
    ("auditor", "/trail", 13),
)


SELECTS = 21  # SQLITE_SELECT


@contextmanager
def asked(site: Flask) -> Iterator[list[str]]:
    """The statements the database hears."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            heard.append(statement)

    with site.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def crowd(first: int, last: int) -> None:
    """So many people, each with a visit, a visit due and a complaint in hand; as many employers, cells, accounts."""
    for n in range(first, last):
        with write():
            _somebody(n)
            _place(n)


def _somebody(n: int) -> None:
    employer = Employer(unit=unit("21"), name=f"汉宁轩第{n}店")
    db.session.add(employer)
    by, group = as_viewer("worker"), {"key_group": "courier", "employer_name": employer.name}
    person = Person.register(
        unit("211"), by, "grid_visit", name=f"王秀兰{n}", phone=f"1360916{n:04d}", **group
    )
    if n % 3 == 0:
        return  # still waits to be approved
    person.approve(as_viewer("leader"))
    person.note_hardship("illness" if n % 3 == 1 else None, None)
    DueVisit.plan(person, "hospital", clock.today(), by)
    Visit.log(person, by, "met", at=clock.now())
    case = Complaint.take(unit("211"), by, person.name, None, person=person, category="wages", channel="walk_in",
                          text="两个月工资没发")  # fmt: skip
    worker = db.session.scalars(select(Account).where(Account.login == "worker")).one()
    case.assign(worker, as_viewer("leader"))


def _place(n: int) -> None:
    cell = Unit.under(unit("21"), code=f"219{n:03d}", name=f"明珠社区第{n + 10}网格", kind="cell")
    account = Account(login=f"helper{n}", name=f"助手{n}", must_change=False)
    db.session.add_all((cell, account))
    db.session.flush()
    Posting.give(account, "grid_worker", cell, date(2020, 1, 1))


def counted(site: Flask) -> dict[str, int]:
    """How often each page asks, once it was opened before."""
    places = {"person": _first(Person), "complaint": _first(Complaint), "employer": _first(Employer)}
    people = {login: Someone(site, login) for login in {login for login, *_ in PAGES}}
    return {
        f"{login} {address}": _count(people[login], address.format(**places)) for login, address, _ in PAGES
    }


def _first(model: Any) -> Any:
    shown = select(model.uid).order_by(model.id).offset(1 if model is Person else 0).limit(1)
    return db.session.scalars(shown).one()


def _count(somebody: Someone, address: str) -> int:
    somebody.csrf()
    _open(somebody, address)
    with asked(somebody.site) as heard:
        _open(somebody, address)
    return len(heard)


def _open(somebody: Someone, address: str) -> None:
    if address.startswith("POST "):
        somebody.post(address[5:], {"q": "王秀兰1"}, status=200)
    else:
        somebody.get(address)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are read anew every few seconds: not in the middle of a count."""
    monkeypatch.setattr(settings, "FRESH_SECONDS", 3600)


def test_no_page_asks_more_often_than_is_written_here_nor_when_there_is_more_to_show(lifted: Flask) -> None:
    crowd(0, 3)
    few = counted(lifted)
    crowd(3, 30)
    many = counted(lifted)
    assert {page: (few[page], many[page]) for page in few if few[page] != many[page]} == {}
    most = {f"{login} {address}": number for login, address, number in PAGES}
    assert {page: (number, most[page]) for page, number in many.items() if number > most[page]} == {}


@pytest.mark.once
def test_what_is_asked_at_every_page_is_planned_only_once(lifted: Flask) -> None:
    """SQLite plans a statement anew, which costs more than to answer it, when it may look at a bound value."""
    crowd(0, 3)
    with planned() as statements:
        for login in ("worker", "leader"):
            somebody = Someone(lifted, login)
            for _time in range(3):
                statements.clear()
                somebody.get("/members/")
            assert statements == [], login


@contextmanager
def planned() -> Iterator[list[Any]]:
    """What SQLite is asked while it plans statements: whether it may read this table, that column."""
    heard: list[Any] = []

    def hear(raw: Any, _record: Any) -> None:
        raw.set_authorizer(lambda action, *said: heard.append(said) or 0 if action == SELECTS else 0)

    event.listen(db.engine, "connect", hear)
    db.engine.dispose()
    try:
        yield heard
    finally:
        event.remove(db.engine, "connect", hear)
        db.engine.dispose()
