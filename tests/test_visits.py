"""What people do with visits: whom to see, what came of it, and taking it back."""

import io
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from gridunion import clock, settings
from gridunion.db import db, write
from gridunion.files import Attachment
from gridunion.members.models import Person
from gridunion.settings import Setting
from gridunion.tree import everywhere
from gridunion.visits.due import DueVisit, open_visits
from gridunion.visits.models import Visit
from tests import histories
from tests.conftest import NOON, Someone, as_viewer, member, unit

TODAY = date(2026, 11, 19)
T = TypeVar("T")


def ill(person: Person, on: date = TODAY, trigger: str = "hospital") -> DueVisit:
    """Somebody lies in hospital. Inside `lifted`; commits."""
    with write():
        return DueVisit.plan(person, trigger, on, as_viewer("worker"), "市二院 8 楼")


def settled(person: Person) -> None:
    """Nothing waits for somebody any more, not even the visit to a new member. Inside `lifted`; commits."""
    with write():
        for due in open_visits(person):
            due.cancel()


def form_of(person: Person, due: DueVisit | None = None) -> str:
    return f"/visits/new?person={person.uid}" + (f"&due={due.uid}" if due else "")


def picture(side: int = 40) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(out, "PNG")
    out.seek(0)
    return out


def stored(model: type[T], *conditions: Any) -> list[T]:
    """What the base holds now, whatever this test read before."""
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(model).where(*conditions)))


def only(model: type[T], *conditions: Any) -> T:
    (row,) = stored(model, *conditions)
    return row


def count(model: Any, *conditions: Any) -> int:
    return len(stored(model, *conditions))


def known(person: Person) -> Person:
    """The person as stored now."""
    return only(Person, Person.id == person.id)


def test_a_due_visit_with_all_well_is_written_down_in_four_taps(lifted: Flask, worker: Someone) -> None:
    person = member()
    due = ill(person)
    assert form_of(person, due).replace("&", "&amp;") in worker.get("/today").html
    form = worker.get(form_of(person, due))
    assert "住院必访" in form and "记走访：王秀兰" in form
    saved = worker.post(form_of(person, due), {"due": due.uid, "outcome": "met", "findings": "fine"})
    assert saved.location.startswith("/today?r=")
    day = worker.get(saved.location)
    assert "已记下：王秀兰 住院走访" in day and "撤销" in day
    assert form_of(person, due).replace("&", "&amp;") not in day.html
    visit = only(Visit)
    assert (visit.outcome, visit.findings, visit.unit.code) == ("met", ["fine"], "211")
    assert only(DueVisit, DueVisit.id == due.id).state == "done"


def test_the_same_form_sent_twice_is_one_visit(lifted: Flask, worker: Someone) -> None:
    person = member()
    form = {"outcome": "phone", "client_key": "k1"}
    first = worker.post(form_of(person), form)
    assert worker.post(form_of(person), form).location == first.location
    assert count(Visit) == 1


def test_the_same_photo_sent_twice_is_one_visit_and_another_photo_is_a_conflict(
    lifted: Flask, worker: Someone
) -> None:
    person = member()
    for status, side in ((303, 40), (303, 40), (409, 50)):
        form = {"outcome": "met", "client_key": "k2", "photos": (picture(side), "a.png")}
        worker.post(form_of(person), form, status)
    assert count(Visit) == 1
    assert count(Attachment) == 1


@pytest.mark.once
def test_a_form_without_an_outcome_keeps_what_was_typed(lifted: Flask, worker: Someone) -> None:
    person = member()
    page = worker.post(form_of(person), {"note": "精神好", "findings": "help"}, 422)
    assert "请选见到了没有" in page and "精神好" in page
    assert 'value="help" id="findings-1" checked' in page.html
    assert count(Visit) == 0


@pytest.mark.once
def test_nobody_is_well_behind_a_closed_door(lifted: Flask, worker: Someone) -> None:
    page = worker.post(form_of(member()), {"outcome": "not_home", "findings": "fine"}, 422)
    assert "没见到人，就不要选“一切正常”" in page


@pytest.mark.once
def test_all_well_and_help_needed_do_not_go_together(lifted: Flask, worker: Someone) -> None:
    page = worker.post(form_of(member()), {"outcome": "met", "findings": ["fine", "help"]}, 422)
    assert "选了“一切正常”，就不要再选别的" in page


