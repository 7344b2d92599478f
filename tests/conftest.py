"""The tree, the cast, and browsers of theirs. The base is built once, and each test gets a fresh copy of it.

    district 1 ┬ street 2 ┬ community 21 ┬ cell 211   the worker's
               │          │              └ cell 2110  the neighbor's
               │          └ community 210 ─ cell 212  leader2's
               └ street 20 ─ community 22 ─ cell 221  the stranger's

Codes are chosen so that a prefix mistake (2, 20, 21, 210, 2110) shows. With DATABASE_URL the same tests run
on PostgreSQL: each worker of the test run makes its own databases on that server.
"""

import gc
import re
import secrets
import socket
from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from gridunion import clock, commands, config, create_app, keys
from gridunion.accounts import guessing, models
from gridunion.accounts.models import Account, Posting, SignIn
from gridunion.db import db, write
from gridunion.doors import digest, form_token
from gridunion.members import reads
from gridunion.members.models import Person
from gridunion.members.search import index_id, question
from gridunion.menu import badges
from gridunion.rights import Held, Viewer
from gridunion.tree import Unit, everywhere
from gridunion.visits import checks
from gridunion.web import Site
from tests.bases import POSTGRES, fresh_database, keep, put_back, quick_folder
from tests.compiled import Compiled

SHARED = Path(__file__).resolve().parents[2] / "shared"
NOON = datetime(2026, 11, 19, 4, 0, tzinfo=UTC)  # Thursday, noon in Shanghai
KEYS = keys.new()

UNITS = [
    ("1", "汉台区总工会", "district_federation", None),
    ("2", "汉中路街道工会联合会", "street_federation", "1"),
    ("20", "东大街街道工会联合会", "street_federation", "1"),
    ("21", "明珠社区工会", "community_union", "2"),
    ("210", "太白社区工会", "community_union", "2"),
    ("22", "莲湖社区工会", "community_union", "20"),
    ("211", "明珠社区第1网格", "cell", "21"),
    ("2110", "明珠社区第2网格", "cell", "21"),
    ("212", "太白社区第1网格", "cell", "210"),
    ("221", "莲湖社区第1网格", "cell", "22"),
]

CAST = [
    ("worker", "周素琴", "grid_worker", "211"),
    ("neighbor", "罗春梅", "grid_worker", "2110"),
    ("leader", "何建平", "leader", "21"),
    ("leader2", "田桂珍", "leader", "210"),
    ("supervisor", "杜丽华", "supervisor", "2"),
    ("stranger", "秦爱华", "grid_worker", "221"),
    ("district", "马秀英", "district_officer", "1"),
    ("admin", "任志强", "administrator", "1"),
    ("auditor", "郭小梅", "auditor", "1"),
]
PASSWORD = "kaoyan-2026-xiangyang"


# Files that take long begin first, so that all workers of a run end together.
LONG = (
    "test_pages",
    "test_days",
    "test_outbox",
    "test_walk",
    "test_canary",
    "test_importing",
    "test_recount",
    "test_status",
    "test_language",
    "test_demo",
    "test_complaints",
    "test_indicators",
    "test_load",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file stay with one worker of a run: what they share is made once."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session", autouse=True)
