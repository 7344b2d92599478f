"""Joining by oneself: the poster, the application without an account, its state by code, verifying and letting in."""

import re
from datetime import timedelta
from typing import Any

import pytest
import segno
from flask import Flask
from sqlalchemy import func, select, update

from gridunion import clock, jobs
from gridunion.audit import Trail
from gridunion.db import db, write
from gridunion.joining.models import Application
from gridunion.members.consent import Consent
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.qr import QUIET, drawn
from gridunion.settings import Setting, forget
from gridunion.throttle import Throttle
from gridunion.tree import everywhere
from gridunion.units.models import end_unit
from tests.conftest import NOON, Page, Someone, as_viewer, member, unit

SENT = {"name": "李强", "phone": "13991670829", "key_group": "courier", "employer_name": "", "agree": "y"}


def fresh() -> None:
    db.session.rollback()
    db.session.expire_all()


def applications(**where: Any) -> list[Application]:
    fresh()
    return list(db.session.scalars(select(Application).filter_by(**where).order_by(Application.id)))


def people() -> int:
    fresh()
    return int(db.session.scalar(select(func.count()).select_from(Person)) or 0)


def send(by: Someone, code: str = "211", status: int = 303, **typed: str) -> Page:
    return by.post(f"/join/{code}", SENT | typed, status)


def noted(page: Page) -> tuple[str, str]:
    """The receipt number and the query code, as somebody notes them down."""
    number, code = re.findall(r'<dd class="num big">([\d ]+)</dd>', page.html)
    return number, code


def asked(phone: Someone, number: str, code: str, status: int = 200) -> Page:
    return phone.post("/join/state", {"number": number, "code": code}, status)


def crowd(site: Flask, many: int, code: str = "211", address: str = "") -> list[int]:
    """Many phones, each with a browser and a number of its own; the answers they get."""
    answers = []
    for nth in range(many):
        phone = Someone(site)
        where = address or f"10.0.{nth // 200}.{nth % 200 + 1}"
        name = f"张三{'甲乙丙丁戊己庚辛壬癸'[nth % 10]}"
        sent = SENT | {
            "name": name,
            "phone": f"1380000{nth:04d}",
            "csrf_token": phone.csrf(),
            "client_key": f"k{nth}",
        }
        answers.append(
            phone._apart(
                phone.client.post, f"/join/{code}", data=sent, environ_base={"REMOTE_ADDR": where}
            ).status_code
        )
    return answers


# ── the poster and the page ──


def test_a_worker_prints_the_poster_of_her_cell_and_the_leader_those_of_the_community(
    worker: Someone, leader: Someone
) -> None:
    assert "入会二维码" in worker.get("/new") and "入会二维码" in worker.get("/members/")
    assert worker.get("/posters").total == 1 and leader.get("/posters").total == 3
    page = worker.get("/posters/211")
    assert "扫码加入工会" in page and "明珠社区第1网格" in page and "/join/211" in page
    assert "明珠社区工会" in page
    assert re.search(r'<svg class="qr" viewBox="0 0 (\d+) \1".*<path class="qr-b" d="M', page.html)
    assert worker.get("/posters/2110", 404) and worker.get("/posters/221", 404)
    assert leader.get("/posters/21") and leader.get("/posters/210", 404)


