"""A submission is stored once, whoever sends it again and however: receipts, and forms put aside."""

import re
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from gridunion import audit, clock, receipts
from gridunion.accounts.models import Account, SignIn, hash_password
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.doors import digest
from gridunion.members.models import Person
from gridunion.once import sender
from gridunion.receipts import KEPT, Draft, Receipt
from gridunion.visits.models import Visit
from tests.conftest import NOON, PASSWORD, Page, Someone, member


@dataclass(frozen=True)
class Sent:
    """A form of the field, and what it makes."""

    address: Callable[[], str]
    typed: dict[str, str]
    model: Any
    words: str
    wrong: dict[str, str]


FORMS = {
    "member": Sent(
        lambda: "/members/new",
        {"name": "李强", "phone": "13991670829", "key_group": "other", "employer_name": "快到家配送站", "agree": "y"},
        Person, "employer_name", {"phone": "1399167"},
    ),
    "visit": Sent(
        lambda: f"/visits/new?person={member().uid}",
        {"outcome": "met", "findings": "fine", "note": "精神好"},
        Visit, "note", {"outcome": ""},
    ),
    "complaint": Sent(
        lambda: "/complaints/new",
        {"name": "孙倩", "category": "wages", "text": "九月没发工资", "people": "1"},
        Complaint, "text", {"category": ""},
    ),
}  # fmt: skip


@pytest.fixture(params=FORMS)
def sent(request: pytest.FixtureRequest, lifted: Flask) -> tuple[str, dict[str, str], Sent]:
    """Where a form goes, what stands in it, and what it is."""
    form = FORMS[request.param]
    return form.address(), form.typed | {"client_key": secrets.token_hex(16)}, form


def stored(model: Any) -> int:
    db.session.rollback()
    return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def before_and(form: Sent) -> tuple[int, int]:
    return stored(form.model), stored(Receipt)


def test_a_form_sent_twice_is_one_record_and_both_answers_name_it(
    sent: tuple[str, dict[str, str], Sent], worker: Someone
) -> None:
    url, typed, form = sent
    records, kept = before_and(form)
    first, second = worker.post(url, typed), worker.post(url, typed)
    assert first.location == second.location
    assert (stored(form.model), stored(Receipt)) == (records + 1, kept + 1)
    assert "已" in worker.get(second.location)
    assert [page.response.headers.get("Receipt") for page in (first, second)] == [typed["client_key"]] * 2


def test_a_phone_is_told_of_a_receipt_only_when_there_is_one(
    sent: tuple[str, dict[str, str], Sent], worker: Someone, nobody: Someone
) -> None:
    url, typed, form = sent
    key = {"client_key": typed["client_key"]}
    worker.post(url, typed)
    for page in (
        worker.post(url, typed | {form.words: "别的话"}, 409),
        worker.post(url, typed | form.wrong | {"client_key": "b" * 32}, 422),
        nobody.post(url, typed, 401),
        worker.post("/new", key, 405),
    ):
        assert "Receipt" not in page.response.headers
    odd = worker.post(url, typed | {"client_key": "a\r\nSet-Cookie: b", "again": "y", "distinct": "y"})
    assert "Receipt" not in odd.response.headers, "what is no key of ours is not said back"


def test_a_form_sent_by_many_at_once_is_one_record(
    site: Flask, sent: tuple[str, dict[str, str], Sent], worker: Someone
) -> None:
    url, typed, form = sent
    records, kept = before_and(form)
    body = typed | {"csrf_token": worker.csrf()}
    cookie = worker.client.get_cookie("gu")
    assert cookie
    gate = threading.Barrier(6)

    def send(_: int) -> tuple[int, str]:
        browser = site.test_client()
        browser.set_cookie("gu", cookie.value)
        gate.wait()
        answer = browser.post(url, data=body)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(send, range(6)))
    assert len(answers) == 1 and answers.pop()[0] == 303
    assert (stored(form.model), stored(Receipt)) == (records + 1, kept + 1)


def test_the_same_key_with_other_words_is_refused_and_the_words_are_kept(
    sent: tuple[str, dict[str, str], Sent], worker: Someone
) -> None:
    url, typed, form = sent
    worker.post(url, typed)
    records, kept = before_and(form)
    page = worker.post(url, typed | {form.words: "别的话"}, 409)
    assert 'value="别的话"' in page.html and "同一张表单交过不同的内容" in page
    assert (stored(form.model), stored(Receipt)) == (records, kept)


def test_words_that_were_refused_can_be_sent_again_from_the_page_they_stand_on(
    lifted: Flask, worker: Someone
) -> None:
    typed = {
        "name": "孙倩",
        "category": "wages",
        "text": "九月没发工资",
        "people": "1",
        "client_key": "a" * 32,
    }
    worker.post("/complaints/new", typed)
    resend(worker, worker.post("/complaints/new", typed | {"text": "十月也没发"}, 409))
    assert stored(Complaint) == 2


def test_a_form_that_is_refused_keeps_no_receipt_and_its_key_still_counts(
    sent: tuple[str, dict[str, str], Sent], worker: Someone
) -> None:
    url, typed, form = sent
    records, kept = before_and(form)
    page = worker.post(url, typed | form.wrong, 422)
    assert f'value="{typed["client_key"]}"' in page.html, "the mended form goes on under its key"
    assert (stored(form.model), stored(Receipt)) == (records, kept)
    worker.post(url, typed)
    assert (stored(form.model), stored(Receipt)) == (records + 1, kept + 1)


