"""Reporting without an account: the public form, the slip, and what its sender does with number and code."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from gridunion import clock
from gridunion.audit import Trail
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.turns import OutOfTurn
from gridunion.db import db, write
from gridunion.files import Attachment
from gridunion.reporting.clearing import forget_old
from gridunion.reporting.models import Report
from gridunion.reporting.telling import told_to
from gridunion.settings import Setting, forget
from gridunion.tree import everywhere
from gridunion.units.models import end_unit
from tests.conftest import NOON, Page, Someone, as_viewer, unit
from tests.test_complaints import account, form_of, picture, taken, there

SENT = {"category": "wages", "text": "两个月工资没发，问了都不理", "people": "1", "agree": "y"}
DONE = "九月工资今天补发到卡上"


def fresh() -> None:
    db.session.rollback()
    db.session.expire_all()


def cases(**where: Any) -> list[Complaint]:
    fresh()
    return list(db.session.scalars(select(Complaint).filter_by(**where).order_by(Complaint.id)))


def send(by: Someone, code: str = "211", status: int = 303, **typed: Any) -> Page:
    return by.post(f"/report/{code}", SENT | typed, status)


def noted(page: Page) -> dict[str, str]:
    """The receipt number and the query code, as somebody notes them down."""
    number, code = re.findall(r'<dd class="num big">([\d ]+)</dd>', page.html)
    return {"number": number, "code": code}


def reported(by: Someone, code: str = "211", **typed: Any) -> dict[str, str]:
    return noted(by.get(send(by, code, **typed).location))


def asked(phone: Someone, slip: dict[str, str], status: int = 303) -> Page:
    return phone.post("/track", slip, status)


def tracked(phone: Someone, slip: dict[str, str]) -> Page:
    return phone.get(asked(phone, slip).location)


def own(phone: Someone, slip: dict[str, str], step: str, status: int = 303, **said: Any) -> Page:
    """A step of the worker's own, from the page on which the case is shown."""
    [ticket, *_] = re.findall(r'name="ticket"[^>]* value="([^"]+)"', tracked(phone, slip).html)
    return phone.post(f"/track/{step}", {"ticket": ticket} | said, status)


def resolved(case: Complaint, told: str | None = None) -> None:
    with write():
        case.assign(account("worker"), as_viewer("leader"))
        case.resolve(as_viewer("worker"), DONE, "solved", told)


# ── coming in ──


def test_somebody_without_an_account_reports_and_has_a_number_and_a_code_at_once(
    lifted: Flask, nobody: Someone, worker: Someone, leader: Someone
) -> None:
    page = nobody.get("/report/211")
    assert "不会把你是谁告诉被反映的单位" in page and "明珠社区第1网格" in page
    slip = reported(nobody, name="马小军", phone="13809165520", employer_name="汉江快递站", photos=picture())
    [case] = cases()
    assert (case.channel, case.state, case.recorded_by_id, case.unit.code) == (
        "online",
        "registered",
        None,
        "211",
    )
    assert case.complainant == {"name": "马小军", "phone": "13809165520", "employer": "汉江快递站"}
    shown = leader.get(there(case))
    assert "两个月工资没发" in shown and "本人网上登记" in shown and "照片 1" in shown
    assert "等派单" in leader.get("/inbox")
    assert "收到" in tracked(nobody, slip) and "明珠社区工会" in tracked(nobody, slip)
    assert "谁看得到" in nobody.get("/report/211/notice")
    nobody.get("/report/2", 404)


def test_the_page_keeps_what_was_typed_and_asks_for_consent(lifted: Flask, nobody: Someone) -> None:
    page = send(nobody, status=422, agree="", phone="1399167", name="李强")
    assert "请先勾选同意，再提交" in page and "手机号少了 4 位" in page and "李强" in page.html
    assert "请写一句是怎么回事" in send(nobody, status=422, text=" ")
    assert "最多 3 张照片" in send(nobody, status=422, photos=[picture() for _n in range(4)])
    assert "请从列出的里面选一个" in send(nobody, "21", 422, unit="0" * 32)
    assert cases() == []


