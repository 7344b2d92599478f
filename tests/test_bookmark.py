"""Where a next page begins: an address tells nobody which row or whose name stands there, and nobody makes one up."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask

from gridunion import settings
from gridunion.bookmark import opened, seal
from tests.conftest import Page, Someone
from tests.test_queries import crowd

LISTS = (
    ("worker", "/members/"), ("worker", "POST /members/search"), ("worker", "/visits/"), ("worker", "/complaints/"),
    ("worker", "POST /visits/find"), ("leader", "/complaints/?show=all"), ("leader", "/employers/"),
    ("leader", "POST /employers/search"), ("leader", "/inbox?show=applied"),
    ("leader", "/staff"), ("supervisor", "/status/2/members"), ("supervisor", "/status/2/cells"),
    ("admin", "/accounts/"), ("admin", "POST /accounts/search"), ("admin", "/units/21"), ("auditor", "/trail"),
)  # fmt: skip
ASKED = {
    "/members/search": "王秀兰", "/visits/find": "王秀兰", "/employers/search": "汉宁轩", "/accounts/search": "助手",
}  # fmt: skip
ROW = re.compile(r'<li>(<(?:div|form) class="cell.*?)</li>', flags=re.S)


@pytest.fixture
def crowded(lifted: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """More than a page of everything."""
    monkeypatch.setattr(settings, "FRESH_SECONDS", 3600)
    crowd(0, 64)
    return lifted


def _open(who: Someone, address: str, after: str = "") -> Page:
    if address.startswith("POST "):
        return who.post(address[5:], {"q": ASKED[address[5:]], "after": after}, status=200)
    return who.get(f"{address}{'&' if '?' in address else '?'}after={after}")


def _next(page: Page) -> str:
    found = re.search(r'after=([^"&]+)|name="after" value="([^"]+)"', page.html)
    assert found, page.text
    return unescape(found[1] or found[2])


def _rows(page: Page) -> set[str]:
    shown = re.sub(r"<template>.*?</template>", "", page.html, flags=re.S)
    return {re.sub(r"<[^>]+>|\s", "", row) for row in ROW.findall(shown)}


@pytest.mark.once
def test_no_address_of_a_next_page_tells_a_row_or_a_name(crowded: Flask) -> None:
    people = {login: Someone(crowded, login) for login in {login for login, _ in LISTS}}
    for login, address in LISTS:
        page = _open(people[login], address)
        place = _next(page)
        assert re.fullmatch(r"k\d+\.[\w-]{40,}", place), (address, place)
        shown, later = _rows(page), _rows(_open(people[login], address, place))
        assert shown and later and not shown & later, address
        tampered = place[:-6] + ("AAAAAA" if place[-6:] != "AAAAAA" else "BBBBBB")
        assert _rows(_open(people[login], address, tampered)) == shown, address


def test_a_place_opens_only_for_its_own_list(lifted: Flask) -> None:
    at = datetime(2026, 11, 19, 4, 0, 0, 123456, tzinfo=UTC)
    place = seal("members", "1/2/21/211/", at, 7)
    assert opened("members", place) == ["1/2/21/211/", at.isoformat(), 7]
    assert opened("visits", place) is None
    assert place != seal("members", "1/2/21/211/", at, 7), (
        "two who stand at one place do not see that they do"
    )