def test_what_the_poster_shows_can_be_scanned() -> None:
    """Drawn anew from the path, it is the code of the address."""
    code = drawn("https://gu.example.cn/join/610702001001001")
    runs = [map(int, run) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1", code.path)]
    dark = {(x + n - QUIET, y - QUIET) for x, y, wide in runs for n in range(wide)}
    made = segno.make("https://gu.example.cn/join/610702001001001", error="m", micro=False).matrix
    assert dark == {(x, y) for y, row in enumerate(made) for x, bit in enumerate(row) if bit}
    assert code.size == len(made) + 8


def test_the_page_says_who_collects_what_and_what_for(nobody: Someone) -> None:
    page = nobody.get("/join/211")
    assert "明珠社区工会" in page and "明珠社区第1网格" in page and "不给你的单位看" in page
    notice = nobody.get("/join/211/notice")
    for words in ("谁在收集", "用来做什么", "保存多久", "撤回同意", "30 天后清掉"):
        assert words in notice
    assert "住在或工作在哪个网格" in nobody.get("/join/21") and "住在或工作在哪个网格" not in page
    nobody.get("/join/2", 404)
    nobody.get("/join/999", 404)


def test_a_poster_stays_good_when_another_cell_takes_the_place(lifted: Flask, nobody: Someone) -> None:
    send(nobody)
    with write():
        end_unit(unit("211"), clock.today(), unit("2110"))
    assert applications()[0].unit.code == "2110"
    assert nobody.get("/join/211", 303).location == "/join/2110"


# ── applying ──


def test_somebody_without_an_account_applies_and_hears_how_far_it_is(
    lifted: Flask, nobody: Someone, worker: Someone, leader: Someone
) -> None:
    number, code = noted(nobody.get(send(nobody).location))
    assert people() == 0
    assert "等网格员核实" in asked(nobody, number, code)
    [sent] = applications()
    assert (sent.wording, sent.unit.code, sent.state) == ("2026-11", "211", "received")
    page = worker.get(f"/applications/{sent.uid}")
    assert "李强" in page and "13991670829" in page.html
    typed = {"name": "李强", "phone": "13991670828", "key_group": "courier", "unit": unit("211").uid.hex}
    worker.post(f"/applications/{sent.uid}/verification", typed)
    fresh()
    person = db.session.scalars(select(Person)).one()
    assert (person.phone, person.status, person.recorded_by_id) == (
        "13991670828",
        "applied",
        as_viewer("worker").account_id,
    )
    consent = db.session.scalars(select(Consent)).one()
    assert (consent.channel, consent.wording, consent.given_at) == ("self", "2026-11", sent.recorded_at)
    assert "等社区工会审批" in asked(nobody, number, code)
    leader.post("/members/approvals", {"person": str(person.uid)})
    page = asked(Someone(lifted), number, code)
    assert "已通过" in page and "11月19日" in page


def test_the_code_is_shown_to_the_phone_that_sent_it_and_only_for_half_an_hour(
    lifted: Flask, nobody: Someone
) -> None:
    url = send(nobody).location
    _number, code = noted(nobody.get(url))
    assert noted(nobody.get(url))[1] == code
    assert Someone(lifted).get(url, 303).location == "/join/state"
    with clock.at(NOON + timedelta(minutes=31)):
        assert nobody.get(url, 303).location == "/join/state"
    whole = {"branch": True}
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table), execution_options=whole):
            assert code.replace(" ", "") not in str(row), "the base does not know the code"


def test_a_form_posted_twice_is_one_application_with_one_receipt(lifted: Flask, nobody: Someone) -> None:
    first, again = send(nobody, client_key="k1"), send(nobody, client_key="k1")
    assert first.location == again.location and len(applications()) == 1
    send(nobody, client_key="k1", name="王五", status=409)


def test_everything_typed_stays_when_something_is_missing(nobody: Someone) -> None:
    page = send(nobody, status=422, agree="", phone="1399167")
    assert "李强" in page.html and "请先勾选同意，再提交" in page and "手机号少了 4 位" in page
    assert "请填单位" in send(nobody, status=422, key_group="other")
    assert "请从列出的里面选一个" in send(nobody, "21", 422, unit="0" * 32)


def test_on_the_page_of_a_community_the_cell_may_be_left_open(
    lifted: Flask, nobody: Someone, worker: Someone, leader: Someone
) -> None:
    send(nobody, "21", unit=unit("2110").uid.hex)
    send(nobody, "21", unit="", name="王五", phone="13800000002")
    assert [each.unit.code for each in applications()] == ["2110", "21"]
    assert worker.get("/applications/").total == 0
    assert leader.get("/applications/").total == 2 and "自己申请，还没人核实" in leader.get("/inbox")
    assert leader.get("/applications/?show=stuck").total == 1
    [sent] = applications(name="王五")
    typed = {"name": "王五", "phone": "13800000002", "key_group": "courier", "unit": unit("211").uid.hex}
    leader.post(f"/applications/{sent.uid}/verification", typed)
    fresh()
    assert (
        db.session.scalars(select(Person.unit_id)).one()
        == unit("211").id
        == applications(name="王五")[0].unit_id
    )


def test_a_member_who_applies_again_gets_the_same_answer_as_everybody(
    lifted: Flask, nobody: Someone, worker: Someone
) -> None:
    known = member("李强", phone=SENT["phone"])
    stranger = Someone(lifted)
    one, other = (
        nobody.get(send(nobody).location),
        stranger.get(send(stranger, name="王五", phone="13800000002").location),
    )
    assert re.sub(r"[\d ]{9,}", "", one.text) == re.sub(r"[\d ]{9,}", "", other.text)
    [sent] = applications(name="李强")
    page = worker.get(f"/applications/{sent.uid}")
    assert "已登记：李强" in page and "就是这个人" in page
    typed = {"name": "李强", "phone": SENT["phone"], "key_group": "courier", "unit": unit("211").uid.hex}
    worker.post(f"/applications/{sent.uid}/verification", typed, 422)
    worker.post(f"/applications/{sent.uid}/person", {"person": str(known.uid)})
    told = asked(nobody, *noted(one))
    assert "请听网格员告诉你结果" in told and "会员" not in told.text.replace("申请入会", "")
    assert people() == 1 and db.session.scalar(select(func.count(Consent.id))) == 1