def test_a_report_posted_twice_is_one_case(lifted: Flask, nobody: Someone) -> None:
    assert send(nobody, client_key="k1").location == send(nobody, client_key="k1").location
    assert len(cases()) == 1


def test_on_the_page_of_a_community_the_cell_may_be_left_open(lifted: Flask, nobody: Someone) -> None:
    send(nobody, "21", unit=unit("2110").uid.hex)
    send(nobody, "21", unit="")
    assert [case.unit.code for case in cases()] == ["2110", "21"]


def test_a_poster_stays_good_when_another_cell_takes_the_place(lifted: Flask, nobody: Someone) -> None:
    with write():
        end_unit(unit("211"), clock.today(), unit("2110"))
    assert nobody.get("/report/211", 303).location == "/report/2110"


def test_posters_for_reports_hang_beside_those_for_joining(worker: Someone, leader: Someone) -> None:
    assert "/posters/211/report" in worker.get("/posters").html
    page = worker.get("/posters/211/report")
    assert "有事找工会" in page and "/report/211" in page and 'class="qr"' in page.html
    assert leader.get("/posters/21/report") and worker.get("/posters/2110/report", 404)


def test_nothing_of_the_sender_is_kept_but_what_was_typed(lifted: Flask, nobody: Someone) -> None:
    sent = SENT | {"csrf_token": nobody.csrf(), "client_key": "k"}
    seen = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Redmi-Canary"}
    nobody._apart(nobody.client.post, "/report/211", data=sent, environ_base=seen)
    assert len(cases()) == 1
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table), execution_options={"branch": True}):
            assert not re.search(r"203\.0\.113\.77|Redmi-Canary", str(row)), table.name


# ── the slip ──


def test_who_takes_a_case_down_hands_out_a_slip(lifted: Flask, worker: Someone, leader: Someone) -> None:
    sent = {
        "category": "welfare",
        "text": "高温补贴没发",
        "people": "1",
        "name": "马小军",
        "channel": "phone",
    }
    url = worker.post("/complaints/new", sent).location
    page = worker.get(url)
    slip = noted(page)
    assert "诉求回执" in page and 'class="qr"' in page.html and "/track" in page
    assert "待受理" in tracked(Someone(lifted), slip)
    [case] = cases()
    other = leader.get(there(case, "slip"))
    assert slip["code"] not in other.html and slip["number"] in other.html and "换新的查询码" in other
    with clock.at(NOON + timedelta(minutes=31)):
        assert slip["code"] not in worker.get(there(case, "slip")).html
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table), execution_options={"branch": True}):
            assert slip["code"].replace(" ", "") not in str(row), "the base does not know the code"


def test_a_lost_code_is_replaced_and_the_trail_says_by_whom(
    lifted: Flask, worker: Someone, nobody: Someone, neighbor: Someone
) -> None:
    old = reported(nobody)
    [case] = cases()
    neighbor.post(there(case, "code"), status=404)
    new = noted(worker.get(worker.post(there(case, "code")).location))
    assert new["number"] == old["number"] and new["code"] != old["code"]
    assert "不对" in asked(nobody, old, 422) and tracked(nobody, new)
    fresh()
    line = db.session.scalars(select(Trail).where(Trail.action == "new query code")).one()
    assert (line.actor, line.record_uid) == (account("worker").name, case.uid)


# ── how far it is ──


def test_a_wrong_code_and_a_strange_number_answer_alike_and_only_so_often(
    lifted: Flask, nobody: Someone
) -> None:
    slip, other = reported(nobody), reported(nobody, "221")
    assert slip["number"] != other["number"]
    wrong = asked(nobody, slip | {"code": other["code"]}, 422)
    strange = asked(nobody, {"number": "123456789", "code": "00000000"}, 422)
    assert wrong.text == strange.text and "受理编号或查询码不对" in wrong
    for _nth in range(4):
        asked(nobody, slip | {"code": "00000000"}, 422)
    assert "请等 15 分钟" in asked(nobody, slip, 429)
    with clock.at(NOON + timedelta(minutes=16)):
        assert tracked(nobody, slip)


