"""Coming and going: retained, back, resigned, expelled, and from one union to another."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.calendar import SpecialDay
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.members.gone import EmployerGone
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.movement import MOVEMENTS
from gridunion.members.recounting import recount
from gridunion.members.transfer import Transfer
from gridunion.tree import Unit
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests import histories
from tests.conftest import Someone, as_viewer, member, unit
from tests.test_recount import check_everywhere

ID = "11010519491231002X"
TODAY = "2026-11-19"


def look_again() -> None:
    db.session.rollback()
    db.session.expire_all()


def with_number(cell: str = "212", name: str = "王秀兰", number: str = ID) -> Person:
    person = member(name, cell=cell, phone="13609162099")
    with write():
        person.set_id_number("resident_id", number)
    return person


def newcomer(name: str = "王秀兰") -> Person:
    """The same one, registered anew in another union."""
    with write():
        return Person.register(unit("211"), as_viewer("worker"), "grid_visit", name=name, phone="13609162087")


def spans(person: Person) -> list[tuple[str, str, str | None]]:
    look_again()
    found = select(Membership, Unit.code).join(Unit, Unit.id == Membership.unit_id)
    found = found.where(Membership.person_id == person.id).order_by(Membership.id)
    return [(code, span.status, span.change_type) for span, code in db.session.execute(found)]


def asked_by_the_worker(worker: Someone, stub: Person, **typed: str) -> Any:
    sent = {"name": stub.name, "id_kind": "resident_id", "id_number": ID, "reason": "1"} | typed
    return worker.post(f"/members/{stub.uid}/ask", sent)


def the_transfer() -> Transfer:
    look_again()
    return db.session.scalars(select(Transfer)).one()


# ── what one union decides alone ──


def test_a_member_is_retained_and_comes_back(lifted: Flask, leader: Someone) -> None:
    person = member()
    page = leader.get(f"/members/{person.uid}/membership")
    assert "保留会籍" in page and "恢复会籍" not in page
    leader.post(f"/members/{person.uid}/retain", {"reason": "3", "on": TODAY})
    look_again()
    assert person.status == "retained" and "保留会籍" in leader.get(f"/members/{person.uid}")
    assert "失业" in leader.get(f"/members/{person.uid}/membership")
    leader.post(f"/members/{person.uid}/come-back", {"reason": "1", "on": TODAY})
    assert spans(person)[-2:] == [("211", "retained", "3"), ("211", "active", "2")]
    assert "恢复会籍" in leader.get(f"/members/{person.uid}/membership")


def test_who_resigned_may_join_again(lifted: Flask, leader: Someone, worker: Someone) -> None:
    person = member()
    leader.post(f"/members/{person.uid}/resign", {"reason": "5", "on": TODAY, "words": "要回老家"})
    assert "已退会" in worker.get(f"/members/{person.uid}")
    assert "要回老家" in leader.get(f"/members/{person.uid}/membership")
    worker.post(f"/members/{person.uid}/application")
    look_again()
    assert person.status == "applied"


@pytest.mark.once
def test_only_the_leader_expels_with_a_reason_and_filed_above(
    lifted: Flask, leader: Someone, supervisor: Someone, worker: Someone
) -> None:
    person = member()
    there, said = f"/members/{person.uid}/expel", {"reason": "6", "on": TODAY, "words": "被判有期徒刑"}
    supervisor.post(there, said, 403)
    worker.post(there, said, 403)
    bare = leader.post(there, {"on": TODAY}, 422)
    assert "请写除名的事由" in bare and "备案以后再办" in bare and "汉中路街道工会联合会" in bare
    leader.post(there, said | {"filed": "y"})
    look_again()
    assert person.status == "expelled"
    assert "已报上一级工会备案" in leader.get(f"/members/{person.uid}/membership")
    worker.post(f"/members/{person.uid}/application", status=409)


@pytest.mark.once
def test_the_day_of_a_change_lies_between_the_last_one_and_today(lifted: Flask) -> None:
    person = member()
    with clock.at(clock.now() + timedelta(days=9)):
        leader, there = Someone(lifted, "leader"), f"/members/{person.uid}/retain"
        assert "不能早于上一次变动" in leader.post(there, {"reason": "2", "on": "2026-11-18"}, 422)
        assert "日期不能晚于今天" in leader.post(there, {"reason": "2", "on": "2026-11-30"}, 422)
        leader.post(there, {"reason": "2", "on": "2026-11-25"})
    look_again()
    assert [span.from_on.day for span in person.memberships] == [19, 19, 25]


@pytest.mark.once
@pytest.mark.parametrize("step", ["retain", "come-back", "resign", "move-away", "expel"])
def test_a_step_that_does_not_follow_is_refused_with_a_sentence(
    lifted: Flask, leader: Someone, step: str
) -> None:
    stub = newcomer()
    said = {"reason": {"come-back": "1", "resign": "5", "expel": "6", "move-away": "1"}.get(step, "2")}
    page = leader.post(
        f"/members/{stub.uid}/{step}", said | {"on": TODAY, "words": "说明", "filed": "y"}, 409
    )
    assert "王秀兰现在是“待审批”，不能办" in page
    leader.get(f"/members/{stub.uid}/{step}", 303)
    assert spans(stub) == [("211", "applied", "1")]


@pytest.mark.once
def test_another_cell_of_the_union_is_no_transfer(lifted: Flask, leader: Someone, neighbor: Someone) -> None:
    person = member()
    with write():
        DueVisit.plan(person, "hospital", clock.today(), as_viewer("worker"))
    choice = leader.get(f"/members/{person.uid}/cell")
    assert "明珠社区第2网格" in choice and "太白" not in choice
    leader.post(f"/members/{person.uid}/cell", {"cell": unit("2110").uid.hex})
    assert spans(person)[-2:] == [("211", "active", "1"), ("2110", "active", None)]
    assert "王秀兰" in neighbor.get("/today")
    check_everywhere()


# ── from one union to another ──


def test_the_old_union_releases_and_the_new_one_accepts(
    lifted: Flask, leader: Someone, leader2: Someone
) -> None:
    person = member()
    leader.post(
        f"/members/{person.uid}/release", {"to": "太白社区工会", "reason": "1", "words": "到太白上班"}
    )
    transfer = the_transfer()
    assert "等对方答复的转会 1" in leader.get("/inbox") and "转会等答复" in leader.get(
        f"/members/{person.uid}"
    )
    desk = leader2.get("/inbox")
    assert "转会等你答复 1" in desk and "王秀兰" in desk and f"/members/{person.uid}" not in desk.html
    leader2.get(f"/members/{person.uid}", 404)
    page = leader2.get(f"/members/transfers/{transfer.uid}")
    assert "明珠社区工会" in page and "到太白上班" in page and "13609162087" not in page.html
    check_everywhere()
    leader2.post(f"/members/transfers/{transfer.uid}/accept", {"cell": unit("212").uid.hex})
    assert spans(person)[-3:] == [
        ("211", "active", "1"),
        ("211", "transferred_out", "4"),
        ("212", "active", "2"),
    ]
    leader.get(f"/members/{person.uid}", 404)
    history = leader2.get(f"/members/{person.uid}/membership")
    assert "明珠社区第1网格" in history and "太白社区第1网格" in history
    check_everywhere()


def test_until_accepted_the_old_union_counts_the_member(
    lifted: Flask, leader: Someone, leader2: Someone
) -> None:
    person = member()
    leader.post(f"/members/{person.uid}/release", {"to": "210", "reason": "1"})
    assert leader.get("/members/").total == 1 and leader2.get("/members/").total == 0
    leader2.post(f"/members/transfers/{the_transfer().uid}/accept", {"cell": unit("212").uid.hex})
    assert leader.get("/members/").total == 0 and leader2.get("/members/").total == 1
    assert leader2.post("/members/search", {"q": "王秀"}, 200).total == 1
    assert leader.post("/members/search", {"q": "王秀"}, 200).total == 0


def test_a_worker_asks_by_name_and_number_and_is_never_told_where(
    lifted: Flask, worker: Someone, leader: Someone, leader2: Someone
) -> None:
    old, stub = with_number(), newcomer()
    form = worker.post(
        f"/members/{stub.uid}/edit",
        {"name": "王秀兰", "id_kind": "resident_id", "id_number": ID, "row_version": str(stub.version)}, 422,
    )  # fmt: skip
    assert "已在别处登记，请申请转会" in form and f"/members/{stub.uid}/ask" in form.html
    asked_by_the_worker(worker, stub)
    transfer = the_transfer()
    for address in (f"/members/{stub.uid}", f"/members/transfers/{transfer.uid}"):
        for who in (worker, leader):
            page = who.get(address)
            assert "太白" not in page.html and str(old.uid) not in page.html and "转会" in page
    assert "等对方答复的转会 1" in leader.get("/inbox") and "转会等你答复 1" in leader2.get("/inbox")
    leader.post(f"/members/transfers/{transfer.uid}/accept", status=409)
    leader2.post(f"/members/transfers/{transfer.uid}/accept")
    look_again()
    assert (old.unit.code, old.status, stub.status) == ("211", "active", "merged")
    leader2.get(f"/members/{old.uid}", 404)
    assert "太白社区第1网格" in worker.get(f"/members/{old.uid}/membership")
    check_everywhere()


@pytest.mark.parametrize("standing", ["applied", "active", "known"])
def test_who_was_registered_anew_meanwhile_is_one_person_after_the_transfer(
    lifted: Flask, worker: Someone, leader: Someone, leader2: Someone, standing: str
) -> None:
    old, stub = with_number(), newcomer()
    with write():
        stub.learn(address="天汉大道 1 号")
        Visit.log(stub, as_viewer("worker"), "met")
        if standing == "active":
            stub.approve(as_viewer("leader"))
        if standing == "known":
            stub.reject(as_viewer("leader"), "先办转会")
    asked_by_the_worker(worker, stub)
    leader2.post(f"/members/transfers/{the_transfer().uid}/accept")
    look_again()
    assert (old.unit.code, old.status, stub.status) == ("211", "active", "merged")
    assert (old.phone, old.address, old.id_number) == ("13609162087", "天汉大道 1 号", ID)
    assert (
        leader.get("/members/").total == 1 and leader.post("/members/search", {"q": "王秀"}, 200).total == 1
    )
    page = worker.get(f"/members/{stub.uid}", follow_redirects=True)
    assert "在会" in page and "非会员" not in page and "并入另一份档案" in page
    assert db.session.scalars(select(Visit.person_id)).all() == [old.id]
    check_everywhere()


def test_who_had_left_and_is_asked_for_comes_back_also_when_both_cells_came_into_one_union(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    old, stub = with_number(), newcomer()
    away = next(it for it in MOVEMENTS.values() if it.status == "transferred_out")
    with write():
        old.change(away, clock.today(), as_viewer("leader2"), away.reasons[0])
    with write():
        Transfer.ask(old.id, stub, as_viewer("worker"), "1", None)
    histories.move("212", "21")
    leader.post(f"/members/transfers/{the_transfer().uid}/accept")
    look_again()
    assert (old.unit.code, old.status, stub.status) == ("211", "active", "merged")
    check_everywhere()


def test_nobody_is_let_in_anew_while_their_membership_is_asked_for(
    lifted: Flask, worker: Someone, leader: Someone, leader2: Someone
) -> None:
    with_number()
    stub = newcomer()
    asked_by_the_worker(worker, stub)
    told = leader.post("/members/approvals", {"person": str(stub.uid)}, 409)
    assert "王秀兰正在办转会" in told
    leader2.post(f"/members/transfers/{the_transfer().uid}/refuse", {"words": "还在这里上班"})
    leader.post("/members/approvals", {"person": str(stub.uid)})
    look_again()
    assert stub.status == "active"


def test_who_is_released_to_a_union_that_registered_them_is_one_person_too(
    lifted: Flask, leader: Someone, leader2: Someone
) -> None:
    old, stub = with_number(), newcomer()
    other = newcomer("王秀英")
    with write():
        stub.set_id_number("resident_id", ID)
    leader2.post(f"/members/{old.uid}/release", {"to": "21", "reason": "1"})
    leader.post(f"/members/transfers/{the_transfer().uid}/accept", {"cell": unit("2110").uid.hex})
    look_again()
    assert (old.unit.code, old.status, stub.status, other.status) == ("2110", "active", "merged", "applied")
    check_everywhere()


def test_workers_of_both_sides_find_the_transfers_of_their_cell(
    lifted: Flask, worker: Someone, neighbor: Someone, leader: Someone, leader2: Someone
) -> None:
    with_number()
    stub = newcomer()
    assert "件转会等答复" not in worker.get("/today")
    asked_by_the_worker(worker, stub)
    transfer = the_transfer()
    assert "有 1 件转会等答复" in worker.get("/today") and "件转会等答复" not in neighbor.get("/today")
    assert "/members/transfers" in worker.get("/members/").html
    page = worker.get("/members/transfers")
    assert (
        page.total == 1 and str(transfer.uid) in page.html and "等对方答复 1" in page and "太白" not in page
    )
    assert neighbor.get("/members/transfers").total == 0
    assert leader2.get("/members/transfers?show=ours").total == 1
    leader2.post(f"/members/transfers/{transfer.uid}/refuse", {"words": "还在这里上班"})
    assert "件转会等答复" not in worker.get("/today")
    assert "没同意" in worker.get("/members/transfers?show=done")


def test_a_wrong_name_or_number_finds_nobody_and_is_counted(lifted: Flask, worker: Someone) -> None:
    with_number()
    stub = newcomer("王秀英")
    wrong = {"name": "王秀英", "id_kind": "resident_id", "id_number": ID, "reason": "1"}
    for _n in range(20):
        assert "没有查到" in worker.post(f"/members/{stub.uid}/ask", wrong, 422)
    assert "太多了" in worker.post(f"/members/{stub.uid}/ask", wrong | {"name": "王秀兰"}, 429)
    assert db.session.scalars(select(Transfer)).all() == []


def test_nobody_is_asked_for_twice(lifted: Flask, worker: Someone) -> None:
    with_number()
    stub = newcomer()
    asked_by_the_worker(worker, stub)
    sent = {"name": "王秀兰", "id_kind": "resident_id", "id_number": ID, "reason": "1"}
    assert "转会已经在办" in worker.post(f"/members/{stub.uid}/ask", sent, 409)


@pytest.mark.once
def test_a_refusal_has_a_reason_which_the_other_side_reads(
    lifted: Flask, worker: Someone, leader: Someone, leader2: Someone
) -> None:
    old, stub = with_number(), newcomer()
    asked_by_the_worker(worker, stub)
    uid = the_transfer().uid
    assert "请写明原因" in leader2.post(f"/members/transfers/{uid}/refuse", {"words": " "}, 422)
    leader2.post(f"/members/transfers/{uid}/refuse", {"words": "还在这里上班"})
    assert "还在这里上班" in worker.get(f"/members/{stub.uid}")
    look_again()
    assert (old.unit.code, old.status) == ("212", "active")
    leader2.post(f"/members/transfers/{uid}/accept", status=409)


@pytest.mark.once
def test_who_asked_may_take_it_back_and_nobody_else(
    lifted: Flask, leader: Someone, leader2: Someone, worker: Someone
) -> None:
    person = member()
    leader.post(f"/members/{person.uid}/release", {"to": "210", "reason": "1"})
    uid = the_transfer().uid
    leader2.post(f"/members/transfers/{uid}/withdraw", status=409)
    leader.post(f"/members/transfers/{uid}/withdraw")
    assert the_transfer().state == "withdrawn"
    leader2.post(f"/members/transfers/{uid}/accept", {"cell": unit("212").uid.hex}, 409)


def test_a_stranger_does_not_know_of_a_transfer(
    lifted: Flask, leader: Someone, stranger: Someone, neighbor: Someone
) -> None:
    person = member()
    leader.post(f"/members/{person.uid}/release", {"to": "210", "reason": "1"})
    uid = the_transfer().uid
    for who in (stranger, neighbor):
        who.get(f"/members/transfers/{uid}", 404)
        who.post(f"/members/transfers/{uid}/withdraw", status=404)
    stranger.get(f"/members/{person.uid}/membership", 404)
    stranger.post(f"/members/transfers/{uid}/accept", {"cell": unit("221").uid.hex}, 403)


def test_holidays_entered_later_give_the_other_union_as_many_working_days(
    lifted: Flask, leader: Someone
) -> None:
    person = member()
    leader.post(f"/members/{person.uid}/release", {"to": "210", "reason": "1"})
    with write():
        db.session.add(SpecialDay(day=date(2026, 12, 1), works=False, name_zh="放假"))
    g.pop("days", None)
    for _twice in range(2):
        recount()
    assert clock.local(the_transfer().due_at).isoformat()[:16] == "2026-12-04T17:30"


@pytest.mark.once
def test_the_answer_is_due_in_ten_working_days_and_turns_red_after(lifted: Flask, leader: Someone) -> None:
    person = member()
    leader.post(f"/members/{person.uid}/release", {"to": "210", "reason": "1"})
    assert clock.local(the_transfer().due_at).isoformat()[:16] == "2026-12-03T17:30"
    with clock.at(clock.now() + timedelta(days=14)):
        assert "超期" not in Someone(lifted, "leader2").get("/inbox")
    with clock.at(clock.now() + timedelta(days=15)):
        leader = Someone(lifted, "leader")
        assert "超期了" in Someone(lifted, "leader2").get("/inbox") and "对方超期了" in leader.get("/inbox")
        assert "已超期" in leader.get(f"/members/{person.uid}")


@pytest.mark.once
def test_one_goes_nowhere_else_while_a_transfer_waits(lifted: Flask, leader: Someone) -> None:
    person = member()
    for to in ("明珠社区工会", "没有的社区工会"):
        leader.post(f"/members/{person.uid}/release", {"to": to, "reason": "1"}, 422)
    leader.post(f"/members/{person.uid}/release", {"to": "210", "reason": "1"})
    leader.post(f"/members/{person.uid}/release", {"to": "22", "reason": "1"}, 409)


@pytest.mark.once
def test_two_unions_of_one_name_are_told_apart_by_their_codes(lifted: Flask, leader: Someone) -> None:
    person = member()
    with write():
        unit("22").name = "太白社区工会"
    page = leader.post(f"/members/{person.uid}/release", {"to": "太白社区工会", "reason": "1"}, 422)
    assert "不止一个" in page and "210、22" in page


def test_what_happened_stays_where_it_happened_and_what_is_due_goes_along(
    lifted: Flask, worker: Someone, leader: Someone, leader2: Someone
) -> None:
    person = member()
    with write():
        visit = Visit.log(person, as_viewer("worker"), "met")
        case = Complaint.take(
            person.unit, as_viewer("worker"), "王秀兰", "13609162087", category="welfare", channel="visit"
        )
        case.person = person
        DueVisit.plan(person, "hospital", clock.today(), as_viewer("worker"))
    leader.post(f"/members/{person.uid}/release", {"to": "210", "reason": "1"})
    leader2.post(f"/members/transfers/{the_transfer().uid}/accept", {"cell": unit("212").uid.hex})
    look_again()
    assert visit.unit.code == case.unit.code == "211"
    assert {
        due.unit.code for due in db.session.scalars(select(DueVisit).where(DueVisit.state == "open"))
    } == {"212"}
    for address in (f"/visits/{visit.uid}", "/visits/", "/today", f"/complaints/{case.uid}"):
        assert "王秀兰" in worker.get(address), address
    worker.post(f"/visits/{visit.uid}/undo")
    leader2.get(f"/visits/{visit.uid}", 404)
    check_everywhere()


def test_a_month_tells_who_came_and_who_went_and_every_number_opens_its_list(
    lifted: Flask, leader: Someone, leader2: Someone, supervisor: Someone
) -> None:
    with clock.at(clock.now() - timedelta(days=40)):
        old, gone = member("王秀兰"), member("李强", phone="13609162082")
    member("孙倩", phone="13609162083")
    with write():
        gone.change(MOVEMENTS["resign"], clock.today(), as_viewer("leader"), "5")
    leader.post(f"/members/{old.uid}/release", {"to": "210", "reason": "1"})
    leader2.post(f"/members/transfers/{the_transfer().uid}/accept", {"cell": unit("212").uid.hex})
    page = leader.get("/members/changes")
    assert "上月末会员 2，净增 -1，到" in page and "会员 1。" in page
    for show, who, total in (
        ("joined", "孙倩", 1),
        ("resigned", "李强", 1),
        ("transferred_out", "王秀兰", 1),
    ):
        page = leader.get(f"/members/changes?show={show}")
        assert page.total == total and who in page, show
    assert f"/members/{old.uid}" not in page.html and "现在在别的工会" in page
    assert "王秀兰" in leader2.get("/members/changes?show=transferred_in")
    assert "上月末会员 2，净增 0，到" in supervisor.get("/members/changes?month=2026-11")
    assert "净增 +2" in supervisor.get("/members/changes?month=2026-10")
    leader.get("/members/changes?month=x&show=y&after=z")


# ── the employer is gone ──


def test_who_came_from_a_union_outside_is_told_as_transferred_in_and_not_as_come_back(
    lifted: Flask, leader: Someone
) -> None:
    """As a sheet brings them: 会籍变化类型 转入, without a transfer of this system."""
    came, back = member("曾国富", phone="13609162089"), member("罗志远", phone="13609162090")
    with write():
        came.memberships[-1].change_type = "2"
        back.change(MOVEMENTS["retain"], clock.today(), as_viewer("leader"), "3")
    with clock.at(clock.now() + timedelta(days=1)):
        with write():
            db.session.get_one(Person, back.id).change(
                MOVEMENTS["come_back"], clock.today(), as_viewer("leader"), "1"
            )
        later = Someone(leader.site, "leader")
        page = later.get("/members/changes")
        assert "转入 1" in page and "恢复 1" in page
        for name in ("transferred_in", "came_back"):
            assert later.get(f"/members/changes?show={name}").total == 1
        assert "转入" in later.get(f"/members/{came.uid}/membership")
        assert "恢复会籍" in later.get(f"/members/{back.uid}/membership")


@pytest.fixture
def firm(lifted: Flask) -> Iterator[Employer]:
    with write():
        employer = Employer(unit=unit("21"), name="汉江快递站")
        db.session.add(employer)
    for name, phone in (
        ("马小军", "13609162081"),
        ("李强", "13609162082"),
        ("孙倩", "13609162083"),
        ("余红", "13609162084"),
    ):
        member(name, phone=phone, employer_name="汉江快递站")
    yield employer


def closes(leader: Someone, firm: Employer, state: str = "closed") -> None:
    look_again()
    said = {"name": firm.name, "unit": firm.unit.uid.hex, "union_state": "unorganized", "state": state}
    leader.post(f"/employers/{firm.uid}/edit", said | {"row_version": str(firm.version)})


def person_named(name: str) -> Person:
    look_again()
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def test_an_employer_that_closes_asks_about_each_of_its_members(
    lifted: Flask, firm: Employer, leader: Someone, worker: Someone
) -> None:
    closes(leader, firm)
    assert "单位没了，会籍怎么办 4" in leader.get("/inbox")
    majun, li, sun = (person_named(name).uid for name in ("马小军", "李强", "孙倩"))
    assert "单位没了" in leader.get(f"/members/{majun}")
    seen = worker.get(f"/members/{majun}")
    assert "请问问本人在哪里上班" in seen and "去办" not in seen
    leader.post(f"/members/{majun}/stays", {"next": "inbox"})
    leader.post(f"/members/{li}/retain", {"reason": "4", "on": TODAY})
    leader.post(f"/members/{sun}/release", {"to": "210", "reason": "1"})
    page = leader.get("/inbox")
    assert "单位没了，会籍怎么办 1" in page and "余红" in page
    leader.post(f"/members/{majun}/stays", status=409)
    with write():
        person_named("余红").learn(employer_name="太白酒楼")
    assert "单位没了" not in leader.get("/inbox")


def test_an_employer_written_down_after_its_people_finds_them_when_it_closes(
    lifted: Flask, leader: Someone
) -> None:
    for name, employer, cell, phone in (
        ("马小军", "汉江快递站", "211", "13609162081"), ("李强", "汉江快递站", "2110", "13609162082"),
        ("孙倩", "别处快递站", "211", "13609162083"), ("余红", "汉江快递站", "212", "13609162084"),
    ):  # fmt: skip
        member(name, cell=cell, phone=phone, employer_name=employer)
    said = {"name": "汉江快递站", "unit": unit("21").uid.hex, "union_state": "unorganized", "state": "active"}
    leader.post("/employers/new", said)
    look_again()
    closes(leader, db.session.scalars(select(Employer)).one())
    look_again()
    asked = {
        db.session.get_one(Person, row.person_id).name for row in db.session.scalars(select(EmployerGone))
    }
    assert asked == {"马小军", "李强"}, "of another employer, and in another community, nobody"


def test_who_joins_with_an_employer_that_is_gone_is_asked_about_at_once(
    lifted: Flask, firm: Employer, leader: Someone
) -> None:
    closes(leader, firm)
    member("刘大山", phone="13609162099", employer_name=firm.name)
    assert "单位没了，会籍怎么办 5" in leader.get("/inbox")


def test_an_employer_that_works_again_asks_no_more(lifted: Flask, firm: Employer, leader: Someone) -> None:
    closes(leader, firm)
    closes(leader, firm, "active")
    assert "单位没了" not in leader.get("/inbox")
    look_again()
    assert {row.state for row in db.session.scalars(select(EmployerGone))} == {"back"}


def test_an_employer_that_moves_to_another_community_asks_about_those_left_behind(
    lifted: Flask, firm: Employer, leader: Someone
) -> None:
    with write():
        account = db.session.scalars(select(Account).where(Account.login == "leader")).one()
        Posting.give(account, "leader", unit("210"), clock.today())
    there = Someone(leader.site, "leader")
    look_again()
    said = {"name": firm.name, "unit": unit("210").uid.hex, "union_state": "unorganized", "state": "active"}
    there.post(f"/employers/{firm.uid}/edit", said | {"row_version": str(firm.version)})
    assert "单位没了，会籍怎么办 4" in there.get("/inbox")
    uid = person_named("马小军").uid
    there.post(f"/members/{uid}/release", {"to": "210", "reason": "1"})
    there.post(f"/members/transfers/{the_transfer().uid}/accept", {"cell": unit("212").uid.hex})
    assert "单位没了，会籍怎么办 3" in there.get("/inbox")
    assert "单位没了" not in there.get(f"/members/{uid}")
    look_again()
    there.post(f"/employers/{firm.uid}/edit", said | {"row_version": str(firm.version), "state": "closed"})
    assert "单位没了，会籍怎么办 4" in there.get("/inbox")
