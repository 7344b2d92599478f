"""Who may sign in, what postings give and take away, and what administrators and auditors do."""

import io
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, inspect, select, text

from gridunion import audit, clock, commands, config, create_app
from gridunion.accounts import sign_in as entrance
from gridunion.accounts import trail_words
from gridunion.accounts.models import Account, Posting, by_login, hash_password
from gridunion.audit import Trail
from gridunion.db import Record, db, write
from gridunion.members.models import Person
from gridunion.tree import Unit, everywhere
from tests import histories
from tests.conftest import CAST, NOON, PASSWORD, Page, Someone, unit

NEW = "liangshan-2026-songzi"
TODAY = "2026-11-19"


@pytest.fixture
def known(site: Flask) -> Flask:
    """Everybody of the cast has chosen the password."""
    hashed = hash_password(PASSWORD)
    with site.app_context(), everywhere(), write():
        for account in db.session.scalars(select(Account)):
            account.password_hash = hashed
    return site


def _sign_in(
    site: Flask, login: str = "worker", password: str = PASSWORD, **more: str
) -> tuple[FlaskClient, Any]:
    browser = site.test_client()
    return browser, _enter(browser, login, password, **more)


def _enter(browser: FlaskClient, login: str, password: str, **more: str) -> Any:
    sent = {
        "login": login,
        "password": password,
        "client_key": secrets.token_hex(8),
        "csrf_token": _token(browser),
    }
    return browser.post("/login", data=sent | more)


def _token(browser: FlaskClient, url: str = "/login") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(url).get_data(as_text=True))
    return found[1] if found else ""


def _post(browser: FlaskClient, url: str, token_from: str, **sent: str) -> Any:
    return browser.post(
        url, data={"csrf_token": _token(browser, token_from), "client_key": secrets.token_hex(8)} | sent
    )


def _cookie(browser: FlaskClient) -> str:
    cookie = browser.get_cookie("gu")
    assert cookie
    return cookie.value


def _account(login: str) -> Account:
    """Inside an app context with the guard lifted."""
    account = by_login(login)
    assert account
    return account


def _uid(site: Flask, login: str) -> str:
    with site.app_context(), everywhere():
        return str(_account(login).uid)


def _posting_uid(site: Flask, login: str) -> str:
    with site.app_context(), everywhere():
        return str(_account(login).postings[0].uid)


# ── signing in ──


def test_a_worker_signs_in_with_the_right_password_and_not_with_a_wrong_one(known: Flask) -> None:
    browser, answer = _sign_in(known)
    assert answer.status_code == 303
    assert browser.get("/me").status_code == 200
    _, answer = _sign_in(known, password="falsch-falsch")
    assert answer.status_code == 422
    assert "账号或密码不对" in answer.get_data(as_text=True)


def test_an_unknown_account_is_answered_like_a_wrong_password(known: Flask) -> None:
    wrong = Page(_sign_in(known, password="falsch-falsch")[1])
    unknown = Page(_sign_in(known, login="nemo", password="falsch-falsch")[1])
    assert (wrong.response.status_code, wrong.text) == (unknown.response.status_code, unknown.text)


@pytest.mark.once
def test_a_login_is_read_as_people_type_it(known: Flask) -> None:
    assert _sign_in(known, login=" ＷＯＲＫＥＲ ")[1].status_code == 303


@pytest.mark.once
def test_signing_in_changes_the_cookie(known: Flask) -> None:
    browser = known.test_client()
    browser.get("/login")
    before = _cookie(browser)
    _enter(browser, "worker", PASSWORD)
    assert _cookie(browser) != before


def test_signing_in_again_ends_what_the_browser_was_signed_in_as(known: Flask) -> None:
    browser, _ = _sign_in(known)
    old = _cookie(browser)
    sent = {"login": "leader", "password": PASSWORD, "client_key": "k", "csrf_token": _token(browser, "/me")}
    browser.post("/login", data=sent)
    assert _reaches(known, old) == 303


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Flask]:
    """A site just set up, with nothing in it."""
    made = create_app(
        config.read({"GRIDUNION_HOME": str(tmp_path / "var"), "GRIDUNION_KEYS": str(tmp_path / "k.json")})
    )
    with made.app_context():
        commands.set_up()
        yield made
        db.session.remove()
        db.engine.dispose()


def test_no_default_account_exists_after_setting_up(fresh: Flask) -> None:
    with everywhere():
        assert db.session.scalar(select(func.count(Account.id))) == 0


@pytest.mark.once
def test_an_account_without_a_password_lets_nobody_in(site: Flask) -> None:
    for nth, password in enumerate(("", "nobody", PASSWORD)):
        with clock.at(NOON + timedelta(minutes=nth)):
            assert _sign_in(site, password=password)[1].status_code == 422


# ── ending ──


