"""代班: who stands in for a colleague on leave has the work and the rights, from a day to another, and says so."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.complaints.conflicts import Tie
from gridunion.complaints.models import Complaint
from gridunion.complaints.turns import NotYours
from gridunion.db import db, write
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests.conftest import NOON, Someone, as_viewer, member, unit

TODAY = date(2026, 11, 19)


def account(login: str) -> Account:
    return db.session.scalars(select(Account).where(Account.login == login)).one()


def seat(login: str) -> Posting:
    return (
        db.session.scalars(select(Posting).where(Posting.account_id == account(login).id)).first()
        or Posting()
    )


def away(absent: str, instead: str, days: int = 5, start: date = TODAY) -> Posting:
    with write():
        return seat(absent).stand_in(account(instead), start, start + timedelta(days=days))


def case(handler: str | None = "worker", **asked: Any) -> Complaint:
    told: Any = {"category": "wages", "channel": "walk_in", "text": "两个月工资没发"} | asked
    with write():
        made = Complaint.take(unit("211"), as_viewer("worker"), "马小军", None, **told)
        if handler:
            made.assign(account(handler), as_viewer("leader"))
    return made


def _ask(someone: Someone, absent: str, instead: str, status: int = 303, **days: str) -> Any:
    said = {"who": account(instead).uid.hex, "from_on": "2026-11-19", "last_on": "2026-11-23"} | days
    return someone.post(f"/staff/{seat(absent).uid}/stand-in", said, status)


def test_the_leader_finds_somebody_for_a_worker_on_leave(
    lifted: Flask, leader: Someone, neighbor: Someone
) -> None:
    person = member()
    with write():
        DueVisit.plan(person, "hospital", TODAY, as_viewer("worker"))
    assert "王秀兰" not in neighbor.get("/today")
    _ask(leader, "worker", "neighbor")
    assert "王秀兰" in neighbor.get("/today")
    assert "代周素琴" in leader.get("/staff") and "代周素琴" in neighbor.get("/me")
    assert "罗春梅" in Someone(leader.site, "worker").get("/me")


def test_rights_begin_and_end_by_themselves(lifted: Flask, neighbor: Someone) -> None:
    person = member()
    away("worker", "neighbor", days=2, start=TODAY + timedelta(days=1))
    for days, status in ((0, 404), (1, 200), (2, 200), (3, 404)):
        with clock.at(NOON + timedelta(days=days)):
            Someone(neighbor.site, "neighbor").get(f"/members/{person.uid}", status)


def test_what_a_stand_in_does_says_for_whom(lifted: Flask) -> None:
    person, theirs = member(), member("马小军", "2110", "13609162088")
    away("worker", "neighbor")
    by = as_viewer("neighbor")
    with write():
        assert Visit.log(person, by, "met").visitor_name == "罗春梅（代周素琴）"
        assert Visit.log(theirs, by, "met").visitor_name == "罗春梅"


def test_a_case_of_one_on_leave_lies_before_the_stand_in(lifted: Flask, neighbor: Someone) -> None:
    made = case()
    assert neighbor.get("/complaints/?show=mine").total == 0
    away("worker", "neighbor")
    today, mine = neighbor.get("/today"), neighbor.get("/complaints/?show=mine")
    assert "代周素琴" in today and mine.total == 1 and "马小军" in mine
    neighbor.post(
        f"/complaints/{made.uid}/progress", {"words": "问过老板，答应周五发", "row_version": made.version}
    )
    db.session.refresh(made)
    assert made.handler_id == account("worker").id and made.events[-1].actor == "罗春梅（代周素琴）"


def test_a_stand_in_who_declared_a_tie_keeps_away(lifted: Flask) -> None:
    made = case(employer_name="汉宁轩饭店")
    away("worker", "neighbor")
    with write():
        db.session.add(Tie(account_id=account("neighbor").id, employer_name="汉宁轩饭店", kind="family"))
    with write(), pytest.raises(NotYours):
        made.progress(as_viewer("neighbor"), "问过老板，答应周五发")


def test_a_stand_in_who_works_where_a_case_only_names_it_keeps_away(lifted: Flask, neighbor: Someone) -> None:
    made = case(employer_name="没登记的饭馆")
    away("worker", "neighbor")
    assert neighbor.get("/complaints/?show=mine").total == 1
    with write():
        account("neighbor").phone = "13509160001"
    member("罗春梅", "212", "13509160001", employer_name="没登记的饭馆")
    assert neighbor.get("/complaints/?show=mine").total == 0
    with write(), pytest.raises(NotYours):
        made.progress(as_viewer("neighbor"), "问过老板，答应周五发")


def test_a_sealed_case_stays_with_those_it_was_opened_to(lifted: Flask, neighbor: Someone) -> None:
    made = case(category="harassment")
    assert made.sealed
    away("worker", "neighbor")
    neighbor.get(f"/complaints/{made.uid}", 404)
    assert neighbor.get("/complaints/?show=mine").total == 0


def test_who_resolved_a_case_for_somebody_else_does_not_judge_it(lifted: Flask) -> None:
    made = case(category="welfare", kind="complaint")
    away("worker", "leader")
    with write():
        made.resolve(as_viewer("leader"), "补发了两个月工资", "solved", "phone")
    assert made.handler_id == account("leader").id
    assert not made.may("call_back", as_viewer("leader")) and made.may("call_back", as_viewer("supervisor"))


def test_who_leads_for_the_handler_does_not_judge_in_his_place(lifted: Flask, neighbor: Someone) -> None:
    made = case("leader", category="welfare", kind="complaint")
    with write():
        made.resolve(as_viewer("leader"), "补发了两个月工资", "solved", "phone")
    away("leader", "neighbor")
    assert not made.may("call_back", as_viewer("neighbor")) and made.may("call_back", as_viewer("supervisor"))
    with pytest.raises(NotYours):
        made.demand("call_back", as_viewer("neighbor"))
    assert neighbor.get("/inbox?show=call").total == 0
    dispute = case("leader")
    with write():
        dispute.resolve(as_viewer("leader"), "补发了两个月工资", "solved", "phone")
    assert not dispute.may("confirm", as_viewer("neighbor")) and dispute.may(
        "confirm", as_viewer("supervisor")
    )
    assert neighbor.get("/inbox?show=confirm").total == 0


def test_a_stand_in_leader_leads_and_afterwards_the_street_does(lifted: Flask, neighbor: Someone) -> None:
    made = case(None)
    away("leader", "neighbor", days=2)
    assert made.may("assign", as_viewer("neighbor")) and not made.may("assign", as_viewer("supervisor"))
    assert "马小军" in neighbor.get("/inbox")
    with write():
        seat("leader").end(TODAY + timedelta(days=2))
    with clock.at(NOON + timedelta(days=3)):
        assert made.may("assign", as_viewer("supervisor")) and not made.may("assign", as_viewer("neighbor"))


def test_only_those_above_find_somebody(lifted: Flask, site: Flask) -> None:
    for login, absent, status in (
        ("worker", "neighbor", 403), ("leader", "leader", 403), ("leader2", "worker", 404),
        ("supervisor", "supervisor", 403), ("supervisor", "leader", 200), ("admin", "supervisor", 200),
    ):  # fmt: skip
        Someone(site, login).get(f"/staff/{seat(absent).uid}/stand-in", status)


def test_a_stand_in_needs_days_that_make_sense(lifted: Flask, leader: Someone) -> None:
    with write():
        seat("worker").end(TODAY + timedelta(days=3))
    assert "最后一天" in _ask(leader, "worker", "neighbor", 422)
    assert "不能早于" in _ask(leader, "worker", "neighbor", 422, last_on="2026-11-18")
    assert "从今天" in _ask(leader, "worker", "neighbor", 422, from_on="2026-11-01")


def test_back_early(lifted: Flask, leader: Someone, neighbor: Someone) -> None:
    person, instead = member(), away("worker", "neighbor")
    neighbor.get(f"/members/{person.uid}")
    leader.post(f"/staff/{instead.uid}/back")
    neighbor.get(f"/members/{person.uid}", 404)


def test_a_stand_in_keeps_the_own_desk_and_finds_the_other_one(lifted: Flask, neighbor: Someone) -> None:
    away("leader", "neighbor")
    assert neighbor.get("/", 303).location == "/today"
    assert 'href="/inbox">代何建平看待办' in neighbor.get("/today").html
    away("worker", "leader2", days=1)
    taken = Someone(neighbor.site, "leader2")
    assert taken.get("/", 303).location == "/inbox"
    assert 'href="/today">代周素琴看今日' in taken.get("/inbox").html


def test_the_trail_says_for_whom_somebody_acted(lifted: Flask, auditor: Someone) -> None:
    """The account is the real one; what the same person does in the own cell is nobody else's."""
    with write():
        once = Posting.give(account("neighbor"), "grid_worker", unit("211"), date(2026, 1, 1))
        once.end(date(2026, 11, 1))
    away("worker", "neighbor")
    instead = Someone(lifted, "neighbor")
    due = member()
    instead.post(f"/visits/new?person={due.uid}", {"outcome": "not_home"})
    own = member("何永康", "2110", "13609162088")
    instead.post(f"/visits/new?person={own.uid}", {"outcome": "met"})
    said = auditor.get("/trail").html
    theirs = [line for line in said.split("<li>") if "<b>罗春梅</b>" in line]
    for kind, acted in (("明珠社区第1网格", True), ("明珠社区第2网格", False)):
        there = [("代周素琴" in line) for line in theirs if kind in line]
        assert there and set(there) == {acted}
