"""What becomes of a complaint: from first report to call back, and who may see and do what on the way."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from gridunion import audit, clock
from gridunion.accounts.models import Account, Posting
from gridunion.complaints import hands, records
from gridunion.complaints.life import says_something
from gridunion.complaints.listing import complaints, counts, loads, looking
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.readers import Reader
from gridunion.complaints.records import Immutable, Sequence
from gridunion.complaints.succession import name_successors
from gridunion.complaints.timeline import waits_too_long
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.files import attachments_of
from gridunion.members.models import Person
from gridunion.settings import Setting, forget
from gridunion.status.models import Standing
from gridunion.visits.models import Visit
from tests.conftest import CAST, Someone, as_viewer, member, unit

GROUPS = re.compile(r'<h2 class="sec[^"]*">.*?</svg>([^\d<]+?) (\d+)', re.S)
OPTIONS = re.compile(r"<option[^>]*>([^<]+)")
DONE = "和站点对了账，九月工资已发到卡上"


def taken(cell: str = "211", by: str = "worker", name: str | None = "马小军", **asked: Any) -> Complaint:
    """A complaint somebody took down. Inside `lifted`; commits."""
    asked = {
        "category": "wages",
        "channel": "walk_in",
        "text": "两个月工资没发",
        "phone": "13809165520",
        **asked,
    }
    with write():
        return Complaint.take(unit(cell), as_viewer(by), name, asked.pop("phone"), **asked)


def account(login: str) -> Account:
    return db.session.scalars(select(Account).where(Account.login == login)).one()


def assigned(to: str = "worker", by: str = "leader", **asked: Any) -> Complaint:
    complaint = taken(**asked)
    with write():
        complaint.assign(account(to), as_viewer(by))
    return complaint


def resolved(to: str = "worker", by: str = "leader", **asked: Any) -> Complaint:
    complaint = assigned(to, by, **asked)
    with write():
        complaint.resolve(as_viewer(to), DONE, "solved", "phone")
    return complaint


def look_again() -> None:
    """See what a request has changed."""
    db.session.rollback()
    db.session.expire_all()


def at(*when: int) -> Any:
    """A moment as a clock on a Shanghai wall shows it."""
    return clock.at(datetime(*when, tzinfo=clock.SHANGHAI))  # type: ignore[misc, arg-type]


def wall(moment: datetime | None) -> str:
    assert moment
    return f"{clock.local(moment):%m-%d %H:%M}"


# ── clocks (the cast's noon is Thursday 19 November 2026) ──


@pytest.mark.once
def test_the_limits_are_those_of_the_product(lifted: Flask) -> None:
    plain = taken(category="welfare")
    assert (wall(plain.accept_due_at), wall(plain.due_at)) == ("11-20 17:30", "11-30 17:30")
    assert wall(taken(category="wages").due_at) == "12-10 17:30"
    assert wall(taken(kind="consult").due_at) == "11-24 17:30"


@pytest.mark.once
def test_an_urgent_one_is_accepted_within_two_hours_by_the_wall_clock(lifted: Flask) -> None:
    with at(2026, 11, 20, 23, 0):
        assert wall(taken(urgent=True).accept_due_at) == "11-21 01:00"


@pytest.mark.once
def test_the_worker_hears_within_three_working_days_then_every_three_days(lifted: Flask) -> None:
    complaint = assigned()
    assert wall(complaint.running_promise.due_at) == "11-24 17:30"  # type: ignore[union-attr]
    with at(2026, 11, 23, 9, 0), write():
        complaint.reply(as_viewer("worker"), "站点答应本周先发九月工资", "phone")
    assert wall(complaint.running_promise.due_at) == "11-26 17:30"  # type: ignore[union-attr]
    told = db.session.scalars(select(ReplyDue).where(ReplyDue.told_at.is_not(None))).one()
    assert wall(told.told_at) == "11-23 09:00"


def test_a_promise_that_was_missed_stays_missed(lifted: Flask) -> None:
    complaint = assigned()
    with at(2026, 12, 1, 9, 0), write():
        complaint.resolve(as_viewer("worker"), DONE, "solved", "phone")
    promise = db.session.scalars(select(ReplyDue)).one()
    assert promise.told_at > promise.due_at  # type: ignore[operator]


@pytest.mark.once
def test_the_call_back_is_due_three_working_days_after(lifted: Flask) -> None:
    assert wall(resolved(category="welfare").call_due_at) == "11-24 17:30"


@pytest.mark.once
def test_reopening_gives_half_the_time(lifted: Flask) -> None:
    complaint = resolved(category="welfare")
    with write():
        complaint.call_back(as_viewer("leader"), "not_satisfied", "只发了一半")
    assert complaint.state == "reopened"
    assert wall(complaint.due_at) == "11-25 17:30"  # 4 of 7 working days
    assert complaint.call_due_at is None


def test_what_was_late_or_in_time_stays_so_when_it_is_opened_again(lifted: Flask) -> None:
    complaint = resolved(category="welfare")
    first = complaint.first_due_at, complaint.first_resolved_at
    with write():
        complaint.call_back(as_viewer("leader"), "not_satisfied", "只发了一半")
    assert (complaint.first_due_at, complaint.first_resolved_at) == first
    assert complaint.due_at != complaint.first_due_at and complaint.resolved_at is None


def test_a_setting_of_the_street_changes_its_limits(lifted: Flask) -> None:
    with write():
        db.session.add(
            Setting(
                key="complaint.resolve.ordinary",
                unit_id=unit("2").id,
                value=2,
                from_on=date(2026, 1, 1),
                label_zh="",
                label_en="",
            )
        )
    forget()
    assert wall(taken(category="welfare").due_at) == "11-23 17:30"
    assert wall(taken("221", "stranger", category="welfare").due_at) == "11-30 17:30"


# ── taking it down ──


@pytest.mark.once
def test_the_kind_follows_from_what_it_is_about_unless_somebody_says_so(lifted: Flask) -> None:
    assert taken(category="wages").kind == "labor_dispute"
    assert taken(category="work_safety").kind == "hazard"
    assert taken(category="wages", kind="consult").kind == "consult"


@pytest.mark.once
def test_ten_workers_with_one_claim_are_a_collective_dispute(lifted: Flask) -> None:
    assert taken(people=9).kind == "labor_dispute"
    assert taken(people=10).kind == "collective_dispute"
    assert taken(people=30, category="work_safety").kind == "hazard"


@pytest.mark.once
def test_a_collective_dispute_of_three_is_none(lifted: Flask, worker: Someone) -> None:
    with pytest.raises(OutOfTurn):
        taken(kind="collective_dispute", people=3)
    look_again()
    sent = {"name": "孙倩", "category": "wages", "text": "九月没发工资", "kind": "collective_dispute"}
    page = worker.post("/complaints/new", sent | {"people": "3"}, 422)
    assert "集体争议要有 10 个人以上" in page and "九月没发工资" in page and 'value="3"' in page.html
    assert "请填整数，例如 3" in worker.post("/complaints/new", sent | {"people": "几个"}, 422)
    worker.post("/complaints/new", sent | {"people": "10"})


def test_numbers_run_on_and_never_repeat(lifted: Flask) -> None:
    assert [taken().number for _ in range(3)] == [1, 2, 3]


def test_the_employer_is_found_in_the_ledger_of_the_community(lifted: Flask) -> None:
    with write():
        db.session.add(Employer(name="汉江快递站", unit=unit("21")))
    complaint = taken(employer_name="汉江快递站")
    assert complaint.employer and complaint.employer.name == "汉江快递站"
    other = taken(employer_name="没登记的饭馆")
    assert other.employer is None and other.complainant["employer"] == "没登记的饭馆"


# ── the straight path, and who may take which step ──


def test_a_case_goes_its_way_and_the_story_keeps_all_of_it(lifted: Flask) -> None:
    complaint = resolved(category="welfare")
    with write():
        complaint.call_back(as_viewer("leader"), "satisfied", "很满意")
    assert (complaint.state, complaint.answer) == ("closed", "satisfied")
    story = [(e.step, e.before, e.after, e.actor, e.role) for e in complaint.events]
    assert story == [
        ("register", "", "registered", "周素琴", "grid_worker"),
        ("accept", "registered", "accepted", "何建平", "leader"),
        ("assign", "accepted", "assigned", "何建平", "leader"),
        ("resolve", "assigned", "resolved", "周素琴", "grid_worker"),
        ("call_back", "resolved", "resolved", "何建平", "leader"),
        ("close", "resolved", "closed", "何建平", "leader"),
    ]


def test_a_dispute_is_confirmed_before_anybody_is_called_back(lifted: Flask) -> None:
    complaint = resolved(category="wages")
    with pytest.raises(OutOfTurn):
        complaint.call_back(as_viewer("leader"), "satisfied")
    with write():
        complaint.confirm(as_viewer("leader"))
    assert complaint.may("call_back", as_viewer("leader"))
    assert not complaint.may("confirm", as_viewer("leader"))


def test_a_result_sent_back_goes_to_the_handler_on_the_same_clock(lifted: Flask) -> None:
    complaint = resolved(category="hardship")
    due = complaint.due_at
    with write():
        complaint.send_back(as_viewer("leader"), "材料还缺医院发票")
    assert (complaint.state, complaint.due_at, complaint.result) == ("in_progress", due, None)
    assert complaint.first_resolved_at is None


def test_nobody_but_the_handler_works_on_a_case(lifted: Flask) -> None:
    complaint = assigned("worker")
    for step in ("progress", "reply", "resolve"):
        assert [login for login, *_ in CAST if complaint.may(step, as_viewer(login))] == ["worker"]


def test_only_the_community_leader_accepts_assigns_and_refuses(lifted: Flask) -> None:
    complaint = taken()
    for step in ("accept", "assign", "refuse"):
        assert [login for login, *_ in CAST if complaint.may(step, as_viewer(login))] == ["leader"]


def test_a_community_without_a_leader_is_led_by_the_street(lifted: Flask) -> None:
    complaint = taken()
    with write():
        account("leader").held[0].end(clock.today())
    for step in ("accept", "assign", "refuse"):
        assert [login for login, *_ in CAST if complaint.may(step, as_viewer(login))] == ["supervisor"]


def test_a_leader_whose_account_is_off_leads_nobody(lifted: Flask) -> None:
    complaint = taken()
    with write():
        account("leader").switch_off()
    assert complaint.may("assign", as_viewer("supervisor"))


def test_the_handler_never_calls_back_and_a_leaders_own_case_is_the_streets(lifted: Flask) -> None:
    complaint = resolved("leader", category="welfare")
    with pytest.raises(NotYours):
        complaint.call_back(as_viewer("leader"), "satisfied")
    assert [login for login, *_ in CAST if complaint.may("call_back", as_viewer(login))] == ["supervisor"]
    assert not resolved("worker", category="welfare").may("call_back", as_viewer("supervisor"))


def test_a_leader_does_not_confirm_what_she_handled_herself(lifted: Flask) -> None:
    complaint = resolved("leader", category="wages")
    assert [login for login, *_ in CAST if complaint.may("confirm", as_viewer(login))] == ["supervisor"]


def test_the_second_reopening_belongs_to_the_street(lifted: Flask) -> None:
    complaint = resolved(category="welfare")
    with write():
        complaint.reopen(as_viewer("leader"), "又停发了")
        complaint.assign(account("worker"), as_viewer("leader"))
        complaint.resolve(as_viewer("worker"), DONE, "solved", "phone")
        complaint.call_back(as_viewer("leader"), "not_satisfied", "还是没发")
    assert complaint.reopened == 2
    assert [login for login, *_ in CAST if complaint.may("assign", as_viewer(login))] == ["supervisor"]
    with write():
        complaint.assign(account("worker"), as_viewer("supervisor"))
    assert complaint.state == "assigned"


def test_a_case_opened_again_is_nobodys_until_it_is_given_to_somebody(lifted: Flask, leader: Someone) -> None:
    complaint = resolved(category="welfare")
    with write():
        complaint.reopen(as_viewer("leader"), "又停发了")
    assert "谁在办" not in leader.get(there(complaint))
    with at(2026, 12, 20, 9, 0):
        for login, url in (("leader", "/inbox"), ("supervisor", "/complaints/overdue")):
            assert "周素琴在办" not in Someone(lifted, login).get(url), url
    with write():
        complaint.assign(account("worker"), as_viewer("leader"))
    assert "谁在办 周素琴" in leader.get(there(complaint))


def test_a_case_is_reopened_by_the_leader_within_thirty_days_and_by_the_street_later(lifted: Flask) -> None:
    complaint = resolved(category="welfare")
    with clock.at(datetime(2026, 12, 19, 4, tzinfo=UTC)):
        assert complaint.may("reopen", as_viewer("leader"))
    with clock.at(datetime(2026, 12, 20, 4, tzinfo=UTC)):
        assert not complaint.may("reopen", as_viewer("leader"))
        assert complaint.may("reopen", as_viewer("supervisor"))


def test_unreachable_counts_after_three_tries_and_never_as_satisfied(lifted: Flask) -> None:
    complaint = resolved(category="welfare")
    with write():
        complaint.call_back(as_viewer("leader"), "unreachable")
        complaint.call_back(as_viewer("leader"), "unreachable")
    assert (complaint.state, complaint.answer) == ("resolved", None)
    with write():
        complaint.call_back(as_viewer("leader"), "unreachable")
    assert (complaint.state, complaint.answer) == ("closed", "unreachable")


@pytest.mark.once
def test_who_left_no_name_is_not_called_three_times(lifted: Flask) -> None:
    complaint = taken(name=None, phone=None, category="welfare")
    with write():
        complaint.assign(account("worker"), as_viewer("leader"))
        complaint.resolve(as_viewer("worker"), DONE, "solved", None)
        complaint.call_back(as_viewer("leader"), "unreachable")
    assert complaint.state == "closed"


@pytest.mark.once
def test_nothing_is_resolved_without_a_word_to_the_worker(lifted: Flask) -> None:
    complaint = assigned()
    with pytest.raises(OutOfTurn):
        complaint.resolve(as_viewer("worker"), DONE, "solved", None)
    with pytest.raises(OutOfTurn):
        complaint.resolve(as_viewer("worker"), "已处理", "solved", "phone")
    with pytest.raises(OutOfTurn):
        complaint.reply(as_viewer("worker"), "收到", "phone")
    with pytest.raises(OutOfTurn):
        complaint.progress(as_viewer("worker"), "处理中", "phone")
    assert complaint.state == "assigned"


@pytest.mark.once
def test_refusing_is_told_with_the_right_door(lifted: Flask) -> None:
    complaint = taken()
    with pytest.raises(OutOfTurn):
        complaint.refuse(as_viewer("leader"), "court", "去区仲裁院，电话 2216001", None)
    with write():
        complaint.refuse(as_viewer("leader"), "court", "去区仲裁院，电话 2216001", "phone")
    assert complaint.state == "refused" and complaint.running_promise is None


@pytest.mark.once
@pytest.mark.parametrize(
    "words", ["已处理", "收到。", "已处理完毕！", "好的好的"[:2], "。。。。。", "啊啊啊啊", None, ""]
)
def test_stock_phrases_say_nothing(words: str | None) -> None:
    assert not says_something(words)


@pytest.mark.once
def test_words_of_ones_own_say_something() -> None:
    assert says_something("站点周五补发九月工资")


def test_a_case_goes_only_to_people_who_can_see_it(lifted: Flask) -> None:
    complaint = taken()
    assert [hand.login for hand in hands.handlers(complaint.unit)] == ["worker", "leader"]
    for login in ("leader2", "neighbor"):
        with pytest.raises(NotYours):
            complaint.assign(account(login), as_viewer("leader"))
    assert complaint.state == "registered"


def test_who_works_for_the_accused_employer_is_not_given_the_case(lifted: Flask) -> None:
    with write():
        db.session.add(Employer(name="汉江快递站", unit=unit("21")))
        account("worker").phone = "13909165551"
    member("周素琴", phone="13909165551", employer_name="汉江快递站")
    complaint = taken(employer_name="汉江快递站")
    with pytest.raises(NotYours):
        complaint.assign(account("worker"), as_viewer("leader"))
    with write():
        complaint.assign(account("leader"), as_viewer("leader"))


def test_the_load_in_hand_is_what_is_open(lifted: Flask) -> None:
    for _ in range(2):
        assigned()
    resolved()
    assigned(category="harassment", by="leader")
    worker = account("worker")
    assert loads([worker.id]) == {worker.id: 2}


def test_a_story_is_never_changed(lifted: Flask) -> None:
    complaint = taken()
    with pytest.raises(Immutable), write():
        complaint.events[0].told = "visit"
    with pytest.raises(Exception, match="never changed"), write():
        db.session.execute(text("UPDATE complaint_event SET actor = ''"), execution_options={"branch": True})


# ── when people come and go ──


def leaves(login: str) -> None:
    with write():
        account(login).held[0].end(clock.today())


def test_a_case_whose_handler_left_waits_for_another_hand(lifted: Flask, leader: Someone) -> None:
    with at(2026, 10, 12, 9, 0):
        case = assigned(name="马小军")
    assert not case.waits_for_hand
    leaves("worker")
    assert case.lost_its_hand and case.waits_for_hand
    page = leader.get("/inbox")
    assert "周素琴不在岗了" in page and "要换人办" in page and "超期 1" not in page
    assert [name for name, _total in GROUPS.findall(page.html)] == ["等派单"]
    assert "要换人办" in leader.get(there(case)) and "转给别人" not in leader.get(there(case))
    take_step(leader, case, "assign", to=account("leader").uid.hex)
    look_again()
    assert case.handler == account("leader") and not case.lost_its_hand


def test_without_a_leader_the_street_finds_what_has_no_hand(lifted: Flask, supervisor: Someone) -> None:
    case = assigned(name="马小军")
    leaves("worker"), leaves("leader")
    assert supervisor.get("/complaints/?show=street").total == 1
    assert case.may("assign", as_viewer("supervisor"))


def test_the_page_says_whose_word_is_awaited(lifted: Flask, worker: Someone) -> None:
    case = resolved("leader", category="wages")
    page = worker.get(there(case))
    assert "街道联合会确认" in page and "街道联合会回访" in page
    other = taken()
    assert "社区工会定由谁办" in worker.get(there(other))
    leaves("leader")
    assert "街道联合会定由谁办" in worker.get(there(other))


def test_who_moved_to_another_cell_no_longer_works_on_the_case(lifted: Flask, worker: Someone) -> None:
    case = assigned()
    with write():
        account("worker").held[0].unit = unit("2110")
    worker.get(there(case), 404)
    worker.post(there(case, "reply"), {"row_version": str(case.version), "words": DONE, "told": "phone"}, 404)
    assert case.lost_its_hand


def test_a_worker_of_another_cell_is_neither_offered_nor_taken(lifted: Flask, leader: Someone) -> None:
    case = taken()
    form = leader.get(there(case, "assign"))
    assert "罗春梅" not in form
    for login in ("neighbor", "leader2", "stranger", "supervisor"):
        sent = form_of(form) | {"to": account(login).uid.hex, "client_key": login}
        assert "请选派给谁" in leader.post(there(case, "assign"), sent, 422)
    look_again()
    assert (case.state, case.handler) == ("registered", None)


def works_at(login: str, employer: str) -> None:
    """The register knows somebody of the staff as an employee."""
    phone = f"1390916555{len(login)}"
    with write():
        account(login).phone = phone
    member(account(login).name, phone=phone, employer_name=employer)


def test_an_employer_nobody_registered_is_known_by_its_name(lifted: Flask, leader: Someone) -> None:
    works_at("worker", "没登记的饭馆")
    case = taken(employer_name="没登记的饭馆")
    assert "周素琴" not in leader.get(there(case, "assign")).html
    assert [row[:3] for row in OPTIONS.findall(leader.get("/inbox").html)] == ["何建平"]
    with pytest.raises(NotYours):
        case.assign(account("worker"), as_viewer("leader"))


def test_a_leader_who_works_for_the_accused_employer_withdraws(lifted: Flask, leader: Someone) -> None:
    with write():
        db.session.add(Employer(name="汉江快递站", unit=unit("21")))
    works_at("leader", "汉江快递站")
    case = taken(employer_name="汉江快递站")
    for step in ("accept", "assign", "refuse"):
        assert [login for login, *_ in CAST if case.may(step, as_viewer(login))] == ["supervisor"]
    assert leader.get("/inbox").total == 0
    quiet = taken(employer_name="汉江快递站", category="harassment")
    readers = set(db.session.scalars(select(Reader.account_id).where(Reader.complaint_id == quiet.id)))
    assert readers == {account("worker").id, account("supervisor").id}


def test_a_new_leader_finds_the_sealed_cases_of_the_old_one(lifted: Flask) -> None:
    case = taken(category="harassment")
    leaves("leader")
    with write():
        new = Account(login="successor", name="新主席", must_change=False)
        db.session.add(new)
        Posting.give(new, "leader", unit("21"), clock.today())
    successor = Someone(lifted, "successor")
    successor.get(there(case), 404)
    for _twice in range(2):
        name_successors()
    assert "保密诉求" in successor.get("/inbox")
    assert "两个月工资没发" in successor.get(there(case))
    named = select(func.count()).where(audit.Trail.action == "name reader")
    assert db.session.scalar(named.where(audit.Trail.record_uid == case.uid)) == 3


# ── on screen ──


def form_of(page: Any) -> dict[str, str]:
    """The hidden fields of the form on a page, as a browser sends them."""
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', page.html)
    pairs = [(re.search(r'name="([^"]*)"', it), re.search(r'value="([^"]*)"', it)) for it in found]
    return {name[1]: value[1] for name, value in pairs if name and value}


def there(complaint: Complaint, step: str = "") -> str:
    return f"/complaints/{complaint.uid}" + (f"/{step}" if step else "")


def take_step(someone: Someone, complaint: Complaint, step: str, status: int = 303, **said: Any) -> Any:
    page = someone.get(there(complaint, step))
    return someone.post(there(complaint, step), form_of(page) | said, status)


def picture() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    out.seek(0)
    return out, "slip.png"


def test_a_case_goes_from_first_report_to_call_back_on_screen(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    person = member("马小军", phone="13809165520", key_group="courier")
    sent = {
        "category": "wages",
        "text": "两个月工资没发",
        "people": "4",
        "channel": "walk_in",
        "photos": picture(),
    }
    page = worker.post(f"/complaints/new?person={person.uid}", sent)
    case = db.session.scalars(select(Complaint)).one()
    assert page.location.startswith(there(case))
    assert "诉求 1 已收下" in worker.get(page.location)
    shown = worker.get(there(case))
    for words in (
        "马小军",
        "拖欠工资",
        "待受理",
        "快递员",
        "涉及 4 人",
        "两个月工资没发",
        "已告知本人",
        "照片 1",
    ):
        assert words in shown, words
    assert "派单" not in re.findall(r'class="act-bar".*', shown.html, re.S)[0]
    picture_url = re.search(r'href="(/complaints/[^"]*/photos/[^"]*)"', shown.html)
    assert picture_url
    served = worker.get(picture_url[1]).response
    assert served.mimetype == "image/jpeg" and served.get_data().startswith(b"\xff\xd8")
    served.close()

    worker_uid = account("worker").uid.hex
    take_step(leader, case, "assign", to=worker_uid)
    take_step(worker, case, "progress", words="约谈站点，答应先发九月工资")
    take_step(worker, case, "reply", words="站点周五补发九月工资", told="phone")
    take_step(worker, case, "resolve", result="solved", words=DONE, told="visit")
    take_step(leader, case, "confirm")
    take_step(leader, case, "call_back".replace("_", "-"), answer="satisfied", words="很满意")
    look_again()
    assert (case.state, case.answer) == ("closed", "satisfied")
    shown = leader.get(there(case))
    for words in ("已归档", "本人满意", "受理并派单", "何建平派给周素琴", "解决了：" + DONE):
        assert words in shown, words


def test_somebody_who_is_no_member_is_heard_too(lifted: Flask, worker: Someone) -> None:
    worker.post(
        "/complaints/new",
        {
            "name": "孙倩",
            "phone": "138 0916 5521",
            "category": "contract",
            "text": "没签合同",
            "people": "1",
            "channel": "hotline",
            "outside_number": "12351-77",
        },
    )
    case = db.session.scalars(select(Complaint)).one()
    assert (case.who, case.unit.code, case.outside_number, case.events[0].told) == (
        "孙倩",
        "211",
        "12351-77",
        None,
    )
    worker.post(
        "/complaints/new",
        {"anonymous": "y", "category": "labor_protection", "text": "工地不发手套", "people": "1"},
    )
    assert "匿名" in worker.get("/complaints/?show=all")


@pytest.mark.once
def test_a_form_with_faults_keeps_everything(lifted: Flask, worker: Someone) -> None:
    page = worker.post(
        "/complaints/new", {"text": "两个月工资没发", "people": "0", "employer_name": "汉江快递站"}, 422
    )
    for words in ("有 3 处要改", "请选是什么事", "请填姓名或手机号", "人数"):
        assert words in page, words
    assert "两个月工资没发" in page.html and 'value="汉江快递站"' in page.html
    bad = worker.post(
        "/complaints/new",
        {
            "name": "孙倩",
            "category": "wages",
            "text": "没发",
            "people": "1",
            "photos": (io.BytesIO(b"not a picture"), "a.jpg"),
        },
        422,
    )
    assert "不是能打开的照片" in bad
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == 0


def test_the_same_form_sent_twice_is_one_case(lifted: Flask, worker: Someone) -> None:
    sent = {"name": "孙倩", "category": "wages", "text": "没发工资", "people": "1", "client_key": "k" * 32}
    assert worker.post("/complaints/new", sent).location == worker.post("/complaints/new", sent).location
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == 1


def test_a_complaint_is_raised_in_the_form_of_a_visit_and_one_save_stores_both(
    lifted: Flask, worker: Someone
) -> None:
    person = member()
    address = f"/visits/new?person={person.uid}"
    assert "有诉求" in worker.get(address) and "登记诉求" in worker.get(address)
    said = {"note": "精神不好", "case-text": "九月工资没发", "case-employer_name": "汉宁轩"}
    wrong = (
        ({"outcome": "met", "findings": "complaint"}, "请选是什么事"),
        ({"case-category": "wages"}, "请选见到了没有"),
        ({"outcome": "met", "findings": "fine", "case-category": "wages"}, "就不要再选别的"),
    )
    said["phone"] = "13800001234"
    for typed, fault in wrong:
        for headers in ({}, {"HX-Request": "true", "HX-Target": "main"}):
            page = worker.post(address, said | typed, 422, headers=headers)
            assert fault in page and all(words in page.html for words in said.values())
    assert "请选是什么事" in worker.post(address, {"outcome": "met", "case-people": "12"}, 422)
    assert db.session.scalars(select(Visit)).all() == []
    db.session.rollback()

    sent = said | {"outcome": "met", "case-category": "wages", "client_key": "k" * 32}
    sent |= {"photos": picture()}
    first = worker.post(address, dict(sent))
    again = worker.post(address, sent | {"photos": picture()})
    visit, case = (db.session.scalars(select(model)).one() for model in (Visit, Complaint))
    assert first.location == again.location and f"/complaints/{case.uid}/slip" in first.location
    assert (case.visit_id, case.person_id, case.channel) == (visit.id, person.id, "visit")
    assert visit.findings == ["complaint"], "what was written says so, ticked or not"
    assert len(attachments_of(visit)) == len(attachments_of(case)) == 1
    page = worker.get(first.location)
    assert "已记下：王秀兰" in page and "诉求 1 已收下" in page


def test_a_member_is_found_for_a_case(lifted: Flask, worker: Someone) -> None:
    person = member("马小军", phone="13809165520")
    assert str(person.uid) in worker.post("/complaints/people", {"q": "小军"}, 200).html
    assert "会员里没有" in worker.post("/complaints/people", {"q": "诸葛"}, 200)


@pytest.mark.once
@pytest.mark.parametrize(
    ("step", "who", "status"),
    [
        ("progress", "neighbor", 404),
        ("progress", "leader", 403),
        ("assign", "worker", 403),
        ("assign", "leader2", 404),
        ("assign", "supervisor", 403),
        ("resolve", "supervisor", 403),
        ("refuse", "leader", 409),
        ("call-back", "leader", 409),
        ("urge", "district", 200),
        ("reply", "worker", 200),
        ("assign", "stranger", 403),
        ("reply", "stranger", 404),
    ],
)
def test_a_step_that_is_not_ones_own_is_a_clear_page(lifted: Flask, step: str, who: str, status: int) -> None:
    case = assigned()
    someone = Someone(lifted, who)
    before = len(case.events)
    someone.get(there(case, step), status)
    if status != 200:
        someone.post(
            there(case, step), {"row_version": str(case.version), "words": "说清楚了办到哪一步"}, status
        )
    if status == 409:
        page = someone.get(there(case, step), status)
        assert "这一步现在不能办" in page and "有人先改了" not in page
    look_again()
    assert len(case.events) == before


def test_a_stale_form_keeps_its_words_and_tells_what_happened(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    case = assigned()
    page = worker.get(there(case, "resolve"))
    with write():
        case.progress(as_viewer("worker"), "站点先发了九月工资")
    stale = worker.post(
        there(case, "resolve"), form_of(page) | {"words": DONE, "result": "solved", "told": "phone"}, 409
    )
    assert "站点先发了九月工资" in stale and DONE in stale.html and "没有" not in stale.html[:200]
    assert case.state == "in_progress"
    again = {**form_of(stale), "words": DONE, "result": "solved", "told": "phone"}
    worker.post(there(case, "resolve"), again)
    look_again()
    assert case.state == "resolved"


def test_each_step_sent_twice_is_one_event(lifted: Flask, worker: Someone, leader: Someone) -> None:
    case = taken(category="wages")
    to = account("worker").uid.hex
    told = {"words": DONE, "told": "phone"}
    steps: list[tuple[Someone, str, dict[str, str], int]] = [
        (leader, "accept", {"told": "phone"}, 2),
        (leader, "assign", {"to": to}, 3),
        (leader, "urge", {"words": "抓紧"}, 4),
        (worker, "progress", {"words": "约谈了站点负责人"}, 5),
        (worker, "reply", told, 6),
        (worker, "resolve", told | {"result": "solved"}, 7),
        (leader, "send-back", {"words": "还差一个月没有发"}, 8),
        (worker, "resolve", told | {"result": "solved"}, 9),
        (leader, "confirm", {}, 10),
        (leader, "call-back", {"answer": "not_satisfied", "words": "只发了一半"}, 12),
        (leader, "assign", {"to": to}, 13),
        (worker, "resolve", told | {"result": "solved"}, 14),
        (leader, "reopen", {"words": "又停发了"}, 15),
    ]
    for someone, step, said, events in steps:
        sent = form_of(someone.get(there(case, step))) | said
        once, again = (someone.post(there(case, step), sent).location for _ in range(2))
        look_again()
        assert (once, len(case.events)) == (again, events), step
    refused = taken()
    sent = form_of(leader.get(there(refused, "refuse"))) | told | {"reason": "court"}
    assert (
        leader.post(there(refused, "refuse"), sent).location
        == leader.post(there(refused, "refuse"), sent).location
    )
    look_again()
    assert len(refused.events) == 2
    assert "有人先改了" in leader.post(there(refused, "refuse"), sent | {"words": "又是别的话"}, 409)


def test_of_two_who_give_a_case_out_at_once_one_wins(lifted: Flask, leader: Someone) -> None:
    case = taken(name="孙倩")
    with write():
        second = Account(login="deputy", name="副主席", must_change=False)
        db.session.add(second)
        Posting.give(second, "leader", unit("21"), clock.today())
    url, deputy = there(case, "assign"), Someone(lifted, "deputy")
    forms = [
        (one, form_of(one.get(url)) | {"to": account(to).uid.hex})
        for one, to in ((leader, "worker"), (deputy, "leader"))
    ]
    db.session.rollback()
    start = Barrier(2)

    def give(one: Someone, sent: dict[str, str]) -> tuple[int, str]:
        start.wait()
        answer = one._apart(one.client.post, url, data=sent)
        return answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(give, *zip(*forms, strict=True)))
    assert [status for status, _page in answers] == [303, 409]
    look_again()
    assert case.handler and len(case.events) == 3
    assert f"派给{case.handler.name}" in answers[1][1], "who lost sees what happened"


def test_a_stale_form_for_a_step_that_is_over_says_so(lifted: Flask, leader: Someone) -> None:
    case = taken()
    page = leader.get(there(case, "refuse"))
    with write():
        case.accept(as_viewer("leader"))
    said = form_of(page) | {"words": "去区仲裁院问一问", "reason": "court", "told": "phone"}
    stale = leader.post(there(case, "refuse"), said, 409)
    assert "这一步不用办了" in stale and "去区仲裁院问一问" in stale.html


@pytest.mark.once
def test_a_reply_that_says_nothing_is_not_taken(lifted: Flask, worker: Someone) -> None:
    case = assigned()
    page = take_step(worker, case, "reply", 422, words="已处理", told="phone")
    assert "请写清楚办了什么" in page
    assert "先告知本人" in take_step(worker, case, "resolve", 422, words=DONE, result="solved")


@pytest.mark.once
def test_the_countdown_speaks_of_days_hours_and_overdue(lifted: Flask, worker: Someone) -> None:
    case = assigned(category="welfare")  # due 11-30 17:30
    assert "还剩 11 天" in worker.get(there(case)) and "应在 11月30日 17:30 前办结（7 工作日）" in worker.get(
        there(case)
    )
    with at(2026, 11, 30, 14, 0):
        assert "还剩 3 小时" in Someone(lifted, "worker").get(there(case))
    with at(2026, 12, 3, 9, 0):
        page = Someone(lifted, "worker").get(there(case))
    for words in ("超期 3 天", "超期，已提醒社区工会主席", "还没办结，已报街道", "14 天没回音"):
        assert words in page, words


def test_what_ran_late_stays_in_the_story_in_its_place(lifted: Flask, worker: Someone) -> None:
    case = assigned(category="welfare")  # due 11-30 17:30
    with at(2026, 12, 1, 9, 0), write():
        case.resolve(as_viewer("worker"), DONE, "solved", "phone")
    with at(2026, 12, 9, 9, 0):
        shown = Someone(lifted, "worker").get(there(case)).text
    assert shown.index("何建平派给周素琴") < shown.index("超期，已提醒社区工会主席") < shown.index(DONE)
    assert "已报街道" not in shown


@pytest.mark.once
def test_nobody_is_said_to_have_been_told_who_could_not_be(lifted: Flask, leader: Someone) -> None:
    case = taken(name=None, phone=None)
    with write():
        case.refuse(as_viewer("leader"), "other_office", "去区住建局反映", None)
    assert "已告知" not in leader.get(there(case))


@pytest.mark.once
def test_pages_offer_only_what_may_be_done(
    lifted: Flask, worker: Someone, leader: Someone, supervisor: Someone
) -> None:
    case = assigned()

    def offered(someone: Someone) -> set[str]:
        return set(re.findall(rf'href="{there(case)}/([a-z-]+)"', someone.get(there(case)).html))

    assert offered(worker) == {
        "progress",
        "reply",
        "resolve",
        "give-back",
        "recuse",
        "pause",
        "withdraw",
        "slip",
    }
    decides = {"assign", "mediate", "extend", "escalate", "refer", "withdraw"}
    assert offered(leader) == decides | {"urge", "slip"}
    assert offered(supervisor) == {"urge"}


@pytest.mark.once
def test_the_phone_is_for_those_who_may_call(
    lifted: Flask, worker: Someone, supervisor: Someone, district: Someone
) -> None:
    case = assigned()
    assert "tel:13809165520" in worker.get(there(case)).html
    assert "13809165520" not in supervisor.get(there(case)).html + district.get(there(case)).html


# ── lists ──


def test_a_worker_finds_her_own_open_ones_first(lifted: Flask, worker: Someone, neighbor: Someone) -> None:
    mine, other = assigned(name="孙倩"), taken(name="余建民")
    page = worker.get("/complaints/")
    assert page.total == 1 and "孙倩" in page and "余建民" not in page
    assert worker.get("/complaints/?show=all").total == 2
    assert neighbor.get("/complaints/?show=all").total == 0
    assert mine.id != other.id


def test_lists_go_on_where_they_ended_and_show_each_once(lifted: Flask, leader: Someone) -> None:
    for n in range(45):
        with at(2026, 11, 1 + n % 15, 9, 0):
            taken("211" if n % 3 else "2110", by="leader", name=f"职工{n}")
    for chosen, url in (
        ("all", "/complaints/"),
        ("open", "/complaints/"),
        ("overdue", "/complaints/overdue"),
    ):
        with at(2026, 12, 28, 9, 0):
            someone, seen, address = Someone(lifted, "leader"), [], f"{url}?show={chosen}"
            while address:
                page = someone.get(address)
                seen += re.findall(r'href="/complaints/([0-9a-f-]{36})"', page.html)
                following = re.search(r'class="more[^>]*href="([^"]*)"', page.html)
                address = following[1].replace("&amp;", "&") if following else ""
            assert len(seen) == len(set(seen)) == page.total == 45, chosen


def test_overdue_ones_stand_with_the_oldest_first_and_can_be_pressed(
    lifted: Flask, supervisor: Someone
) -> None:
    with at(2026, 10, 12, 9, 0):
        older = assigned(name="周桂英", category="welfare")
    with at(2026, 11, 2, 9, 0):
        newer = assigned(name="余建民", category="welfare")
    assigned(name="李强")
    page = supervisor.get("/complaints/overdue")
    assert page.total == 2 and page.html.index("周桂英") < page.html.index("余建民") and "督办" in page
    assert supervisor.post(there(older, "urge"), {"next": "overdue"}).location.startswith(
        "/complaints/overdue"
    )
    look_again()
    assert older.urged_at and older.events[-1].role == "supervisor" and newer.urged_at is None


def test_lists_and_rules_agree_on_whose_turn_it_is(lifted: Flask) -> None:
    """What the SQL of a list says is what the model says, for every leader and street."""
    for to, category in (
        ("worker", "wages"),
        ("leader", "wages"),
        ("leader", "welfare"),
        ("worker", "welfare"),
    ):
        taken(category=category), assigned(to, category=category), resolved(to, category=category)
        case = resolved(to, category=category)
        with write():
            case.reopen(as_viewer("leader"), "还是没发工资")
    for case in db.session.scalars(select(Complaint).where(Complaint.reopened == 1)).all()[:2]:
        with write():
            case.assign(account("worker"), as_viewer("leader"))
            case.resolve(as_viewer("worker"), DONE, "solved", "phone")
            case.reopen(as_viewer("leader"), "又没有发工资")
    with_leader = taken("212", by="leader2"), taken("221", by="stranger")
    assert with_leader
    turns = {
        "assign": ("assign",),
        "confirm": ("confirm",),
        "call": ("call_back",),
        "street": ("assign", "confirm", "call_back"),
    }
    for login in ("leader", "leader2", "supervisor"):
        by = as_viewer(login)
        everything = db.session.scalars(select(Complaint)).all()
        for chosen, steps in turns.items():
            if (chosen == "street") != (login == "supervisor"):
                continue
            mine = {
                c.id for c in everything if c.state != "assigned" and any(c.may(step, by) for step in steps)
            }
            with looking(by, "decide complaints"):
                listed = {row.id for row in complaints(chosen)[0]}
                assert counts(chosen)[chosen] == len(mine)
            assert listed == mine, (login, chosen)


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    heard: list[str] = []

    def hear(*args: Any) -> None:
        if not re.search(r"FROM (setting|code)\b", args[2]):  # read anew every five seconds, whoever asks
            heard.append(args[2])

    event.listen(db.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(db.engine, "before_cursor_execute", hear)


def test_lists_cost_the_same_for_3_cases_and_for_12(lifted: Flask, leader: Someone) -> None:
    urls = (
        "/inbox",
        "/complaints/",
        "/complaints/?show=all",
        "/complaints/?show=done",
        "/complaints/overdue",
    )

    def cost() -> dict[str, int]:
        counted = {}
        for url in urls:
            with asked() as statements:
                leader.get(url)
            counted[url] = len(statements)
        return counted

    def more(cases: int) -> None:
        for n in range(cases):
            employer = f"汉江快递{n % 3}站"
            with at(2026, 10, 12, 9, 0):
                (
                    taken(name=f"职工{n}", employer_name=employer),
                    assigned(name=f"工友{n}", employer_name=employer),
                )
            resolved(name=f"会员{n}", category="wages"), resolved(name=f"师傅{n}", category="welfare")

    more(3)
    cost()
    few = cost()
    more(9)
    assert cost() == few
    assert few["/inbox"] <= 24 and all(few[url] <= 12 for url in urls[1:]), few


def test_the_page_of_a_case_costs_the_same_however_long_its_story(lifted: Flask, worker: Someone) -> None:
    case = assigned()
    with write():
        case.progress(as_viewer("worker"), "约谈了站点")
    url = there(case)

    def cost() -> int:
        with asked() as statements:
            worker.get(url)
        return len(statements)

    cost()
    few = cost()
    for n in range(30):
        with write():
            case.progress(as_viewer("worker"), f"第{n}次约谈了站点")
    look_again()
    assert cost() == few <= 20


# ── on the page of a member ──


def test_a_members_page_tells_of_open_and_ended_cases(lifted: Flask, worker: Someone) -> None:
    person = member("马小军", phone="13809165520")
    open_one, ended = assigned(person=person), resolved(category="welfare", person=person)
    with write():
        ended.call_back(as_viewer("leader"), "satisfied")
    taken(category="harassment", person=person)
    page = worker.get(f"/members/{person.uid}")
    assert f"诉求 {ended.number} 办结：职工福利" in page and "满意" in page and "已回音" in page
    assert f"诉求 {open_one.number} 已派单：拖欠工资" in page
    assert "骚扰" not in page and "保密" not in page


def test_who_waits_too_long_is_marked_in_the_list_of_members(lifted: Flask, worker: Someone) -> None:
    person = member("马小军", phone="13809165520")
    with at(2026, 10, 12, 9, 0):
        taken(person=person)
        quiet = taken(category="harassment", person=person)
    assert "诉求超期" in worker.get("/members/")
    assert quiet.person_id is None
    waiting = select(Person.id).where(waits_too_long(1, True)).execution_options(branch=True)
    with looking(as_viewer("worker"), "see members"):
        assert db.session.scalars(waiting).all() == [person.id]
    with looking(as_viewer("neighbor"), "see members"):
        assert db.session.scalars(waiting).all() == []


# ── sealed cases ──


@pytest.fixture
def secret(lifted: Flask) -> Complaint:
    return taken(category="harassment", name="林小燕", text="车间主任动手动脚")


def test_a_sealed_case_is_known_to_its_readers_only(lifted: Flask, secret: Complaint) -> None:
    readers = {reader.account_id for reader in db.session.scalars(select(Reader))}
    assert readers == {account("worker").id, account("leader").id}
    for login, *_ in CAST:
        someone = Someone(lifted, login)
        opens = login in ("worker", "leader")
        for url in (there(secret), there(secret, "urge"), there(secret, "assign"), there(secret, "reply")):
            answer = someone._apart(someone.client.get, url)
            body = answer.get_data(as_text=True)
            if not opens:
                assert answer.status_code in (403, 404) and "林小燕" not in body and "骚扰" not in body, (
                    login,
                    url,
                )
        assert someone._apart(someone.client.get, there(secret)).status_code == (
            200 if opens else 403 if login in ("admin", "auditor") else 404
        )


def test_no_list_count_or_badge_tells_of_a_sealed_case(
    lifted: Flask, secret: Complaint, supervisor: Someone
) -> None:
    with clock.at(datetime(2027, 1, 20, 4, tzinfo=UTC)):
        for login in ("supervisor", "district", "neighbor"):
            someone = Someone(lifted, login)
            for url in (
                "/complaints/?show=all",
                "/complaints/?show=open",
                "/complaints/overdue",
                "/complaints/?show=street",
            ):
                page = someone._apart(someone.client.get, url).get_data(as_text=True)
                page = re.sub(r'<a href="/reports/".*?</a>', "", page)  # whose month is to be signed
                assert "林小燕" not in page and "保密" not in page and 'class="cnt"' not in page, (login, url)
                assert set(re.findall(r'data-total="(\d+)"', page)) <= {"0"}
        page = Someone(lifted, "leader").get("/complaints/?show=all")
        assert page.total == 1 and "保密诉求" in page and "林小燕" not in page


def test_no_figure_moves_when_a_sealed_case_comes(lifted: Flask) -> None:
    figures = select(Standing.__table__).where(Standing.unit_id == unit("211").id)
    taken()
    before = db.session.execute(figures).mappings().one()
    with at(2026, 11, 19, 15, 0):
        case = taken(category="harassment")
        with write():
            case.assign(account("worker"), as_viewer("leader"))
    look_again()
    after = db.session.execute(figures).mappings().one()
    assert {name: after[name] for name in after if name != "fresh_until"} == {
        name: before[name] for name in before if name != "fresh_until"
    }


def test_opening_a_sealed_case_stands_in_the_trail_or_it_does_not_open(
    lifted: Flask, secret: Complaint, leader: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "车间主任动手动脚" in leader.get(there(secret))
    opened = db.session.scalars(select(audit.Trail).where(audit.Trail.action == "open sealed")).one()
    assert (opened.account_id, opened.record_uid) == (account("leader").id, secret.uid)

    def fail(_lines: Any) -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr(audit, "append", fail)
    token = leader.csrf()
    for step in ("", "assign", "urge", "refuse"):
        answers = [leader._apart(leader.client.get, there(secret, step))]
        if step:
            said = {"csrf_token": token, "client_key": "a"}
            answers.append(leader._apart(leader.client.post, there(secret, step), data=said))
        for answer in answers:
            body = answer.get_data(as_text=True)
            assert answer.status_code == 503
            assert not any(word in body for word in ("林小燕", "车间", "骚扰")), step


def test_a_form_that_failed_on_a_sealed_case_stands_in_the_trail(
    lifted: Flask, secret: Complaint, leader: Someone
) -> None:
    leader.post(there(secret, "refuse"), {"row_version": str(secret.version)}, 422)
    assert db.session.scalar(select(func.count()).where(audit.Trail.action == "open sealed")) == 1


def test_the_trail_itself_does_not_say_what_a_sealed_case_is_about(lifted: Flask, secret: Complaint) -> None:
    lines = db.session.scalars(select(audit.Trail).where(audit.Trail.record_uid == secret.uid)).all()
    assert lines and not any(
        "harassment" in str(line.detail) or "林小燕" in str(line.detail) for line in lines
    )


def test_who_is_given_a_sealed_case_may_open_it(lifted: Flask, secret: Complaint, neighbor: Someone) -> None:
    with write():
        account("neighbor").held[0].unit = unit("211")
    neighbor.get(there(secret), 404)
    with write():
        secret.assign(account("neighbor"), as_viewer("leader"))
    assert "车间主任动手动脚" in neighbor.get(there(secret))


def test_the_street_reads_a_sealed_case_once_it_must_judge_it(
    lifted: Flask, secret: Complaint, supervisor: Someone
) -> None:
    with write():
        secret.assign(account("leader"), as_viewer("leader"))
    supervisor.get(there(secret), 404)
    with write():
        secret.resolve(as_viewer("leader"), "已和单位谈话，调了岗", "solved", "shown")
    assert "已和单位谈话" in supervisor.get(there(secret))
    take_step(supervisor, secret, "call-back", answer="satisfied")


def test_sealed_numbers_leave_no_gap(lifted: Flask, secret: Complaint) -> None:
    assert [taken().code, taken(category="harassment").code[0], taken().code] == ["1", "密", "2"]


def test_the_number_of_a_sealed_case_does_not_tell_how_many_there_are(
    lifted: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [taken(category="harassment").code for _ in range(5)]
    assert all(re.fullmatch(r"密[1-9]\d{5}", number) for number in numbers) and len(set(numbers)) == 5
    assert not db.session.scalars(select(Sequence)).all(), "no series counts them"
    drawn = iter((int(numbers[0][1:]) - 100_000, 7))
    monkeypatch.setattr(records, "randbelow", lambda _most: next(drawn))
    assert taken(category="harassment").code == "密100007", "a number that is taken is drawn again"


def test_nobody_reads_who_complained_or_what_was_said_in_the_files_of_the_base(lifted: Flask) -> None:
    name, words, told, number = "欧阳金丝雀", "金丝雀飞进了车间", "金丝雀已经飞走了哦", "19900007788"
    for category in ("wages", "harassment"):
        with write():
            case = Complaint.take(
                unit("211"), as_viewer("worker"), name, number, category=category, channel="phone", text=words
            )
        with write():
            case.assign(account("worker"), as_viewer("leader"))
            case.reply(as_viewer("worker"), told, "phone")
            case.resolve(as_viewer("worker"), told, "solved", "phone")
    someone = Someone(lifted, "worker")
    sent = {
        "name": name,
        "phone": "19900007788",
        "category": "wages",
        "text": words,
        "people": "1",
        "employer_name": "金丝雀饭馆",
    }
    shown = someone.get(someone.post("/complaints/new", sent).location.split("/slip")[0])
    assert words in shown
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == 3
    for place, held in stored(lifted):
        assert not any(rare.encode() in held for rare in ("金丝雀", number)), place


def stored(site: Flask) -> Iterator[tuple[str, bytes]]:
    """All that lies on the disk: the files of SQLite, every row of every table on PostgreSQL."""
    with db.engine.connect() as connection:  # as somebody who stole the base reads it
        for table in db.metadata.sorted_tables:
            yield table.name, repr(connection.execute(select(table)).all()).encode()
    if db.engine.dialect.name == "sqlite":
        for file in site.extensions["gridunion.config"].home.glob("gridunion.db*"):
            yield file.name, file.read_bytes()


def test_the_trail_quotes_nothing_of_a_case(lifted: Flask) -> None:
    for category in ("wages", "harassment"):
        case = taken(name="欧阳金丝雀", phone="19900007788", category=category, text="金丝雀飞进了车间")
        with write():
            case.assign(account("worker"), as_viewer("leader"))
            case.resolve(as_viewer("worker"), "金丝雀已经飞走了哦", "solved", "phone")
    lines = db.session.scalars(select(audit.Trail)).all()
    said = " ".join(str((line.action, line.kind, line.detail)) for line in lines)
    assert len(lines) > 6 and "金丝雀" not in said and "19900007788" not in said


def test_today_does_not_say_what_a_sealed_case_is_about(
    lifted: Flask, secret: Complaint, worker: Someone
) -> None:
    with write():
        secret.assign(account("worker"), as_viewer("leader"))
    with at(2026, 11, 30, 9, 0):
        page = Someone(lifted, "worker").get("/today")
    assert "保密诉求" in page and "林小燕" not in page and "骚扰" not in page


def test_a_reopened_case_is_no_load_of_the_one_who_had_it(lifted: Flask) -> None:
    case, hand = resolved(), account("worker").id
    with write():
        case.reopen(as_viewer("leader"), "还是没发工资")
    assert case.handler_id == hand and loads([hand]) == {}


def test_the_trail_asks_no_more_often_for_many_names(lifted: Flask, auditor: Someone) -> None:
    assigned("worker")
    auditor.get("/trail")
    with asked() as few:
        auditor.get("/trail")
    for login in ("worker", "leader", "worker"):
        assigned(login)
    with asked() as many:
        assert "何建平" in auditor.get("/trail")
    assert len(many) == len(few)
