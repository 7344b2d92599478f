"""Files that may be one person: how a leader hears of them, makes one of two, and takes that back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, event, func, select

from gridunion import clock
from gridunion.audit import Trail
from gridunion.complaints.models import Complaint
from gridunion.complaints.readers import Reader
from gridunion.db import Base, db, trusted, write
from gridunion.employers.models import Employer
from gridunion.members import suspect_list, suspect_walk, suspects
from gridunion.members.carrying import CARRIED
from gridunion.members.consent import Consent
from gridunion.members.membership import Membership
from gridunion.members.merging import Merge, NotMerged
from gridunion.members.models import Person
from gridunion.members.real_name import id_index
from gridunion.members.suspects import Suspect
from gridunion.members.transfer import Transfer
from gridunion.status.models import Standing
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests.bases import POSTGRES
from tests.conftest import Page, Someone, as_viewer, member, unit
from tests.test_members import NEW, fresh, number
from tests.test_queries import asked

PHONE, OFF_BY_ONE = "13991670829", "13991670828"


def unmet(name: str = "李强", cell: str = "2110", **known: Any) -> tuple[Person, Person]:
    """One person, registered in two cells of a community."""
    first = member("李强", phone=PHONE)
    with clock.at(clock.now() + timedelta(days=1)):
        return first, member(name, cell, **{"phone": OFF_BY_ONE, **known})


def two(name: str = "李强", cell: str = "2110", **known: Any) -> tuple[Person, Person]:
    """One person, registered in two cells of a community, and the minute after it."""
    both = unmet(name, cell, **known)
    suspect_walk.walk()
    return both


def _pairs() -> list[tuple[str, str]]:
    fresh()
    return [(row.reasons, row.state) for row in db.session.scalars(select(Suspect).order_by(Suspect.id))]


def _url(kept: Person, other: Person) -> str:
    return f"/members/{kept.uid}/merge/{other.uid}"


def _versions(kept: Person, other: Person) -> dict[str, str]:
    return {"row_version": str(kept.version), "other_version": str(other.version)}


def merge(who: Someone, kept: Person, other: Person, **chosen: str) -> Page:
    fresh()
    page = who.post(_url(kept, other), _versions(kept, other) | chosen)
    fresh()
    return page


# ── how a pair is found ──


@pytest.mark.parametrize(
    ("name", "known", "reason"),
    [
        ("李强", {}, "digit"),
        ("李墙", {}, "digit_sound"),
        ("张伟", {"phone": PHONE}, "phone"),
        ("李强", {"phone": None}, ""),
        ("李强", {"phone": "13909160000"}, ""),
        ("李强", {"phone": "13991670892"}, "digit"),
        ("张伟", {}, ""),
    ],
)
def test_a_pair_is_suspected_for_a_reason_that_can_be_told(
    lifted: Flask, name: str, known: dict[str, Any], reason: str
) -> None:
    two(name, **known)
    assert _pairs() == ([(reason, "open")] if reason else [])


def test_one_name_and_one_birthday_are_a_reason(lifted: Flask) -> None:
    two(phone="13909160000")
    with write():
        for person in db.session.scalars(select(Person)):
            person.birth_on = date(1988, 4, 12)
    assert _pairs() == [("birth", "open")]


def test_two_numbers_are_two_people(lifted: Flask) -> None:
    first, second = two()
    with write():
        first.set_id_number("resident_id", number(1))
        second.set_id_number("resident_id", number(2))
    assert _pairs() == []


def test_a_phone_of_many_says_nothing(lifted: Flask) -> None:
    for nth in range(6):
        member("赵钱孙李周吴"[nth], phone=PHONE)
        suspect_walk.walk()
    assert len(_pairs()) == 6  # of the first four; the fifth and the sixth began none


def test_who_is_registered_in_two_communities_is_the_streets_to_decide(
    lifted: Flask, leader: Someone, leader2: Someone, supervisor: Someone
) -> None:
    first, second = two(cell="212", phone=PHONE)
    assert _pairs() == [("phone", "open")]
    assert supervisor.get("/members/suspects").total == 1 and "疑似重复 1 对" in supervisor.get("/members/")
    for one in (leader, leader2):
        assert one.get("/members/suspects").total == 0 and "疑似重复" not in one.get("/members/")
        one.get(_url(first, second), 404)
    merge(supervisor, first, second)
    assert supervisor.get("/members/suspects").total == 0
    leader2.get(f"/members/{second.uid}", 410)


def test_in_one_street_a_name_is_compared_only_with_those_born_on_one_day(lifted: Flask) -> None:
    two(cell="212")
    assert _pairs() == []
    with write():
        for person in db.session.scalars(select(Person)):
            person.birth_on = date(1988, 4, 12)
    assert _pairs() == [("birth digit", "open")]


def test_across_streets_nobody_could_decide_so_nothing_is_noted(lifted: Flask, supervisor: Someone) -> None:
    first, _second = two(cell="221", phone=PHONE, birth_on=date(1988, 4, 12))
    with write():
        first.birth_on = date(1988, 4, 12)
    assert _pairs() == [] and supervisor.get("/members/suspects").total == 0


def test_a_pair_whose_one_side_moves_to_another_community_becomes_the_streets(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    _first, second = two(phone=PHONE)
    assert leader.get("/members/suspects").total == 1
    with write():
        second.resettle(unit("212"), as_viewer("supervisor"))
    assert (leader.get("/members/suspects").total, supervisor.get("/members/suspects").total) == (0, 1)


def test_who_corrects_the_phone_is_not_suspected_any_more(lifted: Flask) -> None:
    _first, second = two()
    with write():
        second.phone = "13909160000"
    assert _pairs() == []


def test_who_was_just_registered_is_met_by_the_next_walk(lifted: Flask) -> None:
    member("李强", phone=PHONE)
    with write():
        Person.register(unit("2110"), as_viewer("worker"), "grid_visit", name="李强", phone=OFF_BY_ONE)
    assert _pairs() == []
    suspect_walk.walk()
    assert _pairs() == [("digit", "open")]


def test_who_is_new_does_not_wait_for_the_round_of_the_week(
    lifted: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspect_walk, "BATCH", 1)
    monkeypatch.setattr(suspect_walk, "BATCHES", 2)
    for nth in range(6):
        member(f"赵{chr(0x4E00 + nth)}", phone=f"1380916000{nth}")
    for _minute in range(3):
        suspect_walk.walk()
    with clock.at(clock.now() + timedelta(days=8)):
        suspect_walk.walk()
        with write():
            for phone in (PHONE, OFF_BY_ONE):
                Person.register(unit("211"), as_viewer("worker"), "grid_visit", name="李强", phone=phone)
        suspect_walk.walk()
        assert _pairs() == [("digit", "open")]
        for _minute in range(9):
            suspect_walk.walk()
        place = db.session.scalars(select(suspect_walk.SuspectWalk)).one()
        assert place.round_id is None and place.met_id == db.session.scalar(select(func.max(Person.id)))


def test_who_comes_back_is_compared_and_who_is_approved_only_waits_for_the_walk(lifted: Flask) -> None:
    _first, second = unmet()
    assert _pairs() == []
    with write():
        second.status = "resigned"
    with write():
        second.status = "known"
    assert _pairs() == [("digit", "open")]


def test_people_of_an_import_are_found_once_they_are_published(lifted: Flask) -> None:
    _first, second = unmet()
    with write():
        second.status = "~"
    suspect_walk.walk()
    assert _pairs() == []
    with write():
        trusted(Person.__table__.update().where(Person.id == second.id).values(status="active"))
        suspect_walk.walk_again_from(second.id)
    suspect_walk.walk()
    assert _pairs() == [("digit", "open")]


def test_a_file_is_compared_by_as_few_questions_however_many_there_are(lifted: Flask) -> None:
    first, _second = two()
    few = _asked_about(lifted, first)
    for nth in range(30):
        member("李强", phone=f"1380916{nth:04d}")
    assert _asked_about(lifted, first) == few <= 7


@pytest.mark.skipif(bool(POSTGRES), reason="SQLite's own words for a plan")
def test_no_question_about_a_file_goes_through_the_register(lifted: Flask) -> None:
    first, _second = two()
    with write():
        first.set_id_number("resident_id", number())
    with planned() as told, write():
        suspects.look_at([first.id])
        suspects.worth_noting([first.id])
        suspect_list.count()
    assert len(told) > 6
    assert {step for step in told if step.startswith("SCAN")} <= {"SCAN anon_1"}  # what was found, counted


@contextmanager
def planned() -> Iterator[list[str]]:
    """How SQLite goes about what it is asked."""
    steps: list[str] = []

    def explain(_connection: Any, cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            steps.extend(
                row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", given)
            )

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield steps
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)


def _asked_about(site: Flask, person: Person) -> int:
    with asked(site) as heard, write():
        suspects.look_at([person.id])
    return len(heard)


# ── what the leader sees ──


def test_the_leader_finds_the_pair_on_the_list_of_members(lifted: Flask, leader: Someone) -> None:
    two()
    assert "疑似重复 1 对" in leader.get("/members/") and "疑似重复 1 对" in leader.get("/inbox")
    page = leader.get("/members/suspects")
    assert page.total == 1 and "姓名一样，手机号只差一位" in page


def test_the_list_asks_as_often_for_many_pairs_as_for_one(lifted: Flask, leader: Someone) -> None:
    two()
    few = _asked_for_list(lifted, leader)
    for nth in range(1, 9):
        for cell in ("211", "2110"):
            member(f"王{'一二三四五六七八'[nth - 1]}", cell, phone=f"1380916{nth:03d}{len(cell)}")
    suspect_walk.walk()
    assert _asked_for_list(lifted, leader) == few
    assert leader.get("/members/suspects").total == 9


def _asked_for_list(site: Flask, leader: Someone) -> int:
    leader.get("/members/suspects")
    with asked(site) as heard:
        leader.get("/members/suspects")
    return len(heard)


def test_a_worker_sees_no_such_list(lifted: Flask, worker: Someone, leader2: Someone) -> None:
    first, second = two()
    assert "疑似重复" not in worker.get("/members/")
    for url in ("/members/suspects", _url(first, second), f"/members/{first.uid}/merge"):
        worker.get(url, 403)
    worker.post(_url(first, second), status=403)
    assert leader2.get("/members/suspects").total == 0


def test_a_stranger_does_not_know_they_exist(lifted: Flask, leader2: Someone) -> None:
    first, second = two()
    leader2.get(_url(first, second), 404)
    for tail in ("", "/dismissal"):
        leader2.post(_url(first, second) + tail, status=404)
    leader2.post(f"/members/{second.uid}/merge/undo", status=404)


def test_both_must_be_in_the_leaders_branch(lifted: Flask, leader: Someone, supervisor: Someone) -> None:
    first, second = two(cell="212")
    leader.get(_url(first, second), 404)
    leader.post(_url(first, second), _versions(first, second), 404)
    assert "核对两份档案" in supervisor.get(_url(first, second))


def test_two_people_stay_two_for_good_unless_something_changes(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    leader.post(f"{_url(first, second)}/dismissal")
    fresh()
    pair = db.session.scalars(select(Suspect)).one()
    assert (pair.state, pair.dismissed_by) == ("dismissed", "何建平")
    assert pair.dismissed_at and clock.local(pair.dismissed_at).date() == clock.today()
    assert leader.get("/members/suspects").total == 0
    assert "何建平 11月19日看过：不是同一个人。" in leader.get(_url(first, second))
    assert len(db.session.scalars(select(Trail).where(Trail.action == "two people")).all()) == 2
    with write():
        first.address, second.seen_at = "天汉大道 1 号", clock.now()
        suspects.look_at([first.id, second.id])
    assert _pairs() == [("digit", "dismissed")]
    with write():
        second.phone = PHONE
    assert _pairs() == [("phone", "open")]


def test_the_page_shows_both_and_proposes_the_fuller_and_the_newer(lifted: Flask, leader: Someone) -> None:
    first, second = two(address="天汉大道 1 号", sex="male")
    page = leader.get(_url(first, second))
    for words in (
        "139 **** 0829",
        "139 **** 0828",
        "天汉大道 1 号",
        "没填",
        "留下这份",
        "同意书",
        "会籍记录",
    ):
        assert words in page, words
    assert PHONE not in page.html
    assert 'name="from_address" value="other" checked' in page.html
    assert 'name="from_unit" value="kept" checked' in page.html


# ── one of two ──


def test_what_was_chosen_stays_and_all_records_go_along(lifted: Flask, leader: Someone) -> None:
    first, second = two(address="天汉大道 1 号")
    with write():
        DueVisit.plan(second, "hospital", clock.today())
        Visit.log(second, as_viewer("neighbor"), "met")
        case = Complaint.take(
            unit("2110"),
            as_viewer("neighbor"),
            "李强",
            PHONE,
            person=second,
            category="wages",
            channel="visit",
        )
    page = merge(leader, first, second, from_address="other", from_phone="kept")
    assert "已合并成一份：李强" in leader.get(page.location)
    assert (first.address, first.phone, first.status) == ("天汉大道 1 号", PHONE, "active")
    assert (second.status, second.merged_into_id) == ("merged", first.id)
    for kind in (Visit, DueVisit, Complaint, Consent):
        assert {row.person_id for row in db.session.scalars(select(kind))} == {first.id}, kind
    assert case.person is first
    assert leader.get("/members/suspects").total == 0


def test_the_earlier_day_of_joining_stays_and_one_membership_is_live(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    merge(leader, second, first)
    live = [span for span in second.memberships if span.until_on is None]
    assert [(span.status, span.from_on, span.unit.code) for span in live] == [
        ("active", clock.today(), "211")
    ]
    for earlier, later in zip(second.memberships, second.memberships[1:], strict=False):
        assert earlier.until_on is not None and earlier.until_on <= later.from_on


def test_an_application_is_swallowed_by_the_membership(lifted: Flask, leader: Someone) -> None:
    first = member("李强", phone=PHONE)
    with write():
        other = Person.register(unit("2110"), as_viewer("neighbor"), "grid_visit", name="李强", phone=PHONE)
    merge(leader, other, first)
    assert other.status == "active"
    assert _standing("211") == (0, 0) and _standing("2110") == (1, 0)


def _standing(code: str) -> tuple[int, int]:
    fresh()
    row = db.session.scalars(select(Standing).where(Standing.unit_id == unit(code).id)).one()
    return row.members, row.applied


def test_the_figures_of_both_units_are_right_at_once(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    assert (_standing("211"), _standing("2110")) == ((1, 0), (1, 0))
    merge(leader, first, second)
    assert (_standing("211"), _standing("2110")) == ((1, 0), (0, 0))
    leader.post(f"/members/{second.uid}/merge/undo")
    assert (_standing("211"), _standing("2110")) == ((1, 0), (1, 0))


def test_the_other_address_leads_to_the_one_that_stays(
    lifted: Flask, leader: Someone, worker: Someone
) -> None:
    first, second = two()
    merge(leader, first, second)
    assert leader.get(f"/members/{second.uid}", 303).location == f"/members/{first.uid}"
    found = worker.post("/members/search", {"q": "李强"}, 200)
    assert found.total == 1
    form = {"outcome": "met", "findings": "fine"}
    leader.post(f"/visits/new?person={second.uid}", form)
    fresh()
    assert db.session.scalars(select(Visit)).one().person_id == first.id


def test_the_other_address_says_so_where_the_one_that_stays_is_out_of_sight(
    lifted: Flask, leader: Someone
) -> None:
    first, second = two()
    merge(leader, first, second)
    with write():
        first.unit = unit("212")
    assert "这份档案并入了另一份" in leader.get(f"/members/{second.uid}", 410)


def test_others_wait_no_longer_for_a_merge_of_long_stories_than_of_short_ones(
    lifted: Flask, supervisor: Someone
) -> None:
    first, second = two()
    short = _asked_by_merge(lifted, first, second)
    third, fourth = member("王玲", phone="13909160001"), member("王玲", "2110", phone="13909160002")
    with write():
        for nth in range(20):
            Visit.log(fourth, as_viewer("neighbor"), "met", at=clock.now() - timedelta(days=nth))
    assert _asked_by_merge(lifted, third, fourth) <= short + 2 <= 40


def _asked_by_merge(site: Flask, kept: Person, other: Person) -> int:
    with asked(site) as heard, write():
        Merge.of(kept, other, set(), as_viewer("supervisor"))
    return len(heard)


def test_the_form_sent_twice_merges_once(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    sent = _versions(first, second) | {"client_key": "once"}
    one = leader.post(_url(first, second), sent)
    again = leader.post(_url(first, second), sent)
    assert one.location == again.location
    fresh()
    assert len(db.session.scalars(select(Merge)).all()) == 1
    leader.post(_url(first, second), _versions(first, second), 409)


def test_who_saw_an_older_version_looks_again_and_keeps_the_choices(lifted: Flask, leader: Someone) -> None:
    first, second = two(address="天汉大道 1 号")
    seen = _versions(first, second) | {"from_address": "kept", "from_phone": "other"}
    with write():
        second.address = "东大街 2 号"
    page = leader.post(_url(first, second), seen, 409)
    assert "有人改过其中一份" in page and "东大街 2 号" in page
    assert 'name="from_address" value="kept" checked' in page.html
    assert 'name="from_phone" value="other" checked' in page.html


def test_a_number_that_moves_can_be_read_and_given_back(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    with write():
        second.set_id_number("resident_id", number())
    merge(leader, first, second, from_number="other")
    assert (first.id_number, first.id_index) == (number(), id_index("resident_id", number()))
    form = {
        "row_version": str(first.version),
        "name": "李强",
        "id_kind": "resident_id",
        "id_number": number(),
    }
    leader.post(f"/members/{first.uid}/edit", form)  # nobody else has it
    leader.post(f"/members/{second.uid}/merge/undo")
    fresh()
    assert (first.id_number, second.id_number) == (None, number())


def test_two_visits_due_for_one_reason_become_one(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    merge(leader, first, second)
    due = db.session.scalars(select(DueVisit).where(DueVisit.state == "open")).all()
    assert [(it.trigger, it.unit.code) for it in due] == [("new_member", "211")]
    assert first.visit_due_at == due[0].due_at and second.visit_due_at is None


@pytest.mark.parametrize("taken", ["kept", "other"])
def test_one_card_goes_on_and_the_other_holds_no_longer(
    lifted: Flask, leader: Someone, nobody: Someone, taken: str
) -> None:
    first, second = two()
    with write():
        first.give_card(), second.give_card()
    cards = [(it.card_no, it.card_token) for it in (first, second)]
    goes_on, ends = cards if taken == "kept" else cards[::-1]
    merge(leader, first, second, from_card_no=taken)
    assert ((first.card_no, first.card_token), second.card_no) == (goes_on, None)
    assert "有效" in nobody.get(f"/card/{goes_on[1]}") and "无效" in nobody.get(f"/card/{ends[1]}")
    leader.post(f"/members/{second.uid}/merge/undo")
    fresh()
    assert [(it.card_no, it.card_token) for it in (first, second)] == cards


def test_a_file_whose_transfer_waits_is_not_merged_before_the_answer(
    lifted: Flask, leader: Someone, leader2: Someone
) -> None:
    first, second = two()
    with write():
        for person in (first, second):
            Transfer.release(person, unit("210"), as_viewer("leader"), "1", None)
    page = leader.get(_url(first, second))
    assert "有一份正在办转会" in page and "合并成一份" not in page
    assert "有一份正在办转会" in leader.post(_url(first, second), _versions(first, second), 409)
    for waits in db.session.scalars(select(Transfer)).all():
        leader.post(f"/members/transfers/{waits.uid}/withdraw")
    merge(leader, first, second)
    assert second.status == "merged"


def test_who_took_the_consent_back_has_taken_it_back_in_the_one_file(lifted: Flask, leader: Someone) -> None:
    first, second = two(share_birthday=True)
    leader.post(f"/members/{second.uid}/withdrawal")
    merge(leader, first, second, from_share_birthday="other")
    assert first.withdrawn_at and not first.share_birthday and first.visit_due_at is None
    assert "资料只保存，不再使用" in leader.get(f"/members/{first.uid}")
    leader.post(f"/members/{second.uid}/merge/undo")
    fresh()
    assert (bool(first.withdrawn_at), bool(second.withdrawn_at)) == (False, True)
    assert first.visit_due_at is not None


def test_who_agreed_again_in_the_other_file_has_agreed(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    leader.post(f"/members/{first.uid}/withdrawal")
    with clock.at(clock.now() + timedelta(hours=1)):
        fresh()
        with write():
            second.consent_to("grid_visit")
    merge(leader, first, second)
    assert first.withdrawn_at is None


def test_an_employer_is_that_of_the_ledger_where_the_file_stands(lifted: Flask, supervisor: Someone) -> None:
    with write():
        firms = [Employer(unit=unit(code), name="快到家") for code in ("21", "210")]
        db.session.add_all(firms)
    first, second = two(cell="212", employer_name="快到家")
    assert second.employer_id == firms[1].id
    merge(supervisor, first, second, from_employer="other")
    assert (first.employer_name, first.employer_id) == ("快到家", firms[0].id)


# ── sealed complaints ──


def _sealed(person: Person, named: bool = False) -> Complaint:
    """A sealed case that names somebody, as one may that was linked before it was sealed. Without `named` the
    leader is none of its readers."""
    with write():
        case = Complaint.take(
            unit("2110"), as_viewer("district"), "李强", PHONE, category="harassment", channel="phone"
        )
        case.person = person
    with write():
        for reader in db.session.scalars(select(Reader)).all():
            if not named:
                db.session.delete(reader)
    return case


def test_a_sealed_case_goes_along_and_nobody_can_tell(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    plain = leader.get(_url(first, second)).text
    case = _sealed(second)
    version = case.version
    assert leader.get(_url(first, second)).text == plain
    merge(leader, first, second)
    assert (case.person_id, case.version, case.sealed) == (first.id, version, True)
    line = db.session.scalars(select(Trail).where(Trail.action == "merge people")).one()
    assert "complaint" not in line.detail["moved"]
    told = select(Trail.id).where(Trail.record_uid == case.uid, Trail.action == "change")
    assert db.session.scalars(told).all() == []
    leader.post(f"/members/{second.uid}/merge/undo")
    fresh()
    assert case.person_id == second.id


def test_not_even_to_its_reader_does_a_merge_tell_of_a_sealed_case(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    case = _sealed(second, named=True)
    assert "<dt>诉求</dt>" not in leader.get(_url(first, second)).html
    merge(leader, first, second)
    assert case.person_id == first.id
    line = db.session.scalars(select(Trail).where(Trail.action == "merge people")).one()
    assert "complaint" not in line.detail["moved"]


def test_two_leaders_at_once_make_one_file_not_a_ring(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    first, second = two()
    merge(leader, first, second)
    fresh()
    with pytest.raises(NotMerged), write():
        Merge.of(second, first, set(), as_viewer("supervisor"))


# ── and back ──


def test_within_thirty_days_everything_goes_back(lifted: Flask, leader: Someone) -> None:
    first, second = two(address="天汉大道 1 号")
    merge(leader, first, second, from_address="other")
    with clock.at(clock.now() + timedelta(days=29)):
        late = Someone(leader.site, "leader")
        assert "撤销合并" in late.get(f"/members/{second.uid}/merge")
        with write():
            visit = Visit.log(first, as_viewer("leader"), "met")
        late.post(f"/members/{second.uid}/merge/undo")
        fresh()
        assert (first.address, second.status, visit.person_id) == (None, "active", first.id)
        late.post(f"/members/{second.uid}/merge/undo", status=409)


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (lambda it: it._turn("resigned", "6", clock.today()), "他后来已经转出或退会，不能撤销合并。"),
        (lambda it: it._turn("retained", "3", clock.today()), "他的会籍后来变过，不能撤销合并。"),
        (lambda it: setattr(it, "unit", unit("212")), "档案后来转到了别的社区，不能撤销合并。"),
    ],
)
def test_undoing_is_refused_in_a_sentence(lifted: Flask, leader: Someone, later: Any, words: str) -> None:
    first, second = two()
    merge(leader, first, second)
    with write():
        later(first)
    assert words in leader.post(f"/members/{second.uid}/merge/undo", status=409)


def test_undoing_is_refused_after_the_days(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    merge(leader, first, second)
    with clock.at(clock.now() + timedelta(days=30)):
        late = Someone(leader.site, "leader")
        assert "合并已经过了 30 天，不能撤销了。" in late.get(f"/members/{second.uid}/merge")
        assert "已经过了 30 天" in late.post(f"/members/{second.uid}/merge/undo", status=409)


def test_merges_are_undone_last_first(lifted: Flask, leader: Someone) -> None:
    first, second = two()
    third = member("李强", phone="13991670827")
    merge(leader, first, second)
    merge(leader, third, first)
    assert leader.get(f"/members/{second.uid}", 303).location == f"/members/{third.uid}"
    assert "先撤销那一次" in leader.post(f"/members/{second.uid}/merge/undo", status=409)
    leader.post(f"/members/{first.uid}/merge/undo")
    leader.post(f"/members/{second.uid}/merge/undo")
    fresh()
    assert {it.status for it in (first, second, third)} == {"active"}


def test_the_trail_tells_of_it(lifted: Flask, leader: Someone, auditor: Someone) -> None:
    first, second = two()
    merge(leader, first, second)
    leader.post(f"/members/{second.uid}/merge/undo")
    page = auditor.get("/trail")
    assert "合并档案" in page and "撤销合并" in page and "同意书 1" in page


# ── asked at entry ──


def test_the_form_does_not_ask_about_a_file_that_was_merged(
    lifted: Flask, leader: Someone, worker: Someone
) -> None:
    first, second = two("张伟", phone="13909160000")
    merge(leader, first, second)
    form = {"unit": unit("211").uid.hex} | NEW | {"name": "张伟", "phone": "13909160000"}
    worker.post("/members/new", form)


def test_every_record_that_names_a_person_goes_along() -> None:
    """A table that names people says what becomes of its rows in a merge."""
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if isinstance(table, Table) and key.column.table.name == "person"
    }
    carried = {it.kind.__tablename__ for it in CARRIED} | {Membership.__tablename__}
    assert naming - carried == {"person", "person_merge"}
