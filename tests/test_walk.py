"""Every rule, every role, own and sibling and foreign branch: the answer the table of rights promises."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from gridunion import clock, files
from gridunion.accounts.models import Account, Posting
from gridunion.accounts.unsent import Unsent
from gridunion.alerts.models import Alert
from gridunion.box.models import BoxMessage, BoxOpening
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.doors import HEADERS
from gridunion.employers.models import Employer
from gridunion.exchange.larger import ExportRequest
from gridunion.exchange.models import ImportRun, begin
from gridunion.exchange.upload import Arrived, Seen
from gridunion.joining.models import Application
from gridunion.leaving.models import HandOver
from gridunion.letters.models import Letter
from gridunion.members.models import Person
from gridunion.members.transfer import Transfer
from gridunion.reporting.models import ASKED
from gridunion.reporting.models import Report as Reported
from gridunion.reports.models import Report
from gridunion.reports.month import Month
from gridunion.reports.sheet import drawn, text_of
from gridunion.reports.travel import Sender
from gridunion.rights import PUBLIC, RIGHTS, SIGNED_IN, Viewer, right_of
from gridunion.tree import Unit, everywhere
from gridunion.visits.checks import SpotCheck
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests import bases
from tests.bases import POSTGRES
from tests.conftest import Someone, as_viewer, unit

# Each role once, and the neighbor, whose code begins with the worker's. Who may what is not the database's to say.
ROLES = ["worker", "neighbor", "leader", "supervisor", "district", "admin", "auditor", ""]
WALKERS = ["worker", "leader"] if POSTGRES else ROLES
BRANCHES = {"own": "211", "sibling": "2110", "other union": "212", "foreign": "221"}
SAFE = {"GET", "HEAD", "OPTIONS"}

# Which kind of record an address names, by blueprint and, where it differs, by endpoint.
KIND: dict[str, Any] = {
    "members": Person,
    "visits": Visit,
    "complaints": Complaint,
    "employers": Employer,
    "accounts": Account,
    "joining": Application,
    "reporting": Complaint,
    "boxes": BoxMessage,
    "exchange": ImportRun,
    "exporting": ExportRequest,
    "reports": Report,
    "leaving": Account,
    "letters": Letter,
    "alerts": Alert,
}
KIND_OF: dict[str, Any] = {
    "letters.to_employer": Employer,
    "letters.from_case": Complaint,
    "visits.undo_event": DueVisit,
    "reports.drop_sender": Sender,
    "visits.check": SpotCheck,
    "visits.settle": SpotCheck,
    "status.at_employer": Employer,
}
KIND_OF |= dict.fromkeys(("leaving.record", "leaving.sign", "leaving.withdraw"), HandOver)
KIND_OF |= dict.fromkeys(("leaving.lost", "leaving.give_up"), Unsent)
KIND_OF |= dict.fromkeys(
    ("members.transfer", "members.accept", "members.refuse", "members.withdraw"), Transfer
)
OF_POSTINGS = (
    "give_code",
    "duty",
    "give_duty",
    "ending",
    "colleague",
    "stand_in",
    "give_stand_in",
    "come_back",
    "end_posting",
)
KIND_OF |= dict.fromkeys((f"accounts.{name}" for name in OF_POSTINGS), Posting)
KIND_OF |= dict.fromkeys(("boxes.minutes", "boxes.write_minutes", "boxes.set_aside"), BoxOpening)


@dataclass
class Planted:
    """One record of each kind in a branch."""

    code: str
    uids: dict[Any, UUID]
    photo: UUID


@pytest.fixture
def planted(lifted: Flask) -> dict[str, Planted]:
    """A person with a visit, a due visit and a complaint in each branch; an employer in each community."""
    return bases.planted(lifted, "walk", _plant_everywhere)


def _plant_everywhere() -> dict[str, Planted]:
    return {name: _plant(code) for name, code in BRANCHES.items()}


def _plant(code: str) -> Planted:
    by = as_viewer({"211": "worker", "2110": "neighbor", "212": "leader2", "221": "stranger"}[code])
    with write():
        person = Person.register(unit(code), by, "grid_visit", name="王秀兰", phone=f"136{code:0>8}")
        due = DueVisit.plan(person, "hospital", clock.today(), by)
        visit = Visit.log(person, by, "met")
        complaint = Complaint.take(
            unit(code), by, "马小军", "13609162087", kind="help", category="wages", channel="visit"
        )
        sent = Application.receive(
            unit(code), "its browser", False, name="王秀兰", phone=f"137{code:0>8}", key_group="courier"
        )
        employer = Employer(unit=unit(code).lineage()[-2], cell=unit(code), name=f"单位{code}")
        db.session.add(employer)
        run = begin(employer.unit, by, Arrived(uuid4(), code, "2026.csv", Seen(1, 2, {}, [["1", "2"]])))
        db.session.flush()
        here = {"unit_id": person.unit_id, "to_unit_id": person.unit_id, "asking_id": person.unit_id}
        transfer = Transfer(
            **here, answering_id=person.unit_id, person_id=person.id, name="王秀兰", reason="1", asked_by="周素琴",
            due_at=clock.now(),
        )  # fmt: skip
        asked = ExportRequest(
            unit_id=person.unit_id, account_id=by.account_id, asked_by="周素琴", chosen={}, format="csv",
            purpose="2026", rows=1, number="0", due_at=clock.now() + timedelta(days=1),
        )  # fmt: skip
        body = text_of(drawn(employer.unit, Month(date(2026, 10, 1))))
        report = Report(
            unit=employer.unit, month=date(2026, 10, 1), edition=len(code), body=body, exact=body, digest="",
            signature="", key="", signed_by="周素琴", signed_at=clock.now(),
        )  # fmt: skip
        sender = Sender(unit=employer.unit, key=code)
        db.session.add_all((transfer, asked, report, sender))
        check = SpotCheck(unit=visit.unit, visit_id=visit.id, ready_at=clock.now())
        db.session.add(check)
        given = HandOver(
            unit_id=person.unit_id, from_id=by.account_id, to_id=by.account_id, asked_by_id=by.account_id,
            from_name="周素琴", to_name="罗春梅", asked_by="周素琴", state="asked", items=[], moved=[], in_place=False,
        )  # fmt: skip
        unsent = Unsent(account_id=by.account_id, phone=f"{code:0>32}", entries=2)
        db.session.add_all((given, unsent))
        opening, message = _box(employer.unit, by)
        said = {"category": "wages", "text": "两个月工资没发"}
        Reported.hold(person.unit, dict.fromkeys(ASKED, None) | said)
        letter = Letter.send("reminder", unit(code), by, f"单位{code}", "两个月工资没发")
        alert = Alert.sound(
            employer.unit, "red", "hand", "两个月工资没发", "周素琴", employer_name=f"单位{code}"
        )
        files.attach(visit, visit.unit_id, [(files.keep(b"picture"), 7)], by.account_id)
    photo = files.attachments_of(visit)[0].uid
    account = db.session.scalars(select(Account).where(Account.id == by.account_id)).one()
    uids = {
        Person: person.uid,
        Visit: visit.uid,
        Complaint: complaint.uid,
        Employer: employer.uid,
        DueVisit: due.uid,
        SpotCheck: check.uid,
        Transfer: transfer.uid,
        Application: sent.uid,
        ImportRun: run.uid,
        ExportRequest: asked.uid,
        Report: report.uid,
        Sender: sender.uid,
        HandOver: given.uid,
        Unsent: unsent.uid,
        BoxOpening: opening.uid,
        BoxMessage: message.uid,
        Letter: letter.uid,
        Alert: alert.uid,
    }
    return Planted(code, uids | {Account: account.uid, Posting: account.postings[0].uid}, photo)


def _box(community: Unit, by: Any) -> tuple[BoxOpening, BoxMessage]:
    """A box that was opened, with one message."""
    both = {"first_id": by.account_id, "first_name": "周素琴", "first_role": "leader"}
    both |= {"second_id": by.account_id, "second_name": "何建平", "second_role": "supervisor"}
    opening = BoxOpening(unit=community, opened_at=clock.now(), messages=1, **both)
    message = BoxMessage.drop(community, "2026", [], "1" * 16, "hashed")
    message.opening, message.state = opening, "open"
    db.session.add(opening)
    db.session.flush()
    return opening, message


def _rules(app: Flask, method: str) -> list[Rule]:
    """Each rule that a browser asks with a method."""
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


# Pages about the person whom the query names, not the path.
ABOUT = {"visits.new", "visits.log", "visits.event", "visits.record_event"}
# What stands in an address beside records and units.
PARTS = {"units.codes": "visit_trigger", "units.add_code": "visit_trigger", "units.end_code": "visit_trigger",
         "exchange.rows": "error", "leaving.lines": "visits", "retention.records": "complaint"}  # fmt: skip
PLAIN = {
    "name": "members",
    "nth": "0",
    "key": "light.on_time.good",
    "day": "2026-10-01",
    "month": "2026-10",
    "kind": "csv",
}
COMMUNITIES = {"211": "21", "2110": "21", "212": "210", "221": "22"}  # whose box it is
STREETS = {"211": "2", "2110": "2", "212": "2", "221": "20"}  # whose old records they are


def _url(rule: Rule, where: Planted) -> str:
    kind = KIND_OF.get(rule.endpoint) or KIND.get(rule.endpoint.split(".")[0])
    values: dict[str, Any] = {}
    for name in rule.arguments:
        if name in ("photo_uid", "photo"):
            values[name] = where.photo
        elif name.endswith("uid"):
            values[name] = where.uids[kind]
        elif name == "code":
            union = COMMUNITIES if "box" in rule.rule else STREETS if "retention" in rule.rule else {}
            values[name] = union.get(where.code, where.code)
        elif name == "filename":
            values[name] = "app.css"
        else:
            values[name] = PARTS.get(rule.endpoint) or PLAIN.get(name, "1")
    built = rule.build(values, append_unknown=False)
    assert built, rule
    return f"{built[1]}?person={where.uids[Person]}" if rule.endpoint in ABOUT else built[1]


def _branches(rule: Rule, planted: dict[str, Planted]) -> list[Planted]:
    """In which branches an address is tried: once is enough where it names nothing."""
    named = set(rule.arguments) - {"filename"} or rule.endpoint in ABOUT
    return list(planted.values()) if named else list(planted.values())[:1]


def _send(browser: Someone, url: str, **data: Any) -> int:
    form = {"csrf_token": browser.csrf(), "client_key": secrets.token_hex(16), **data}
    return browser._apart(browser.client.post, url, data=form).status_code


@pytest.mark.usefixtures("bare_menu")
@pytest.mark.parametrize("login", WALKERS)
def test_every_change_answers_every_role_from_every_branch_as_the_table_says(
    app: Flask, site: Flask, planted: dict[str, Planted], login: str
) -> None:
    """What pages answer, and what they tell, is in test_canary."""
    browser, wrong = Someone(site, login), []
    viewer = _viewer(site, login)
    for rule in _rules(app, "POST"):
        for where in _branches(rule, planted) if rule.endpoint != "accounts.sign_out" else ():
            status = _send(browser, _url(rule, where))
            if status not in _promised(app, viewer, rule, "POST", where):
                wrong.append(f"{login or 'nobody'} POST {_url(rule, where)} answered {status}")
    assert not wrong, "\n".join(wrong)


def _viewer(site: Flask, login: str) -> Viewer | None:
    with site.app_context(), everywhere():
        return as_viewer(login) if login else None


def _promised(app: Flask, viewer: Viewer | None, rule: Rule, method: str, where: Planted) -> set[int]:
    """The answers that keep the table's promise; 409 and, within a branch, 403 when a step is not one's own."""
    right = right_of(app.view_functions[rule.endpoint]) or ""
    fine = {200, 303, 409} if method == "GET" else {200, 303, 409, 422}
    if right == PUBLIC:
        return fine | {404}
    if viewer is None:
        return {303, 401}
    if right != SIGNED_IN and not viewer.roles & RIGHTS[right]:
        return {403}
    if right in ("manage accounts", "manage units", "manage settings", "edit thresholds", SIGNED_IN):
        return fine | {403, 404}  # their own tests say who may what
    if rule.endpoint not in ABOUT and "uid" not in rule.arguments and "code" not in rule.arguments:
        return fine
    path = {"211": "1/2/21/211/", "2110": "1/2/21/2110/", "212": "1/2/210/212/", "221": "1/20/22/221/"}[
        where.code
    ]
    if viewer.eyes(right).over(path):
        missing = {404} if "photo" in rule.rule else set()  # not every record has a picture
        return fine | {403} | missing
    return {404} if not viewer.any_eyes.over(path) else {403, 404}


@pytest.mark.once
def test_no_change_is_taken_without_the_token_or_from_another_site(
    app: Flask, site: Flask, planted: dict[str, Planted]
) -> None:
    """Asked before it is asked who may what: of anybody alike."""
    wrong = []
    for login in ("worker", ""):
        browser = Someone(site, login)
        for rule in _rules(app, "POST"):
            url, form = _url(rule, planted["own"]), {"client_key": secrets.token_hex(16)}
            token = {"csrf_token": browser.csrf()}
            answers = [
                browser._apart(browser.client.post, url, data=form | more, headers=headers).status_code
                for more, headers in (
                    ({}, {}),
                    (token, {"Origin": "https://evil.example"}),
                    (token, {"Sec-Fetch-Site": "cross-site"}),
                )
            ]
            if answers != [400, 403, 403]:
                wrong.append(f"{url} {answers}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.once
def test_every_answer_carries_the_headers_that_protect_it(
    app: Flask, site: Flask, planted: dict[str, Planted]
) -> None:
    worker, lacking = Someone(site, "worker"), []
    asks = [(worker.client.get, rule) for rule in _rules(app, "GET")]
    asks += [(worker.client.post, rule) for rule in _rules(app, "POST")]
    for ask, rule in asks:
        url = _url(rule, planted["own"])
        response = worker._apart(ask, url)
        for name in HEADERS:
            if name not in response.headers:
                lacking.append(f"{url} {name}")
        if rule.endpoint != "static" and "no-store" not in response.headers["Cache-Control"]:
            lacking.append(f"{url} may be stored")
    assert lacking == []


def test_nothing_personal_stands_in_an_address(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert not re.search(r"<int|phone=|name=|q=", rule.rule), rule.rule


LISTS = {
    "worker": (
        "/members/?show=due", "/members/?show=hardship", "/members/?show=applied", "/complaints/?show=mine",
        "/complaints/?show=open", "/complaints/?show=done", "/visits/", "/visits/?show=missed", "/visits/find",
        "/visits/several", "/diary", "/", "/applications/", "/posters", "/box/21/answers",
    ),
    "leader": (
        "/employers/", "/employers/?show=closed", "/visits/plan/21", "/visits/plan/21/records",
        "/visits/plan/21/unseen", "/members/approvals", "/complaints/", "/staff", "/", "/visits/checks",
        "/diary?span=month", "/applications/held", "/reports/held", "/boxes/21", "/applications/?show=stuck",
        "/imports/",
    ),
    "supervisor": ("/complaints/?show=street", "/complaints/overdue", "/boxes/"),
    "admin": ("/units/", "/units/21", "/units/", "/accounts/", "/accounts/?show=off", "/calendar?year=2030"),
    "auditor": ("/trail", "/trail?day=2025-01-01"),
}  # fmt: skip
SEARCHES = {
    "worker": ("/members/search", "/visits/find", "/visits/several", "/complaints/people"),
    "leader": ("/employers/search",),
    "admin": ("/accounts/search", "/units/search"),
}


@pytest.mark.parametrize("login", LISTS)
def test_a_list_says_how_many_it_holds_also_when_it_holds_none(site: Flask, login: str) -> None:
    someone = Someone(site, login)
    for url in LISTS[login]:
        page = someone.client.get(url, follow_redirects=True).get_data(as_text=True)
        assert re.search(r'data-total="[0-9]+"', page), url
    for url in SEARCHES.get(login, ()):
        assert 'data-total="0"' in someone.post(url, {"q": "诸葛"}, 200).html, url


# What people paste, mistype and try: days and choices that are none, signs nobody sees, too much of anything.
JUNK = ("a\0b", "9" * 30, "9999-12-31", "abc", "0001-01-01T00:00", "-1")
# What holds no number and no day reads nothing else in the others than what a column might choke on.
STORED = JUNK[:2]
READ = STORED if POSTGRES else JUNK
NUMBERS = re.compile(
    r'<input(?=[^>]* (?:type="(?:number|date|month|time|hidden)|inputmode="))[^>]* name="(\w+)"'
)


@pytest.mark.usefixtures("bare_menu")
def test_nothing_typed_into_a_form_breaks_it(app: Flask, site: Flask, planted: dict[str, Planted]) -> None:
    """Into each field of each form once, by the first who finds it."""
    broken, tried = [], set()
    for login in ("worker", "leader", "admin"):
        someone = Someone(site, login)
        for rule, form in _forms(app, someone, planted["own"]):
            typed, numbers = _typed(form), NUMBERS.findall(form)
            for name in [it for it in typed if (rule.endpoint, it) not in tried]:
                tried.add((rule.endpoint, name))
                for junk in READ if name in numbers else STORED:
                    status = _send(someone, _url(rule, planted["own"]), **typed | {name: junk})
                    if status >= 500:
                        broken.append(f"{rule.endpoint} {name}={junk!r} answered {status}")
    assert not broken, "\n".join(broken)


def _forms(app: Flask, someone: Someone, where: Planted) -> Iterator[tuple[Rule, str]]:
    """The forms that stand at an address of their own, as they are shown."""
    for rule in _rules(app, "GET"):
        url = _url(rule, where)
        page = someone._apart(someone.client.get, url).get_data().decode(errors="replace")  # some are sheets
        found = re.search(rf'<form method="post" action="{re.escape(url)}".*?</form>', page, flags=re.S)
        if found:
            yield rule, found[0]


def _typed(form: str) -> dict[str, str]:
    """The fields of a form, each with what it first offers."""
    tags = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"(?:[^>]* value="([^"]*)")?', form)
    return {
        name: unescape(value) for name, value in reversed(tags) if name not in ("csrf_token", "client_key")
    }