def _reaches(site: Flask, cookie: str) -> int:
    thief = site.test_client()
    thief.set_cookie("gu", cookie)
    return int(thief.get("/me").status_code)


def _log_out(site: Flask, browser: FlaskClient) -> None:
    _post(browser, "/logout", "/me")


def _change_password(site: Flask, browser: FlaskClient) -> None:
    with clock.at(clock.now() + timedelta(seconds=5)):
        answer = _post(browser, "/password", "/password", old=PASSWORD, new=NEW, again=NEW)
    assert answer.status_code == 303


def _switch_off(site: Flask, browser: FlaskClient) -> None:
    Someone(site, "admin").post(f"/accounts/{_uid(site, 'worker')}/off")


def _end_sessions(site: Flask, browser: FlaskClient) -> None:
    Someone(site, "admin").post(f"/accounts/{_uid(site, 'worker')}/sessions")


def _reset(site: Flask, browser: FlaskClient) -> None:
    Someone(site, "leader").post(f"/staff/{_posting_uid(site, 'worker')}/code", {}, 200)


@pytest.mark.parametrize("end", [_log_out, _change_password, _switch_off, _end_sessions, _reset])
def test_an_old_cookie_never_works_again(known: Flask, end: Any) -> None:
    browser, _ = _sign_in(known)
    stolen = _cookie(browser)
    assert _reaches(known, stolen) == 200
    end(known, browser)
    with ThreadPoolExecutor(20) as many:
        assert set(many.map(lambda _n: _reaches(known, stolen), range(20))) == {303}


def test_a_change_of_password_leaves_the_browser_that_made_it_signed_in(known: Flask) -> None:
    browser, _ = _sign_in(known)
    _change_password(known, browser)
    assert browser.get("/me").status_code == 200
    assert _sign_in(known, password=PASSWORD)[1].status_code == 422


def test_a_fourth_browser_ends_the_oldest(known: Flask) -> None:
    cookies = []
    for nth in range(4):
        with clock.at(NOON + timedelta(seconds=nth)):
            cookies.append(_cookie(_sign_in(known)[0]))
    assert [_reaches(known, cookie) for cookie in cookies] == [303, 200, 200, 200]


@pytest.mark.once
@pytest.mark.parametrize(
    ("login", "idle", "longest"), [("worker", 30, 12 * 60), ("leader", 15, 8 * 60), ("admin", 15, 8 * 60)]
)
def test_a_session_ends_when_nothing_is_done_and_at_the_latest_after_a_working_day(
    known: Flask, login: str, idle: int, longest: int
) -> None:
    browser, _ = _sign_in(known, login)
    with clock.at(NOON + timedelta(minutes=idle - 1)):
        assert browser.get("/me").status_code == 200
    with clock.at(NOON + timedelta(minutes=2 * idle + 1)):
        assert browser.get("/me").status_code == 303
    browser, _ = _sign_in(known, login)
    for minutes in range(idle - 2, longest, idle - 2):
        with clock.at(NOON + timedelta(minutes=minutes)):
            assert browser.get("/me").status_code == 200
    with clock.at(NOON + timedelta(minutes=longest + 1)):
        assert browser.get("/me").status_code == 303


def test_a_clock_set_back_revives_no_session_and_breaks_no_page(known: Flask) -> None:
    browser, _ = _sign_in(known)
    with clock.at(NOON - timedelta(days=2)):
        assert browser.get("/me").status_code == 303
    assert browser.get("/me").status_code == 303
    with clock.at(NOON + timedelta(days=400)):
        assert browser.get("/login").status_code == 200


@pytest.mark.once
def test_on_ones_own_phone_a_worker_stays_signed_in_for_the_day_and_a_leader_does_not(known: Flask) -> None:
    worker, _ = _sign_in(known, own_phone="y")
    leader, _ = _sign_in(known, "leader", own_phone="y")
    with clock.at(NOON + timedelta(hours=7)):
        assert worker.get("/me").status_code == 200
        assert leader.get("/me").status_code == 303