@pytest.mark.once
def test_a_moment_that_is_none_is_said_and_nothing_is_lost(lifted: Flask, worker: Someone) -> None:
    person = member()
    for typed in ("abc", "2026-11-21T25:00", "9999-99-99T00:00"):
        page = worker.post(form_of(person), {"outcome": "met", "happened": typed, "note": "精神好"}, 422)
        assert "没有这个时间，请写成 2026-11-21 14:30 这样" in page
        assert f'value="{typed}"' in page.html and "精神好" in page
    for typed in ("0001-01-01T00:00", "9999-12-31T23:59"):
        worker.post(form_of(person), {"outcome": "met", "happened": typed}, 422)
    assert count(Visit) == 0


@pytest.mark.once
def test_a_choice_that_is_not_there_is_refused_in_a_sentence_of_the_house(
    lifted: Flask, worker: Someone
) -> None:
    person = member()
    for wrong in ({"outcome": "zz"}, {"outcome": "met", "findings": "zz"}, {"outcome": "met", "due": "zz"}):
        page = worker.post(form_of(person), wrong, 422)
        assert "请从列出的里面选一个" in page and "valid" not in page.text and "有效的选择" not in page


@pytest.mark.once
def test_a_visit_sent_late_for_want_of_a_line_was_made_when_it_was_written_down(
    lifted: Flask, worker: Someone
) -> None:
    for n, (said, at) in enumerate(
        (
            ("2026-11-18T20:00:00.000Z", NOON - timedelta(hours=8)),
            ("2026-11-16T04:01:00Z", NOON - timedelta(hours=72)),
            ("2026-11-16T03:59:00Z", NOON),
            ("2026-11-20T04:00:00Z", NOON),
            ("yesterday", NOON),
        )
    ):
        person = member(phone=f"1360916208{n}")
        worker.post(form_of(person), {"outcome": "met", "happened_at": said})
        visit = only(Visit, Visit.person_id == person.id)
        assert abs(visit.happened_at - at) <= timedelta(minutes=1), said
    assert visit.recorded_at >= NOON


def test_a_visit_is_not_written_down_before_it_happened(lifted: Flask, worker: Someone) -> None:
    person = member()
    page = worker.post(form_of(person), {"outcome": "met", "happened": "2026-11-19T12:30"}, 422)
    assert "时间不能晚于现在" in page
    page = worker.post(form_of(person), {"outcome": "met", "happened": "2026-10-01T09:00"}, 422)
    assert "只能补记 30 天以内的走访" in page
    with write():
        asked = select(Setting).where(Setting.key == "visit.memory.days")
        db.session.scalars(asked).one().value = 20
    settings.forget()
    event = {"trigger": "childbirth", "event_on": "2026-10-25"}
    for address, typed in (
        (form_of(person), {"outcome": "met", "happened": "2026-10-25T09:00"}),
        (form_of(person), {"outcome": "met", **event}),
        (f"/visits/events/new?person={person.uid}", event),
    ):
        assert "20 天以内的" in worker.post(address, typed, 422), "a region says how far back"
    worker.post(form_of(person), {"outcome": "met", "happened": "2026-11-18T09:30"})
    visit = only(Visit)
    assert clock.local(visit.happened_at).strftime("%m-%d %H:%M") == "11-18 09:30"
    assert "11月18日 09:30" in worker.get(f"/visits/{visit.uid}")


@pytest.mark.once
def test_a_visit_written_down_an_hour_later_tells_both_moments(lifted: Flask, worker: Someone) -> None:
    person = member()
    for happened in ("2026-11-17T09:00", "2026-11-19T11:30"):
        worker.post(form_of(person), {"outcome": "met", "again": "y", "happened": happened})
    late, soon = sorted(stored(Visit), key=lambda visit: visit.happened_at)
    assert "11月19日 12:00 补记" in worker.get(f"/visits/{late.uid}")
    assert "补记" not in worker.get(f"/visits/{soon.uid}")


def test_when_nobody_was_home_the_next_try_is_tomorrow(lifted: Flask, worker: Someone) -> None:
    person = member()
    settled(person)
    worker.post(form_of(person), {"outcome": "not_home"})
    again = only(DueVisit, DueVisit.state == "open")
    assert (again.trigger, again.event_on) == ("follow_up", TODAY + timedelta(days=1))
    assert "再去一次" in worker.get("/today")
    worker.post(
        form_of(person, again),
        {"due": again.uid, "outcome": "not_home", "next_on": "2026-11-21", "again": "y"},
    )
    open_again = only(DueVisit, DueVisit.state == "open")
    assert open_again.event_on == date(2026, 11, 21), "going again settles the second try and plans a third"
    worker.post(form_of(person), {"outcome": "family", "again": "y"})
    assert count(DueVisit, DueVisit.state == "open") == 0


