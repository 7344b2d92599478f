"""到期清理: what was kept long enough is listed, and erased once two officers agreed; what is counted stays."""

import json
import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from gridunion import clock, files, jobs
from gridunion.accounts.models import Account, hash_password
from gridunion.audit import Trail
from gridunion.complaints.conflicts import Recusal, Tie
from gridunion.complaints.models import Complaint
from gridunion.complaints.records import ComplaintEvent
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import db, trusted, write
from gridunion.files import Attachment
from gridunion.retention.classes import years_before
from gridunion.retention.models import Erasure
from gridunion.retention.nightly import list_old
from gridunion.settings import Setting, forget
from gridunion.tree import everywhere
from gridunion.visits.models import Visit
from gridunion.visits.versions import TOLD, correct, may_edit, versions_of
from tests import histories
from tests.conftest import NOON, PASSWORD, Page, Someone, as_viewer, member, unit
from tests.test_box import WORDS, messages, opened, put_in
from tests.test_complaints import account, assigned, taken

LATER = NOON + timedelta(days=5 * 365 + 30)


@pytest.fixture
def signed(lifted: Flask) -> Flask:
    hashed = hash_password(PASSWORD)
    with write():
        for one in db.session.scalars(select(Account)):
            one.password_hash = hashed
    return lifted


@pytest.fixture
def years_on(signed: Flask) -> Iterator[Flask]:
    """A case that was closed, one that was refused, one that goes on; five years later."""
    close(assigned(person=member("马小军", phone="13809165520")))
    other = taken(name="余建民")
    with write():
        other.refuse(as_viewer("leader"), "not_union", "这件事归法院管，请去立案窗口", "phone")
    taken(name="曾国富")
    db.session.expire_all()
    with clock.at(LATER):
        yield signed


def close(case: Complaint) -> Complaint:
    with write():
        case.resolve(as_viewer("worker"), "和站点对了账，工资已发到卡上", "solved", "phone")
        if case.needs_confirmation:
            case.confirm(as_viewer("leader"))
        case.call_back(as_viewer("leader"), "satisfied", "问过本人了")
    return case


def press(somebody: Someone, status: int = 303, password: str = PASSWORD, code: str = "2") -> Page:
    return somebody.post(f"/retention/{code}/erasure", {"password": password}, status)


def agreed(site: Flask) -> None:
    """Two officers agree, and the work is done."""
    press(Someone(site, "supervisor")), press(Someone(site, "district"))
    worked()


def worked() -> None:
    while jobs.work_one():
        pass
    db.session.rollback()
    db.session.expire_all()


def cases() -> dict[str, Complaint]:
    """By how they stand."""
    db.session.expire_all()
    with everywhere():
        return {case.state: case for case in db.session.scalars(select(Complaint))}


def test_the_page_lists_what_is_past_its_time_and_each_number_opens_it(years_on: Flask) -> None:
    supervisor = Someone(years_on, "supervisor")
    page = supervisor.get("/retention/2")
    assert "已到期 2" in page and "30 天内到期 0" in page and "保存 5 年" in page
    found = supervisor.get("/retention/2/complaint")
    assert found.total == 2 and "2026年11月19日 起算" in found
    with clock.at(LATER - timedelta(days=32)):
        early = Someone(years_on, "supervisor")
        assert "已到期 0" in early.get("/retention/2") and "30 天内到期 2" in early.get("/retention/2")
        assert early.get("/retention/2/complaint?soon=y").total == 2
        assert early.get("/retention/2/complaint").total == 0
    with clock.at(LATER - timedelta(days=70)):
        assert "30 天内到期 0" in Someone(years_on, "supervisor").get("/retention/2")


def test_the_night_tells_the_officers_and_takes_back_what_is_over(years_on: Flask) -> None:
    told = "有记录快到或已到保存期限"
    supervisor = Someone(years_on, "supervisor")
    assert told not in supervisor.get("/members/")
    list_old(), list_old()
    assert db.session.scalars(select(Erasure.unit_id)).all() == [unit("2").id]
    assert told in supervisor.get("/members/") and told in Someone(years_on, "district").get("/members/")
    assert told not in Someone(years_on, "leader").get("/members/")
    with clock.at(LATER - timedelta(days=70)):
        list_old()
    assert db.session.scalars(select(Erasure)).all() == []


def test_one_asks_another_confirms_and_nobody_confirms_himself(years_on: Flask) -> None:
    supervisor, district = Someone(years_on, "supervisor"), Someone(years_on, "district")
    press(Someone(years_on, "leader"), 403, "不是这个")
    press(supervisor)
    assert "你已提出" in supervisor.get("/retention/2") and "杜丽华提出清掉" in district.get("/retention/2")
    press(supervisor, 409)
    worked()
    assert cases()["closed"].text
    press(district)
    assert "正在清除" in district.get("/retention/2")
    worked()
    assert cases()["closed"].text is None
    page = supervisor.get("/retention/2")
    assert "已到期 0" in page and "杜丽华（街道联合会）提出" in page and "马秀英（区总工会）确认" in page
    said = db.session.scalars(select(Trail).where(Trail.action == "erase")).one()
    assert said.detail == {"rows": {"complaint": 2, "visit": 0, "box": 0}}