def test_a_full_disk_keeps_nobody_from_reading(known: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, _ = _sign_in(known)

    def full() -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(entrance, "write", full)
    with clock.at(NOON + timedelta(minutes=5)):
        assert browser.get("/me").status_code == 200


# ── guessing ──


def test_wrong_guesses_wait_longer_and_longer_but_never_more_than_a_minute(known: Flask) -> None:
    browser = known.test_client()
    moment, delays = NOON, []
    for _guess in range(9):
        with clock.at(moment):
            assert _enter(browser, "worker", "falsch-falsch").status_code == 422
            seconds = _waiting(_enter(browser, "worker", PASSWORD))
        delays.append(seconds)
        moment += timedelta(seconds=seconds + 0.5)
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    with clock.at(moment):
        assert _enter(browser, "worker", PASSWORD).status_code == 303


def _waiting(answer: Any) -> int:
    assert answer.status_code == 429
    found = re.search(r"请等 (\d+) 秒", answer.get_data(as_text=True))
    assert found
    return int(found[1])


def test_at_most_forty_guesses_are_looked_at_in_ten_minutes(known: Flask) -> None:
    browser, looked_at = known.test_client(), 0
    token = _token(browser)
    for second in range(0, 600, 3):
        with clock.at(NOON + timedelta(seconds=second)):
            sent = {
                "login": "worker",
                "password": "falsch-falsch",
                "client_key": str(second),
                "csrf_token": token,
            }
            looked_at += browser.post("/login", data=sent).status_code == 422
    assert 10 < looked_at <= 40


def test_many_guesses_at_once_gain_nothing(known: Flask) -> None:
    def guess(_n: int) -> int:
        return int(_sign_in(known, password="falsch-falsch")[1].status_code)

    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(guess, range(24)))
    assert answers.count(422) <= 2
    assert set(answers) <= {422, 429}


def test_guessing_the_old_password_on_the_password_page_is_as_slow(known: Flask) -> None:
    browser, _ = _sign_in(known)
    wrong = {"old": "falsch-falsch", "new": NEW, "again": NEW}
    assert _post(browser, "/password", "/password", **wrong).status_code == 422
    assert _post(browser, "/password", "/password", **wrong | {"old": PASSWORD}).status_code == 429


def test_a_clock_set_back_locks_nobody_out(known: Flask) -> None:
    with clock.at(NOON + timedelta(days=400)):
        _sign_in(known, password="falsch-falsch")
    assert _sign_in(known)[1].status_code == 303


def test_a_refused_sign_in_stands_in_the_trail_without_what_was_typed(known: Flask) -> None:
    _sign_in(known, password="falsch-falsch")
    with known.app_context(), everywhere():
        line = db.session.scalars(select(Trail).where(Trail.action == "sign in refused")).one()
        assert "worker" not in str(line.detail)
        assert "falsch" not in str(line.detail)


# ── next ──

EVIL = [
    "https://evil.example",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "/.//evil.example",
    "/..//evil.example",
    "http://127.0.0.1@evil.example",
    "//127.0.0.1@evil.example/",
    "evil.example",
    "@evil.example",
    "?next=//evil.example",
    "/\x00/evil.example",
    "/\u2028/evil.example\u2028",
    "https:/evil.example",
    "/" + "a" * 600,
]


@pytest.mark.parametrize("target", EVIL)
@pytest.mark.once
def test_signing_in_never_leads_off_the_site(known: Flask, target: str) -> None:
    answer = _sign_in(known, next=target)[1]
    assert answer.status_code == 303
    assert re.fullmatch(r"/(?![/\\])[^\\\s]*", answer.headers["Location"])
    assert "evil" not in answer.headers["Location"] or target.startswith("/\u2028")
    page = known.test_client().get("/login", query_string={"next": target}).get_data(as_text=True)
    assert 'name="next" type="hidden" value=""' in page or target.startswith("/\u2028")


@pytest.mark.once
def test_signing_in_leads_to_where_somebody_wanted_to_go(known: Flask) -> None:
    asked = known.test_client().get("/members/?show=due")
    assert asked.headers["Location"] == "/login?next=/members/?show%3Ddue"
    assert _sign_in(known, next="/members/?show=due")[1].headers["Location"] == "/members/?show=due"


def test_a_form_sent_after_the_session_ended_is_kept_and_goes_on_after_signing_in(known: Flask) -> None:
    browser = known.test_client()
    token = _token(browser)
    sent = {"csrf_token": token, "client_key": "k", "name": "王秀兰", "phone": "13609162087"}
    page = browser.post("/members/new", data=sent)
    assert page.status_code == 401
    assert 'name="kept-name" value="王秀兰"' in page.get_data(as_text=True)
    answer = _enter(browser, "worker", PASSWORD, **{"resume": "/members/new", "kept-name": "王秀兰"})
    assert 'action="/members/new"' in answer.get_data(as_text=True)
    assert 'name="name" value="王秀兰"' in answer.get_data(as_text=True)


@pytest.mark.once
def test_a_form_token_looks_different_each_time_and_serves_one_browser(known: Flask) -> None:
    one, other = known.test_client(), known.test_client()
    tokens = {_token(one), _token(one)}
    assert len(tokens) == 2
    sent = {"login": "worker", "password": "falsch-falsch", "client_key": "k"}
    for token in tokens:
        looked_at = one.post("/login", data=sent | {"csrf_token": token})
        assert looked_at.status_code in (422, 429)
    for wrong in (_token(other), f"{tokens.pop()[:-6]}AAAA==", "", "王", "=", "AAAA"):
        assert one.post("/login", data=sent | {"csrf_token": wrong}).status_code == 400