def test_a_closed_door_leaves_a_must_visit_due_without_a_second_row(lifted: Flask, worker: Someone) -> None:
    person = member()
    with clock.at(NOON - timedelta(days=3)):
        due = ill(person, TODAY - timedelta(days=3))
    worker.post(form_of(person, due), {"due": due.uid, "outcome": "not_home"})
    day = worker.get("/today")
    assert "住院必访" in day and "没见到" in day and "再去一次" not in day


def test_a_gate_that_was_shut_is_told_like_a_door(lifted: Flask, worker: Someone) -> None:
    firm = histories.firm("211", "兴隆超市", "organized")
    with write():
        DueVisit.plan(firm, "dispute", TODAY)
    assert "没见到" not in worker.get("/today")
    worker.post(f"/visits/new?employer={firm.uid}", {"outcome": "not_home"})
    assert "没见到" in worker.get("/today")


def test_help_that_is_needed_reaches_the_leader(lifted: Flask, worker: Someone, leader: Someone) -> None:
    person = member()
    worker.post(form_of(person), {"outcome": "met", "findings": "help", "note": "住院押金还差 3000 元"})
    asked = only(DueVisit, DueVisit.trigger == "hardship")
    assert asked.note == "住院押金还差 3000 元"
    assert "困难必访" in leader.get(f"/members/{person.uid}")


def test_who_is_flagged_already_is_not_flagged_again(lifted: Flask, worker: Someone) -> None:
    person = member()
    with write():
        person.note_hardship("relative", None)
    worker.post(form_of(person), {"outcome": "met", "findings": "help"})
    assert count(DueVisit, DueVisit.trigger == "hardship") == 1, "the one that came with the flag"


def test_what_was_found_leads_on(lifted: Flask, worker: Someone) -> None:
    person = member()
    saved = worker.post(form_of(person), {"outcome": "met", "findings": "changed"})
    assert saved.location.startswith(f"/members/{person.uid}/edit")


def test_a_visit_is_taken_back_with_all_that_came_of_it(lifted: Flask, worker: Someone) -> None:
    with clock.at(NOON - timedelta(days=5)):
        person = member()
        due = ill(person, TODAY - timedelta(days=2))
    seen = person.seen_at
    worker.post(form_of(person, due), {"due": due.uid, "outcome": "met", "findings": "help"})
    assert known(person).seen_at > seen
    visit = only(Visit)
    undone = worker.post(f"/visits/{visit.uid}/undo")
    assert "已撤销：王秀兰" in worker.get(undone.location)
    assert known(person).seen_at == seen
    assert only(DueVisit, DueVisit.id == due.id).state == "open"
    assert count(DueVisit, DueVisit.trigger == "hardship", DueVisit.state == "voided") == 1
    assert "走访：见到本人" not in worker.get(f"/members/{person.uid}")


@pytest.mark.once
def test_after_ten_minutes_a_visit_stands(lifted: Flask, worker: Someone) -> None:
    worker.post(form_of(member()), {"outcome": "met"})
    visit = only(Visit)
    with clock.at(NOON + timedelta(minutes=11)):
        page = worker.get(worker.post(f"/visits/{visit.uid}/undo").location)
    assert "过了 10 分钟，不能撤销了" in page
    assert count(Visit, Visit.voided_at.is_(None)) == 1


@pytest.mark.once
def test_only_who_wrote_it_takes_it_back(lifted: Flask, worker: Someone, leader: Someone) -> None:
    worker.post(form_of(member()), {"outcome": "met"})
    visit = only(Visit)
    leader.post(f"/visits/{visit.uid}/undo", status=403)


def test_a_photo_is_seen_by_those_who_may_see_the_visit(
    lifted: Flask, worker: Someone, supervisor: Someone, neighbor: Someone
) -> None:
    worker.post(form_of(member()), {"outcome": "met", "photos": (picture(), "a.png")})
    visit, photo = only(Visit), only(Attachment)
    address = f"/visits/{visit.uid}/photos/{photo.uid}"
    assert address in worker.get(f"/visits/{visit.uid}").html
    shown = supervisor.get(address).response
    assert shown.mimetype == "image/jpeg" and "sandbox" in shown.headers["Content-Security-Policy"]
    shown.close()
    neighbor.get(address, 404)
    neighbor.get(f"/visits/{visit.uid}", 404)
    with everywhere(), write():
        other = Visit.log(visit.person, as_viewer("worker"), "met")
    worker.get(f"/visits/{other.uid}/photos/{photo.uid}", 404)


