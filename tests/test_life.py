"""The ways a case may go beside the straight one: on screen, and where the model says no."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import clock
from gridunion.complaints.life import IN_HAND, OPEN, STATES, STEPS
from gridunion.complaints.listing import complaints, looking
from gridunion.complaints.models import Complaint
from gridunion.complaints.records import ComplaintEvent
from gridunion.complaints.steps import ALL, LEADS, SAID
from gridunion.complaints.story import TAKEN
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.settings import Setting
from tests.conftest import Someone, as_viewer, unit
from tests.test_complaints import DONE, account, assigned, at, look_again, resolved, take_step, taken, there
from tests.test_protection import SHOP, bind, ledger

WORDS = "说清楚了办到哪一步"


@pytest.mark.once
def test_the_table_leads_from_state_to_state_and_every_step_has_its_words() -> None:
    reached = {step.to for step in STEPS.values()} - {None}
    assert reached == set(STATES) and set(OPEN) <= set(STATES) and set(IN_HAND) < set(OPEN)
    assert all(set(step.sources) <= set(STATES) for step in STEPS.values())
    taken_by_people = {name for name, step in STEPS.items() if step.who not in ("itself", "worker")} - {
        "close"
    }
    assert set(ALL) == set(SAID) == taken_by_people and set(LEADS) < set(ALL)
    assert taken_by_people - {"progress", "register"} <= set(TAKEN)


def test_every_setting_of_the_table_is_there(lifted: Flask) -> None:
    known = set(db.session.scalars(select(Setting.key)))
    assert {key for step in STEPS.values() for key in (step.most, step.limit) if key} <= known


def test_a_case_in_the_wrong_hand_is_given_back_once_and_soon(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    case = assigned()
    take_step(worker, case, "give-back", words="这是第二网格的人，不归我")
    look_again()
    assert (case.state, case.handler_id) == ("returned", None)
    assert "退回重派" in leader.get("/inbox") and worker.get("/complaints/").total == 0
    take_step(leader, case, "assign", to=account("worker").uid.hex)
    look_again()
    with pytest.raises(OutOfTurn, match="最多 1 次"):
        case.give_back(as_viewer("worker"), WORDS)
    late = assigned()
    with at(2026, 11, 20, 17, 31), pytest.raises(OutOfTurn, match="1 个工作日内"):
        late.give_back(as_viewer("worker"), WORDS)


def test_waiting_for_the_worker_is_told_to_the_worker_and_ends_by_hand(
    lifted: Flask, worker: Someone
) -> None:
    case = assigned(category="welfare")
    assert "先告知本人" in take_step(worker, case, "pause", 422, words="请送劳动合同来")
    take_step(worker, case, "pause", words="请本人送劳动合同来", told="phone")
    page = worker.get(there(case))
    assert "等本人，期限先停" in page and "最迟等到 11月26日 17:30" in page
    assert "等本人到 11月26日" in page and "等本人" in worker.get("/today")
    with at(2026, 11, 23, 9, 0):
        again = Someone(lifted, "worker")
        take_step(again, case, "resume", words="合同已经送来")
        assert "应在 12月2日 17:30 前办结" in again.get(there(case))


def test_a_third_wait_is_none(lifted: Flask) -> None:
    case, by = assigned(), as_viewer("worker")
    with write():
        for _ in range(2):
            case.pause(by, WORDS, "phone")
            case.resume(by, WORDS)
    with pytest.raises(OutOfTurn, match="最多 2 次"):
        case.pause(by, WORDS, "phone")


@pytest.mark.once
def test_a_dispute_is_mediated_and_its_paper_printed(lifted: Flask, leader: Someone, worker: Someone) -> None:
    case = assigned(employer_name="汉江快递站")
    words = "本人口头申请调解，要求补发两个月工资"
    take_step(leader, case, "mediate", words=words, told="visit", known_on="2026-10-15")
    take_step(leader, case, "minutes", words="站点负责人和本人到场，站点答应分两次付清", told="shown")
    look_again()
    assert case.running_promise and case.running_promise.due_at == case.wait_until
    take_step(
        leader, case, "end-mediation", result="agreed", words="十二月十日前分两次付清四千元", told="visit"
    )
    look_again()
    assert (case.state, case.mediated_on) == ("in_progress", clock.today())
    paper = leader.get(there(case, "mediation"))
    for said in ("劳动争议调解协议书", "马小军", "汉江快递站", words, "分两次付清四千元", "达成协议", "签名"):
        assert said in paper, said
    shown = worker.get(there(case))
    assert "到 2027-10-15，还剩 330 天；还在职的，拖欠工资不受这个限制" in shown
    worker.get(there(case, "mediation"), 403)


@pytest.mark.once
def test_when_the_fifteen_days_are_over_somebody_tells_of_arbitration(lifted: Flask) -> None:
    case = assigned()
    with write():
        case.mediate(as_viewer("leader"), WORDS, "phone")
    with at(2026, 12, 4, 8, 0):
        leader = Someone(lifted, "leader")
        assert "调解期满，没谈成要告知仲裁" in leader.get("/inbox")
        assert "先告知本人" in take_step(leader, case, "end-mediation", 422, result="not_agreed", words=WORDS)
        take_step(
            leader, case, "end-mediation", result="not_agreed", words="单位不认账，没谈成", told="phone"
        )
        assert "可以向劳动人事争议仲裁委员会申请仲裁" in leader.get(there(case, "mediation"))
        assert "该问一问" not in leader.get("/inbox")


@pytest.mark.once
def test_only_disputes_are_mediated(lifted: Flask) -> None:
    with pytest.raises(OutOfTurn):
        assigned(category="welfare").mediate(as_viewer("leader"), WORDS, "phone")


def test_more_time_is_the_leaders_once_then_the_streets_and_fifteen_days_in_all(
    lifted: Flask, leader: Someone
) -> None:
    case = assigned(category="welfare")
    assert "先告知本人" in take_step(leader, case, "extend", 422, days="5", words="单位下周开会才定")
    assert "请填 1 到 5" in take_step(leader, case, "extend", 422, days="6", words=WORDS, told="phone")
    take_step(leader, case, "extend", days="5", words="单位下周开会才定", told="phone")
    shown = leader.get(there(case))
    assert "7 工作日，延了 5" in shown and "延 5 个工作日：单位下周开会才定" in shown
    look_again()
    with pytest.raises(NotYours, match="街道"):
        case.extend(as_viewer("leader"), 5, WORDS, "phone")
    with pytest.raises(OutOfTurn):
        case.extend(as_viewer("supervisor"), 11, WORDS, "phone")
    with write():
        case.extend(as_viewer("supervisor"), 10, WORDS, "phone")
    with pytest.raises(OutOfTurn, match="最多 15"):
        case.extend(as_viewer("supervisor"), 1, WORDS, "phone")


def test_what_is_taken_to_the_street_is_the_streets_from_then_on(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    case = assigned(category="welfare")
    take_step(leader, case, "escalate", words="牵涉两个社区的单位，请街道协调")
    assert "马小军" in supervisor.get("/complaints/") and "马小军" not in leader.get("/inbox")
    take_step(supervisor, case, "assign", to=account("worker").uid.hex)
    look_again()
    with write():
        case.resolve(as_viewer("worker"), DONE, "solved", "phone")
    assert case.may("call_back", as_viewer("supervisor")) and not case.may("call_back", as_viewer("leader"))


def test_the_street_reads_a_sealed_case_that_is_taken_to_it(lifted: Flask, supervisor: Someone) -> None:
    case = taken(category="harassment")
    with write():
        case.accept(as_viewer("leader"))
    supervisor.get(there(case), 404)
    with write():
        case.escalate(as_viewer("leader"), "当事人是社区干部，请街道处理")
    assert "只有指定的人能看" in supervisor.get(there(case))


def test_a_case_sent_elsewhere_is_asked_about_until_there_is_a_result(lifted: Flask, leader: Someone) -> None:
    case = assigned()
    take_step(
        leader, case, "refer", to="legal_aid", number="援2026第31号", words="转区法律援助中心，已陪本人去登记",
        told="visit",
    )  # fmt: skip
    shown = leader.get(there(case))
    assert "援2026第31号" in shown and "法律援助：转区法律援助中心" in shown and "最迟 12月10日" in shown
    with at(2026, 12, 10, 8, 0):
        again = Someone(lifted, "leader")
        assert "转出去的，问办得怎样" in again.get("/inbox")
        take_step(again, case, "review", words="援助律师已立案，下月开庭")
        assert "该问一问" not in again.get("/inbox") and "最迟 12月31日" in again.get(there(case))
        assert "该问" not in again.get("/today", 403)


def test_open_cases_about_an_employer_are_shown_before_a_new_one_is_made(
    lifted: Flask, worker: Someone, neighbor: Someone
) -> None:
    with write():
        db.session.add(Employer(name="汉江快递站", unit=unit("21")))
    old, secret = (taken(employer_name="汉江快递站", category=about) for about in ("wages", "harassment"))
    sent = {"name": "孙倩", "category": "wages", "text": "九月没发工资", "people": "1"}
    page = worker.post("/complaints/new", sent | {"employer_name": "汉江快递站"}, 422)
    assert "先看看是不是同一件事" in page and str(old.uid) in page.html and "九月没发工资" in page.html
    assert str(secret.uid) not in page.html
    worker.post("/complaints/new", sent | {"employer_name": "汉江快递站", "alike": "y"})
    neighbor.post("/complaints/new", sent | {"employer_name": "汉江快递站"})  # she sees none of them
    taken(name="余建民", employer_name="没登记的饭馆")
    assert "余建民" in worker.post("/complaints/new", sent | {"employer_name": "没登记的饭馆"}, 422)
    with write():
        db.session.add(Employer(name="没登记的饭馆", unit=unit("21")))
    assert "余建民" in worker.post("/complaints/new", sent | {"employer_name": "没登记的饭馆"}, 422), (
        "now it is"
    )


def test_of_two_cases_about_one_thing_everybody_hears(
    lifted: Flask, leader: Someone, worker: Someone
) -> None:
    main, same = assigned(category="welfare"), taken(name="孙倩", phone="13809165521", category="welfare")
    assert "先告知本人" in take_step(leader, same, "merge", 422, into=main.uid.hex)
    take_step(leader, same, "merge", into=main.uid.hex, told="phone")
    assert "孙倩 2" in leader.get(there(main)) and "并到 诉求 1" in leader.get(there(same))
    said = {"words": "单位答应下周补发", "told": "phone"}
    take_step(worker, main, "reply", **said, also=same.uid.hex)
    look_again()
    heard = same.events[-1]
    assert (heard.step, heard.words, heard.told, heard.actor) == ("inform", said["words"], "phone", "周素琴")
    ended = {"words": DONE, "told": "phone", "result": "solved"}
    assert "并进来的孙倩还没告知" in take_step(worker, main, "resolve", 422, **ended)
    take_step(worker, main, "resolve", **ended, also=same.uid.hex)
    look_again()
    assert main.state == "resolved" and same.state == "merged" and same.running_promise is None
    assert "已告知本人：打电话" in leader.get(there(same))


def test_a_case_is_merged_only_where_its_worker_can_be_told(lifted: Flask) -> None:
    main, other, leader = assigned(), taken("2110", by="neighbor"), as_viewer("leader")
    closed, secret, fresh = resolved(), taken(category="harassment"), taken()
    for case, into in (
        (other, main),
        (main, main),
        (main, closed),
        (main, secret),
        (secret, main),
        (main, fresh),
    ):
        with pytest.raises(OutOfTurn):
            case.merge(leader, into, "phone")
    with write():
        main.assign(account("leader"), leader)
        other.merge(leader, main, "phone")
    with pytest.raises(NotYours):
        main.assign(account("worker"), leader)


def test_a_case_is_merged_into_no_hand_that_keeps_away_from_it(
    lifted: Flask, leader: Someone, worker: Someone
) -> None:
    ledger()
    main, mine = assigned(), as_viewer("leader")
    same, late = (taken(employer_name=SHOP, name=name, by="leader") for name in ("孙倩", "余建民"))
    with write():
        late.merge(mine, main, "phone")
    bind("worker")
    assert main.uid.hex not in leader.get(there(same, "merge")).html
    with pytest.raises(OutOfTurn):
        same.merge(mine, main, "phone")
    ended = {"words": DONE, "told": "phone", "result": "solved"}
    page = take_step(worker, main, "resolve", 409, **ended)
    assert "并进来的有一件你看不到" in page and "余建民" not in page
    assert "并进来的有一件你看不到" in take_step(worker, main, "withdraw", 409, words="本人说不用办了")
    look_again()
    with write():
        main.assign(account("leader"), mine)
        same.merge(mine, main, "phone")
    with pytest.raises(NotYours):
        main.assign(account("worker"), mine)
    assert "周素琴" not in leader.get(there(main, "assign"))


def test_what_was_merged_by_mistake_or_left_behind_stands_alone_again(lifted: Flask) -> None:
    leader = as_viewer("leader")
    main, one, two = assigned(), taken(), taken()
    with write():
        for case in (one, two):
            case.merge(leader, main, "phone")
        one.separate(leader)
    assert (one.state, one.main) == ("accepted", None) and main.joined == [two]
    with write():
        main.withdraw(as_viewer("worker"), "本人说单位已经给了")
    assert (main.state, two.state, two.main, main.running_promise) == ("withdrawn", "accepted", None, None)
    assert two.may("assign", leader) and two.running_promise


def test_what_was_taken_back_or_merged_is_not_judged(lifted: Flask) -> None:
    main, same, back = assigned(category="welfare"), taken(category="welfare"), taken(category="welfare")
    with write():
        same.merge(as_viewer("leader"), main, "phone")
        back.withdraw(as_viewer("leader"), "本人说不用再办了")
    with at(2026, 12, 20, 9, 0):
        street = Someone(lifted, "supervisor")
        due = street.get("/status/21/due")
        assert due.total == street.get("/status/21/open").total == 1 and "没算进去 2" in due
        assert street.get("/status/21/left_out").total == 2
        assert (
            street.get("/status/21/received").total == 0 and street.get("/complaints/?show=done").total == 2
        )


def test_lists_and_rules_agree_on_the_new_ways(lifted: Flask) -> None:
    """Given back, with the street, too late, waiting: what a list asks of somebody is what the rules let him do."""
    returned, up, waits, _late = (assigned(name=name) for name in ("孙倩", "余建民", "李强", "马小军"))
    with write():
        returned.give_back(as_viewer("worker"), WORDS)
        up.escalate(as_viewer("leader"), WORDS)
        waits.pause(as_viewer("worker"), WORDS, "phone")
    for day in (1, 31):  # on the last of December all have been lying too long
        with at(2026, 12, day, 9, 0):
            for login, chosen in (("leader", "assign"), ("supervisor", "street")):
                by = as_viewer(login)
                cases = db.session.scalars(select(Complaint)).all()
                mine = {case.id for case in cases if case.waits_for_hand and case.may("assign", by)}
                with looking(by, "decide complaints"):
                    assert {row.id for row in complaints(chosen)[0]} == mine, (login, day)


@pytest.mark.once
def test_each_step_says_whether_the_worker_knows_when_and_how(lifted: Flask, worker: Someone) -> None:
    case = assigned(channel="hotline", outside_number="12351-8")
    assert worker.get(there(case)).text.count("还没告知本人") == 2
    with write():
        case.reply(as_viewer("worker"), "站点答应周五前给答复", "visit")
    page = worker.get(there(case)).text
    assert "还没告知本人" not in page and page.count("11月19日 告知本人：上门") == 2
    assert "已告知本人：上门" in page


def test_the_leader_says_how_difficult_it_is_when_she_takes_it_on(lifted: Flask, leader: Someone) -> None:
    case = taken(category="welfare")
    take_step(leader, case, "accept", grade="difficult", told="phone")
    look_again()
    assert (case.grade, case.due_at) == ("difficult", case.first_due_at)
    shown = leader.get(there(case))
    assert "疑难" in shown and "12月10日 17:30" in shown
    assert "难不难" not in leader.get(there(taken(kind="consult"), "accept"))


def test_a_phone_that_had_no_line_says_when_it_was_written(lifted: Flask, worker: Someone) -> None:
    sent = {"name": "孙倩", "category": "welfare", "text": "没发补贴", "people": "1"}
    for said, due in (
        ("2026-11-18T02:00:00.000Z", "2026-11-27"),
        ("2026-11-18T02:00:00", "2026-11-30"),
        ("昨天", "2026-11-30"),
        ("", "2026-11-30"),
    ):
        worker.post("/complaints/new", sent | {"happened_at": said})
        look_again()
        case = db.session.scalars(select(Complaint).order_by(Complaint.id.desc())).first()
        assert case and str(clock.local(case.due_at).date()) == due, said


@pytest.mark.once
def test_the_trail_has_words_for_what_happens(lifted: Flask, leader: Someone, auditor: Someone) -> None:
    case = assigned()
    take_step(leader, case, "refer", to="office", words="转区住建局，电话 2216148", told="phone", number="88")
    told = auditor.get("/trail").text
    assert "转给" in told and "其他部门" in told and "referred" not in told


def test_a_story_of_every_step_stays_as_it_was(lifted: Flask) -> None:
    case = assigned()
    with write():
        case.pause(as_viewer("worker"), WORDS, "phone")
    before: list[Any] = [(e.step, e.words, e.recorded_at) for e in case.events]
    with write():
        case.resume(as_viewer("worker"), WORDS)
    kept = db.session.scalars(select(ComplaintEvent).order_by(ComplaintEvent.id)).all()
    assert [(e.step, e.words, e.recorded_at) for e in kept][: len(before)] == before