# ── passwords and codes ──


@pytest.mark.parametrize(
    "poor", ["kurz", "1234567890", "0987654321", "password123", "aaaaaaaaaaaa", "worker-2026-abc", "a" * 129]
)
@pytest.mark.once
def test_a_poor_password_is_refused(known: Flask, poor: str) -> None:
    browser, _ = _sign_in(known)
    with clock.at(NOON + timedelta(seconds=5)):
        assert _post(browser, "/password", "/password", old=PASSWORD, new=poor, again=poor).status_code == 422


@pytest.mark.once
def test_a_one_time_code_leads_to_choosing_a_password_and_nowhere_else(known: Flask) -> None:
    page = Someone(known, "leader").post(f"/staff/{_posting_uid(known, 'worker')}/code", {}, 200)
    browser, answer = _sign_in(known, password=_code(page))
    assert answer.status_code == 303
    assert browser.get("/members/").headers["Location"] == "/password"
    assert browser.get("/me").headers["Location"] == "/password"
    assert _post(browser, "/members/new", "/password", name="x").headers["Location"] == "/password"
    with clock.at(NOON + timedelta(seconds=5)):
        answer = _post(browser, "/password", "/password", old=_code(page), new=NEW, again=NEW)
    assert answer.status_code == 303
    assert browser.get("/members/").status_code == 200


def _code(page: Page) -> str:
    found = re.search(r"<b[^>]*>([A-Z2-9]{12})</b>", page.html)
    assert found, page.text
    return found[1]


@pytest.mark.once
def test_a_one_time_code_is_dead_after_three_days(known: Flask) -> None:
    code = _code(Someone(known, "leader").post(f"/staff/{_posting_uid(known, 'worker')}/code", {}, 200))
    with clock.at(NOON + timedelta(hours=73)):
        assert _sign_in(known, password=code)[1].status_code == 422


def test_a_code_is_shown_once_also_when_the_button_is_pressed_twice(known: Flask) -> None:
    leader, url = Someone(known, "leader"), f"/staff/{_posting_uid(known, 'worker')}/code"
    leader.post(url, {"client_key": "same"}, 200)
    again = leader.post(url, {"client_key": "same"}, 303).location
    page = leader.get(again)
    assert again.startswith("/staff?") and "周素琴的一次性密码只显示一次。没记下的，请再给一个新的。" in page
    assert not re.findall(r"<b[^>]*>([A-Z2-9]{12})</b>", page.html)


def test_an_administrator_who_presses_twice_is_told_to_give_another_code(
    known: Flask, admin: Someone
) -> None:
    mine, once = f"/accounts/{_uid(known, 'worker')}", {"client_key": "same"}
    admin.post(f"{mine}/code", once, 200)
    again = admin.post(f"{mine}/code", once).location
    assert again.startswith(mine) and "一次性密码只显示一次" in admin.get(again)
    new = {"name": "胡桂英", "phone": "13891612233", "role": "grid_worker", "unit": "212", "from_on": TODAY}
    admin.post("/accounts/new", new | once | {"client_key": "new"}, 200)
    assert "请再给一个新的" in admin.get(admin.post("/accounts/new", new | {"client_key": "new"}).location)


def test_a_sheet_sent_twice_by_one_press_says_that_its_codes_are_gone(known: Flask, admin: Someone) -> None:
    for status in (200, 303):
        sheet = (io.BytesIO((HEAD + ROWS).encode()), "staff.csv")
        answer = admin.post(
            "/accounts/sheet",
            {"file": sheet, "client_key": "same"},
            status,
            content_type="multipart/form-data",
        )
    assert "这份表格已经收过" in admin.get(answer.location)


def test_a_leader_resets_workers_of_the_community_and_nobody_else(known: Flask) -> None:
    leader = Someone(known, "leader")
    page = leader.get("/staff")
    assert "周素琴" in page
    assert "杜丽华" not in page
    assert page.html.count("/code") == 2
    leader.post(f"/staff/{_posting_uid(known, 'leader')}/code", {}, 403)
    leader.post(f"/staff/{_posting_uid(known, 'supervisor')}/code", {}, 404)
    leader.post(f"/staff/{_posting_uid(known, 'stranger')}/code", {}, 404)


@pytest.mark.once
@pytest.mark.parametrize("later", [0, 30])
def test_a_leader_cannot_climb_by_resetting_a_supervisor_with_a_small_posting(
    known: Flask, later: int
) -> None:
    """Also when the great posting only begins next month."""
    with known.app_context(), everywhere(), write():
        superior = Account(login="superior", name="孙超", must_change=False)
        Posting.give(superior, "supervisor", unit("2"), clock.today() + timedelta(days=later))
        small = Posting.give(superior, "grid_worker", unit("211"), clock.today())
    leader = Someone(known, "leader")
    assert "孙超" in leader.get("/staff")
    leader.post(f"/staff/{small.uid}/code", {}, 403)
    Someone(known, "district").get("/staff", 403)
    Someone(known, "admin").post(f"/staff/{small.uid}/code", {}, 200)