@pytest.mark.once
def test_two_hundred_tries_open_nothing(lifted: Flask, nobody: Someone) -> None:
    reported(nobody)
    token = nobody.csrf()
    answers = []
    for nth in range(200):
        typed = {"csrf_token": token, "number": f"{100000000 + nth}", "code": f"{nth:08}"}
        answers.append(nobody._apart(nobody.client.post, "/track", data=typed).status_code)
    assert answers.count(422) == 30 and answers.count(429) == 170


def test_the_page_tells_offices_and_days_and_never_what_was_said_inside(
    lifted: Flask, nobody: Someone
) -> None:
    slip = reported(nobody, phone="13809165520", name="马小军")
    [case] = cases()
    worker, leader = as_viewer("worker"), as_viewer("leader")
    with write():
        case.assign(account("worker"), leader)
        case.progress(worker, "站长说此人爱闹事")
        case.urge(leader, "抓紧")
        case.reply(worker, "站点周五补发九月工资", "phone")
    page = tracked(nobody, slip)
    for words in ("有人在办了", "给你的回音", "站点周五补发九月工资", "网格员", "前，由明珠社区工会负责"):
        assert words in page, words
    for words in ("爱闹事", "抓紧", account("worker").name, account("leader").name, "马小军", "两个月工资"):
        assert words not in page, words
    with write():
        case.escalate(leader, "老板不肯见社区的人")
    page = tracked(nobody, slip)
    assert "前，由汉中路街道工会联合会负责" in page and "不肯见" not in page


def test_who_asked_reads_what_was_told_of_two_cases_in_one_and_nothing_of_the_unions_own_doings(
    lifted: Flask, nobody: Someone
) -> None:
    slip = reported(nobody, phone="13609162099")
    (case,) = cases()
    main = taken(name="余建民")
    with write():
        main.assign(account("worker"), as_viewer("leader"))
        case.assign(account("worker"), as_viewer("leader"))
        case.give_back(as_viewer("worker"), "这是第二网格的人，不归我")
        case.merge(as_viewer("leader"), main, "phone")
        main.reply(as_viewer("worker"), "站点答应月底前结清", "phone", [case])
    page = tracked(nobody, slip)
    assert "已并案" in page and "站点答应月底前结清" in page
    assert "退回" not in page and "不归我" not in page
    (merged,) = (line for line in told_to(case) if line.title == "已并案")
    assert not merged.words, "whose case it went into is nobody's business"


def test_who_asked_reads_that_the_way_to_arbitration_is_open(lifted: Flask, nobody: Someone) -> None:
    slip = reported(nobody, phone="13809165520")
    [case] = cases()
    leader = as_viewer("leader")
    with write():
        case.assign(account("worker"), leader)
        case.mediate(leader, "两个月工资没发，申请调解", "phone")
    assert "最迟 12月4日，没谈成可以申请仲裁" in tracked(nobody, slip)
    with write():
        case.end_mediation(leader, "not_agreed", "单位只肯给一半", "phone")
    page = tracked(nobody, slip)
    assert "没有达成协议：单位只肯给一半" in page
    assert "可以向劳动人事争议仲裁委员会申请仲裁，到 2027-11-19，还剩 365 天" in page
    with write():
        case.refer(as_viewer("leader"), "arbitration", "区仲裁委，电话 2233", "phone")
    assert "劳动仲裁：区仲裁委" in tracked(nobody, slip)


def test_reading_the_answer_on_the_page_counts_as_told(
    lifted: Flask, nobody: Someone, leader: Someone
) -> None:
    slip = reported(nobody, name="不愿留电话")
    [case] = cases()
    assert not case.can_be_told and db.session.scalar(select(func.count(ReplyDue.id))) == 0
    resolved(case)
    tracked(nobody, slip)
    tracked(nobody, slip)
    fresh()
    looks = [event for event in case.events if event.step == "see"]
    assert [(event.told, event.happened_at) for event in looks] == [("online", looks[0].happened_at)]
    assert "本人已查看" in leader.get(there(case))