def test_somebody_known_who_applies_becomes_an_applicant(
    lifted: Flask, nobody: Someone, worker: Someone
) -> None:
    known = member("李强", phone=SENT["phone"])
    with write():
        db.session.execute(update(Person).values(status="known"))
        db.session.execute(update(Membership).values(until_on=clock.today()))
    send(nobody)
    send(nobody)
    first, _second = applications()
    worker.post(f"/applications/{first.uid}/person", {"person": str(known.uid)})
    fresh()
    assert db.session.get_one(Person, known.id).status == "applied"
    assert [each.state for each in applications()] == ["verified", "verified"], "both, in one go"


# ── asking how far it is ──


def test_a_wrong_code_is_limited_and_the_right_one_too_until_then(lifted: Flask, nobody: Someone) -> None:
    number, code = noted(nobody.get(send(nobody).location))
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**8:08d}"
    for _nth in range(5):
        assert "受理编号或查询码不对" in asked(nobody, number, wrong, 422)
    assert "请等 15 分钟" in asked(nobody, number, code, 429)
    with clock.at(NOON + timedelta(minutes=16)):
        assert "等网格员核实" in asked(nobody, number, code)


def test_a_number_that_is_nobodys_answers_like_a_wrong_code(lifted: Flask, nobody: Someone) -> None:
    number, code = noted(nobody.get(send(nobody).location))
    one, other = asked(nobody, number, "00000000", 422), asked(nobody, "123456789", "00000000", 422)
    assert one.text == other.text and "受理编号或查询码不对" in one
    assert "应为 9 位数字" in asked(nobody, "12", code, 422)
    with clock.at(NOON + timedelta(hours=1)):
        for nth in range(30):
            asked(nobody, f"{100000000 + nth}", "00000000", 422)
        asked(nobody, number, code, 429)


def test_a_refused_application_says_why(
    lifted: Flask, nobody: Someone, worker: Someone, leader: Someone
) -> None:
    number, code = noted(nobody.get(send(nobody).location))
    [sent] = applications()
    page = worker.post("/applications/check", {"application": str(sent.uid)}, 200)
    assert "李强" in page and "不通过这 1 份申请" in page
    worker.post("/applications/refusal", {"application": str(sent.uid), "reason": " "}, 422)
    worker.post("/applications/refusal", {"application": str(sent.uid), "reason": "电话打不通"})
    told = asked(nobody, number, code)
    assert "未通过" in told and "电话打不通" in told
    typed = {"name": "李强", "phone": SENT["phone"], "key_group": "courier", "unit": unit("211").uid.hex}
    worker.post(f"/applications/{sent.uid}/verification", typed, 409)
    assert people() == 0


def test_an_applicant_the_leader_turns_down_reads_the_reason(
    lifted: Flask, nobody: Someone, worker: Someone, leader: Someone
) -> None:
    number, code = noted(nobody.get(send(nobody).location))
    typed = {"name": "李强", "phone": SENT["phone"], "key_group": "courier", "unit": unit("211").uid.hex}
    worker.post(f"/applications/{applications()[0].uid}/verification", typed)
    fresh()
    uid = str(db.session.scalars(select(Person.uid)).one())
    assert "自己申请" in leader.get("/members/approvals") and "自己申请" in leader.get("/inbox")
    assert "自己申请" in worker.get("/members/?show=applied")
    leader.post("/members/approvals/rejection", {"person": uid, "reason": "不在本社区"})
    told = asked(nobody, number, code)
    assert "网格员已核实" in told and "未通过" in told and "不在本社区" in told


def test_its_sender_takes_an_application_back_while_it_waits(
    lifted: Flask, nobody: Someone, worker: Someone
) -> None:
    number, code = noted(nobody.get(send(nobody).location))
    shown = asked(nobody, number, code)
    assert "撤回申请" in shown
    [mine] = re.findall(r'name="ticket" value="([^"]+)"', shown.html)
    for someone, ticket in ((nobody, "x"), (Someone(lifted), mine)):
        answer = someone.post("/join/state/withdrawal", {"ticket": ticket})
        assert "再填一次" in someone.get(answer.location), "another browser's ticket, or none, opens nothing"
    answer = nobody.post("/join/state/withdrawal", {"ticket": mine})
    assert "填的信息已经清掉" in nobody.get(answer.location)
    [gone] = applications()
    assert (gone.state, gone.name, gone.phone, gone.employer_name) == ("withdrawn", None, None, None)
    assert "你撤回了申请" in asked(nobody, number, code) and worker.get("/applications/").total == 0
    nobody.post("/join/state/withdrawal", {"ticket": mine}, 409)


