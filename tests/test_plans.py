"""Who must be visited: events wherever they are written down, rhythms that plan by themselves, and how it stands."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from gridunion import clock, settings
from gridunion.accounts.models import Account, Posting
from gridunion.complaints.models import Complaint
from gridunion.db import db, trusted, write
from gridunion.employers.models import Employer
from gridunion.jobs import tick
from gridunion.members.models import Person
from gridunion.settings import Setting
from gridunion.status.figures import moment
from gridunion.status.records import count as figure
from gridunion.tree import everywhere
from gridunion.visits.due import DueVisit, open_visits
from gridunion.visits.models import Visit
from gridunion.visits.planning import _store, plan, plan_all
from gridunion.visits.rhythms import Place, next_in
from tests.conftest import NOON, Someone, as_viewer, member, unit
from tests.test_importing import LI, WANG, people, sent, sheet, work
from tests.test_queries import asked

TODAY = date(2026, 11, 19)


def firm(name: str = "汉宁轩", cell: str | None = "211", seen: int = 0, **known: Any) -> Employer:
    """An employer of 明珠社区 in one of its cells, last seen so many days ago. Inside `lifted`; commits."""
    with write():
        made = Employer(unit=unit("21"), name=name, cell=unit(cell) if cell else None, **known)
        made.seen_at = clock.now() - timedelta(days=seen)
        db.session.add(made)
    return made


def seen(days: int, name: str = "王秀兰", cell: str = "211", **known: Any) -> Person:
    """A member seen so many days ago, for whom nothing is planned. Inside `lifted`; commits."""
    with clock.at(NOON - timedelta(days=days)):
        person = member(name, cell, **known)
        with write():
            for due in open_visits(person):
                due.done(clock.now())
            person.seen_at = clock.now()
    return person


def put(key: str, value: Any, code: str | None = None) -> None:
    """A setting, everywhere or in a unit. Inside `lifted`; commits."""
    with write():
        if code is None:
            db.session.execute(update(Setting).where(Setting.key == key).values(value=value))
        else:
            db.session.add(Setting(key=key, value=value, unit_id=unit(code).id, label_zh="", label_en=""))
    settings.forget()


def waiting(*conditions: Any) -> list[DueVisit]:
    """The visits open now, as stored. Inside `lifted`."""
    db.session.rollback()
    db.session.expire_all()
    found = select(DueVisit).where(DueVisit.state == "open", *conditions)
    return list(db.session.scalars(found.order_by(DueVisit.due_at, DueVisit.id)))


def reasons() -> list[str]:
    return [due.trigger for due in waiting()]


# ── must-visits: the list of a region ──


def test_accident_and_bereavement_run_by_the_wall_clock_and_others_end_with_the_office(lifted: Flask) -> None:
    person = member()
    with write():
        accident = DueVisit.plan(person, "accident", TODAY)
        ill = DueVisit.plan(person, "hospital", TODAY)
    assert clock.local(accident.due_at).strftime("%m-%d %H:%M") == "11-21 12:00"
    assert clock.local(ill.due_at).strftime("%m-%d %H:%M") == "11-23 17:30", "Sunday's end is Monday's"


def test_the_hours_of_a_past_day_begin_when_it_was_over(lifted: Flask) -> None:
    person = member()
    with write():
        due = DueVisit.plan(person, "bereavement", TODAY - timedelta(days=1))
    assert due.due_at == clock.midnight(TODAY) + timedelta(hours=48)


def test_a_region_says_what_must_be_and_by_when_from_a_day_on(lifted: Flask, admin: Someone) -> None:
    page = admin.get("/settings/lists/visit_trigger")
    assert "48 小时内走访" in page and page.total == 18
    rule = {"within": "24", "by": "hours", "must": "y", "from_on": "2026-11-20", "unit": "2"}
    page = admin.get(admin.post("/settings/triggers/childbirth", rule).location)
    assert "11月20日 起 24 小时内走访，必访" in page and "汉中路街道工会联合会" in page
    here, elsewhere = member(), member("何永康", "221", "13609162088")
    with write():
        before = DueVisit.plan(here, "childbirth", TODAY)
    assert not before.must
    with clock.at(NOON + timedelta(days=1)), write():
        before.cancel()
        ours, theirs = (DueVisit.plan(who, "childbirth", clock.today()) for who in (here, elsewhere))
    assert (ours.must, theirs.must) == (True, False)
    assert ours.due_at < NOON + timedelta(days=2, minutes=1) < theirs.due_at


def test_a_coming_rule_is_taken_back_and_nonsense_is_refused(lifted: Flask, admin: Someone) -> None:
    rule = {"within": "5", "by": "days", "from_on": "2026-12-01"}
    admin.post("/settings/triggers/hospital", rule)
    assert "12月1日 起 5 天内走访" in admin.get("/settings/lists/visit_trigger")
    admin.post("/settings/triggers/hospital/cancel", {"from_on": "2026-12-01", "unit": ""})
    assert "12月1日" not in admin.get("/settings/lists/visit_trigger")
    assert "请填 1 到 90" in admin.post("/settings/triggers/hospital", rule | {"within": "91"}, 422)
    assert "已经过去的日子不能改" in admin.post(
        "/settings/triggers/hospital", rule | {"from_on": "2026-11-01"}, 422
    )
    admin.post("/settings/triggers/gossip", rule, 404)


def test_an_ended_trigger_ends_also_where_a_unit_had_its_own_rule(lifted: Flask, admin: Someone) -> None:
    rule = {"within": "5", "by": "days", "from_on": "2026-11-19", "unit": "21"}
    admin.post("/settings/triggers/festival", rule)
    admin.post("/settings/lists/visit_trigger/festival/end")
    tomorrow, path = TODAY + timedelta(days=1), unit("211").path
    assert "festival" not in {it.code for it in settings.codes("visit_trigger", path, tomorrow)}


def test_a_change_of_the_list_moves_no_figure_of_the_past(lifted: Flask, admin: Someone) -> None:
    with clock.at(NOON - timedelta(days=9)):
        person = member()
        with write():
            DueVisit.plan(person, "hospital", clock.today())
    before = figure(unit("21"), "visits_due")
    admin.post("/settings/triggers/hospital", {"within": "3", "by": "days", "from_on": "2026-11-19"})
    assert (before, figure(unit("21"), "visits_due")) == (1, 1)
    assert "must" not in moment()


# ── events, wherever they are written down ──


def complaint(person: Person, category: str, channel: str = "phone") -> None:
    with write():
        Complaint.take(person.unit, as_viewer("leader"), person.name, None, person=person, category=category,
                       kind=None, channel=channel, text="两个月工资没发")  # fmt: skip


def test_a_complaint_makes_a_visit_due_for_who_complains(lifted: Flask, worker: Someone) -> None:
    person = seen(9)
    complaint(person, "wages")
    complaint(person, "wages")
    complaint(person, "work_injury")
    complaint(person, "contract")
    assert sorted(reasons()) == ["accident", "wage_dispute"], "one for each reason, none for a contract"
    assert "欠薪必访" in worker.get("/today")


def test_a_sealed_complaint_and_one_taken_down_on_a_visit_ask_for_none(lifted: Flask) -> None:
    with write():
        db.session.execute(
            update(settings.Code)
            .where(settings.Code.code == "harassment")
            .values(tags={"sealed": True, "visit": "low_mood"})
        )
    settings.forget()
    person = seen(9)
    complaint(person, "harassment")
    complaint(person, "wages", "visit")
    assert reasons() == []


def test_who_is_found_in_hardship_is_visited_for_it_once(lifted: Flask) -> None:
    person = seen(9)
    with write():
        person.note_hardship("relative", None)
        person.note_hardship("deep", None)
    assert reasons() == ["hardship"]


def test_it_is_gone_from_today_when_it_is_logged(lifted: Flask, worker: Someone) -> None:
    person = seen(400)
    plan_all()
    day = worker.get("/today")
    assert "好久没见" in day and "400 天没见" in day
    worker.post(f"/visits/new?person={person.uid}", {"outcome": "met"})
    assert "王秀兰" not in worker.get("/today").html.split("今天办完的")[0]
    assert waiting() == [], "meeting somebody settles what a rhythm asked, whatever the visit was for"


# ── employers ──


def test_a_due_visit_is_for_a_person_or_an_employer_and_never_for_both_or_none(lifted: Flask) -> None:
    person, employer = member(), firm()
    rows = ({}, {"person_id": person.id, "employer_id": employer.id})
    for named in rows:
        values = {"uid": person.uid, "unit_id": person.unit_id, "trigger": "hospital", "must": False,
                  "event_on": TODAY, "due_at": NOON, "state": "open", "version": 1, "recorded_at": NOON}  # fmt: skip
        with pytest.raises(Exception, match=r"(?i)check"), write():
            trusted(insert(DueVisit.__table__), values | named)  # type: ignore[arg-type]


def test_a_worker_sees_the_workplaces_of_the_cell_and_no_others(
    lifted: Flask, worker: Someone, neighbor: Someone, stranger: Someone, leader: Someone
) -> None:
    here, nowhere = firm(seen=100, headcount=34), firm("福来超市", None, seen=100)
    plan_all()
    day = worker.get("/today")
    assert "汉宁轩" in day and "34 人" in day and "福来超市" not in day
    shown = worker.get(f"/employers/{here.uid}")
    assert "明珠社区第1网格" in shown and "修改" not in shown and "显示号码" not in shown
    for somebody in (worker, neighbor, stranger):
        somebody.get(f"/employers/{nowhere.uid}", 404)
        somebody.get("/employers/", 403)
        somebody.get(f"/employers/{here.uid}/edit", 403)
    for somebody in (neighbor, stranger):
        somebody.get(f"/employers/{here.uid}", 404)
        assert "汉宁轩" not in somebody.get("/today")
    assert {due.unit.code for due in waiting()} == {"211", "21"}
    assert "福来超市" in leader.get("/visits/plan/21/records?show=coming&own=1")


def test_the_visit_goes_where_the_employer_lies_and_ends_with_it(lifted: Flask, leader: Someone) -> None:
    employer = firm(seen=100)
    plan_all()
    form = {"name": "汉宁轩", "unit": unit("21").uid.hex, "cell": unit("2110").uid.hex, "union_state": "organized",
            "state": "active", "row_version": employer.version}  # fmt: skip
    leader.post(f"/employers/{employer.uid}/edit", form)
    (due,) = waiting()
    assert due.unit.code == "2110"
    db.session.refresh(employer)
    leader.post(
        f"/employers/{employer.uid}/edit", form | {"state": "closed", "row_version": employer.version}
    )
    assert waiting() == []


def test_a_cell_of_another_community_is_refused(lifted: Flask, leader: Someone) -> None:
    form = {"name": "福来超市", "unit": unit("21").uid.hex, "cell": unit("212").uid.hex, "union_state": "organized",
            "state": "active"}  # fmt: skip
    assert "请从列出的里面选一个" in leader.post("/employers/new", form, 422)


# ── rhythms ──


def test_the_rhythms_ask_for_those_whose_time_has_come(lifted: Flask) -> None:
    poor = seen(31, "刘桂芳", phone="13609162001")
    with write():
        poor.hardship_class = "relative"
    seen(30 - 8, "陈国栋", phone="13609162002")
    seen(200, "马小军", phone="13609162003", key_group="courier")
    seen(200, "何永康", phone="13609162004")
    seen(400, "李春生", phone="13609162005")
    firm(seen=91)
    firm("福来超市", seen=60)
    assert plan_all() == 4
    found = {due.whom.name: (due.trigger, clock.local(due.due_at).date()) for due in waiting() if due.whom}
    week = date(2026, 11, 26)
    assert found == {
        "刘桂芳": ("hardship_round", week), "马小军": ("group_round", week), "李春生": ("long_unseen", week),
        "汉宁轩": ("employer_round", week),
    }  # fmt: skip
    assert plan_all() == 0, "once more does no harm"
    assert figure(unit("21"), "visits_open") == len(waiting())
    assert poor.visit_due_at == next(due.due_at for due in waiting() if due.person_id == poor.id)


def test_a_visit_is_planned_a_week_before_its_time_is_over(lifted: Flask) -> None:
    poor = seen(23)
    with write():
        poor.hardship_class = "relative"
    plan_all()
    (due,) = waiting()
    assert clock.local(due.due_at).date() == TODAY + timedelta(days=7)


def test_two_who_plan_at_once_plan_once(lifted: Flask) -> None:
    seen(400)
    it = unit("211")
    here = Place(it.id, it.path, it.is_cell)
    with write():
        first, second = next_in(here, 10), next_in(here, 10)
        assert (_store(here, first), _store(here, second)) == (1, 0)


def test_who_is_to_be_seen_anyway_is_not_asked_for_twice(lifted: Flask) -> None:
    person = seen(400)
    with write():
        DueVisit.plan(person, "hospital", TODAY, as_viewer("worker"))
    assert plan_all() == 0


def test_no_cell_is_flooded_and_the_longest_unseen_come_first(lifted: Flask) -> None:
    put("visit.rhythm.most", 3)
    for days in range(395, 401):
        seen(days, f"王秀{'一二三四五六'[days - 395]}", phone=f"1360916{days:04d}")
    assert plan_all() == 3
    assert sorted(due.person.name for due in waiting() if due.person) == sorted(
        ["王秀四", "王秀五", "王秀六"]
    )
    with write():
        for due in waiting():
            due.done(clock.now())
    assert plan_all() == 0, "a week's worth, however quickly it is done"
    with clock.at(NOON + timedelta(days=8)):
        assert plan_all() == 3


def test_a_unit_has_its_own_rhythm_and_nought_means_none(lifted: Flask) -> None:
    seen(100, "王秀兰", "211", phone="13609162001")
    seen(100, "何永康", "212", phone="13609162002")
    put("visit.every.member", 90, "21")
    plan_all()
    assert [due.unit.code for due in waiting()] == ["211"]
    put("visit.every.member", 0)
    seen(400, "李春生", "221", phone="13609162003")
    assert plan_all() == 0
    assert waiting() == [], "nor does anybody wait for what was planned before"


def test_who_stays_in_a_cell_that_closed_is_not_forgotten(lifted: Flask) -> None:
    seen(400)
    with write():
        unit("211").close(TODAY, unit("2110"))
    assert plan_all() == 1


def test_what_nobody_made_is_missed_only_when_the_next_takes_its_place(lifted: Flask) -> None:
    poor, well = seen(40, "刘桂芳", phone="13609162001"), seen(40, "何永康", phone="13609162002")
    with write():
        poor.hardship_class = well.hardship_class = "relative"
    plan_all()
    first = {due.person_id: due.id for due in waiting()}
    with clock.at(NOON + timedelta(days=29)):
        assert plan_all() == 0
        assert all(due.overdue for due in waiting()), "late, and still to be made"
    with write():
        db.session.get_one(Person, well.id).hardship_class = None
    with clock.at(NOON + timedelta(days=29)):
        assert plan_all() == 0
        assert [due.person_id for due in waiting()] == [poor.id], "whom it no longer fits is left alone"
        assert db.session.get_one(Person, well.id).visit_due_at is None
    with clock.at(NOON + timedelta(days=30)):
        assert plan_all() == 1
        (due,) = waiting()
        assert (due.person_id, due.trigger) == (poor.id, "hardship_round") and due.id != first[poor.id]
    states = {it.id: (it.state, it.words) for it in db.session.scalars(select(DueVisit))}
    assert states[first[poor.id]] == ("missed", "没走成，排了下一次")
    assert states[first[well.id]] == ("cancelled", "取消了")


def test_it_is_planned_every_night_and_from_the_command_line(site: Flask) -> None:
    with site.app_context(), everywhere():
        seen(400)
    runner = site.test_cli_runner()
    assert "排了 1 次走访" in runner.invoke(args=["visits", "plan"]).output
    assert "排了 0 次走访" in runner.invoke(args=["visits", "plan"]).output
    with site.app_context(), everywhere():
        seen(400, "何永康", "2110", phone="13609162001")
        tick()
        assert len(waiting()) == 2
        seen(400, "李春生", "2110", phone="13609162002")
        tick()
        assert len(waiting()) == 2, "not before midnight"
        with clock.at(clock.midnight(TODAY + timedelta(days=1))):
            tick()
        assert len(waiting()) == 3


def imported(name: str, joined: date, phone: str) -> Person:
    """Somebody whom an import made a member, without anybody's word. Inside `lifted`; commits."""
    person = seen(0, name, phone=phone)
    with write():
        db.session.execute(DueVisit.__table__.delete().where(DueVisit.person_id == person.id))  # type: ignore[attr-defined]
        person.visit_due_at = None
        for span in person.memberships:
            span.from_on = joined
    return person