def test_an_answer_read_on_the_page_is_heard_also_when_the_case_went_to_the_street(
    lifted: Flask, nobody: Someone
) -> None:
    slip = reported(nobody)
    [case] = cases()
    with write():
        case.assign(account("worker"), as_viewer("leader"))
        case.reply(as_viewer("worker"), "老板不肯见，正在请街道出面", None)
        case.escalate(as_viewer("leader"), "社区谈不下来")
    tracked(nobody, slip)
    fresh()
    assert (case.events[-1].step, case.events[-1].told) == ("see", "online")


def test_a_ticket_is_good_in_the_browser_that_gave_the_numbers_and_for_half_an_hour(
    lifted: Flask, nobody: Someone
) -> None:
    slip = reported(nobody)
    url = asked(nobody, slip).location
    assert "你反映的事" in nobody.get(url)
    assert "照着回执上的两个号码填" in Someone(lifted).get(url)
    with clock.at(NOON + timedelta(minutes=31)):
        assert "照着回执上的两个号码填" in nobody.get(url)
    for junk in ("x", "k1.abc", "9" * 3000, "%00"):
        assert nobody.client.get(f"/track?t={junk}").status_code in (200, 400)


# ── what the worker does ──


def test_what_the_worker_adds_reaches_who_has_the_case(
    lifted: Flask, nobody: Someone, worker: Someone, leader: Someone
) -> None:
    slip = reported(nobody)
    [case] = cases()
    own(nobody, slip, "add", words="还有十月的", photos=picture())
    assert "本人有补充" in leader.get("/inbox") and "还有十月的" in leader.get(there(case))
    fresh()
    assert db.session.scalar(select(func.count(Attachment.id))) == 1
    with write():
        case.assign(account("worker"), as_viewer("leader"))
    assert "本人补充了情况" not in worker.get("/today")
    own(nobody, slip, "add", words="站长今天骂人了")
    assert "本人补充了情况" in worker.get("/today") and "站长今天骂人了" in tracked(nobody, slip)
    own(nobody, slip, "add", 422, words=" ")
    fresh()
    with write():
        case.progress(as_viewer("worker"), "记下了，明天去站点")
    assert "本人补充了情况" not in worker.get("/today")


def test_the_worker_rates_once_each_time_it_was_dealt_with(
    lifted: Flask, nobody: Someone, leader: Someone
) -> None:
    slip = reported(nobody, category="welfare")
    [case] = cases()
    resolved(case)
    own(nobody, slip, "rate", 422)
    own(nobody, slip, "rate", answer="satisfied")
    fresh()
    assert case.rating == "satisfied" and "满意" in tracked(nobody, slip)
    assert "交评价" not in tracked(nobody, slip)
    with write(), pytest.raises(OutOfTurn):
        case.rate("mostly")
    assert "本人评价" in leader.get(there(case))


def test_not_satisfied_opens_the_case_again_in_half_the_time_and_the_second_time_is_the_streets(
    lifted: Flask, nobody: Someone, leader: Someone, supervisor: Someone
) -> None:
    slip = reported(nobody, category="welfare")
    [case] = cases()
    resolved(case)
    assert "请写哪里不满意" in own(nobody, slip, "rate", 422, answer="not_satisfied")
    own(nobody, slip, "rate", answer="not_satisfied", why="钱没有到账")
    fresh()
    assert (case.state, case.reopened, case.rating) == ("reopened", 1, None)
    assert case.due_at < case.first_due_at and "重新办理" in leader.get("/inbox")
    resolved(case)
    own(nobody, slip, "reopen", 422, reason="不行")
    own(nobody, slip, "reopen", reason="还是没有到账")
    fresh()
    assert case.reopened == 2 and "马小军" not in leader.get("/inbox")
    assert supervisor.get("/complaints/?show=street").total == 1
    with write():
        case.assign(account("worker"), as_viewer("supervisor"))
        case.resolve(as_viewer("worker"), DONE, "solved", None)
    page = tracked(nobody, slip)
    assert "要求重新办理" not in page and "交评价" in page
    with write(), pytest.raises(OutOfTurn):
        case.reopen_own("还是没有到账")


def test_after_thirty_days_the_worker_no_longer_opens_it_again(lifted: Flask, nobody: Someone) -> None:
    slip = reported(nobody, category="welfare")
    [case] = cases()
    resolved(case)
    with clock.at(NOON + timedelta(days=31)):
        assert case.own_steps() == ["add"] and "要求重新办理" not in tracked(nobody, slip)


