"""Rare words planted in every branch: they come out where they may, and nowhere else."""

import logging
import socket
from typing import Any

import pytest
from flask import Flask

from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.tree import everywhere
from gridunion.visits.models import Visit
from tests.conftest import Someone, as_viewer, unit
from tests.test_walk import ROLES, Planted, _branches, _rules, _url, planted

__all__ = ["planted"]

pytestmark = pytest.mark.once

RARE = {"211": "鼂", "2110": "夔", "212": "爨", "221": "龘"}
PATHS = {"211": "1/2/21/211/", "2110": "1/2/21/2110/", "212": "1/2/210/212/", "221": "1/20/22/221/"}
NUMBERS = {
    "211": "11010519491231002X",
    "2110": "440524188001010014",
    "212": "610702198503072421",
    "221": "610702199001011233",
}
EVIL = "\"><img src=x onerror=alert(1)>{{7*7}}'</textarea><script>alert(2)</script>"


@pytest.fixture
def canaries(lifted: Flask, planted: dict[str, Planted]) -> dict[str, Planted]:
    """In each branch every text of a person, a visit and a complaint holds its rare character."""
    with write():
        for code, rare in RARE.items():
            _sing(code, rare)
    return planted


def _sing(code: str, rare: str) -> None:
    by = as_viewer({"211": "worker", "2110": "neighbor", "212": "leader2", "221": "stranger"}[code])
    employer = Employer(unit=unit(code).lineage()[-2], name=f"{rare}记饭店")
    db.session.add(employer)
    person = Person.register(
        unit(code), by, "grid_visit", name=f"王{rare}", phone=f"137{code:0>8}", employer_name=employer.name
    )
    person.address, person.native_place = f"{rare}里 2 号", f"{rare}县"
    person.set_id_number("resident_id", NUMBERS[code])
    person.note_hardship("deep", f"{rare}病")
    Visit.log(person, by, "met", note=f"{rare}好")
    Complaint.take(
        unit(code), by, f"王{rare}", "13609162087", employer.name, person=person,
        kind="help", category="wages", channel="visit", text=f"欠薪{rare}",
    )  # fmt: skip


@pytest.mark.parametrize("login", ROLES)
def test_nobody_receives_a_word_of_another_branch(
    app: Flask, site: Flask, canaries: dict[str, Planted], login: str
) -> None:
    browser, leaks, seen = Someone(site, login), [], set()
    with site.app_context(), everywhere():
        viewer = as_viewer(login) if login else None
    foreign = {
        code: rare for code, rare in RARE.items() if not (viewer and viewer.any_eyes.over(PATHS[code]))
    }
    for url, body in _pages(app, browser, canaries):
        leaks += [f"{url} tells of {code}" for code, rare in foreign.items() if rare in body]
        leaks += [f"{url} shows a number" for number in NUMBERS.values() if number in body]
        seen |= {rare for rare in RARE.values() if rare in body}
    assert not leaks, "\n".join(leaks)
    expected = set() if login in ("", "admin", "auditor") else set(RARE.values()) - set(foreign.values())
    assert expected <= seen, "the canaries must sing where they may"


def _pages(app: Flask, browser: Someone, canaries: dict[str, Planted]) -> Any:
    for rule, method in _rules(app):
        for where in _branches(rule, canaries) if method == "GET" else ():
            url = _url(rule, where)
            yield url, browser._apart(browser.client.get, url).get_data().decode(errors="replace")
    for asked in ("王", *(f"137{code:0>8}" for code in RARE)):
        for url in ("/members/search", "/visits/find", "/complaints/people"):
            yield url, _asked(browser, url, asked)


def _asked(browser: Someone, url: str, asked: str) -> str:
    answer = browser._apart(browser.client.post, url, data={"csrf_token": browser.csrf(), "q": asked})
    return answer.get_data(as_text=True)


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


def test_hostile_text_stays_text_on_every_page(app: Flask, site: Flask, lifted: Flask, planted: Any) -> None:
    with write():
        by = as_viewer("worker")
        person = Person.register(unit("211"), by, "grid_visit", name="王秀兰", phone="13991670829")
        person.address, person.employer_name, person.native_place = EVIL[:60], EVIL[:40], EVIL[:40]
        Visit.log(person, by, "met", note=EVIL)
        Complaint.take(
            unit("211"), by, "王秀兰", "13991670829", EVIL[:40], person=person,
            kind="help", category="wages", channel="visit", text=EVIL,
        )  # fmt: skip
    planted["own"].uids[Person] = person.uid
    wrong, escaped = [], 0
    for login in ROLES:
        for url, body in _pages(app, Someone(site, login), {"own": planted["own"]}):
            escaped += "&lt;img src=x" in body
            if "<img src=x" in body or "alert(2)</script>" in body:
                wrong.append(f"{login} {url}")
    assert not wrong, "\n".join(wrong)
    assert escaped, "the text must be shown somewhere"


def test_the_site_stays_within_the_machine() -> None:
    """conftest refuses every connection that leaves it, for the whole suite; here it is seen to refuse."""
    with pytest.raises(ConnectionRefusedError, match="leaves the machine"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