@pytest.mark.parametrize("approved", [False, True])
def test_who_agreed_on_the_page_takes_the_consent_back_there_however_far_it_is(
    lifted: Flask, nobody: Someone, worker: Someone, leader: Someone, approved: bool
) -> None:
    number, code = noted(nobody.get(send(nobody).location))
    typed = {name: value for name, value in SENT.items() if name != "agree"} | {"unit": unit("211").uid.hex}
    worker.post(f"/applications/{applications()[0].uid}/verification", typed)
    fresh()
    if approved:
        leader.post("/members/approvals", {"person": str(db.session.scalars(select(Person.uid)).one())})
    shown = asked(nobody, number, code)
    assert "不想让工会再用你的信息" in shown
    [mine] = re.findall(r'name="ticket" value="([^"]+)"', shown.html)
    answer = nobody.post("/join/state/withdrawal", {"ticket": mine})
    assert "工会不再使用你的信息" in nobody.get(answer.location)
    fresh()
    person = db.session.scalars(select(Person)).one()
    assert person.withdrawn_at and all(consent.withdrawn_at for consent in person.consents)
    assert person.status == ("active" if approved else "known")
    after = asked(nobody, number, code)
    assert ("已撤回同意" if approved else "你撤回了申请") in after and "不想让" not in after
    assert "已撤回同意" in worker.get(f"/members/{person.uid}")
    nobody.post("/join/state/withdrawal", {"ticket": mine}, 409)


# ── how much may come ──


def test_a_phone_sends_at_most_five_an_hour_by_number_and_by_browser(lifted: Flask, nobody: Someone) -> None:
    for nth in range(5):
        send(nobody, phone=f"1380000{nth:04d}")
    assert "请等 60 分钟" in send(nobody, phone="13800009999", status=429)
    for nth in range(5):
        send(Someone(lifted), phone="13700000000", name=f"赵{'甲乙丙丁戊'[nth]}")
    send(Someone(lifted), phone="13700000000", status=429)
    assert len(applications()) == 10
    with clock.at(NOON + timedelta(minutes=61)):
        send(nobody, phone="13800009999")
    said = " ".join(db.session.scalars(select(Throttle.key)))
    assert "138" not in re.findall(r"\b\d{11}\b", said) and "127.0.0.1" not in said