def test_the_worker_takes_it_back_and_the_leader_hears(
    lifted: Flask, nobody: Someone, worker: Someone, leader: Someone
) -> None:
    slip = reported(nobody, phone="13809165520")
    [case] = cases()
    with write():
        case.assign(account("worker"), as_viewer("leader"))
    own(nobody, slip, "withdraw", because="单位已经发了")
    fresh()
    assert (case.state, case.running_promise) == ("withdrawn", None)
    assert "本人撤回" in worker.get("/today")
    page = leader.get("/inbox")
    assert "本人撤回了" in page and "单位已经发了" in leader.get(there(case))
    assert "本人撤回" in tracked(nobody, slip) and "撤回这件事" not in tracked(nobody, slip)
    leader.post(there(case, "heard"), form_of(leader.get(there(case, "heard"))))
    assert "本人撤回了" not in leader.get("/inbox")
    leader.post(there(case, "heard"), status=409)
    with write(), pytest.raises(OutOfTurn):
        case.resolve(as_viewer("worker"), DONE, "solved", "phone")


def test_the_workers_steps_follow_only_where_the_table_says(lifted: Flask) -> None:
    case = taken(category="welfare")
    assert case.own_steps() == ["add", "withdraw"]
    resolved(case, "phone")
    assert case.own_steps() == ["add", "rate", "reopen"]
    with write():
        case.call_back(as_viewer("leader"), "satisfied")
    assert case.own_steps() == ["rate", "reopen"]
    for step in (case.withdraw_own, lambda: case.add("还有"), lambda: case.heard(as_viewer("leader"))):
        with write(), pytest.raises(OutOfTurn):
            step()


def test_what_is_added_counts_like_a_report_against_robots(lifted: Flask, nobody: Someone) -> None:
    slip = reported(nobody)
    for nth in range(4):
        own(nobody, slip, "add", words=f"第 {nth} 次补充")
    page = own(nobody, slip, "add", 409, words="再补充", photos=picture())
    assert "请等 60 分钟" in page and "再补充" in page, "what was written is not lost"
    [case] = cases()
    assert [event.step for event in case.events].count("add") == 4


# ── sealed cases ──


def test_who_reports_harassment_finds_the_case_and_nobody_else_does(
    lifted: Flask, nobody: Someone, worker: Someone, leader: Someone
) -> None:
    slip = reported(nobody, category="harassment", text="班组长发骚扰信息")
    with everywhere():
        [case] = cases()
    assert case.sealed
    assert "待受理" in tracked(nobody, slip) and "骚扰" not in tracked(nobody, slip)
    assert worker.get("/complaints/?show=all").total == 0 and worker.get(there(case, "slip"), 404)
    worker.post(there(case, "code"), status=404)
    assert leader.get("/complaints/?show=open").total == 1
    plain = reported(nobody)
    one, other = (re.sub(r"\d{9}", "", tracked(nobody, it).text) for it in (slip, plain))
    assert re.sub("12月1[01]日|1[12]月3?\\d日", "", one) == re.sub("12月1[01]日|1[12]月3?\\d日", "", other)


# ── more than usual ──


def flood(site: Flask, many: int, **typed: str) -> list[dict[str, str]]:
    return [reported(Someone(site), text=f"第 {nth} 份反映", **typed) for nth in range(many)]


def few_a_day(most: int) -> None:
    with write():
        db.session.scalars(select(Setting).where(Setting.key == "report.cell.daily")).one().value = most
    forget()


