"""The site in two languages: every text has its English, and no page mixes the two."""

import re
import secrets
import tomllib
from collections.abc import Iterator
from html import unescape

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, render_template_string
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from gridunion.accounts.roster import COLUMNS
from gridunion.calendar import SpecialDay
from gridunion.config import ROOT
from gridunion.db import db, write
from gridunion.rights import PUBLIC, may, right_of
from gridunion.settings import Code, Setting
from tests import bases, test_walk
from tests.conftest import CAST, UNITS, Someone, as_viewer
from tests.test_complaints import account, taken
from tests.test_walk import Planted

pytestmark = pytest.mark.once

ENGLISH = ROOT / "gridunion" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = DEFAULT_KEYWORDS | {"_": None, "lazy_gettext": None}  # as `make messages` names them
HAN = re.compile(r"[\u3001\u3002\u3400-\u9fff\uff01\uff08\uff09\uff0c\uff1a\uff1b]")
PLACE = re.compile(r"%\((\w+)\)s|%%")
LATIN = re.compile(r"[A-Za-z]{3,}")

# What people wrote themselves, and what stands in sheets of the ministry: the same in every language.
DATA = [
    *(name for _code, name, *_rest in UNITS), *(name for _login, name, *_rest in CAST),
    *(name for names in COLUMNS.values() for name in names), "灵活就业", "中文",
    "王秀兰", "马小军", "孙丽", "单位211", "单位21", "单位2110", "单位212", "单位221", "快递站", "两个月工资没发",
    "问了站点，答应月底发", "已经同他讲清楚了", "站点把工资发到卡上了",
]  # fmt: skip
# English that quotes what to write into a Chinese sheet.
QUOTES = {"请填写是或否", "没有“%(words)s”这个民族，请写全称，例如 汉族、回族、维吾尔族"}
# Latin words that belong on a Chinese page: kinds of file, programs, the other language's own name.
NAMES = {"csv", "xlsx", "xls", "jpg", "png", "webp", "wps", "excel", "english"}
TOLD = re.compile(r'(?:placeholder|aria-label|title|alt|data-[\w-]*text|data-err-title|data-pw)="([^"]*)"')


# ── the catalog ──


@pytest.fixture(scope="module")
def english() -> Catalog:
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module")
def said() -> set[tuple[str, str]]:
    """Every text in code and pages, with its context, read as `make messages` reads them."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in mappings]
    options = {mapping["pattern"]: {"trimmed": mapping.get("trimmed", "")} for mapping in mappings}
    found = extract_from_dir(str(ROOT), methods, options, KEYWORDS)
    return {(context or "", _first(text)) for _file, _line, text, _notes, context in found}


def _first(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def _both(message: Message) -> Iterator[tuple[str, str]]:
    """What is said, and its English; of a text that counts, both of its forms."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    for form in forms:
        yield _first(message.id), form


def test_every_text_has_its_english(english: Catalog) -> None:
    bare = [said for message in english if message.id for said, told in _both(message) if not told]
    assert not bare
    assert not [message.id for message in english if message.id and message.fuzzy]


def test_the_english_fills_in_the_same_places(english: Catalog) -> None:
    for message in english:
        for said, told in _both(message):
            places, filled = sorted(PLACE.findall(said)), sorted(PLACE.findall(told))
            alone = isinstance(message.string, tuple) and told == message.string[0]  # may say "yesterday"
            assert places == filled or not message.id or (alone and not filled), said
            assert "%" not in PLACE.sub("", told) or not places, said


def test_the_english_is_written_in_latin_letters(english: Catalog) -> None:
    for message in english:
        for said, told in _both(message):
            if message.id and said not in QUOTES:
                assert not HAN.search(_without_data(told)), told


def test_the_catalog_has_what_is_said_and_nothing_else(english: Catalog, said: set[tuple[str, str]]) -> None:
    known = {(message.context or "", _first(message.id)) for message in english if message.id}
    assert sorted(said - known) == [], "run `make messages` and say it in English"
    assert sorted(known - said) == [], "nobody says this any more: run `make messages`"
    assert not english.obsolete


def test_lists_limits_and_holidays_are_named_in_both_languages(lifted: Flask) -> None:
    for row in [*db.session.scalars(select(Code)), *db.session.scalars(select(Setting))]:
        assert HAN.search(row.label_zh), row.label_zh
        assert row.label_en and not HAN.search(row.label_en), row.label_zh
    for day in db.session.scalars(select(SpecialDay)):
        assert day.name_en and not HAN.search(day.name_en), day.name_zh


# ── the pages ──


@pytest.fixture(scope="module", autouse=True)
def _compiled(english: Catalog) -> None:
    """The catalog as pages read it, for who starts the tests without `make`."""
    made = ENGLISH.with_suffix(".mo")
    if not made.exists() or made.stat().st_mtime < ENGLISH.stat().st_mtime:
        with made.open("wb") as file:
            write_mo(file, english)


@pytest.fixture
def planted(lifted: Flask) -> dict[str, Planted]:
    """The walk's records, and complaints at every turn of their life."""
    return bases.planted(lifted, "language", _plant)


def _plant() -> dict[str, Planted]:
    found = test_walk._plant_everywhere()
    for name in ("孙丽", "马小军"):
        case = taken(name=name, category="contract", employer_name="快递站", people=3, urgent=True)
        with write():
            case.accept(as_viewer("leader"), "phone")
            case.assign(account("worker"), as_viewer("leader"))
            case.progress(as_viewer("worker"), "问了站点，答应月底发", None)
            case.reply(as_viewer("worker"), "已经同他讲清楚了", "phone")
    with write():
        case.resolve(as_viewer("worker"), "站点把工资发到卡上了", "solved", "phone")
    return found


