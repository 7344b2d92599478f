"""What people do when they write a visit down: for several at once, for an employer, once more, and corrected."""

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from gridunion import clock
from gridunion.accounts.models import Account
from gridunion.audit import Trail
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.files import Attachment
from gridunion.members.models import Person
from gridunion.tree import everywhere
from gridunion.visits import checks
from gridunion.visits.checks import SpotCheck, chance, lot
from gridunion.visits.due import DueVisit, open_visits
from gridunion.visits.life import LIFE, OUTCOMES, state_of
from gridunion.visits.models import Visit
from gridunion.visits.versions import VisitVersion
from tests.conftest import NOON, Someone, as_viewer, member, unit
from tests.test_visits import TODAY, count, form_of, ill, known, only, picture, settled, stored

LATER = timedelta(minutes=11)


def neighbors(n: int, **more: str) -> list[Person]:
    """So many members of one cell, for whom nothing is due."""
    names = ("王秀兰", "刘桂芳", "赵宏伟", "何永康", "孙倩", "吴大勇", "李春生", "郑玉兰", "陈国栋", "马小军")
    people = [member(name, phone=f"136091620{i:02d}", **more) for i, name in enumerate(names[:n])]
    for person in people:
        settled(person)
    return people


def address(people: list[Person], due: list[DueVisit] = []) -> str:  # noqa: B006
    asked = [f"person={person.uid}" for person in people] + [f"due={visit.uid}" for visit in due]
    return f"/visits/new?{'&'.join(asked)}"


def all_of(people: list[Person]) -> dict[str, list[str]]:
    return {"who": [str(person.uid) for person in people]}


def open_of(person: Person) -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [due.trigger for due in open_visits(person)]


# ── several at once ──


def test_ten_closed_doors_are_written_down_in_one_go_each_with_its_next_try(
    lifted: Flask, worker: Someone
) -> None:
    people = neighbors(10)
    due = [ill(person) for person in people]
    assert 'href="/visits/several"' in worker.get("/today").html
    ticks = worker.get("/visits/several")
    assert ticks.total == 10 and "住院必访" in ticks
    went = worker.post("/visits/several", {"due": [str(it.uid) for it in due], "go": "not_home"})
    page = worker.get(went.location)
    assert "王秀兰等 10 人" in page and "马小军" in page
    assert 'value="not_home" checked' in page.html.replace('id="outcome-3" ', "")
    settle = {"outcome": "not_home", **all_of(people)}
    saved = worker.get(worker.post(went.location, settle).location)
    assert "已记下：王秀兰等 10 人" in saved
    assert count(Visit) == 10
    assert all(open_of(person) == ["follow_up", "hospital"] for person in people)


@pytest.mark.once
def test_one_who_was_not_there_is_unticked_and_the_words_stand_with_each(
    lifted: Flask, worker: Someone
) -> None:
    people = neighbors(3)
    form = {"outcome": "met", "note": "一起讲了防暑", "photos": (picture(), "a.png"), **all_of(people[:2])}
    worker.post(address(people), form)
    visits = stored(Visit)
    assert [visit.name for visit in visits] == ["王秀兰", "刘桂芳"]
    assert len({visit.together for visit in visits}) == 1 and visits[0].together is not None
    assert {visit.note for visit in visits} == {"一起讲了防暑"} and count(Attachment) == 2
    assert "请至少选一个人" in worker.post(address(people), {"outcome": "met"}, 422)


def test_an_entry_about_several_is_taken_back_as_one(lifted: Flask, worker: Someone) -> None:
    people = neighbors(3)
    due = ill(people[0])
    worker.post(address(people, [due]), {"outcome": "met", "findings": "help", **all_of(people)})
    assert open_of(people[0]) == ["hardship"]
    visit = stored(Visit)[1]
    assert "撤销 3 人" in worker.get(f"/visits/{visit.uid}")
    assert "已撤销：王秀兰等 3 人" in worker.get(worker.post(f"/visits/{visit.uid}/undo").location)
    assert count(Visit, Visit.voided_at.is_(None)) == 0
    assert [open_of(person) for person in people] == [["hospital"], [], []]