def test_more_than_usual_waits_for_the_leader_who_decides_once(
    lifted: Flask, worker: Someone, leader: Someone, nobody: Someone
) -> None:
    few_a_day(2)
    slips = flood(lifted, 5)
    assert len(cases()) == 2
    page = leader.get("/inbox")
    assert "有 3 份诉求等你看" in page and worker.get("/complaints/?show=all").total == 2
    assert "待受理" in tracked(nobody, slips[4]), "who sent it notices no difference"
    held = leader.get("/reports/held")
    assert held.total == 3 and "第 2 份反映" in held
    worker.get("/reports/held", 403)
    report = db.session.scalars(select(Report).order_by(Report.id)).all()[0]
    with clock.at(NOON + timedelta(minutes=20)):
        leader.post("/reports/held", {"act": "admit", "report": str(report.uid)})
        [*_, case] = cases()
        assert case.recorded_at < NOON + timedelta(minutes=5) and case.text == "第 2 份反映"
        assert case.receipt == slips[2]["number"].replace(" ", "") and "待受理" in tracked(nobody, slips[2])
        leader.post(
            "/reports/held", {"act": "drop", "upto": re.findall(r'"upto" value="([^"]+)"', held.html)[0]}
        )
        fresh()
        assert leader.get("/reports/held").total == 0 and len(cases()) == 3
        assert db.session.scalars(select(Report.told_sealed).where(Report.state == "dropped")).all() == [
            None,
            None,
        ]
        assert "这一份没有收下" in tracked(nobody, slips[4])
    with clock.at(NOON + timedelta(days=91)):
        forget_old()
    assert db.session.scalars(select(Report)).all() == []


def test_where_nobody_leads_the_street_sees_what_waits(
    lifted: Flask, nobody: Someone, supervisor: Someone
) -> None:
    slip = reported(nobody)
    own(nobody, slip, "withdraw")
    few_a_day(0)
    reported(nobody)
    assert supervisor.get("/complaints/?show=street").total == 0
    with write():
        account("leader").postings[0].until_on = clock.today()
    assert supervisor.get("/complaints/?show=street").total == 1
    assert "有 1 份诉求等你看" in supervisor.get("/members/")


def test_what_is_held_goes_to_the_heir_and_a_sealed_one_shows_nothing(
    lifted: Flask, leader: Someone, nobody: Someone
) -> None:
    few_a_day(0)
    reported(nobody, category="harassment", text="班组长发骚扰信息")
    page = leader.get("/reports/held")
    assert page.total == 1 and "骚扰" not in page
    with write():
        end_unit(unit("211"), clock.today(), unit("2110"))
    fresh()
    assert db.session.scalars(select(Report)).one().unit.code == "2110"


def test_a_browser_sends_at_most_five_an_hour(lifted: Flask, nobody: Someone) -> None:
    for _nth in range(5):
        send(nobody)
    assert "请等 60 分钟" in send(nobody, status=429, photos=picture())
    for _nth in range(5):
        send(Someone(lifted), phone="13700000000")
    send(Someone(lifted), phone="13700000000", status=429)
    assert len(cases()) == 10
    with clock.at(NOON + timedelta(minutes=61)):
        send(nobody)


JUNK = ("a\0b", "9" * 40, "-1", "\ud83d", "<script>", "٣" * 9, " ")


@pytest.mark.once
def test_nothing_typed_into_a_public_form_breaks_it(lifted: Flask, nobody: Someone) -> None:
    slip = reported(nobody)
    [ticket, *_] = re.findall(r'name="ticket"[^>]* value="([^"]+)"', tracked(nobody, slip).html)
    forms: dict[str, dict[str, str]] = {
        "/report/211": SENT | {"name": "", "phone": "", "employer_name": "", "unit": ""},
        "/track": dict(slip), "/track/add": {"ticket": ticket, "words": "还有"},
        "/track/rate": {"ticket": ticket, "answer": "satisfied", "why": ""},
        "/track/reopen": {"ticket": ticket, "reason": ""}, "/track/withdraw": {"ticket": "", "because": ""},
    }  # fmt: skip
    broken = []
    for url, typed in forms.items():
        for name in typed:
            for junk in JUNK:
                key = {"csrf_token": nobody.csrf(), "client_key": f"{url}{name}{junk!r}"[:60]}
                sent = {
                    field: text.encode("utf-8", "surrogatepass")
                    for field, text in (typed | {name: junk}).items()
                }
                status = nobody._apart(nobody.client.post, url, data=key | sent).status_code
                broken += [f"{url} {name}={junk!r} answered {status}"] if status >= 500 else []
    assert broken == []