@pytest.mark.once
def test_what_is_no_photo_is_said_so_and_nothing_is_stored(lifted: Flask, worker: Someone) -> None:
    person = member()
    page = worker.post(form_of(person), {"outcome": "met", "photos": (io.BytesIO(b"MZ"), "a.jpg")}, 422)
    assert "不是能打开的照片" in page
    four = [(picture(), f"{n}.png") for n in range(4)]
    assert "最多 3 张照片" in worker.post(form_of(person), {"outcome": "met", "photos": four}, 422)
    assert count(Visit) == 0


def test_somebody_is_found_to_be_visited(lifted: Flask, worker: Someone, stranger: Someone) -> None:
    person = member()
    due = ill(person)
    page = worker.get("/visits/find")
    assert f"person={person.uid}" in page.html and f"due={due.uid}" in page.html
    page = worker.post("/visits/find", {"q": "wxl"}, 200)
    assert form_of(person) in page.html and page.total == 1
    assert stranger.post("/visits/find", {"q": "wxl"}, 200).total == 0
    assert worker.get("/visits/new", 303).location == "/visits/find"
    assert "这次是为了" in worker.get(form_of(person)), "without a reason given, the form asks for it"


@pytest.mark.once
def test_the_neighbor_cannot_write_down_a_visit_here(lifted: Flask, neighbor: Someone) -> None:
    person = member()
    neighbor.get(form_of(person), 404)
    neighbor.post(form_of(person), {"outcome": "met"}, 404)
    assert count(Visit) == 0


def test_an_event_makes_a_visit_due_by_its_days(lifted: Flask, worker: Someone) -> None:
    person = member()
    address = f"/visits/events/new?person={person.uid}"
    assert address in worker.get(f"/members/{person.uid}").html
    assert "丧事必访" in worker.get(address)
    event = {"trigger": "bereavement", "event_on": "2026-11-18", "note": "父亲 17 日去世"}
    page = worker.get(worker.post(address, event).location)
    assert "丧事必访，11月21日 00:00 前" in page and "父亲 17 日去世" in page
    assert "这件事已经记过" in worker.post(address, event, 422)
    assert "只记 30 天以内的事" in worker.post(address, event | {"event_on": "2026-09-01"}, 422)


@pytest.mark.once
def test_what_only_a_rhythm_or_a_visit_asks_for_is_no_event(lifted: Flask, worker: Someone) -> None:
    person = member()
    for url in (form_of(person), f"/visits/events/new?person={person.uid}"):
        page = worker.get(url).html
        assert 'value="hospital"' in page
        assert not any(f'value="{code}"' in page for code in ("hardship_round", "long_unseen", "follow_up"))
    worker.post(form_of(person), {"outcome": "met", "trigger": "long_unseen"}, 422)


def test_an_event_is_taken_back(lifted: Flask, worker: Someone, leader: Someone) -> None:
    person = member()
    due = ill(person)
    leader.post(f"/visits/events/{due.uid}/undo", status=403)
    assert "已撤销" in worker.get(worker.post(f"/visits/events/{due.uid}/undo").location)
    assert "住院必访" not in worker.get("/today")


def test_the_list_walks_the_cells_newest_first(lifted: Flask, leader: Someone, worker: Someone) -> None:
    here, there = member(), member("何永康", "2110", "13609162088")
    for number in range(25):
        with clock.at(NOON - timedelta(minutes=60 - number)), write():
            Visit.log(here, as_viewer("worker"), "met" if number else "not_home", next_on=TODAY)
    with clock.at(NOON - timedelta(minutes=90)), write():
        Visit.log(there, as_viewer("neighbor"), "phone")
    page = leader.get("/visits/")
    assert page.total == 26 and page.html.count('href="/visits/') >= 20
    again = page.html.split('class="more btn btn-q" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = leader.get(again)
    shown = [part[:36] for part in (page.html + rest.html).split('<a href="/visits/')[1:]]
    uids = [part for part in shown if part.count("-") == 4]
    assert len(uids) == len(set(uids)) == 26
    assert "何永康" not in page and "何永康" in rest
    assert leader.get("/visits/?show=missed").total == 1
    assert worker.get("/visits/").total == 25


def test_the_story_tells_visits_made_and_due(lifted: Flask, worker: Someone) -> None:
    person = member()
    due = ill(person, TODAY - timedelta(days=1))
    worker.post(form_of(person, due), {"outcome": "not_home", "note": "邻居说去了医院"})
    page = worker.get(f"/members/{person.uid}")
    assert "走访：没见到" in page and "邻居说去了医院" in page
    assert "住院必访，11月23日" in page


def test_the_unit_of_a_visit_stays_when_the_cell_moves(lifted: Flask, worker: Someone) -> None:
    person = member()
    worker.post(form_of(person), {"outcome": "met"})
    with write():
        unit("211").move(unit("210"))
    assert worker.get("/visits/").total == 1