def test_of_an_imported_register_only_the_new_members_are_welcomed(lifted: Flask) -> None:
    put("visit.rhythm.most", 2)
    for n in range(4):
        imported(f"王秀{'一二三四'[n]}", TODAY - timedelta(days=n), f"1360916200{n}")
    imported("何永康", date(2019, 5, 1), "13609162009")
    assert plan_all() == 2
    assert {due.trigger for due in waiting()} == {"new_member"}
    assert [due.person.name for due in waiting() if due.person] == ["王秀四", "王秀三"], "the earliest first"
    assert plan_all() == 0


def test_who_did_not_want_to_be_seen_is_not_planned_again_before_the_agreed_day(lifted: Flask) -> None:
    """Not by a rhythm, not as a new member, not when the next try was struck off; nor is an employer."""
    old, shop = seen(400, "何永康", phone="13609162002"), firm(seen=400)
    plan_all()
    new = imported("王秀一", TODAY, "13609162001")
    with write():
        for whom in (old, new, shop):
            Visit.log(whom, as_viewer("worker"), "refused")
    assert reasons() == ["follow_up"] * 3, "what the night had planned waits no longer"
    with write():
        for due in waiting():
            due.void()
    for days, planned in ((0, 0), (29, 0), (30, 2)):
        with clock.at(NOON + timedelta(days=days)):
            assert plan_all() == planned
    assert reasons() == ["employer_round", "long_unseen"]