def _without_data(text: str) -> str:
    for name in sorted(DATA, key=len, reverse=True):
        text = text.replace(name, " ")
    return text


def _seen(response: TestResponse) -> str:
    """What a page shows, and what it tells a screen reader."""
    html = re.sub(r"<(script|style).*?</\1>", " ", response.get_data(as_text=True), flags=re.S)
    html = re.sub(r'<span class="ava[^"]*" aria-hidden="true">.</span>', " ", html)  # of a name
    return unescape(" | ".join([re.sub(r"<[^>]+>", " ", html), *TOLD.findall(html)]))


def _reader(site: Flask, login: str, language: str) -> Someone:
    browser = Someone(site, login)
    browser.client.set_cookie("lang", language)
    return browser


def _around(found: re.Match[str]) -> str:
    return found.string[max(found.start() - 40, 0) : found.end() + 40].replace("\n", " ")


READERS = {
    "leader": "leader", "worker": "grid_worker", "supervisor": "supervisor", "district": "district_officer",
    "admin": "administrator", "auditor": "auditor", "": "",
}  # fmt: skip


def _may(app: Flask, login: str, rule: Rule) -> bool:
    """Whether the table of rights lets somebody open an address; who may not reads the same refusal everywhere."""
    right = right_of(app.view_functions[rule.endpoint]) or ""
    return right == PUBLIC or bool(login and may(frozenset([READERS[login]]), right))


def _pages(app: Flask, browser: Someone, where: Planted) -> Iterator[tuple[str, TestResponse]]:
    """Every page somebody may open, and what they read at the first that they may not."""
    rules = [rule for rule in test_walk._rules(app, "GET") if rule.endpoint != "static"]
    closed = [rule for rule in rules if not _may(app, browser.login, rule)]
    for rule in [rule for rule in rules if rule not in closed] + closed[:1]:
        url = test_walk._url(rule, where)
        response = browser._apart(browser.client.get, url)
        if response.mimetype == "text/html" and response.status_code != 303:
            yield url, response


def _answers(app: Flask, browser: Someone, where: Planted) -> Iterator[tuple[str, TestResponse]]:
    """What comes back when every form is sent empty, once, by the first who may send it."""
    for rule in test_walk._rules(app, "POST"):
        first = "" if _may(app, "", rule) else next(login for login in READERS if _may(app, login, rule))
        if first == browser.login and rule.endpoint != "accounts.sign_out":
            url = test_walk._url(rule, where)
            form = {"csrf_token": browser.csrf(), "client_key": secrets.token_hex(16)}
            yield url, browser._apart(browser.client.post, url, data=form, follow_redirects=True)


@pytest.mark.parametrize("login", READERS)
def test_an_english_page_is_all_english(
    app: Flask, site: Flask, planted: dict[str, Planted], login: str
) -> None:
    mixed = []
    browser = _reader(site, login, "en")
    for ask in (_pages, _answers):
        for url, response in ask(app, browser, planted["own"]):
            if found := HAN.search(_without_data(_seen(response))):
                mixed.append(f"{url}: {_around(found)}")
    assert not mixed, "\n".join(mixed)


@pytest.mark.parametrize("login", READERS)
def test_a_chinese_page_is_all_chinese(
    app: Flask, site: Flask, planted: dict[str, Planted], login: str
) -> None:
    browser = _reader(site, login, "zh-CN")
    mixed = []
    for url, response in _pages(app, browser, planted["own"]):
        shown = re.sub(r'<span class="num">[^<]*</span>', "", response.get_data(as_text=True))
        response.set_data(shown)
        words = {word for word in LATIN.findall(_seen(response)) if word.lower() not in NAMES | LOGINS}
        if words and not url.startswith(CODES):
            mixed.append(f"{url}: {sorted(words)}")
    assert not mixed, "\n".join(mixed)


LOGINS = {login for login, *_rest in CAST}
CODES = "/settings/lists/"  # where administrators see the codes themselves


def test_the_bottom_bar_has_room_for_its_words(site: Flask) -> None:
    """Five places on a phone of 390 pixels."""
    for login in filter(None, READERS):
        page = _reader(site, login, "en").get("/me")
        for words in re.findall(r"<li><a [^>]*>.*?</svg><span>([^<]+)</span>", page.html):
            assert len(words) <= 9, words


def test_one_of_something_is_told_apart_from_many(site: Flask) -> None:
    with site.test_request_context("/", headers={"Cookie": "lang=en"}):
        assert _counted(1) == "1 day late" and _counted(2) == "2 days late"
    with site.test_request_context("/"):
        assert _counted(1) == "超 1 天" and _counted(2) == "超 2 天"


SAYS = "{{ _('打电话给%(name)s', name=name) }}|{{ [_('会员'), _('满 %(n)s%%', n=2)]|join('，') }}|{{ m.icon('phone') }}"


def test_what_is_put_into_a_text_of_a_page_is_escaped_in_both_languages(site: Flask) -> None:
    for language, words in (
        ("zh-CN", "打电话给&lt;b&gt;|会员，满 2%|"),
        ("en", "Call &lt;b&gt;|Members，满 2%|"),
    ):
        with site.test_request_context("/", headers={"Cookie": f"lang={language}"}):
            assert render_template_string(SAYS, name="<b>").startswith(words + "<svg")


def test_a_text_that_misses_what_is_put_into_it_is_a_fault_of_the_page(site: Flask) -> None:
    with site.test_request_context("/"), pytest.raises(KeyError):
        render_template_string("{{ _('打电话给%(name)s') }}")


def _counted(number: int) -> str:
    return render_template_string("{{ ngettext('超 %(num)s 天', '超 %(num)s 天', n) }}", n=number)