def test_who_lives_together_is_written_down_together(lifted: Flask, worker: Someone) -> None:
    people = neighbors(2, address="明珠路 8 号 301")
    page = worker.get(form_of(people[0]))
    assert "住在一起的：刘桂芳" in page and f"person={people[1].uid}" in page.html


@pytest.mark.once
def test_people_are_found_and_ticked_without_losing_the_others(
    lifted: Flask, worker: Someone, stranger: Someone
) -> None:
    people = neighbors(3)
    page = worker.post("/visits/several", {"q": "刘桂芳", "person": str(people[0].uid)}, 200)
    assert "刘桂芳" in page and f'value="{people[0].uid}" checked' in page.html
    assert "请先选人" in worker.post("/visits/several", {"go": ""}, 422)
    stranger.get(address(people), 404)
    stranger.post(address(people), {"outcome": "met", **all_of(people)}, 404)


# ── an employer ──


def shop() -> Employer:
    with write():
        employer = Employer(unit=unit("21"), name="汉宁轩大酒店")
        db.session.add(employer)
    return employer


def test_an_employer_is_visited_from_its_community_and_for_who_works_there(
    lifted: Flask, leader: Someone, worker: Someone, stranger: Someone, leader2: Someone
) -> None:
    employer = shop()
    person = member(employer_name="汉宁轩大酒店")
    url, theirs = f"/visits/new?employer={employer.uid}", f"/visits/new?at={person.uid}"
    assert url in leader.get(f"/employers/{employer.uid}").html
    leader.post(url, {"outcome": "met", "note": "有 12 名外来职工"})
    assert "刚才 12:00 已经记过汉宁轩大酒店" in leader.post(url, {"outcome": "met"}, 422)
    assert theirs in worker.get(f"/members/{person.uid}").html
    worker.post(theirs, {"outcome": "phone", "again": "y"})
    first, second = sorted(stored(Visit), key=lambda visit: visit.id)
    assert (first.person_id, first.employer_id, first.unit.code) == (None, employer.id, "21")
    assert second.unit.code == "211" and "汉宁轩大酒店" in worker.get("/visits/")
    assert "汉宁轩大酒店" in worker.get(f"/visits/{second.uid}")
    page = leader.get(f"/employers/{employer.uid}")
    for words in ("走访：电话联系", "周素琴", "走访：见到本人", "何建平"):
        assert words in page.text.split("来往情况 2")[1]
    for outsider, address_ in ((stranger, theirs), (stranger, url), (worker, url), (leader2, url)):
        outsider.get(address_, 404)


def test_a_visit_to_a_workplace_above_the_cell_is_taken_back_by_who_paid_it(
    lifted: Flask, worker: Someone
) -> None:
    employer = shop()
    person = member(employer_name="汉宁轩大酒店")
    before = employer.seen_at
    worker.post(f"/visits/new?at={person.uid}", {"outcome": "met"})
    (visit,) = stored(Visit)
    assert stored(Employer)[0].seen_at == visit.happened_at
    worker.post(f"/visits/{visit.uid}/undo")
    assert stored(Visit)[0].voided_at and stored(Employer)[0].seen_at == before