def test_an_import_is_taken_back_with_what_was_planned_for_its_people(lifted: Flask, leader: Someone) -> None:
    lately = sheet(LI.replace("2020-05-01", "2026-11-18"), WANG.replace("2013-11-09", "2026-11-17"))
    url = sent(leader, lately)
    leader.post(f"{url}/storing")
    assert plan_all() == 2
    with write():
        known = db.session.scalars(select(DueVisit).join(Person).where(Person.name == "王建国")).one()
        known.done(clock.now())
    leader.post(f"{url}/undo")
    work()
    assert set(people()) == {"王建国"}, "somebody went to see him"
    assert waiting() == [] and figure(unit("21"), "visits_open") == 0
    assert db.session.scalar(select(func.count()).select_from(Person.__table__)) == 1


def test_planning_asks_no_more_of_a_cell_when_it_has_more_people(lifted: Flask) -> None:
    def asked_for(cell: str) -> int:
        it = unit(cell)
        here = Place(it.id, it.path, it.is_cell)
        with asked(lifted) as heard:
            plan(here)
        return len([one for one in heard if one.startswith("SELECT")])

    seen(10, "王秀兰", "211", phone="13609162001")
    few = asked_for("211")
    for n in range(12):
        seen(20 + n, f"何永{'一二三四五六七八九十百千'[n]}", "2110", phone=f"136091621{n:02d}")
    assert asked_for("2110") == few