def test_more_than_usual_waits_for_the_leader_who_decides_once(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    with write():
        db.session.execute(update_setting("join.cell.daily", 3))
    assert set(crowd(lifted, 5)) == {303}, "everybody is answered alike"
    assert [each.state for each in applications()] == ["received"] * 3 + ["held"] * 2
    assert worker.get("/applications/").total == 3
    assert worker.get(f"/applications/{applications()[4].uid}") and "有 3 人等你核实" in worker.get("/today")
    page = leader.get("/inbox")
    assert "有 2 份申请等你看名单" in page and "1 件等你拿主意" in page
    held = leader.get("/applications/held")
    assert held.total == 2
    none = leader.post("/applications/held", {"act": "admit"}, 422)
    assert "请至少勾一份申请" in none and 'name="application"' in none.html and " checked" not in none.html
    leader.post("/applications/held", {"act": "admit", "application": str(applications(state="held")[0].uid)})
    assert worker.get("/applications/").total == 4
    upto = re.findall(r'name="upto" value="([^"]+)"', leader.get("/applications/held").html)[0]
    leader.post("/applications/held", {"act": "drop", "upto": upto})
    assert [each.state for each in applications()] == ["received"] * 4 + ["expired"]
    assert applications(state="expired")[0].phone is None


def update_setting(key: str, value: int) -> Any:
    forget()
    return update(Setting).where(Setting.key == key).values(value=value)


@pytest.mark.once
def test_a_robot_of_300_posts_changes_nothing_anybody_must_clean(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    answers = crowd(lifted, 300, address="203.0.113.7")
    assert answers.count(303) == 200 and answers.count(429) == 100
    assert len(applications(state="received")) == 20 and people() == 0
    assert "0 人" in worker.get("/members/") and worker.post("/members/search", {"q": "张三"}, 200).total == 0
    honest = Someone(lifted)
    sent = SENT | {"csrf_token": honest.csrf(), "client_key": "honest"}
    honest._apart(honest.client.post, "/join/211", data=sent, environ_base={"REMOTE_ADDR": "198.51.100.9"})
    assert applications(name="李强")[0].state == "received", "the door stays open for others"
    rows = re.findall(r'name="application" value="([^"]+)"', worker.get("/applications/?all=1").html)
    assert len(rows) == 21 and "checked" in worker.get("/applications/?all=1").html
    worker.post("/applications/refusal", {"application": rows[:20], "reason": "乱填的"})
    assert worker.get("/applications/").total == 1
    upto = re.findall(r'name="upto" value="([^"]+)"', leader.get("/applications/held").html)[0]
    leader.post("/applications/held", {"act": "drop", "upto": upto})
    assert applications(state="held") == []


def test_what_nobody_verified_goes_by_itself(lifted: Flask, nobody: Someone) -> None:
    number, code = noted(nobody.get(send(nobody).location))
    work = jobs._periods["forget applications"][1]
    with clock.at(NOON + timedelta(days=31)):
        with everywhere():
            work()
        [gone] = applications()
        assert (gone.state, gone.name, gone.phone, gone.employer_name) == ("expired", None, None, None)
        assert "没有核实上" in asked(nobody, number, code)
        assert db.session.scalar(select(func.count(Throttle.id)).where(Throttle.since < NOON)) == 0
    with clock.at(NOON + timedelta(days=400)), everywhere():
        work()
        assert applications() == []


# ── who sees it ──


def test_another_branch_does_not_know_the_application_exists(
    lifted: Flask, nobody: Someone, neighbor: Someone, leader2: Someone, stranger: Someone
) -> None:
    send(nobody)
    uid = applications()[0].uid
    for other in (neighbor, leader2, stranger):
        other.get(f"/applications/{uid}", 404)
        other.post("/applications/refusal", {"application": str(uid), "reason": "试试"}, 404)
        assert other.get("/applications/").total == 0
    assert applications()[0].state == "received"


def test_the_trail_tells_the_steps_and_no_name(lifted: Flask, nobody: Someone, worker: Someone) -> None:
    send(nobody)
    worker.post("/applications/refusal", {"application": str(applications()[0].uid), "reason": "电话打不通"})
    fresh()
    lines = db.session.execute(
        select(Trail.action, Trail.actor, Trail.detail).where(Trail.kind == "application").order_by(Trail.id),
        execution_options={"branch": True},
    ).all()
    assert [tuple(line) for line in lines] == [("apply", "", {}), ("refuse application", "周素琴", {})]


# ── letting in ──


def test_the_leader_lets_many_in_after_seeing_the_names(
    lifted: Flask, leader: Someone, leader2: Someone
) -> None:
    by = as_viewer("worker")
    with write():
        many = [
            Person.register(
                unit("211"), by, "grid_visit", name=f"赵{nth}", phone=f"1360000{ord(nth) % 10000:04d}"
            )
            for nth in "甲乙丙丁"
        ]
    uids = [str(person.uid) for person in many]
    page = leader.get("/members/approvals")
    assert "赵甲" in page and "/members/approvals/check" in page.html
    named = leader.post("/members/approvals/check", {"person": uids[:3], "act": "approve"}, 200)
    assert "通过这 3 人" in named and "赵丙" in named and "赵丁" not in named
    leader2.post("/members/approvals/check", {"person": uids, "act": "approve"}, 404)
    leader.post("/members/approvals", {"person": uids[:3]})
    refuse = leader.post("/members/approvals/check", {"person": uids[3:], "act": "reject"}, 200)
    assert "不通过这 1 人" in refuse and "原因，会告诉本人" in refuse
    assert "请写明原因" in leader.post(
        "/members/approvals/rejection", {"person": uids[3:], "reason": ""}, 422
    )
    leader.post("/members/approvals/rejection", {"person": uids[3:], "reason": "不在本社区"})
    fresh()
    assert list(db.session.scalars(select(Person.status).order_by(Person.id))) == ["active"] * 3 + ["known"]
    assert "没有等审批的" in leader.post("/members/approvals/check", {}, 422)


def test_what_the_worker_lets_lie_comes_before_the_leader(
    lifted: Flask, nobody: Someone, leader: Someone
) -> None:
    send(nobody)
    assert "还没人核实" not in leader.get("/inbox")
    with clock.at(NOON + timedelta(days=3, minutes=1)):
        later = Someone(lifted, "leader")
        assert "还没人核实" in later.get("/inbox") and later.get("/applications/?show=stuck").total == 1
