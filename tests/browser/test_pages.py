"""Every main page, as its readers see it: for everybody, at every width, in both languages, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FIRST = ".cells .main > a"  # the first row of a list
COMMUNITY, CELL = "610702003008", "610702003008003"

# Who reads what; after an address, what is followed from there.
PAGES: dict[str, list[str]] = {
    "": ["/login", "/nowhere"],
    "worker": [
        "/today", "/new", "/members/", f"/members/ {FIRST}", f"/members/ {FIRST} a[href$='/edit']", "/members/new",
        f"/members/ {FIRST} .act-bar .btn-lg", f"/members/ {FIRST} a[href*='/events/']", "/visits/",
        f"/visits/ {FIRST}", "/visits/find", "/complaints/", f"/complaints/ {FIRST}",
        f"/complaints/ {FIRST} .act-bar .btn-lg", "/complaints/new", "/me", "/password",
    ],
    "leader": [
        "/inbox", "/inbox?show=call .cells .btn", "/members/", "/members/approvals", "/complaints/", "/employers/",
        f"/employers/ {FIRST}", "/employers/new", "/staff", "/status/", "/status/rules", "/me",
    ],
    "supervisor": [
        "/status/", f"/status/{COMMUNITY}", f"/status/{CELL}", f"/status/{COMMUNITY}/due",
        f"/status/{COMMUNITY}/members", f"/status/{COMMUNITY}/cells", "/complaints/overdue", f"/members/ {FIRST}",
    ],
    "district": ["/status/"],
    "admin": [
        "/units/", f"/units/{COMMUNITY}", f"/units/{COMMUNITY}/new", f"/units/{COMMUNITY}/split", "/accounts/",
        f"/accounts/ {FIRST}", "/accounts/new", "/accounts/sheet", "/settings", "/settings/light.on_time.good",
        "/settings/lists", "/settings/lists/key_group", "/calendar",
    ],
    "auditor": ["/trail"],
}  # fmt: skip
EACH = [(login, way) for login, ways in PAGES.items() for way in ways]
FIELD = [(login, way) for login, way in EACH if login in ("worker", "leader")]

WIDTHS = (360, 390, 1280)
CONTRAST = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a thumb cannot hit: rows are links over their whole width, words in a sentence may be smaller (design.md 10).
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter(it => {
  const box = it.getBoundingClientRect();
  return box.width && (box.width < 43.5 || box.height < 43.5)
    && !it.matches(".vh, .skip, .opt input, .cell .main > a, .tl > li > a, p a");
}).map(it => it.outerHTML.slice(0, 120))"""


def _go(page: Page, way: str) -> None:
    address, _, links = way.partition(" ")
    page.goto(address)
    for link in links.replace(FIRST, FIRST.replace(" ", "\0")).replace(".act-bar .", ".act-bar\0.").split():
        page.locator(link.replace("\0", " ")).first.click()
        page.wait_for_load_state()


@pytest.mark.parametrize(("login", "way"), EACH)
def test_everybody_can_read_and_use_the_page(sit: Sit, login: str, way: str) -> None:
    page = sit(login)
    _go(page, way)
    _has_no_fault(page, None)
    for width in WIDTHS:
        _fits(page, width)
    page.emulate_media(color_scheme="dark")
    _has_no_fault(page, CONTRAST)


@pytest.mark.parametrize(("login", "way"), EACH)
def test_the_page_fits_in_english_and_in_the_largest_letters(sit: Sit, login: str, way: str) -> None:
    page = sit(login)
    page.goto("/look?lang=en&size=xl&next=/healthz")
    _go(page, way)
    for width in WIDTHS:
        _fits(page, width)


@pytest.mark.parametrize(("login", "way"), FIELD)
def test_a_thumb_hits_every_button_of_the_field(sit: Sit, login: str, way: str) -> None:
    page = sit(login)
    _go(page, way)
    assert page.evaluate(SMALL) == []


def _has_no_fault(page: Page, options: dict[str, object] | None) -> None:
    """No rule of accessibility that a machine can check is broken (WCAG 2.2 AA and good practice)."""
    found = Axe().run(page, options=options or {"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def _fits(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate(WIDER) <= 0, f"{page.url} is wider than {width}"