# ── postings ──


@pytest.mark.once
def test_a_posting_gives_nothing_from_the_day_after_its_last(known: Flask) -> None:
    worker = Someone(known, "worker")
    worker.get("/members/")
    with known.app_context(), everywhere(), write():
        _account("worker").postings[0].end(clock.today())
    worker.get("/members/", 403)
    assert "现在没有岗位" in worker.get("/me")


@pytest.mark.once
def test_a_posting_that_begins_tomorrow_gives_nothing_today(known: Flask) -> None:
    with known.app_context(), everywhere(), write():
        _account("worker").postings[0].from_on = clock.today() + timedelta(days=1)
    worker = Someone(known, "worker")
    worker.get("/members/", 403)
    with clock.at(NOON + timedelta(hours=7)):
        worker.get("/members/", 403)


def test_an_administrator_makes_an_account_and_hands_over_a_code(known: Flask, admin: Someone) -> None:
    sent = {"name": "胡桂英", "phone": "13891612233", "role": "grid_worker", "unit": "212", "from_on": TODAY}
    page = admin.post("/accounts/new", sent, 200)
    _browser, answer = _sign_in(known, "13891612233", _code(page))
    assert answer.status_code == 303
    assert "胡桂英" in admin.get("/accounts/")
    assert "这个账号已经有人用" in admin.post("/accounts/new", sent, 422)


def test_a_role_sits_only_where_it_belongs_and_in_the_administrators_branch(admin: Someone) -> None:
    sent = {"name": "胡桂英", "phone": "13891612233", "role": "leader", "unit": "211", "from_on": TODAY}
    assert "社区工会主席不能设在“明珠社区第1网格”" in admin.post("/accounts/new", sent, 422)
    assert "没有这个编码" in admin.post("/accounts/new", sent | {"unit": "999"}, 422)
    assert "最后一天不能早于第一天" in admin.post(
        "/accounts/new", sent | {"unit": "21", "last_on": "2026-11-01"}, 422
    )


def test_a_posting_is_added_once_and_ended_with_its_last_day(known: Flask, admin: Someone) -> None:
    url = f"/accounts/{_uid(known, 'worker')}"
    sent = {"role": "grid_worker", "unit": "2110", "from_on": TODAY, "last_on": "2026-11-30"}
    admin.post(f"{url}/postings/new", sent)
    assert "这段时间已经有这个岗位" in admin.post(f"{url}/postings/new", sent, 422)
    assert "到 11月30日" in admin.get(url)
    posting = _posting_uid(known, "worker")
    admin.post(f"/accounts/postings/{posting}/end", {"last_on": "2026-11-18"})
    assert "已结束" in admin.get(url)
    assert "明珠社区第1网格" not in Someone(known, "worker").get("/me")


@pytest.mark.parametrize("last_on", ["9999-12-31", "0001-01-01", "2101-01-01"])
@pytest.mark.once
def test_a_year_nobody_means_is_pointed_out(known: Flask, admin: Someone, last_on: str) -> None:
    posting, worker = _posting_uid(known, "worker"), f"/accounts/{_uid(known, 'worker')}"
    sent = {"role": "grid_worker", "unit": "2110", "from_on": TODAY, "last_on": last_on}
    for url in (f"/accounts/postings/{posting}/end", f"{worker}/postings/new", "/accounts/new"):
        page = admin.post(url, sent, 422)
        assert "请核对年份，应在 1900 年到 2100 年之间" in page and f'value="{last_on}"' in page.html


# ── not locking oneself out ──


def test_the_last_administrator_stays(known: Flask, admin: Someone) -> None:
    uid, posting = _uid(known, "admin"), _posting_uid(known, "admin")
    assert "没有别的系统管理员" in admin.post(f"/accounts/{uid}/off", {}, 422)
    assert "没有别的系统管理员" in admin.post(f"/accounts/postings/{posting}/end", {"last_on": TODAY}, 422)
    with known.app_context(), everywhere(), write():
        other = Account(login="admin2", name="吴兰", must_change=False)
        Posting.give(other, "administrator", unit("1"), clock.today(), date(2026, 12, 1))
    assert "没有别的系统管理员" in admin.post(f"/accounts/{uid}/off", {}, 422)
    with known.app_context(), everywhere(), write():
        _account("admin2").postings[0].until_on = None
    admin.post(f"/accounts/{uid}/off")