def _alone() -> Iterator[None]:
    """No connection leaves the machine."""
    connect = socket.socket.connect

    def stay(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            raise ConnectionRefusedError(f"{address} leaves the machine")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(socket.socket, "connect", stay)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick() -> Iterator[None]:
    """Passwords are hashed cheaply, rubbish is looked for seldom, templates are compiled once, and no lot falls."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    with pytest.MonkeyPatch.context() as patched:
        for module in (models, guessing):
            patched.setattr(module, "hasher", cheap)
        patched.setattr(models, "_NOBODY", cheap.hash("nobody"))
        patched.setattr(checks, "lot", lambda uid: 100)  # no visit is drawn for a check by chance
        patched.setattr(Site, "jinja_options", {"bytecode_cache": Compiled()})
        yield
    gc.collect()
    gc.freeze()  # looked through once; pytest would five times


@pytest.fixture(scope="session")
def app() -> Iterator[Flask]:
    """The site on a real database; schema by migration, seeds, tree and cast."""
    with quick_folder() as home:
        site = _made(home)
        yield site
        with site.app_context():
            db.session.remove()
            db.engine.dispose()


def _made(home: Path) -> Flask:
    ring = home.with_name(f"{home.name}.keys") / "keys.json"
    KEYS.save(ring)
    site = create_app(_config(home, ring))
    site.config["TESTING"] = False  # errors become pages, as people see them
    with site.app_context(), clock.at(NOON):
        commands.set_up()
        with everywhere(), write():
            _people_the_tree()
        keep(site)
    return site


def _config(home: Path, ring: Path) -> config.Config:
    environ = {"GRIDUNION_HOME": str(home / "var"), "GRIDUNION_KEYS": str(ring)}
    if POSTGRES:
        environ["DATABASE_URL"] = fresh_database("gu_test")
    return config.read(environ)


def _people_the_tree() -> None:
    units: dict[str, Unit] = {}
    for code, name, kind, parent in UNITS:
        units[code] = Unit.under(
            units.get(parent or ""), code=code, name=name, kind=kind, opened_on=date(2020, 1, 1)
        )
        db.session.add(units[code])
        db.session.flush()
    for login, name, role, code in CAST:
        account = Account(login=login, name=name, must_change=False, phone=f"1390916{len(login):04d}")
        db.session.add(account)
        Posting.give(account, role, units[code], date(2020, 1, 1))


@pytest.fixture
def site(app: Flask) -> Iterator[Flask]:
    """A fresh base, at noon on Thursday 19 November 2026."""
    with app.app_context():
        put_back(app)
    reads.forget_all()
    with clock.at(NOON):
        yield app
    app.extensions.pop("gridunion.settings", None)


@pytest.fixture
def bare_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test walks many pages and asks nothing of their menu, nobody counts what waits beside it."""
    for place in badges:
        monkeypatch.setitem(badges, place, lambda _viewer: 0)


@pytest.fixture
def lifted(site: Flask) -> Iterator[Flask]:
    """Inside the app, with the guard lifted: for looking at the base directly."""
    with site.app_context(), everywhere():
        yield site


@dataclass
class Someone:
    """A browser with somebody signed in (or nobody), that fills in the hidden fields of every form."""

    site: Flask
    login: str = ""
    client: FlaskClient = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        self.client = self.site.test_client()
        if self.login:
            self._enter()

    def _enter(self) -> None:
        cookie = secrets.token_urlsafe(32)
        Context().run(self._sign_in, cookie)
        self.client.set_cookie("gu", cookie)

    def _sign_in(self, cookie: str) -> None:
        with self.site.app_context(), everywhere(), write():
            account = db.session.scalars(select(Account).where(Account.login == self.login)).one()
            until = clock.now() + timedelta(hours=8)
            db.session.add(
                SignIn(token_hash=digest(cookie), account_id=account.id, until=until, idle_seconds=8 * 3600)
            )

    def get(self, url: str, status: int = 200, **options: Any) -> "Page":
        return self._seen(self._apart(self.client.get, url, **options), status)

    def post(self, url: str, data: dict[str, Any] | None = None, status: int = 303, **options: Any) -> "Page":
        """Post a form as its page would, with the token and a fresh key unless `data` holds one."""
        sent = {"csrf_token": self.csrf(), "client_key": secrets.token_hex(16), **(data or {})}
        return self._seen(self._apart(self.client.post, url, data=sent, **options), status)

    def _apart(self, send: Any, *args: Any, **options: Any) -> TestResponse:
        """A request has a context of its own, even while the test looks into the base."""
        answer: TestResponse = Context().run(send, *args, buffered=True, **options)
        return answer

    def csrf(self) -> str:
        """The token of this browser's forms; who is signed in need not read a page for it."""
        if not self.token and (cookie := self.login and self.client.get_cookie("gu")):
            self.token = Context().run(self._token_behind, cookie.value)
        if not self.token:
            page = self._apart(self.client.get, "/login").get_data(as_text=True)
            found = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert found, "a page without a form token"
            self.token = found[1]
        return self.token

    def _token_behind(self, cookie: str) -> str:
        with self.site.test_request_context("/", headers={"Cookie": f"gu={cookie}"}):
            return form_token()

    def _seen(self, response: TestResponse, status: int) -> "Page":
        page = Page(response)
        assert response.status_code == status, (
            f"{response.status_code} instead of {status}: {page.text[:600]}"
        )
        if status == 200 and response.mimetype == "text/html" and "<html" in page.html:
            page.look_over(self.site)
        return page


@dataclass
class Page:
    """An answer, looked at as a person and as a machine would."""

    response: TestResponse

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def text(self) -> str:
        bare = re.sub(r"<(script|style|template).*?</\1>|<[^>]+>", " ", self.html, flags=re.S)
        return re.sub(r"\s+", " ", unescape(bare)).strip()

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    @property
    def total(self) -> int:
        """What the list on the page says it holds."""
        found = re.search(r'data-total="(\d+)"', self.html)
        return int(found[1]) if found else 0

    def look_over(self, site: Flask) -> None:
        assert self.html.count("<h1") == 1, "a page has one h1"
        assert "style=" not in self.html, "inline style would break the CSP"
        assert "{{" not in self.html
        assert "None" not in self.text, self.text
        addresses = site.url_map.bind("localhost")
        for href in set(re.findall(r'(?:href|action)="(/[^"?#]*)', self.html)):
            assert any(addresses.allowed_methods(href)), f"{href} leads nowhere"

    def __contains__(self, words: str) -> bool:
        return words in self.text


def _one(login: str) -> Any:
    def someone(site: Flask) -> Someone:
        return Someone(site, login)

    return pytest.fixture(someone)


worker, neighbor, leader, leader2 = _one("worker"), _one("neighbor"), _one("leader"), _one("leader2")
supervisor, stranger, district = _one("supervisor"), _one("stranger"), _one("district")
admin, auditor, nobody = _one("admin"), _one("auditor"), _one("")


def unit(code: str) -> Unit:
    """A unit of the tree. Inside `lifted`."""
    return db.session.scalars(select(Unit).where(Unit.code == code)).one()


def as_viewer(login: str) -> Viewer:
    """Somebody of the cast, for calling a model's verbs directly. Inside `lifted`."""
    with everywhere():
        account = db.session.scalars(select(Account).where(Account.login == login)).one()
        held = [
            Held(
                p.role,
                p.unit_id,
                p.unit.code,
                p.unit.name,
                p.unit.path,
                p.until_on,
                p.stands_in_for_id,
                p.stands_in_for and p.stands_in_for.name,
            )
            for p in account.held
        ]
    return Viewer(account.id, str(account.uid), account.name, False, 0, tuple(held))


def matching(asked: str, code: str) -> list[Person]:
    """Whom the index of the search finds in a unit."""
    looked_for = question(asked, [unit(code).id])
    assert looked_for is not None
    rows = select(index_id()).where(looked_for.condition).params(looked_for.values)
    return list(db.session.scalars(select(Person).where(Person.id.in_(rows))))


def member(name: str = "王秀兰", cell: str = "211", phone: str = "13609162087", **known: Any) -> Person:
    """A member of a cell, approved. Inside `lifted`; commits."""
    leader = as_viewer("leader")
    with write():
        person = Person.register(unit(cell), leader, "grid_visit", name=name, phone=phone, **known)
        person.approve(leader)
    return person