def test_of_several_visits_those_to_who_went_away_do_not_keep_the_others_from_being_taken_back(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    stays, goes = member(), member("李小燕", phone="13809165520")
    worker.post(address([stays, goes]), {"outcome": "met", **all_of([stays, goes])})
    with write():
        gone = db.session.get_one(Person, goes.id)
        gone.unit = unit("221")
    first = next(visit for visit in stored(Visit) if visit.person_id == stays.id)
    worker.post(f"/visits/{first.uid}/undo")
    assert all(visit.voided_at for visit in stored(Visit))


@pytest.mark.once
def test_a_visit_is_paid_to_a_person_or_to_an_employer(lifted: Flask) -> None:
    person, employer = member(), shop()
    with pytest.raises(DatabaseError), write():
        Visit.log(person, as_viewer("worker"), "met", employer=employer)


# ── what comes of one ──


@pytest.mark.once
def test_who_does_not_want_to_be_seen_is_left_in_peace_for_a_month(lifted: Flask, worker: Someone) -> None:
    (person,) = neighbors(1)
    due = ill(person)
    worker.post(form_of(person, due), {"due": due.uid, "outcome": "refused"})
    assert only(DueVisit, DueVisit.id == due.id).state == "refused"
    again = only(DueVisit, DueVisit.state == "open")
    assert (again.trigger, again.event_on) == ("follow_up", TODAY + timedelta(days=30))
    assert "王秀兰" not in worker.get("/today").text.split("今天办完")[0]
    with clock.at(NOON + timedelta(days=8)):
        missed = Someone(lifted, "supervisor").get("/status/2/visits_missed")
        assert missed.total == 1 and "本人不愿见" in missed, "it is no visit that was paid"


@pytest.mark.once
def test_a_second_try_at_a_closed_door_is_no_visit_made_in_time(lifted: Flask, worker: Someone) -> None:
    (person,) = neighbors(1)
    worker.post(form_of(person), {"outcome": "not_home"})
    (first,) = stored(DueVisit, DueVisit.state == "open")
    with clock.at(NOON + timedelta(hours=20)):
        worker = Someone(lifted, "worker")
        worker.post(form_of(person, first), {"due": first.uid, "outcome": "not_home"})
        assert only(DueVisit, DueVisit.id == first.id).state == "missed" and open_of(person) == ["follow_up"]
        assert Someone(lifted, "leader").get("/visits/plan/21/records?show=in_time").total == 0
        (second,) = stored(DueVisit, DueVisit.state == "open")
        worker.post(form_of(person, second), {"due": second.uid, "outcome": "moved", "again": "y"})
        assert only(DueVisit, DueVisit.id == second.id).state == "cancelled", (
            "nobody comes again to who moved"
        )
        (moved,) = stored(Visit, Visit.outcome == "moved")
        worker.post(f"/visits/{moved.uid}/undo")
    assert open_of(person) == ["follow_up"]


@pytest.mark.once
def test_of_two_visits_taken_back_neither_counts_as_seen(lifted: Flask, worker: Someone) -> None:
    (person,) = neighbors(1)
    before = person.seen_at
    worker.post(form_of(person), {"outcome": "met"})
    with clock.at(NOON + timedelta(minutes=2)):
        worker.post(form_of(person), {"outcome": "met", "again": "y"})
        for visit in stored(Visit):
            worker.post(f"/visits/{visit.uid}/undo")
    assert known(person).seen_at == before


@pytest.mark.once
def test_who_moved_away_is_dealt_with_at_once(lifted: Flask, worker: Someone) -> None:
    (person,) = neighbors(1)
    before = person.seen_at
    saved = worker.get(worker.post(form_of(person), {"outcome": "moved"}).location)
    assert "搬走了，接着办" in saved and f"/members/{person.uid}/edit#address" in saved.html
    assert open_of(person) == [] and known(person).seen_at == before


def test_one_entry_corrects_the_file_and_notes_an_event_and_is_taken_back_whole(
    lifted: Flask, worker: Someone
) -> None:
    (person,) = neighbors(1)
    form = {
        "outcome": "met", "needs": ["medical", "job"], "need_words": "想换个近的活", "measures": "explained",
        "phone": "13800001234", "address": "明珠路 9 号", "trigger": "hospital", "event_on": "2026-11-18",
    }  # fmt: skip
    worker.post(form_of(person), form)
    visit, now = only(Visit), known(person)
    assert (now.phone, now.address) == ("13800001234", "明珠路 9 号")
    assert visit.needed == ["看病就医", "找工作", "想换个近的活"] and visit.measured == ["讲了政策"]
    page = worker.get(f"/visits/{visit.uid}")
    assert "服务需求" in page and "讲了政策" in page and "改了资料" in page and "13800001234" not in page.html
    assert open_of(person) == ["hospital"]
    worker.post(f"/visits/{visit.uid}/undo")
    now = known(person)
    assert (now.phone, now.address) == ("13609162000", None) and open_of(person) == []


@pytest.mark.once
def test_a_wrong_phone_is_said_and_the_folded_part_opens(lifted: Flask, worker: Someone) -> None:
    (person,) = neighbors(1)
    page = worker.post(form_of(person), {"outcome": "met", "phone": "1380"}, 422)
    assert "手机号" in page and "open><summary>" in page.html
    assert "请从列出的里面选一个" in worker.post(form_of(person), {"outcome": "met", "needs": "zz"}, 422)


@pytest.mark.once
def test_the_next_one_is_a_tap_away(lifted: Flask, worker: Someone) -> None:
    first, second = neighbors(2)
    due, other = ill(first), ill(second)
    saved = worker.get(worker.post(form_of(first, due), {"due": due.uid, "outcome": "met"}).location)
    assert "下一家：刘桂芳" in saved
    assert f'href="{form_of(second, other)}"'.replace("&", "&amp;") in saved.html


@pytest.mark.once
def test_an_employer_is_the_next_one_too_but_not_right_after_a_closed_door(
    lifted: Flask, leader: Someone
) -> None:
    (person,), employer = neighbors(1), shop()
    with write():
        due = DueVisit.plan(employer, "employer_round", TODAY)
    after_person = leader.get(leader.post(form_of(person), {"outcome": "met"}).location)
    way = re.search(r'href="(/visits/new[^"]+)"[^>]*>下一家：汉宁轩大酒店', after_person.html)
    assert way and "记走访：汉宁轩大酒店" in leader.get(way[1].replace("&amp;", "&"))
    closed = leader.post(f"/visits/new?employer={employer.uid}", {"due": due.uid, "outcome": "not_home"})
    assert "下一家" not in leader.get(closed.location)


@pytest.mark.once
def test_a_second_visit_within_ten_minutes_asks_and_can_be_true(lifted: Flask, worker: Someone) -> None:
    first, second = neighbors(2, address="明珠路 8 号 301")
    worker.post(form_of(first), {"outcome": "met"})
    page = worker.post(form_of(second), {"outcome": "met"}, 422)
    assert "刚才 12:00 已经记过王秀兰（见到本人，周素琴）" in page and "再记一次" in page
    worker.post(form_of(second), {"outcome": "met", "again": "y"})
    with clock.at(NOON + LATER):
        worker.post(form_of(first), {"outcome": "met"})
    assert count(Visit) == 3


@pytest.mark.once
def test_what_a_phone_writes_into_a_photo_is_not_kept(lifted: Flask, worker: Someone) -> None:
    """No location is stored, also not where the camera wrote one down."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x8825] = "汉宁手机", {1: "N", 2: (33.0, 4.0, 12.0)}
    Image.new("RGB", (40, 30), "blue").save(out, "JPEG", exif=exif)
    assert Image.open(io.BytesIO(out.getvalue())).getexif().get_ifd(0x8825)
    (person,) = neighbors(1)
    worker.post(form_of(person), {"outcome": "met", "photos": (io.BytesIO(out.getvalue()), "a.jpg")})
    photo = only(Attachment)
    shown = worker.get(f"/visits/{only(Visit).uid}/photos/{photo.uid}").response
    kept = Image.open(io.BytesIO(shown.get_data()))
    assert not kept.getexif() and "exif" not in kept.info
    shown.close()


# ── corrected ──


@pytest.mark.once
def test_the_author_corrects_a_visit_for_a_day_and_then_the_leader_only(
    lifted: Flask, worker: Someone, neighbor: Someone
) -> None:
    (person,) = neighbors(1)
    worker.post(form_of(person), {"outcome": "not_home", "note": "敲门没人应"})
    visit = only(Visit)
    assert open_of(person) == ["follow_up"]
    url = f"/visits/{visit.uid}/edit"
    assert "敲门没人应" in worker.get(url)
    neighbor.get(url, 404)
    form = {"outcome": "met", "note": "在邻居家见到", "row_version": str(visit.version)}
    page = worker.get(worker.post(url, form).location)
    assert "在邻居家见到" in page and "改过 1 次" in page and "敲门没人应" in page
    assert open_of(person) == [], "who was met need not be tried again"
    assert "在你填写的时候" in worker.post(url, form | {"note": "另一句"}, 409)
    with clock.at(NOON + timedelta(hours=25)):
        author, row = Someone(lifted, "worker"), only(Visit)
        author.get(url, 403)
        author.post(url, form, 403)
        Someone(lifted, "leader").post(url, {"outcome": "phone", "row_version": str(row.version)})
    assert [it.said["outcome"] for it in stored(VisitVersion)] == ["not_home", "met"]


@pytest.mark.once
def test_correcting_an_old_visit_settles_nothing_that_became_due_since(
    lifted: Flask, worker: Someone
) -> None:
    (person,) = neighbors(1)
    worker.post(form_of(person), {"outcome": "met"})
    with clock.at(NOON + timedelta(days=40)):
        here = known(person)
        with write():
            DueVisit.plan(here, "hardship_round", clock.today())
        visit = only(Visit)
        form = {"outcome": "met", "findings": "help", "row_version": str(visit.version)}
        Someone(lifted, "leader").post(f"/visits/{visit.uid}/edit", form)
    assert sorted(open_of(person)) == ["hardship", "hardship_round"]


def test_what_a_visit_said_before_is_never_changed(lifted: Flask, worker: Someone) -> None:
    (person,) = neighbors(1)
    worker.post(form_of(person), {"outcome": "met"})
    visit = only(Visit)
    worker.post(f"/visits/{visit.uid}/edit", {"outcome": "phone", "row_version": str(visit.version)})
    kept = only(VisitVersion)
    with pytest.raises(DatabaseError), write():
        kept.said = {"outcome": "met"}


# ── checked ──


def test_a_visit_is_checked_by_phone_and_never_by_who_made_it(
    lifted: Flask, monkeypatch: pytest.MonkeyPatch, worker: Someone, leader: Someone, supervisor: Someone
) -> None:
    monkeypatch.setattr(checks, "chance", lambda visit: 101)
    first, second = neighbors(2)
    worker.post(form_of(first), {"outcome": "met", "note": "精神好"})
    leader.post(form_of(second), {"outcome": "met"})
    assert "走访抽查" not in leader.get("/inbox"), "it may still be taken back"
    with clock.at(NOON + LATER):
        box = leader.get("/inbox?show=check")
        assert box.total == 1 and "王秀兰" in box and "刘桂芳" not in box
        mine, his = stored(SpotCheck)
        assert supervisor.get("/visits/checks").total == 1, "the street asks only where a leader was"
        assert "走访抽查 1 次" in supervisor.get("/members/")
        supervisor.get(f"/visits/checks/{mine.uid}", 403)
        assert "刘桂芳" in supervisor.get(f"/visits/checks/{his.uid}")
        leader.get(f"/visits/checks/{his.uid}", 403)
        worker.get(f"/visits/checks/{mine.uid}", 403)
        url = f"/visits/checks/{mine.uid}"
        assert "请写哪里对不上" in leader.post(url, {"result": "not_confirmed"}, 422)
        leader.post(url, {"result": "confirmed", "words": "说周二来过"})
        assert "已经有人查过" in leader.get(leader.post(url, {"result": "unreachable"}).location)
        page = worker.get(f"/visits/{mine.visit.uid}")
        assert "抽查过" in page and "属实" in page and "何建平" in page
        assert "走访抽查" not in leader.get("/inbox")


def test_short_entries_and_those_about_several_are_drawn_more_often(lifted: Flask) -> None:
    person, by = member(), as_viewer("worker")
    with write():
        short = Visit.log(person, by, "met")
        told = Visit.log(person, by, "met", note="血压稳定，药够吃到月底")
    assert (chance(told), chance(short)) == (5, 15)
    assert lot(told.uid) == lot(told.uid)
    lots = sorted(lot(clock_uid) for clock_uid in (short.uid, told.uid))
    assert 0 <= lots[0] <= lots[1] <= 100


@pytest.mark.once
def test_a_correction_turns_a_check_off_and_a_lot_falls_once(
    lifted: Flask, monkeypatch: pytest.MonkeyPatch, worker: Someone, leader: Someone
) -> None:
    monkeypatch.setattr(checks, "chance", lambda visit: 101)
    (person,) = neighbors(1)
    worker.post(form_of(person), {"outcome": "not_home"})

    def correct(outcome: str) -> int:
        """How many are to be phoned about when a visit says something else."""
        visit = only(Visit)
        worker.post(f"/visits/{visit.uid}/edit", {"outcome": outcome, "row_version": str(visit.version)})
        with clock.at(NOON + LATER):
            return leader.get("/visits/checks").total

    assert correct("met") == 1, "who says so only later is asked about, too"
    assert correct("not_home") == 0, "that nobody was home nobody can confirm"
    assert correct("phone") == 1 and count(SpotCheck) == 1


@pytest.mark.once
def test_what_was_taken_back_is_not_checked(
    lifted: Flask, monkeypatch: pytest.MonkeyPatch, worker: Someone, leader: Someone
) -> None:
    monkeypatch.setattr(checks, "chance", lambda visit: 101)
    (person,) = neighbors(1)
    worker.post(form_of(person), {"outcome": "not_home"})
    assert count(SpotCheck) == 0, "that nobody was home nobody can confirm"
    worker.post(form_of(person), {"outcome": "met", "again": "y"})
    visit = stored(Visit)[1]
    worker.post(f"/visits/{visit.uid}/undo")
    with clock.at(NOON + LATER), everywhere():
        assert leader.get("/visits/checks").total == 0


# ── 民情日记 ──

RAISED = {"case-category": "wages", "case-text": "两个月工资没有发"}


def test_a_diary_tells_needs_measures_results_and_what_came_of_it(
    lifted: Flask, worker: Someone, leader: Someone, neighbor: Someone, supervisor: Someone
) -> None:
    first, second = neighbors(2)
    form = {"outcome": "met", "needs": "medical", "measures": "explained", "findings": "help"}
    worker.post(form_of(first), form | RAISED)
    worker.post(form_of(second), {"outcome": "not_home", "happened": "2026-11-17T09:00"})
    page = worker.get("/diary")
    assert page.total == 1 and "刘桂芳" not in page
    for words in ("看病就医", "讲了政策", "需要帮扶", "待受理", "困难必访"):
        assert words in page, words
    week = worker.get("/diary?span=week")
    assert week.total == 2 and "11月16日 到 11月22日" in week
    assert worker.get("/diary?span=day&on=2026-11-17").total == 1
    assert worker.get("/diary?on=9999-12-31").total == 1
    mine = only(Visit, Visit.outcome == "met").visitor_id
    address = f"/diary?of={uid_of(mine)}&span=month"
    assert "周素琴" in leader.get("/diary") and leader.get(address).total == 2
    neighbor.get(address, 403)
    supervisor.get(address, 403)


def uid_of(account_id: int) -> str:
    return str(db.session.scalars(select(Account.uid).where(Account.id == account_id)).one())


def test_a_visit_from_which_a_sealed_case_came_stands_in_no_diary(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    (person,) = neighbors(1)
    sealed = {"case-category": "harassment", "case-text": "被主管骚扰"}
    worker.post(form_of(person), {"outcome": "met", "note": "说了件难开口的事", **sealed})
    for page in (worker.get("/diary"), leader.get(f"/diary?of={uid_of(only(Visit).visitor_id)}")):
        assert page.total == 0 and "难开口" not in page


def test_a_visit_does_not_tell_of_the_sealed_case_that_came_from_it(
    lifted: Flask, worker: Someone, supervisor: Someone
) -> None:
    """Neither that there was one nor its pictures; of a case that is no secret it tells both."""
    (person,) = neighbors(1)
    for nth, category in enumerate(("wages", "harassment")):
        words = {"case-category": category, "case-text": "在厂里出了事", "photos": (picture(), "a.png")}
        worker.post(form_of(person), {"outcome": "met", "again": "y" if nth else "", **words})
    plain, secret = sorted(stored(Visit), key=lambda visit: visit.id)
    assert "有诉求" in supervisor.get(f"/visits/{plain.uid}") and "照片 1" in supervisor.get(
        f"/visits/{plain.uid}"
    )
    page = supervisor.get(f"/visits/{secret.uid}")
    assert "有诉求" not in page and "照片" not in page
    assert supervisor.get(f"/members/{person.uid}").text.count("有诉求") == 1
    told = select(Trail.detail).where(Trail.record_uid == secret.uid)
    assert "complaint" not in str(db.session.scalars(told).all())
    assert count(Attachment) == 3, "the sealed case has its picture"


def test_a_case_stands_when_the_visit_it_came_from_is_taken_back(lifted: Flask, worker: Someone) -> None:
    (person,) = neighbors(1)
    worker.post(form_of(person), {"outcome": "met", **RAISED})
    undone = worker.get(worker.post(f"/visits/{only(Visit).uid}/undo").location)
    assert "已撤销" in undone and "由它登记的诉求还在" in undone


# ── the board ──


def test_only_who_was_spoken_with_counts_as_helped(lifted: Flask) -> None:
    """V3: neither a closed door nor a refusal, nor what was taken back, is a visit that was paid."""
    by, reached = as_viewer("worker"), {"met", "phone", "family"}
    for n, outcome in enumerate(OUTCOMES):
        person = member(f"职工{n}", phone=f"13609162{n:03d}")
        with clock.at(NOON - timedelta(days=1)), write():
            person.note_hardship("relative", None)
            Visit.log(person, by, outcome)
    with clock.at(NOON - timedelta(minutes=5)), write():
        voided = member_in_need()
        Visit.log(voided, by, "met").undo()
    supervisor = Someone(lifted, "supervisor")
    assert supervisor.get("/status/2/hardship").total == len(OUTCOMES) + 1
    assert supervisor.get("/status/2/helped").total == len(reached)
    assert supervisor.get("/status/2/unhelped").total == len(OUTCOMES) + 1 - len(reached)


def member_in_need() -> Person:
    """Inside write()."""
    person = Person.register(
        unit("211"), as_viewer("leader"), "grid_visit", name="职工九", phone="13609162999"
    )
    person.approve(as_viewer("leader"))
    person.note_hardship("relative", None)
    return person


@pytest.mark.once
def test_every_outcome_and_every_step_has_a_place_in_the_life_of_a_visit() -> None:
    states = {state_of(outcome, False, False, again) for outcome in OUTCOMES for again in (False, True)}
    states |= {state_of("met", True, False, False), state_of("met", False, True, False)}
    assert states <= set(LIFE)
    assert {name for step in LIFE.values() for name in step.then} <= set(LIFE)
    assert "checked" not in LIFE["voided"].then and "voided" not in LIFE["checked"].then