def test_an_account_is_switched_off_and_on_again(known: Flask, admin: Someone) -> None:
    uid = _uid(known, "worker")
    admin.post(f"/accounts/{uid}/off")
    assert _sign_in(known)[1].status_code == 422
    assert admin.get("/accounts/?show=off").total == 1
    admin.post(f"/accounts/{uid}/on")
    with clock.at(NOON + timedelta(seconds=5)):
        assert _sign_in(known)[1].status_code == 303


def test_two_who_edit_an_account_at_once_are_told(known: Flask, admin: Someone) -> None:
    url = f"/accounts/{_uid(known, 'worker')}/edit"
    version = re.search(r'name="row_version" type="hidden" value="(\d+)"', admin.get(url).html)
    assert version
    admin.post(url, {"name": "周素云", "row_version": version[1]})
    assert "周素云" in admin.post(url, {"name": "周素梅", "row_version": version[1]}, 409)


def test_accounts_are_found_by_name_login_and_the_end_of_the_number(admin: Someone) -> None:
    assert admin.get("/accounts/").total == 9
    assert admin.post("/accounts/search", {"q": "素琴"}, 200).total == 1
    assert admin.post("/accounts/search", {"q": "leader"}, 200).total == 2
    assert admin.post("/accounts/search", {"q": "0006"}, 200).total >= 1
    assert admin.get("/accounts/?unit=211").total == 1


def test_an_administrator_does_not_touch_people_who_also_work_elsewhere(known: Flask) -> None:
    with known.app_context(), everywhere(), write():
        db.session.add(other := Unit.under(None, code="9", name="邻区总工会", kind="district_federation"))
        db.session.flush()
        db.session.add(street := Unit.under(other, code="92", name="邻街工会", kind="street_federation"))
        db.session.flush()
        both = Account(login="both", name="许强", must_change=False)
        Posting.give(both, "supervisor", unit("2"), clock.today())
        Posting.give(both, "supervisor", street, clock.today())
        away = Account(login="away", name="冯艳", must_change=False)
        Posting.give(away, "supervisor", street, clock.today())
    admin = Someone(known, "admin")
    assert "在别处也有岗位" in admin.get(f"/accounts/{_uid(known, 'both')}")
    for step in ("off", "sessions"):
        admin.post(f"/accounts/{_uid(known, 'both')}/{step}", {}, 404)
    admin.post(f"/accounts/{_uid(known, 'both')}/code", {}, 403)
    admin.get(f"/accounts/{_uid(known, 'away')}", 404)
    assert admin.post("/accounts/search", {"q": "away"}, 200).total == 0


# ── from a sheet ──

HEAD = "姓名,账号或手机号,角色,单位编码,起,止\n"
ROWS = """胡桂英,13891612233,网格员,212,2026-11-01,
,13891612234,网格员,212,,
吴兰,13891612235,船长,212,,
许强,xuqiang,社区工会主席,211,,
冯艳,fengyan,社区工会主席,999,,
孙超,sunchao,网格员,212,2026-13-01,
周素琴,worker,网格员,2110,,2026-12-31
别人,leader,网格员,2110,,
胡桂英,13891612233,网格员,221,,
"""


def _upload(admin: Someone, body: str, status: int = 200) -> Page:
    return admin.post(
        "/accounts/sheet",
        {"file": (io.BytesIO(body.encode()), "staff.csv")},
        status,
        content_type="multipart/form-data",
    )


def test_a_sheet_makes_accounts_and_postings_and_says_what_is_wrong_with_the_rest(
    known: Flask, admin: Someone
) -> None:
    page = _upload(admin, HEAD + ROWS)
    assert "存了 3 行，已有 0 行，没存 6 行" in page
    for sentence in (
        "没填姓名",
        "没有这个角色",
        "社区工会主席不能设在",
        "没有编码 999",
        "没有 2026-13-01 这一天",
        "另一个人的",
    ):
        assert sentence in page
    codes = re.findall(r"<b[^>]*>([A-Z2-9]{12})</b>", page.html)
    assert len(codes) == 1
    assert _sign_in(known, "13891612233", codes[0])[1].status_code == 303
    with known.app_context(), everywhere():
        assert {posting.unit.code for posting in _account("13891612233").postings} == {"212", "221"}
        assert by_login("xuqiang") is None
        assert _account("worker").postings[-1].until_on == date(2027, 1, 1)


@pytest.mark.once
def test_an_end_before_the_start_is_said_of_the_end(known: Flask, admin: Someone) -> None:
    page = _upload(admin, f"{HEAD}胡桂英,13891612233,网格员,212,2026-11-19,2026-11-01\n")
    assert "止：最后一天不能早于第一天" in page.text.replace(" ： ", "：")
    sent = {"role": "grid_worker", "unit": "2110", "from_on": TODAY, "last_on": "2026-11-01"}
    page = admin.post(f"/accounts/{_uid(known, 'worker')}/postings/new", sent, 422)
    assert 'href="#last_on"' in page.html and 'href="#role"' not in page.html