def test_a_second_person_is_another_person(years_on: Flask) -> None:
    with write():
        db.session.add(going := Erasure(unit=unit("2")))
        db.session.flush()
        going.ask(as_viewer("supervisor"))
        with pytest.raises(NotYours):
            going.confirm(as_viewer("supervisor"))
        with pytest.raises(OutOfTurn):
            going.ask(as_viewer("district"))


def test_who_waits_too_long_is_asked_anew(years_on: Flask) -> None:
    press(Someone(years_on, "supervisor"))
    with clock.at(LATER + timedelta(days=4)):
        district = Someone(years_on, "district")
        press(district)
        assert "你已提出" in district.get("/retention/2")
        press(Someone(years_on, "supervisor"))
        worked()
    assert cases()["closed"].erased_at


def test_it_is_nobody_elses_business(years_on: Flask) -> None:
    for login in ("worker", "leader", "admin", "auditor"):
        Someone(years_on, login).get("/retention/2", 403)
        press(Someone(years_on, login), 403)
    supervisor = Someone(years_on, "supervisor")
    supervisor.get("/retention/20", 404), supervisor.get("/retention/21", 404)
    supervisor.get("/retention/2/person", 404)
    assert supervisor.get("/retention/", 303).location == "/retention/2"
    assert Someone(years_on, "district").get("/retention/").total == 2


def test_words_names_and_pictures_go_and_the_case_and_its_steps_stay(years_on: Flask) -> None:
    closed = cases()["closed"]
    digest = files.keep(b"a picture")
    with write():
        files.attach(closed, closed.unit_id, [(digest, 9)], None)
        db.session.add(
            given := Recusal(account_id=account("worker").id, complaint_id=closed.id, name="周素琴")
        )
        given.reason = "站长是我表哥"
    steps = [event.step for event in closed.events]
    place = Path(files._place(digest))
    os.utime(place, (time.time() - 90_000,) * 2)
    agreed(years_on)
    for case in (cases()["closed"], cases()["refused"]):
        assert (case.text, case.complainant, case.person_id, case.code_digest) == (None, {}, None, None)
    assert [event.step for event in cases()["closed"].events] == steps
    assert not any(
        event.words for event in db.session.scalars(select(ComplaintEvent)) if event.complaint.erased_at
    )
    assert db.session.scalars(select(Attachment)).all() == [] and not place.exists()
    assert db.session.scalars(select(Recusal)).one().reason is None
    assert cases()["registered"].text == "两个月工资没发", "it goes on"
    page = Someone(years_on, "leader").get(f"/complaints/{cases()['closed'].uid}")
    assert "保存期限到了" in page and "马小军" not in page
    for table in ("complaint", "complaint_event"):
        rows = trusted(text(f"SELECT * FROM {table}")).mappings()
        kept = {row.get("complaint_id", row["id"]) for row in rows if any(
            name.endswith("_sealed") and value for name, value in row.items())}  # fmt: skip
        assert kept <= {cases()["registered"].id}


def test_nothing_is_done_any_more_in_a_case_that_was_erased(years_on: Flask) -> None:
    agreed(years_on)
    closed = cases()["closed"]
    assert not any(closed.may("reopen", as_viewer(login)) for login in ("leader", "supervisor"))
    with write(), pytest.raises(OutOfTurn):
        closed.reopen(as_viewer("supervisor"), "本人又来了，说没发全")


def test_what_is_sealed_or_kept_from_an_officer_is_in_no_number_and_goes_all_the_same(
    years_on: Flask,
) -> None:
    with clock.at(NOON):
        close(assigned(category="harassment"))
        close(assigned(employer_name="没登记的饭馆"))
    with write():
        db.session.add(Tie(account_id=account("supervisor").id, employer_name="没登记的饭馆", kind="family"))
    supervisor, district = Someone(years_on, "supervisor"), Someone(years_on, "district")
    assert (
        "已到期 2" in supervisor.get("/retention/2") and supervisor.get("/retention/2/complaint").total == 2
    )
    assert "已到期 3" in district.get("/retention/2") and district.get("/retention/2/complaint").total == 3
    agreed(years_on)
    with everywhere():
        gone = db.session.scalars(select(Complaint).where(Complaint.erased_at.is_not(None))).all()
        assert len(gone) == 4
    said = db.session.scalars(select(Trail).where(Trail.action == "erase")).one()
    assert said.detail["rows"]["complaint"] == 3, (
        "the trail is read by others than may know of the sealed one"
    )


