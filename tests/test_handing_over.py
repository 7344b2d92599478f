"""离岗交接: what is open in somebody's name, its way into other hands, and why an account with open work stays on."""

import re
from base64 import b64decode
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import clock, settings
from gridunion.accounts.models import Account, Posting, hash_password
from gridunion.accounts.unsent import Unsent
from gridunion.audit import Trail
from gridunion.complaints import handing
from gridunion.complaints.conflicts import Tie
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.exchange.larger import ExportRequest
from gridunion.leaving import offering
from gridunion.leaving.models import HandOver
from gridunion.members.models import Person
from gridunion.receipts import Receipt
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests.conftest import NOON, PASSWORD, Page, Someone, as_viewer, member, unit
from tests.test_queries import asked
from tests.test_standing_in import account, case, seat

TODAY = date(2026, 11, 19)


@pytest.fixture
def signed(lifted: Flask) -> Flask:
    """Everybody has the password with which they sign."""
    hashed = hash_password(PASSWORD)
    with write():
        for one in db.session.scalars(select(Account)):
            one.password_hash = hashed
    return lifted


def visit_due(cell: str = "211", name: str = "王秀兰", phone: str = "13609162087") -> DueVisit:
    person = member(name, cell, phone)
    with write():
        due = db.session.scalars(select(DueVisit).where(DueVisit.person_id == person.id)).first()
    assert due
    return due


def left(someone: Someone, whose: str = "worker") -> Page:
    return someone.get(f"/handover/{account(whose).uid}")


def numbers(page: Page) -> dict[str, int]:
    """Where each number leads → the number."""
    rows = re.findall(r'href="(/handover/[0-9a-f-]+/open/\w+)".*?<span class="tag">(\d+)</span>', page.html)
    return {url.rsplit("/", 1)[1]: int(n) for url, n in rows}


def offered(page: Page) -> list[str]:
    return re.findall(r'name="items" value="([^"]+)"', page.html)


def give(someone: Someone, to: str, status: int = 303, whose: str = "worker", **said: Any) -> Page:
    url = f"/handover/{account(whose).uid}/new"
    form = {"to": account(to).uid.hex, "items": offered(someone.get(url)), "password": PASSWORD} | said
    return _fresh(someone.post(url, form, status))


def sign(someone: Someone, status: int = 303, password: str = PASSWORD) -> Page:
    made = db.session.scalars(select(HandOver)).one()
    return _fresh(someone.post(f"/handover/records/{made.uid}/sign", {"password": password}, status))


def _fresh(page: Page) -> Page:
    """What the test reads next is what was stored meanwhile."""
    db.session.rollback()
    return page


def test_a_number_opens_exactly_what_it_counts(signed: Flask, leader: Someone, worker: Someone) -> None:
    case()
    visit_due()
    shown = numbers(left(leader))
    assert shown == {"cases": 1, "replies": 1, "visits": 1, "devices": 1}
    for name, n in shown.items():
        assert leader.get(f"/handover/{account('worker').uid}/open/{name}").total == n, name
    assert numbers(left(worker)) == shown


def test_the_way_to_ones_own_hand_over_stands_in_ones_own_page(signed: Flask, worker: Someone) -> None:
    way = re.search(r'href="(/handover/[^"]+)"', worker.get("/me").html)
    assert way and "离岗交接" in worker.get(way[1])


