"""Large tables take two people: one asks, another one agrees, and who asked fetches it once."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from gridunion import clock, jobs
from gridunion.accounts.models import Account, Posting
from gridunion.db import db, write
from gridunion.exchange.larger import ExportRequest
from gridunion.exchange.locker import TABLES
from gridunion.exchange.making import sweep
from gridunion.jobs import Job
from gridunion.members.models import Person
from tests.conftest import PASSWORD, Page, Someone, as_viewer, member, unit
from tests.test_leaving import NUMBER, _passwords, lines_of_trail, look_anew, set_limit, table, taken

assert _passwords  # everybody knows their own here, too


@pytest.fixture
def many(lifted: Flask) -> list[Person]:
    """Three members, where one person may take one."""
    people = [member(name, phone=f"1360916208{n}") for n, name in enumerate(("曾国富", "王秀兰", "罗志远"))]
    with write():
        people[0].set_id_number("resident_id", NUMBER)
    set_limit("export.rows", 1)
    return people


def asked(browser: Someone, **said: str) -> ExportRequest:
    page = taken(browser, 303, **said)
    look_anew()
    found = db.session.scalars(select(ExportRequest).order_by(ExportRequest.id.desc())).first()
    assert found and page.location == f"/members/exports/{found.uid}"
    return found


def agree(browser: Someone, request: ExportRequest, status: int = 303, password: str = PASSWORD) -> None:
    browser.post(f"/members/exports/{request.uid}/agree", {"password": password}, status)
    look_anew()


def work() -> None:
    while jobs.work_one():
        pass
    look_anew()


def fetch(browser: Someone, request: ExportRequest, status: int = 200, password: str = PASSWORD) -> Page:
    return browser.post(f"/members/exports/{request.uid}/table", {"password": password}, status)


def test_one_asks_another_one_agrees_and_the_table_is_fetched_once(
    many: list[Person], leader: Someone, supervisor: Someone, auditor: Someone, tmp_path: Path
) -> None:
    assert "要另一个人同意" in leader.get("/members/export")
    request = asked(leader)
    assert request.rows == 3 and lines_of_trail("export") == []
    assert "杜丽华" in leader.get(f"/members/exports/{request.uid}")
    assert "等你答复 1 份" in supervisor.get("/members/") and "等你答复" not in leader.get("/members/")
    assert supervisor.get("/members/exports").total == 1
    agree(supervisor, request)
    assert "正在做表" in leader.get(f"/members/exports/{request.uid}")
    work()
    assert "只能下载一次" in leader.get(f"/members/exports/{request.uid}")
    page = fetch(leader, request)
    rows = table(page, tmp_path / "a.xlsx")
    assert {row[1] for row in rows[1:]} == {"曾国富", "王秀兰", "罗志远"}
    assert not TABLES.place(request.uid).exists()
    fetch(leader, request, 409)
    [line] = lines_of_trail("export")
    assert (line.actor, line.detail["agreed_by"], line.detail["rows"]) == ("何建平", "杜丽华", 3)
    told = auditor.get("/trail")
    for words in ("导出申请", "杜丽华", "核对名册", "已下载"):
        assert words in told, words


@pytest.mark.once
def test_nobody_agrees_to_their_own_nor_to_what_lies_above_or_beside_them(
    many: list[Person], leader: Someone, leader2: Someone, worker: Someone, supervisor: Someone
) -> None:
    request = asked(leader)
    agree(leader, request, 409)
    agree(leader2, request, 404)
    agree(worker, request, 403)
    above = asked(supervisor)
    agree(leader, above, 404)
    assert "何建平" not in supervisor.get(f"/members/exports/{above.uid}").text.split("谁能同意")[1]
    agree(supervisor, request, 422, "wrong-2026")
    agree(supervisor, request, 429)
    assert {request.state, above.state} == {"asked"}


@pytest.mark.once
def test_a_refusal_has_a_reason_which_who_asked_reads(
    many: list[Person], leader: Someone, supervisor: Someone
) -> None:
    request = asked(leader)
    assert "请写明原因" in supervisor.post(f"/members/exports/{request.uid}/refuse", {"words": ""}, 422)
    supervisor.post(f"/members/exports/{request.uid}/refuse", {"words": "用不着这么多"})
    assert "用不着这么多" in leader.get(f"/members/exports/{request.uid}")
    agree(supervisor, request, 409)
    fetch(leader, request, 409)
    assert db.session.scalars(select(Job).where(Job.name == "make export")).all() == []


def test_only_who_asked_fetches_it_with_their_password_and_in_time(
    many: list[Person], leader: Someone, supervisor: Someone
) -> None:
    request = asked(leader)
    fetch(leader, request, 409)
    agree(supervisor, request)
    work()
    fetch(supervisor, request, 409)
    fetch(leader, request, 422, "wrong-2026")
    with clock.at(clock.now() + timedelta(hours=25)):
        late = Someone(leader.site, "leader")
        assert "已过期" in late.get(f"/members/exports/{request.uid}")
        fetch(late, request, 409)
        sweep()
    look_anew()
    assert request.state == "over" and not TABLES.place(request.uid).exists()


@pytest.mark.once
def test_nobody_answers_in_time_and_the_request_is_over(
    many: list[Person], leader: Someone, supervisor: Someone
) -> None:
    request = asked(leader)
    with clock.at(clock.now() + timedelta(days=3, minutes=1)):
        agree(Someone(supervisor.site, "supervisor"), request, 409)
        assert asked(Someone(leader.site, "leader")).id != request.id


@pytest.mark.once
def test_one_request_of_one_person_waits_at_a_time_and_can_be_taken_back(
    many: list[Person], leader: Someone, supervisor: Someone
) -> None:
    request = asked(leader)
    assert asked(leader).id == request.id
    supervisor.post(f"/members/exports/{request.uid}/withdraw", status=409)
    leader.post(f"/members/exports/{request.uid}/withdraw")
    agree(supervisor, request, 409)
    assert asked(leader).id != request.id


@pytest.mark.once
def test_where_nobody_else_could_agree_that_is_said_at_once(
    many: list[Person], leader: Someone, lifted: Flask
) -> None:
    with write():
        for login in ("supervisor", "district"):
            account = db.session.scalars(select(Account).where(Account.login == login)).one()
            account.switch_off()
    assert "还没有第二个人" in taken(leader, 422)


@pytest.mark.once
def test_a_deputy_of_the_same_union_may_agree(many: list[Person], leader: Someone, lifted: Flask) -> None:
    with write():
        account = db.session.scalars(select(Account).where(Account.login == "leader2")).one()
        Posting.give(account, "leader", unit("21"), clock.today())
    request = asked(leader)
    agree(Someone(leader.site, "leader2"), request)
    look_anew()
    assert request.state == "making"


@pytest.mark.once
def test_whole_numbers_of_many_take_two_people(
    many: list[Person], leader: Someone, supervisor: Someone, tmp_path: Path
) -> None:
    set_limit("export.rows", 100)
    set_limit("export.numbers", 1)
    request = asked(leader, id_number="y", format="csv")
    assert "证件号码写全号" in supervisor.get(f"/members/exports/{request.uid}")
    agree(supervisor, request)
    work()
    assert NUMBER.encode() not in TABLES.place(request.uid).read_bytes()
    rows = table(fetch(leader, request), tmp_path / "a.csv")
    assert NUMBER in {row[7] for row in rows}


def test_who_left_or_withdrew_meanwhile_is_not_in_it(
    many: list[Person], leader: Someone, supervisor: Someone, tmp_path: Path
) -> None:
    request = asked(leader)
    with write():
        many[1].withdraw(as_viewer("leader"))
    agree(supervisor, request)
    work()
    rows = table(fetch(leader, request), tmp_path / "a.xlsx")
    assert [row[1] for row in rows[1:]] == ["罗志远", "曾国富"]


# ── what one sees is what one takes ──


def test_whom_a_search_found_is_whom_the_table_holds(
    many: list[Person], leader: Someone, auditor: Someone, tmp_path: Path
) -> None:
    set_limit("export.rows", 10)
    found = leader.post("/members/search", {"q": "王秀"}, 200)
    assert "导出找到的人" in found
    page = leader.post("/members/export/found", {"q": "王秀"}, 200)
    assert "搜“王秀”找到的人：1 行" in page and "王秀" not in page.location
    asked = {"format": "xlsx", "reason": "核对名册", "password": PASSWORD, "q": "王秀"}
    rows = table(leader.post("/members/export", asked, 200), tmp_path / "a.xlsx")
    assert [row[1] for row in rows[1:]] == ["王秀兰"]
    [line] = lines_of_trail("export")
    assert line.detail["filter"] == "found" and "王秀" not in str(line.detail)
    assert "搜索找到的人" in auditor.get("/trail")


@pytest.mark.once
def test_a_search_that_finds_nobody_or_too_many_is_told_so(many: list[Person], leader: Someone) -> None:
    asked = {"format": "xlsx", "reason": "核对名册", "password": PASSWORD}
    for words in ("诸葛", "%", "…"):
        assert "没有人可以导出" in leader.post("/members/export", asked | {"q": words}, 422)
    with write():
        many[0].learn(name="王秀英")
    assert "请多写几个字" in leader.post("/members/export", asked | {"q": "王秀"}, 422)


def test_a_search_finds_only_in_ones_own_branches(many: list[Person], leader2: Someone) -> None:
    asked = {"format": "csv", "reason": "核对名册", "password": PASSWORD, "q": "王秀"}
    assert "没有人可以导出" in leader2.post("/members/export", asked, 422)


# ── what the sheet says of itself ──


@pytest.mark.once
def test_the_table_says_who_took_it_when_and_what_for(
    many: list[Person], leader: Someone, tmp_path: Path
) -> None:
    set_limit("export.rows", 10)
    path = tmp_path / "a.xlsx"
    path.write_bytes(taken(leader).response.data)
    book = load_workbook(path)
    told = str(list(book["说明"].values))
    for words in ("何建平", "核对名册", "明珠社区工会", "2026"):
        assert words in told, words
    assert (
        "何建平" in book.worksheets[0].oddFooter.left.text
        and "核对名册" in book.worksheets[0].oddFooter.left.text
    )