def test_the_years_are_a_setting_that_a_community_may_have_of_its_own(years_on: Flask) -> None:
    with write():
        db.session.add(
            Setting(key="keep.complaint.years", unit_id=unit("21").id, value=10, from_on=date(2027, 1, 1),
                    label_zh="诉求办完后保存几年", label_en="Years")
        )  # fmt: skip
    forget()
    assert "已到期 0" in Someone(years_on, "supervisor").get("/retention/2")
    agreed(years_on)
    assert not any(case.erased_at for case in cases().values())


def test_nothing_is_kept_for_less_than_a_year(signed: Flask, admin: Someone) -> None:
    sent = {"value": "0", "from_on": "2026-11-20"}
    assert "请填 1 到 3650 的整数" in admin.post("/settings/keep.box.years", sent, 422)
    admin.post("/settings/keep.box.years", sent | {"value": "1"})


def test_the_figures_of_the_past_say_what_they_said(signed: Flask) -> None:
    histories.a_month()
    with clock.at(NOON + timedelta(days=6 * 365)):
        before = figures(signed)
        press(Someone(signed, "supervisor")), press(Someone(signed, "district"))
        worked()
        with everywhere():
            assert (
                len(db.session.scalars(select(Complaint).where(Complaint.erased_at.is_not(None))).all()) > 2
            )
        assert figures(signed) == before


def figures(site: Flask) -> Any:
    told = Someone(site, "district").get("/status/1/measures.json?when=2026-11")
    return json.loads(told.response.data)["indicators"]


def test_messages_of_the_box_go_after_two_years(signed: Flask, nobody: Someone) -> None:
    put_in(nobody)
    opened()
    with clock.at(NOON + timedelta(days=740)):
        assert "已到期 1" in Someone(signed, "supervisor").get("/retention/2")
        found = Someone(signed, "supervisor").get("/retention/2/box")
        assert found.total == 1 and WORDS not in found
        assert "/boxes/" not in Someone(signed, "district").get("/retention/2/box").html
        assert messages()
        agreed(signed)
    assert messages() == []


def test_the_words_of_a_visit_go_after_three_years_and_the_visit_stays(
    signed: Flask, worker: Someone
) -> None:
    person = member(address="东大街 15 号")
    with write():
        visit = Visit.log(
            person, as_viewer("worker"), "met", note="腿伤，在家养着", needs=["other"], need_words="想学电工"
        )
        visit.correct(address="西大街 3 号")
        assert correct(
            visit, as_viewer("worker"), dict.fromkeys(TOLD) | {"outcome": "met", "note": "腿伤好些了"}
        )
        files.attach(visit, visit.unit_id, [(files.keep(b"a picture"), 9)], None)
    with clock.at(NOON + timedelta(days=3 * 365 - 10)):
        assert "30 天内到期 1" in Someone(signed, "supervisor").get("/retention/2")
    with clock.at(NOON + timedelta(days=3 * 365 + 2)):
        found = Someone(signed, "supervisor").get("/retention/2/visit")
        assert found.total == 1 and "王秀兰" in found and "腿伤" not in found
        agreed(signed)
        visit = db.session.scalars(select(Visit)).one()
        assert (visit.note, visit.need_words, visit.corrected) == (None, None, None)
        assert (visit.outcome, visit.person_id, visit.needs) == ("met", person.id, None)
        [earlier] = versions_of(visit)
        assert (earlier.said["outcome"], earlier.said["note"], earlier.said["need_words"]) == (
            "met",
            None,
            None,
        )
        assert db.session.scalars(select(Attachment)).all() == []
        assert not may_edit(visit, as_viewer("leader"))
        page = Someone(signed, "worker").get(f"/visits/{visit.uid}")
        assert "写的话和照片已在" in page and "腿伤" not in page and "见到本人" in page


def test_the_same_from_a_shell(years_on: Flask) -> None:
    said = years_on.test_cli_runner().invoke(args=["retention"]).output
    assert (
        "汉中路街道工会联合会：诉求到期 2，30 天内到期 0，走访到期 0，30 天内到期 0，信箱来信到期 0" in said
    )


def test_a_picture_that_somebody_just_stored_is_let_be(lifted: Flask) -> None:
    wanted, fresh = files.keep(b"old but named"), files.keep(b"just stored")
    case = taken()
    with write():
        files.attach(case, case.unit_id, [(wanted, 13)], None)
    for digest in (wanted, fresh):
        os.utime(files._place(digest), (time.time() - 90_000,) * 2)
    assert files.keep(b"just stored") == fresh
    files.sweep()
    assert files._place(wanted).exists() and files._place(fresh).exists()
    os.utime(files._place(fresh), (time.time() - 90_000,) * 2)
    files.sweep()
    assert files._place(wanted).exists() and not files._place(fresh).exists()


@pytest.mark.once
def test_a_year_is_a_year_also_on_the_last_of_february() -> None:
    assert years_before(date(2028, 2, 29), 5) == date(2023, 2, 28)
    assert years_before(date(2026, 11, 19), 5) == date(2021, 11, 19)
    assert years_before(date(2026, 11, 19), 3650) == date(1900, 11, 19)
