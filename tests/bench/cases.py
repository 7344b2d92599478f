"""What is measured: pages and writes of the product, and beside them the floor."""

from datetime import UTC, datetime
from itertools import cycle
from random import Random
from secrets import choice, randbelow, token_hex
from typing import Any
from uuid import UUID

from gridunion.bookmark import seal
from tests.bench.bases import Base
from tests.bench.figures import grouped, keeping, recount
from tests.bench.measure import Call, Prepare, Thing, same
from tests.bench.pages import Browser
from tests.bench.register import Register

CAST = ("worker", "leader", "supervisor", "district")
WORKERS = 24  # who register people by turns, so that no cell grows out of proportion
ASKED = ("张", "王秀", "wxl", "2087")
FAR = 40_000

PLACE = """
SELECT u.path, u.code FROM posting p JOIN unit u ON u.id = p.unit_id JOIN account a ON a.id = p.account_id
WHERE a.login = ?"""
FREE_WORKERS = """
SELECT a.login, u.id, u.uid, u.path FROM account a JOIN posting p ON p.account_id = a.id JOIN unit u ON u.id = p.unit_id
WHERE p.role = 'grid_worker' AND a.login LIKE 'g%' ORDER BY a.id"""
FAR_ROW = """
SELECT u.path, p.seen_at, p.id FROM unit u JOIN person p ON p.unit_id = u.id
WHERE u.path >= ? AND u.path < ? AND p.status = 'active' ORDER BY u.path, p.seen_at, p.id LIMIT 1 OFFSET ?"""


class Cases:
    """The people of one base, and what they do."""

    def __init__(self, base: Base) -> None:
        self.base = base
        cookies = base.sign_in(*CAST)
        self.browsers = {login: Browser(base.site.wsgi_app, cookie) for login, cookie in cookies.items()}
        listed, ready = self.browsers["worker"].get("/members/"), self.browsers["supervisor"].get("/status/")
        self.floor = Register(base, listed().decode(), ready().decode())
        self.by_hand = {login: Browser(self.floor, cookie) for login, cookie in cookies.items()}
        free = base.all(FREE_WORKERS)
        self.workers = Random(0).sample(free, min(WORKERS, len(free)))
        self.cookies = base.sign_in(*(login for login, *_ in self.workers))
        self.often = [*self.lists(), *self.searches(), *self.boards(), *self.writes()]
        self.seldom = self.recounts()

    @property
    def things(self) -> dict[str, Thing]:
        return {thing.name: thing for thing in (*self.often, *self.seldom)}

    def branch(self, login: str) -> tuple[str, str]:
        path, _code = self.base.one(PLACE, login)
        return path, f"{path[:-1]}0"

    def lists(self) -> list[Thing]:
        by_hand = same(self.by_hand["worker"].get("/members/"))
        first = self._place("", datetime.fromtimestamp(0, UTC), 0)  # page 1, by the statement of later ones
        return [
            self._get("list worker", "worker", "/members/"),
            Thing("floor list", by_hand, 10),
            self._get("list filtered", "worker", "/members/?show=new_form"),
            *(self._get(f"list {login}", login, "/members/") for login in CAST if login != "worker"),
            self._get("list far", "supervisor", self._far()),
            self._get("list near", "supervisor", first),
        ]

    def _far(self) -> str:
        """The address at which row 40,000 of the street's list begins (or the middle of a smaller one)."""
        lo, hi = self.branch("supervisor")
        active = self.base.one(
            "SELECT sum(members) FROM standing s JOIN unit u ON u.id = s.unit_id WHERE path >= ? AND path < ?",
            lo,
            hi,
        )[0]
        path, seen_at, number = self.base.one(FAR_ROW, lo, hi, min(FAR, active // 2))
        return self._place(path, datetime.fromisoformat(seen_at).replace(tzinfo=UTC), number)

    def _place(self, *parts: Any) -> str:
        with self.base.inside():
            return f"/members/?after={seal('members', *parts)}"

    def searches(self) -> list[Thing]:
        return [
            Thing(f"search {login} {asked}", same(self.browsers[login].post("/members/search", {"q": asked})), 5)
            for login in CAST for asked in ASKED
        ]  # fmt: skip

    def boards(self) -> list[Thing]:
        return [
            self._get("board street", "supervisor", "/status/", 5),
            self._get("board district", "district", "/status/", 5),
            Thing("floor 200 rows", same(self.by_hand["district"].get("/status/")), 5),
        ]

    def writes(self) -> list[Thing]:
        return [
            Thing("register", self._registers(by_hand=False), 8),
            Thing("floor register", self._registers(by_hand=True), 8),
            Thing("kept", self._keeps(kept=True), 8),
            Thing("bare", self._keeps(kept=False), 8),
        ]

    def recounts(self) -> list[Thing]:
        return [
            Thing("recount", same(lambda: recount(self.base)), 1),
            Thing("grouped", same(lambda: grouped(self.base)), 1),
        ]

    def _keeps(self, kept: bool) -> Prepare:
        """Somebody new each time, in one cell after the other."""
        turns = cycle((unit_id, self._above(path)) for _login, unit_id, _uid, path in self.workers)
        return lambda: keeping(self.base, *next(turns), kept)

    def _above(self, path: str) -> list[int]:
        return [
            n for (n,) in self.base.all("SELECT id FROM unit WHERE substr(?, 1, length(path)) = path", path)
        ]

    def _registers(self, by_hand: bool) -> Prepare:
        """Somebody new each time, by one worker after the other."""
        turns = cycle(
            (self._worker(login, by_hand), UUID(uid).hex) for login, _number, uid, _path in self.workers
        )

        def prepare() -> Call:
            browser, uid = next(turns)
            form = {"client_key": token_hex(16), "name": name(), "phone": phone(), "unit": uid,
                    "key_group": "courier", "agree": "y"}  # fmt: skip
            return browser.post("/members/new", form)

        return prepare

    def _worker(self, login: str, by_hand: bool) -> Browser:
        cookie = self.cookies[login]
        if by_hand:
            return Browser(self.floor, cookie, self.floor.token(cookie))
        return Browser(self.base.site.wsgi_app, cookie)

    def _get(self, name: str, login: str, address: str, calls: int = 10) -> Thing:
        return Thing(name, same(self.browsers[login].get(address)), calls)


def name() -> str:
    """A name nobody has, of four rare signs: whom a search finds stays as it was."""
    return "".join(
        choice("龑龘麤鱻犇羴猋骉驫灥厵畾皛蟲譶雥馫飍卥囍嚞孖屾巜幵弜惢掱朤沝焱燚甡祘秝竝")
        for _sign in range(4)
    )


def phone() -> str:
    return f"139{randbelow(10**8):08d}"