# ── the view of leader and street ──


def town() -> None:
    """Visits of every kind in two communities. Inside `lifted`; commits."""
    ill, late = seen(9, phone="13609162001"), seen(20, "何永康", "2110", phone="13609162002")
    away = seen(9, "李春生", "212", phone="13609162003")
    firm("福来超市", None, seen=100)
    with write():
        for person in (ill, away):
            DueVisit.plan(person, "hospital", TODAY, as_viewer("worker"))
        DueVisit.plan(late, "hospital", TODAY - timedelta(days=9), as_viewer("worker"))
        made = DueVisit.plan(late, "celebration", TODAY, as_viewer("worker"))
        made.done(clock.now())
    plan_all()


@pytest.mark.parametrize(("login", "code"), [("leader", "21"), ("supervisor", "2"), ("district", "1")])
def test_every_number_of_the_plan_opens_exactly_its_visits(site: Flask, login: str, code: str) -> None:
    with site.app_context(), everywhere():
        town()
    somebody = Someone(site, login)
    assert somebody.get("/visits/plan", 303).location == f"/visits/plan/{code}"
    page = somebody.get(f"/visits/plan/{code}")
    found = re.findall(r'href="(/visits/plan/\w+/records[^"]*)">(?:<span.*?<b[^>]*>)?(\d+)<', page.html)
    assert sum(int(number) for _url, number in found) > 8
    for url, number in found:
        assert somebody.get(url.replace("&amp;", "&")).total == int(number), url