def test_a_paper_that_holds_no_more_says_that_the_rest_comes_on_the_next(
    signed: Flask, leader: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    case()
    visit_due()
    page = f"/handover/{account('worker').uid}/new"
    assert "一张交接单最多写" not in leader.get(page)
    monkeypatch.setattr(offering, "MOST", 1)
    assert "一张交接单最多写 1 件，其余的下一张再交" in leader.get(page)


def test_what_somebody_else_sees_to_as_well_is_nobodys_own(signed: Flask, leader: Someone) -> None:
    visit_due()
    assert numbers(left(leader))["visits"] == 1
    with write():
        other = seat("worker").stand_in(account("neighbor"), TODAY, TODAY + timedelta(days=5))
    assert numbers(left(leader))["visits"] == 1, "a stand-in for some days takes it off nobody"
    with write():
        other.stands_in_for = None
    assert "visits" not in numbers(left(leader))


def test_signed_by_both_it_is_moved(
    signed: Flask, leader: Someone, worker: Someone, neighbor: Someone
) -> None:
    made, due = case(), visit_due()
    told = give(leader, "neighbor")
    assert "等签字" in leader.get(told.location)
    sign(worker)
    db.session.refresh(made)
    assert made.handler_id == account("worker").id
    assert "交接单等你签字 1 份" in neighbor.get("/today")
    sign(neighbor)
    db.session.refresh(made)
    assert made.handler_id == account("neighbor").id and made.state == "assigned"
    assert made.events[-1].words == "周素琴交给罗春梅" and "交接" in leader.get(f"/complaints/{made.uid}")
    assert due.person.name in neighbor.get("/today") and "visits" not in numbers(left(leader))
    record = leader.get(told.location)
    assert (
        "已交接" in record
        and "周素琴，2026-11-19 12:00" in record
        and "王秀兰" not in record
        and "马小军" not in record
    )


def test_records_keep_who_wrote_them_and_the_trail_tells_each_step(
    signed: Flask, worker: Someone, leader: Someone
) -> None:
    person = member()
    with write():
        visit = Visit.log(person, as_viewer("worker"), "met")
    case()
    give(worker, "leader")
    sign(leader)
    db.session.refresh(visit)
    assert visit.visitor_name == "周素琴"
    told = db.session.scalars(select(Trail).where(Trail.kind == "hand_over").order_by(Trail.id)).all()
    assert [line.actor for line in told] == ["周素琴", "何建平", "何建平"], "begun and signed; signed; moved"


def test_the_leader_signs_for_one_who_is_gone_and_it_says_so(signed: Flask, leader: Someone) -> None:
    made = case()
    told = give(leader, "leader", gone="y")
    db.session.refresh(made)
    assert made.handler_id == account("leader").id
    assert "由上级代签" in leader.get(told.location)


def test_it_takes_the_own_password(signed: Flask, leader: Someone, neighbor: Someone) -> None:
    case()
    assert "密码不对" in give(leader, "leader", 422, password="something-else-entirely")
    assert db.session.scalars(select(HandOver)).all() == []
    with clock.at(NOON + timedelta(minutes=2)):
        visit_due()
        give(
            leader,
            "neighbor",
            gone="y",
            items=offered(leader.get(f"/handover/{account('worker').uid}/new"))[:1],
        )
        sign(neighbor, 422, "something-else-entirely")


def test_in_parts_to_several(signed: Flask, leader: Someone) -> None:
    first, second = case(), case()
    give(leader, "leader", gone="y", items=[f"cases-{first.uid.hex}"])
    for it in (first, second):
        db.session.refresh(it)
    assert first.handler_id != second.handler_id == account("worker").id
    assert numbers(left(leader))["cases"] == 1


def test_a_case_goes_to_nobody_who_is_not_posted_there(signed: Flask, leader: Someone) -> None:
    made = case()
    refused = give(leader, "neighbor", 422, gone="y", items=[f"cases-{made.uid.hex}"])
    assert "罗春梅不在那里任职" in refused


def test_a_case_goes_to_nobody_who_works_for_the_accused(
    signed: Flask, leader: Someone, supervisor: Someone
) -> None:
    with write():
        made = Complaint.take(unit("211"), as_viewer("worker"), "马小军", None, "汉宁轩饭店", category="wages",
                              channel="walk_in", text="两个月工资没发")  # fmt: skip
        made.assign(account("worker"), as_viewer("leader"))
    member("何建平", phone=account("leader").phone or "", employer_name="汉宁轩饭店")
    assert "何建平要回避" in give(supervisor, "leader", 422, gone="y")
    give(leader, "leader", gone="y")  # who keeps away is not even told that there is one
    db.session.refresh(made)
    assert made.handler_id == account("worker").id


def test_a_case_goes_to_nobody_who_declared_a_tie_or_gave_it_back(signed: Flask, leader: Someone) -> None:
    with write():
        made = Complaint.take(unit("211"), as_viewer("worker"), "马小军", None, "汉宁轩饭店", category="wages",
                              channel="walk_in", text="两个月工资没发")  # fmt: skip
        made.assign(account("worker"), as_viewer("leader"))
    with write():
        tie = Tie(account_id=account("leader").id, employer_name="汉宁轩饭店", kind="family")
        db.session.add(tie)
    assert refused(made, "leader")
    with write():
        tie.end()
        made.assign(account("leader"), as_viewer("leader"))
        made.recuse(as_viewer("leader"), "老板是我同学")
        made.assign(account("worker"), as_viewer("supervisor"))
    assert refused(made, "leader")


def refused(made: Complaint, to: str) -> list[str]:
    return handing.fault([made.uid], account(to), set())


def test_a_sealed_case_is_not_betrayed(signed: Flask, leader: Someone, supervisor: Someone) -> None:
    made = case(category="harassment")
    assert made.sealed
    apart = left(leader)
    assert "另有需要单独交接的事" in apart and "cases" not in numbers(apart)
    assert "没有要交接的" not in apart and "还有没交接的事" in apart
    for page in (left(supervisor), supervisor.get(f"/handover/{account('worker').uid}/open/cases")):
        assert "另有" not in page and "没有" in page
    assert "账号可以停用" not in left(supervisor), "only who switches it off is told whether that is so"
    assert supervisor.get(f"/handover/{account('worker').uid}/open/apart").total == 0
    assert offered(leader.get(f"/handover/{account('worker').uid}/new")) == []


def test_a_sealed_case_keeps_an_account_on_in_the_words_of_any_other_work(
    signed: Flask, admin: Someone, leader: Someone
) -> None:
    """The administrator reads the same sentence, and the same page, as for a case that is no secret."""
    uid, plain = account("worker").uid, case()

    def told() -> list[str]:
        return [admin.post(f"/accounts/{uid}/off", status=422).text, admin.get(f"/handover/{uid}/left").text]

    before = told()
    with write():
        plain.state = "closed"
    sealed = case(category="harassment")
    assert told() == before and "还有没交接的事" in before[0]
    assert f"/complaints/{sealed.uid}" in leader.get(f"/handover/{uid}/open/apart").html
    with write():
        sealed.assign(account("leader"), as_viewer("leader"))
    admin.post(f"/accounts/{uid}/off")


def test_a_place_is_given_by_who_stands_above_it(signed: Flask, worker: Someone, leader: Someone) -> None:
    visit_due()
    assert "要由上一级来交" in give(worker, "neighbor", 422)
    give(worker, "leader")
    sign(leader)
    assert "王秀兰" in leader.get("/today")


def test_an_account_with_open_work_stays_on(signed: Flask, admin: Someone, leader: Someone) -> None:
    case()
    uid = account("worker").uid
    refused = admin.post(f"/accounts/{uid}/off", status=422)
    assert "还有没交接的事：请本人" in refused and f"/handover/{uid}/left" in refused.html
    assert "还有没交接的事" in admin.get(f"/handover/{uid}/left")
    admin.get(f"/handover/{uid}", 403)
    give(leader, "leader", gone="y")
    admin.post(f"/accounts/{uid}/off")


def test_the_last_posting_is_not_ended_by_hand_with_open_work(signed: Flask, admin: Someone) -> None:
    case()
    held = seat("worker")
    refused = admin.post(f"/accounts/postings/{held.uid}/end", {"last_on": "2026-11-19"}, 422)
    assert "没交接" in refused and "去办交接" in refused
    admin.post(f"/accounts/postings/{held.uid}/end", {"last_on": "2026-12-31"})


def test_a_posting_that_ran_out_shows_what_is_left(signed: Flask, leader: Someone) -> None:
    case()
    visit_due()
    with write():
        seat("worker").end(TODAY + timedelta(days=1))
    assert "岗位已到期" not in leader.get("/inbox")
    with clock.at(NOON + timedelta(days=1)):
        again = Someone(leader.site, "leader")
        assert "周素琴的岗位已到期，还有 2 件没交接" in again.get("/inbox")
        give(again, "leader", gone="y")
        assert "岗位已到期" not in again.get("/inbox")
        assert "王秀兰" in again.get("/today")


def test_a_leader_goes_and_the_street_takes_over(signed: Flask, supervisor: Someone) -> None:
    case(None)
    with write():
        Person.register(unit("211"), as_viewer("worker"), "grid_visit", name="李小满", phone="13609162099")
    shown = numbers(left(supervisor, "leader"))
    assert shown == {"applied": 1, "decide": 1}
    for name in shown:
        assert supervisor.get(f"/handover/{account('leader').uid}/open/{name}").total == 1
    give(supervisor, "supervisor", whose="leader", gone="y")
    assert "李小满" in supervisor.get("/inbox") and numbers(left(supervisor, "leader")) == {}


def test_an_export_ends_and_goes_to_nobody(signed: Flask, leader: Someone, supervisor: Someone) -> None:
    with write():
        asked = ExportRequest(
            unit_id=unit("21").id, account_id=account("leader").id, asked_by="何建平", chosen={}, format="csv",
            purpose="发福利", rows=5000, number="0", due_at=clock.now() + timedelta(days=1),
        )  # fmt: skip
        db.session.add(asked)
    assert numbers(left(supervisor, "leader"))["exports"] == 1
    give(supervisor, "supervisor", whose="leader", gone="y")
    db.session.refresh(asked)
    assert asked.state == "withdrawn"


def test_only_oneself_and_those_above(signed: Flask, site: Flask) -> None:
    uid = account("worker").uid
    for login, status in (("worker", 200), ("leader", 200), ("supervisor", 200), ("neighbor", 404), ("leader2", 404),
                          ("stranger", 404), ("district", 403), ("admin", 403), ("auditor", 403)):  # fmt: skip
        Someone(site, login).get(f"/handover/{uid}", status)


def test_a_hand_over_that_is_not_signed_can_be_taken_back(
    signed: Flask, leader: Someone, neighbor: Someone
) -> None:
    visit_due()
    told = give(leader, "neighbor", gone="y")
    _fresh(leader.post(f"{told.location.split('?')[0]}/withdraw"))
    assert "已撤回" in leader.get(told.location.split("?")[0])
    sign(neighbor, 409)
    assert seat("neighbor").account.postings == [seat("neighbor")]


def test_each_posting_of_a_place_is_counted_once(signed: Flask, leader: Someone) -> None:
    with write():
        old = seat("worker")
        old.end(TODAY - timedelta(days=3))
        Posting.give(account("worker"), "grid_worker", unit("211"), TODAY - timedelta(days=2))
    visit_due()
    assert numbers(left(leader))["visits"] == 1


def test_who_took_a_place_over_keeps_it_until_somebody_is_there(
    signed: Flask, leader: Someone, neighbor: Someone
) -> None:
    visit_due()
    give(leader, "neighbor", gone="y")
    sign(neighbor)
    taken = db.session.scalars(select(Posting).where(Posting.stands_in_for_id == account("worker").id)).one()
    with write():
        account("worker").active = False
    refused = leader.post(f"/staff/{taken.uid}/back")
    assert "先给别人安排岗位" in leader.get(refused.location)
    with write():
        Posting.give(account("leader"), "grid_worker", unit("211"), TODAY)
    _fresh(leader.post(f"/staff/{taken.uid}/back"))
    db.session.refresh(taken)
    assert taken.over


def test_a_page_asks_no_more_often_when_more_is_open(
    signed: Flask, leader: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "FRESH_SECONDS", 3600)
    case()
    visit_due()
    pages = [
        f"/handover/{account('worker').uid}{more}" for more in ("", "/open/cases", "/open/visits", "/new")
    ]
    few = [_count(leader, url) for url in pages]
    for n in range(4):
        case()
        visit_due(name=f"王秀兰{n}", phone=f"1360916{n:04d}")
    assert [_count(leader, url) for url in pages] == few


def _count(someone: Someone, url: str) -> int:
    someone.get(url)
    with asked(someone.site) as heard:
        someone.get(url)
    return len(heard)


# ── phones that hold entries back ──

PHONE = "0123456789abcdef" * 2


def tell(someone: Someone, entries: int | str, phone: str = PHONE, status: int = 204) -> Page:
    page = _fresh(someone.post("/unsent", {"phone": phone, "entries": entries}, status))
    db.session.expire_all()
    return page


def test_entries_on_a_phone_are_open_in_their_owners_name_until_they_are_sent(
    signed: Flask, worker: Someone, leader: Someone, admin: Someone
) -> None:
    tell(worker, 3)
    page = left(leader)
    assert numbers(page)["phones"] == 1 and "还有 1 件没交接" in page
    rows = leader.get(f"/handover/{account('worker').uid}/open/phones")
    assert rows.total == 1 and "3 条没传" in rows and "11月19日 12:00 说的" in rows
    with clock.at(NOON + timedelta(hours=73)):
        assert "传不上来了" in Someone(signed, "leader").get(f"/handover/{account('worker').uid}/open/phones")
    switch_off = f"/accounts/{account('worker').uid}/off"
    assert "还有没交接的事" in admin.post(switch_off, status=422)
    tell(worker, 0)
    assert "phones" not in numbers(left(leader)), "who sent them all has nothing there"
    _fresh(admin.post(switch_off))
    db.session.expire_all()
    assert not account("worker").active


def test_who_stands_above_signs_for_a_phone_that_is_gone(
    signed: Flask, worker: Someone, leader: Someone, neighbor: Someone, leader2: Someone, auditor: Someone
) -> None:
    tell(worker, 2)
    told = db.session.scalars(select(Unsent)).one()
    here, form = f"/handover/phones/{told.uid}", {"reason": "手机掉进水里", "password": PASSWORD}
    assert here not in worker.get(f"/handover/{account('worker').uid}/open/phones").html
    assert here in leader.get(f"/handover/{account('worker').uid}/open/phones").html
    for someone, status in ((worker, 403), (neighbor, 403), (leader2, 404)):
        someone.get(here, status)
        someone.post(here, form, status)
    assert "请写原因" in leader.post(here, form | {"reason": " "}, 422)
    assert "密码不对" in leader.post(here, form | {"password": "qianfoshan"}, 422)
    with clock.at(NOON + timedelta(minutes=1)):
        page = leader.get(_fresh(leader.post(here, form)).location)
    assert "没有要交接的" in page and "手机掉进水里" in page and "何建平签字" in page
    with clock.at(NOON + timedelta(minutes=2)):
        assert "这里现在不用你签字" in leader.post(here, form, 409)
    trail = auditor.get("/trail")
    assert "手机里的记录算丢了" in trail and "手机掉进水里" in trail
    tell(worker, 1)
    assert numbers(left(leader))["phones"] == 1, "the phone was found again"


def test_a_phone_says_a_number_and_nothing_else(signed: Flask, worker: Someone, nobody: Someone) -> None:
    tell(nobody, 1, status=401)
    for phone, entries in (
        ("A" * 32, 1),
        ("a" * 31, 1),
        (PHONE, -1),
        (PHONE, "1e3"),
        (PHONE, "四"),
        (PHONE, 5000),
    ):
        tell(worker, entries, phone, 422)
    assert not db.session.scalars(select(Unsent)).all()
    lines = len(db.session.scalars(select(Trail)).all())
    for entries in (1, 999, 2):
        tell(worker, entries)
        assert db.session.scalars(select(Unsent.entries)).all() == [min(entries, 50)]
    for number in range(1, 20):
        tell(worker, 1, f"{number:032}")
    tell(worker, 1, "f" * 32, 429)
    assert not db.session.scalars(select(Receipt)).all()
    assert len(db.session.scalars(select(Trail)).all()) == lines


def test_the_key_of_the_outbox_is_the_same_for_one_and_another_for_each(
    signed: Flask, worker: Someone, neighbor: Someone, nobody: Someone
) -> None:
    def key(someone: Someone) -> bytes:
        found = re.search(r'data-key="([^"]+)"', someone.get("/unsent").html)
        assert found
        seen.append(found[1])
        masked = b64decode(found[1])
        return bytes(a ^ b for a, b in zip(masked[:32], masked[32:], strict=True))

    seen: list[str] = []
    keys = [key(one) for one in (worker, worker, Someone(signed, "worker"), neighbor)]
    assert keys[0] == keys[1] == keys[2] != keys[3] and len(set(seen)) == 4
    assert "outbox" not in nobody.get("/login").html


def test_leaving_clears_the_phone_unless_something_waits_on_it(signed: Flask, site: Flask) -> None:
    for kept, cleared in (("", '"cache", "storage"'), ("1", '"cache"')):
        page = Someone(site, "worker").post("/logout", {"kept": kept})
        assert page.response.headers["Clear-Site-Data"] == cleared