def test_the_same_sheet_twice_changes_nothing(known: Flask, admin: Someone) -> None:
    _upload(admin, HEAD + ROWS)
    before = _contents(known)
    page = _upload(admin, HEAD + ROWS)
    assert "存了 0 行，已有 3 行，没存 6 行" in page
    assert _contents(known) == before
    assert not re.findall(r"<b[^>]*>([A-Z2-9]{12})</b>", page.html)


def _contents(site: Flask) -> list[Any]:
    with site.app_context(), everywhere():
        accounts = db.session.execute(select(Account.login, Account.password_hash, Account.version)).all()
        postings = db.session.execute(select(Posting.uid, Posting.until_on, Posting.version)).all()
        return sorted(map(str, [*accounts, *postings]))


@pytest.mark.once
def test_a_sheet_that_is_none_changes_nothing_and_says_why(known: Flask, admin: Someone) -> None:
    before = _contents(known)
    assert "表头（第 1 行）里缺少：角色、单位编码" in _upload(admin, "姓名,账号\n胡桂英,hgy\n", 422)
    assert "没有找到表头" in _upload(admin, "a,b\n1,2\n", 422)
    assert "没有数据" in _upload(admin, HEAD, 422)
    assert "一次最多 500 行" in _upload(admin, HEAD + "胡桂英,13891612233,网格员,212,,\n" * 501, 422)
    admin.post("/accounts/sheet", {}, 422, content_type="multipart/form-data")
    assert _contents(known) == before


@pytest.mark.once
def test_an_empty_sheet_to_fill_in_has_the_columns(admin: Someone) -> None:
    assert admin.get("/accounts/sheet/template").html.lstrip("\ufeff").strip() == HEAD.strip()


# ── the first administrator ──


def test_the_first_administrator_is_made_on_the_command_line(known: Flask) -> None:
    run = known.test_cli_runner().invoke
    refused = run(args=["admin", "create", "--login", "chief", "--name", "任国强"])
    assert refused.exit_code == 1
    assert "已经有系统管理员了" in refused.output
    made = run(args=["admin", "create", "--login", "chief", "--name", "任国强", "--another"])
    assert made.exit_code == 0, made.output
    code = re.search(r"：([A-Z2-9]{12})\n", made.output)
    assert code
    browser, answer = _sign_in(known, "chief", code[1])
    assert answer.status_code == 303
    assert browser.get("/accounts/").headers["Location"] == "/password"


def test_an_empty_tree_gets_its_top_with_the_first_administrator(fresh: Flask) -> None:
    top = ["--unit-code", "610702000000", "--unit-name", "汉台区总工会"]
    made = fresh.test_cli_runner().invoke(
        args=["admin", "create", "--login", "chief", "--name", "任国强", *top]
    )
    assert made.exit_code == 0, made.output
    with everywhere():
        assert _account("chief").held[0].unit.path == "610702000000/"


# ── the trail ──


def test_the_auditor_at_the_top_reads_who_did_what(known: Flask, admin: Someone, auditor: Someone) -> None:
    admin.post("/units/21/rename", {"name": "明珠南社区工会", "row_version": "1"})
    page = auditor.get("/trail?action=change")
    assert "任志强" in page
    assert "明珠社区工会 → 明珠南社区工会" in page
    assert "任志强" in auditor.get(f"/trail?day={TODAY}")
    assert "没有这样的记录" in auditor.get("/trail?day=2026-11-20")


def test_the_auditor_of_a_community_reads_its_lines_only(known: Flask, admin: Someone) -> None:
    with known.app_context(), everywhere(), write():
        small = Account(login="small", name="唐敏", must_change=False)
        Posting.give(small, "auditor", unit("21"), clock.today())
    worker = _posting_uid(known, "worker")
    stranger = _posting_uid(known, "stranger")
    for posting in (worker, stranger):
        admin.post(f"/accounts/postings/{posting}/end", {"last_on": "2026-12-31"})
    page = Someone(known, "small").get("/trail")
    assert "明珠社区第1网格" in page
    assert "莲湖" not in page
    assert "登录" not in page.text.split("筛选")[1]


def test_the_trail_goes_on_page_by_page_without_a_gap(known: Flask, auditor: Someone) -> None:
    with known.app_context(), everywhere(), write():
        for n in range(100):
            audit.note("export", rows=n)
    seen: list[str] = []
    page = auditor.get("/trail")
    while True:
        seen += re.findall(r"第 (\d+) 条</span>", page.html)
        more = re.search(r'id="rows"><a class="more btn btn-q" href="([^"]+)"', page.html)
        if not more:
            break
        page = auditor.get(more[1].replace("&amp;", "&"))
    with known.app_context(), everywhere():
        assert (
            len(seen)
            == len(set(seen))
            == db.session.scalar(select(func.count(Trail.id)).where(Trail.kind != "receipt"))
        )