def test_a_form_that_could_not_be_stored_keeps_no_receipt(
    sent: tuple[str, dict[str, str], Sent], worker: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Any) -> None:
        raise OSError("disk full")

    url, typed, form = sent
    worker.csrf()
    records, kept = before_and(form)
    monkeypatch.setattr(audit, "append", full)
    page = worker.post(url, typed, 503)
    assert f'name="{form.words}" value="{typed[form.words]}"' in page.html
    assert page.response.headers["Retry-After"] == "5"
    monkeypatch.undo()
    assert (stored(form.model), stored(Receipt)) == (records, kept)
    resend(worker, page)
    assert (stored(form.model), stored(Receipt)) == (records + 1, kept + 1)


def test_keys_of_two_people_are_two_keys(lifted: Flask, worker: Someone, neighbor: Someone) -> None:
    typed = FORMS["complaint"].typed | {"client_key": "a" * 32}
    first = worker.post("/complaints/new", typed)
    assert neighbor.post("/complaints/new", typed).location != first.location
    assert stored(Complaint) == 2


def test_what_was_stored_before_the_session_ended_is_not_stored_again_after_it(
    sent: tuple[str, dict[str, str], Sent], worker: Someone
) -> None:
    """The answer was lost, the cookie died, she signs in and sends what she typed once more."""
    url, typed, form = sent
    hashed = hash_password(PASSWORD)
    with write():
        db.session.execute(update(Account).values(password_hash=hashed), execution_options={"branch": True})
    first = worker.post(url, typed)
    records = stored(form.model)
    with write():
        for row in db.session.scalars(select(SignIn)):
            db.session.delete(row)
    page = worker.post(url, typed, 401)
    kept: Any = dict(re.findall(r'name="((?:kept-|resume)[^"]*)" value="([^"]*)"', page.html))
    page = worker.post("/login", kept | {"login": "worker", "password": PASSWORD}, 200)
    assert resend(worker, page).location == first.location
    assert stored(form.model) == records


def test_somebody_without_an_account_is_known_by_the_phone_alone(site: Flask) -> None:
    def of(cookie: str) -> str:
        with site.test_request_context(headers={"Cookie": f"gu={cookie}"}):
            return sender()

    mine, other = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    assert of(mine) == of(mine) == f"p:{digest(mine)}"
    assert of(other) != of(mine) and mine not in of(mine)


def test_a_receipt_says_nothing_to_somebody_else(lifted: Flask, worker: Someone, neighbor: Someone) -> None:
    location = worker.post("/complaints/new", FORMS["complaint"].typed).location
    flash = location.split("r=")[1]
    assert "role=" in worker.get(f"/members/?r={flash}").html
    assert "孙倩" not in neighbor.get(f"/members/?r={flash}")
    neighbor.get("/members/?r=nonsense")


def test_a_receipt_keeps_no_word_that_was_typed(lifted: Flask, worker: Someone) -> None:
    worker.post("/members/new", FORMS["member"].typed)
    receipt = db.session.scalars(select(Receipt)).one()
    said = " ".join(str(getattr(receipt, column.key)) for column in Receipt.__table__.columns)
    assert "13991670829" not in said and "快到家" not in said


def test_receipts_are_kept_for_ninety_days(lifted: Flask, worker: Someone) -> None:
    worker.post("/complaints/new", FORMS["complaint"].typed)
    for days, left in ((89, 1), (91, 0)):
        with write():
            receipts.sweep(NOON + timedelta(days=days))
        assert stored(Receipt) == left
    assert timedelta(days=90) == KEPT


def test_a_form_put_aside_is_its_writers_alone(lifted: Flask, worker: Someone, neighbor: Someone) -> None:
    worker.post("/members/new", {"draft": "1", "name": "李强", "phone": "139"})
    draft = db.session.scalars(select(Draft)).one()
    assert (draft.flat["name"], draft.title) == ("李强", "李强")
    assert "李强" not in str(draft.fields_sealed)
    assert "李强" not in neighbor.get("/new")
    with clock.at(NOON + timedelta(hours=7)):
        assert "李强" in Someone(worker.site, "worker").get("/new")


def resend(someone: Someone, page: Page) -> Page:
    """Press the one button of a page that offers what was typed."""
    form = re.search(r'<form method="post" action="([^"]+)" class="mt3">(.*?)</form>', page.html, flags=re.S)
    assert form, page.text
    fields: Any = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2]))
    someone.token = ""
    return someone.post(form[1].replace("&amp;", "&"), fields)


def test_a_form_whose_token_was_lost_goes_on_where_its_page_says(
    sent: tuple[str, dict[str, str], Sent], worker: Someone
) -> None:
    url, typed, form = sent
    records = stored(form.model)
    told = worker.post(url, typed | {"csrf_token": "lost"}, status=400)
    assert "请点“再试一次”" in told and "你填的内容都在这一页上" in told
    assert "返回上一页" not in told, "that would lose what was typed"
    assert stored(form.model) == records
    resend(worker, told)
    assert stored(form.model) == records + 1
