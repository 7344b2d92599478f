"""Rare words planted in every branch: they come out where they may, and nowhere else. Each page is looked at once for
each role, and all that looking must and must not do is asked of that one look."""

import logging
import socket
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.tree import everywhere
from gridunion.visits.models import Visit
from tests import bases
from tests.conftest import Someone, as_viewer, unit
from tests.test_walk import (
    BRANCHES,
    WALKERS,
    Planted,
    _branches,
    _plant_everywhere,
    _promised,
    _rules,
    _url,
    _viewer,
)

RARE = {"211": "鼂", "2110": "夔", "212": "爨", "221": "龘"}
NAMED = {code: name for name, code in BRANCHES.items()}
PATHS = {"211": "1/2/21/211/", "2110": "1/2/21/2110/", "212": "1/2/210/212/", "221": "1/20/22/221/"}
NUMBERS = {
    "211": "11010519491231002X",
    "2110": "440524188001010014",
    "212": "610702198503072421",
    "221": "610702199001011233",
}
ASKED = ("王", *(f"137{code:0>8}" for code in RARE))
EVIL = "\"><img src=x onerror=alert(1)>{{7*7}}'</textarea><script>alert(2)</script>"


@pytest.fixture
def canaries(lifted: Flask) -> dict[str, Planted]:
    """In each branch every text of a person, a visit and a complaint holds its rare character, and what is to hurt."""
    return bases.planted(lifted, "canaries", _plant)


def _plant() -> dict[str, Planted]:
    found = _plant_everywhere()
    with write():
        for code, rare in RARE.items():
            found[NAMED[code]].uids |= _sing(code, rare)
    return found


def _sing(code: str, rare: str) -> dict[Any, UUID]:
    by = as_viewer({"211": "worker", "2110": "neighbor", "212": "leader2", "221": "stranger"}[code])
    employer = Employer(unit=unit(code).lineage()[-2], cell=unit(code), name=f"{rare}{EVIL[:40]}")
    db.session.add(employer)
    person = Person.register(
        unit(code), by, "grid_visit", name=f"王{rare}", phone=f"137{code:0>8}", employer_name=employer.name
    )
    person.address, person.native_place = f"{rare}里 2 号{EVIL[:40]}", f"{rare}县{EVIL[:36]}"
    person.set_id_number("resident_id", NUMBERS[code])
    person.note_hardship("deep", f"{rare}病")
    visit = Visit.log(person, by, "met", note=f"{rare}好{EVIL}")
    case = Complaint.take(
        unit(code), by, f"王{rare}", "13609162087", employer.name, person=person,
        kind="help", category="wages", channel="visit", text=f"欠薪{rare}{EVIL}",
    )  # fmt: skip
    return {Person: person.uid, Visit: visit.uid, Complaint: case.uid, Employer: employer.uid}


@pytest.mark.parametrize("login", WALKERS)
def test_looking_answers_as_the_table_says_tells_no_word_of_another_branch_and_changes_nothing(
    app: Flask, site: Flask, canaries: dict[str, Planted], login: str
) -> None:
    """One walk over all pages as each role. What is allowed to be noted: sessions, and the trail of sealed reads."""
    browser, viewer, before = Someone(site, login), _viewer(site, login), _contents(site)
    foreign = {
        code: rare for code, rare in RARE.items() if not (viewer and viewer.any_eyes.over(PATHS[code]))
    }
    wrong, seen, escaped = [], set(), False
    for rule, where in _looks(app, canaries):
        url = _url(rule, where)
        answer = browser._apart(browser.client.get, url)
        body = answer.get_data().decode(errors="replace")
        if answer.status_code not in _promised(app, viewer, rule, "GET", where):
            wrong.append(f"{url} answered {answer.status_code}")
        wrong += _told(url, body, foreign)
        seen |= {rare for rare in RARE.values() if rare in body}
        escaped |= "&lt;img src=x" in body
    assert _contents(site) == before
    for url, asked in product(("/members/search", "/visits/find", "/complaints/people"), ASKED):
        wrong += _told(url, _asked(browser, url, asked), foreign)
    assert not wrong, "\n".join(wrong)
    expected = set() if login in ("", "admin", "auditor") else set(RARE.values()) - set(foreign.values())
    assert expected <= seen, "the canaries must sing where they may"
    assert escaped or not expected, "the hostile text must be shown somewhere"


def _looks(app: Flask, canaries: dict[str, Planted]) -> Iterator[tuple[Rule, Planted]]:
    for rule in _rules(app, "GET"):
        if rule.endpoint != "static":
            yield from ((rule, where) for where in _branches(rule, canaries))


def _told(url: str, body: str, foreign: dict[str, str]) -> list[str]:
    """What a page tells that it must not."""
    told = [f"{url} tells of {code}" for code, rare in foreign.items() if rare in body]
    told += [f"{url} shows a number" for number in NUMBERS.values() if number in body]
    told += [f"{url} runs what was typed" for sign in ("<img src=x", "alert(2)</script>") if sign in body]
    return told


def _contents(site: Flask) -> dict[str, list[tuple[Any, ...]]]:
    noted = {"sign_in", "trail", "trail_head", "throttle"}
    tables = [table for table in db.metadata.sorted_tables if table.name not in noted]
    with site.app_context(), everywhere():
        return {
            t.name: [tuple(row) for row in db.session.execute(select(t).order_by(*t.primary_key))]
            for t in tables
        }


def _asked(browser: Someone, url: str, asked: str) -> str:
    answer = browser._apart(browser.client.post, url, data={"csrf_token": browser.csrf(), "q": asked})
    return answer.get_data(as_text=True)


@pytest.mark.once
def test_no_name_number_or_phone_stands_in_an_address_or_a_log(
    site: Flask, worker: Someone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sent = {"name": "王鼂", "phone": "13991670829", "key_group": "other", "employer_name": "鼂记饭店", "agree": "y",
            "id_kind": "resident_id", "id_number": NUMBERS["211"]}  # fmt: skip
    first = worker.post("/members/new", sent).location
    worker.post("/members/new", sent | {"phone": "12"}, status=422)
    worker.post("/members/new", sent | {"client_key": ""}, status=400)
    asked = worker.post("/members/search", {"q": "鼂"}, status=200)
    for secret in ("鼂", "13991670829", NUMBERS["211"]):
        assert secret not in first + asked.location + caplog.text


@pytest.mark.once
def test_the_site_stays_within_the_machine() -> None:
    """conftest refuses every connection that leaves it, for the whole suite; here it is seen to refuse."""
    with pytest.raises(ConnectionRefusedError, match="leaves the machine"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