def test_a_line_altered_behind_the_sites_back_shows(known: Flask, auditor: Someone, admin: Someone) -> None:
    admin.post("/units/21/rename", {"name": "明珠南社区工会", "row_version": "1"})
    assert "全部接得上" in auditor.post("/trail", {}, 200)
    with known.app_context(), everywhere(), write():
        _take_off_the_seal()
        db.session.execute(text("UPDATE trail SET action = 'delete' WHERE id = (SELECT max(id) FROM trail)"))
    assert "接不上" in auditor.post("/trail", {}, 200)


def _take_off_the_seal() -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ALTER TABLE trail DISABLE TRIGGER USER"))
        return
    sealed = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'trail'")
    for name in db.session.scalars(sealed).all():
        db.session.execute(text(f"DROP TRIGGER {name}"))


@pytest.mark.once
def test_every_act_record_and_column_of_the_trail_has_words() -> None:
    noted = {
        action
        for file in Path(trail_words.__file__).parents[1].rglob("*.py")
        for action in re.findall(r"note\(\s*\"([a-z ]+)\"", file.read_text("utf-8"))
    }
    assert noted - set(trail_words.ACTIONS) == set()
    told = [
        it.class_ for it in Record.registry.mappers if issubclass(it.class_, Record) and not it.class_.quiet
    ]
    assert {model.__tablename__ for model in told} - set(trail_words.KINDS) == set()
    unsaid = {"id", "uid", "version", "recorded_at"} | set(trail_words.COLUMNS) | trail_words._MEANS_NOTHING
    columns = {column.key for model in told for column in inspect(model).column_attrs}
    assert columns - unsaid == set()


@pytest.mark.once
def test_the_trail_of_a_month_reads_as_chinese_throughout(
    known: Flask, admin: Someone, auditor: Someone
) -> None:
    with known.app_context(), everywhere():
        histories.a_month(("211",))
        person = db.session.scalars(select(Person)).first()
        assert person
        uid = person.uid
    admin.post("/units/210/move", {"parent": "20"})
    admin.post("/settings/visit.days", {"value": "5", "from_on": "2026-12-01"})
    admin.post("/settings/visit.days/cancel", {"from_on": "2026-12-01", "unit": ""})
    admin.post("/calendar", {"day": "2027-01-01", "works": "no", "name": "元旦"})
    admin.post("/calendar/2027-01-01/delete")
    entry = {"code": "x9", "label_zh": "台风必访", "label_en": "Typhoon", "from_on": TODAY, "days": "2"}
    admin.post("/settings/lists/visit_trigger", entry)
    admin.post("/settings/lists/visit_trigger/x9/end")
    Someone(known, "leader").post(f"/members/{uid}/phone", {}, 200)
    read = _whole_trail(auditor)
    logins = {login for login, *_rest in CAST}
    foreign = set(re.findall(r"[A-Za-z_]{3,}[^ ]*", re.sub(r"\b[0-9a-f]{8}\b", "", read)))
    assert foreign - logins == set()
    assert "东大街街道工会联合会" in read  # where it was moved to, by name
    for said in ("走访期限（天）", "经办人 周素琴", "状态 待受理", "状态 已派单 → 已办结", "2020年1月1日"):
        assert said in read, said


def _whole_trail(auditor: Someone) -> str:
    read, url = "", "/trail"
    while True:
        page = auditor.get(url)
        read += " " + Page(page.response).text.split("看全部")[0].split("筛选")[1].split("再看更早的")[0]
        more = re.search(r'id="rows"><a class="more btn btn-q" href="([^"]+)"', page.html)
        if not more:
            return read
        url = more[1].replace("&amp;", "&")


def test_what_only_serves_a_form_leaves_no_line(known: Flask, admin: Someone) -> None:
    admin.post("/units/21/rename", {"name": "明珠南社区工会", "row_version": "1"})
    with known.app_context(), everywhere():
        assert set(db.session.scalars(select(Trail.kind))).isdisjoint({"receipt", "draft"})


@pytest.mark.once
def test_a_question_in_the_address_of_the_trail_breaks_nothing(auditor: Someone) -> None:
    for query in (
        "action=x",
        "day=2026-99-99",
        "after=x",
        "after=" + "9" * 30,
        "day=9999-12-31",
        "day=0001-01-01",
    ):
        auditor.get(f"/trail?{query}")


def test_only_auditors_read_the_trail(admin: Someone, leader: Someone, district: Someone) -> None:
    for someone in (admin, leader, district):
        someone.get("/trail", 403)