def test_the_plan_counts_by_cell_by_reason_and_by_day(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    town()
    page = leader.get("/visits/plan/21")
    text = page.text
    assert "明珠社区第1网格 1 0 1" in text and "明珠社区第2网格 0 1 2" in text
    assert "没填网格的单位 1 0 0" in text and "合计 2 1 3" in text
    assert "住院必访 1 1 0" in text and "单位走访 1 0 0" in text
    assert "太白社区工会 1 0" in supervisor.get("/visits/plan/2")
    monday = leader.get("/visits/plan/21/records?day=2026-11-23")
    assert monday.total == 1 and "王秀兰" in monday and "何永康" not in monday


def test_a_neighboring_union_has_no_plan_here(site: Flask, leader2: Someone, worker: Someone) -> None:
    leader2.get("/visits/plan/21", 404)
    leader2.get("/visits/plan/21/records", 404)
    leader2.get("/visits/plan/211/unseen", 404)
    worker.get("/visits/plan", 403)


def test_the_longest_unseen_come_first_page_by_page(
    lifted: Flask, leader: Someone, supervisor: Someone, district: Someone
) -> None:
    for n in range(25):
        seen(200 + n, f"王秀兰{n}", "211" if n % 2 else "2110", phone=f"136091620{n:02d}")
    page = leader.get("/visits/plan/21/unseen")
    assert page.total == 25
    names = re.findall(r"王秀兰(\d+)<", page.html)
    assert names == [str(n) for n in range(24, 4, -1)]
    more = re.search(r'href="([^"]*after=[^"]*)"', page.html)
    assert more
    rest = re.findall(r"王秀兰(\d+)<", leader.get(more[1].replace("&amp;", "&")).html)
    assert rest == [str(n) for n in range(4, -1, -1)]
    assert leader.get("/visits/plan/21/unseen?days=365").total == 0
    person = seen(300, "何永康", "221", phone="13609162088")
    assert supervisor.get("/visits/plan/2/unseen").total == 25
    assert "半年以上没见的会员 25" in supervisor.get("/visits/plan/2")
    supervisor.get("/visits/plan/20/unseen", 404)
    assert person.name in district.get("/visits/plan/20/unseen")
    assert "点开一个街道看" in district.get("/visits/plan/1")
    district.get("/visits/plan/1/unseen", 404)


def test_a_list_behind_a_number_goes_on_where_its_page_ended(lifted: Flask, leader: Someone) -> None:
    for n in range(23):
        person = seen(9, f"王秀兰{n}", "211" if n % 2 else "2110", phone=f"136091620{n:02d}")
        with write():
            DueVisit.plan(person, "hospital", TODAY, as_viewer("worker"))
    page = leader.get("/visits/plan/21/records?show=coming&reason=hospital")
    more = re.search(r'href="([^"]*after=[^"]*)"', page.html)
    assert page.total == 23 and more
    rest = leader.get(more[1].replace("&amp;", "&"))
    first, second = (set(re.findall(r"王秀兰(\d+)<", it.html)) for it in (page, rest))
    assert (len(first), len(second), first & second) == (20, 3, set())


def test_the_leader_is_told_of_what_is_late(lifted: Flask, leader: Someone) -> None:
    town()
    told = re.search(r'href="([^"]*)">1 次走访超期', leader.get("/inbox").html)
    assert told and leader.get(told[1]).total == 1


def test_who_leads_two_communities_is_told_of_the_second_too(lifted: Flask) -> None:
    town()
    with write():
        account = db.session.scalars(select(Account).where(Account.login == "leader2")).one()
        Posting.give(account, "leader", unit("21"), TODAY)
    told = re.search(r'href="([^"]*)">1 次走访超期', Someone(lifted, "leader2").get("/inbox").html)
    assert told and "/plan/21/" in told[1]


def test_a_visit_to_an_employer_stands_in_the_figures_and_their_records(
    lifted: Flask, supervisor: Someone
) -> None:
    with clock.at(NOON - timedelta(days=9)):
        employer = firm()
        with write():
            due = DueVisit.plan(employer, "wage_dispute", clock.today(), as_viewer("leader"))
            due.done(clock.now())
    assert due.must and employer.visit_due_at is None
    assert "汉宁轩" in supervisor.get("/status/2/visits_due")
