"""Every main page, as its readers see it: for everybody, at every width, in both languages, light and dark."""

import re
from itertools import cycle
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, Sit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FIRST = ".cells .main > a"  # the first row of a list
COMMUNITY, CELL = "610702003008", "610702003008003"

# Who reads what; after an address, what is followed from there.
PAGES: dict[str, list[str]] = {
    "": ["/login", "/card/AAAAbbbbCCCCdddd", f"/join/{COMMUNITY}", f"/report/{COMMUNITY}", "/track",
        f"/box/{COMMUNITY}", f"/box/{COMMUNITY}/answers", "/box/state"],
    "worker": [
        "/today", "/new", "/members/", f"/members/ » {FIRST}", f"/members/ » {FIRST} » a[href$='/edit']",
        "/members/new", f"/members/ » {FIRST} » .act-bar .btn-lg", f"/members/ » {FIRST} » a[href*='/events/']",
        "/visits/", f"/visits/ » {FIRST}", "/visits/find", "/visits/several", "/diary?span=week",
        "/complaints/", f"/complaints/ » {FIRST}",
        f"/complaints/ » {FIRST} » .act-bar .btn-lg", "/complaints/new", "/me", "/password",
    ],
    "leader": [
        "/inbox", "/inbox?show=call » .cells .btn", "/inbox?show=check » .cells .btn",
        "/diary?span=month", "/members/", "/members/approvals", "/complaints/", "/employers/",
        f"/employers/ » {FIRST}", "/employers/new", "/staff", "/status/", "/status/rules", "/me", "/members/export",
        "/members/print", "/members/cards", f"/members/ » {FIRST} » a[href$='/form']",
        f"/members/ » {FIRST} » a[href$='/card']", "/imports/", "/applications/", "/members/changes",
        "/members/transfers » .cells .btn", "/members/suspects » .cells .btn", f"/boxes/{COMMUNITY}",
        f"/boxes/{COMMUNITY} » {FIRST}", f"/boxes/{COMMUNITY} » {FIRST} » {FIRST}", f"/posters/{COMMUNITY}/report",
        "/ties/", "/complaints/pace",
        "/complaints/unseal", "/letters/?show=all", f"/letters/?show=all » {FIRST}",
        f"/letters/?show=all » {FIRST} » a[href$='/next']", "/alerts/?show=open", f"/alerts/?show=open » {FIRST}",
        "/alerts/new",
    ],
    "supervisor": [
        "/status/", f"/status/{COMMUNITY}", f"/status/{CELL}", f"/status/{COMMUNITY}/due",
        f"/status/{COMMUNITY}/members", f"/status/{COMMUNITY}/cells",
        "/status/?when=2026-10&compare=1", f"/status/{COMMUNITY}/measures?compare=1", "/complaints/overdue",
        "/status/map » .chips + .chips .chip:last-child", f"/status/{COMMUNITY}/map?arrange={CELL}",
        f"/status/610702003000/targets?set={COMMUNITY}", f"/status/{COMMUNITY}/founded?when=2026",
        f"/members/ » {FIRST}", "/retention/", "/retention/610702003000/complaint",
    ],
    "district": ["/status/", "/retention/"],
    "admin": [
        "/units/", "/status/differences", f"/units/{COMMUNITY}", f"/units/{COMMUNITY}/new",
        f"/units/{COMMUNITY}/split", "/accounts/",
        f"/accounts/ » {FIRST}", "/accounts/new", "/accounts/sheet", "/settings", "/settings/light.on_time.good",
        "/settings/lists", "/settings/lists/key_group", "/calendar",
    ],
    "auditor": ["/trail"],
}  # fmt: skip
FIELD = ("worker", "leader")

WIDTHS = (360, 1280)
AXE = f"{Axe().axe_script}; null"
VIOLATIONS = """() => axe.run({resultTypes: ["violations"], preload: false}).then(
  found => found.violations.map(it => [it.id, ...it.nodes.map(node => node.html)]))"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a thumb cannot hit: rows are links over their whole width, words in a sentence may be smaller (design.md 10).
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary, .tick")].filter(it => {
  const box = it.getBoundingClientRect();
  return box.width && (box.width < 43.5 || box.height < 43.5)
    && !it.matches(".vh, .skip, .opt input, .tick input, .cell .main > a, .tl > li > a, p a");
}).map(it => it.outerHTML.slice(0, 120))"""


def _go(page: Page, way: str, been: dict[str, str]) -> None:
    """Along the links of a way, from where it leads on. `been`: the addresses of ways gone before."""
    before, _sign, link = way.rpartition(" » ")
    if not before or way in been:
        page.goto(been.get(way, way))
    else:
        if page.url != been.get(before):
            _go(page, before, been)
        with page.expect_navigation():
            page.locator(link).first.click()
    been[way] = page.url


@pytest.mark.parametrize("login", PAGES)
def test_everybody_can_read_and_use_their_pages(sit: Sit, login: str) -> None:
    """By day and by night in turn: the colors of both are the same few everywhere. Then in English and in the largest
    letters."""
    page, faults, been = sit(login), list[Any](), dict[str, str]()
    for way, scheme in zip(PAGES[login], cycle(("light", "dark")), strict=False):
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        _go(page, way, been)
        found = _broken_rules(page) + _too_wide(page)
        if login in FIELD and "/status/" not in page.url:
            page.set_viewport_size(PHONE)
            found += page.evaluate(SMALL)
        faults += [(way, *found)] if found else []
    page.goto("/look?lang=en&size=xl&next=/")
    for address in [been[way] for way in PAGES[login]]:
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == "en"
        faults += [(address, *found)] if (found := _too_wide(page)) else []
    assert faults == []


def test_the_form_of_a_member_prints_on_one_sheet_without_the_menu(sit: Sit) -> None:
    page = sit("leader")
    _go(page, f"/members/ » {FIRST} » a[href$='/form']", {})
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="print")
    assert not page.locator(".nav, [data-print]").filter(visible=True).count()


def _broken_rules(page: Page) -> list[Any]:
    """Those that a machine can check of WCAG 2.2 AA and good practice."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[Any] = page.evaluate(VIOLATIONS)
    return found


def _too_wide(page: Page) -> list[Any]:
    """The widths at which the page must be pushed sideways."""
    return [width for width in WIDTHS if _overhang(page, width) > 0]


def _overhang(page: Page, width: int) -> int:
    page.set_viewport_size({"width": width, "height": 800})
    return int(page.evaluate(WIDER))
