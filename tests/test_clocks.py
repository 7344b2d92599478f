"""Clocks of a case, worked out by hand on the holiday calendars of 2025 and 2026, and what they do by themselves.

2025: 26 January (Sunday) worked, 28 January to 4 February off, 8 February (Saturday) worked; 28 September (Sunday)
worked, 1 to 8 October off, 11 October (Saturday) worked.
2026: 1 to 3 January off, 4 (Sunday) worked; 14 February (Saturday) worked, 15 to 23 off, 28 (Saturday) worked; 4 to 6
April off; 1 to 5 May off, 9 (Saturday) worked; 19 to 21 June off; 20 September (Sunday) worked, 25 to 27 off; 1 to 7
October off, 10 (Saturday) worked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from gridunion import calendar, clock
from gridunion.calendar import SpecialDay
from gridunion.complaints.models import Complaint
from gridunion.complaints.rounds import make_round
from gridunion.db import db, write
from gridunion.jobs import Job, tick, work_one
from gridunion.reporting.telling import told_to
from gridunion.rights import Viewer
from tests.conftest import Someone, as_viewer, unit
from tests.test_complaints import account, assigned, form_of, look_again, taken, there

WORDS = "说清楚了办到哪一步"
Moment = tuple[int, ...]  # year, month, day, hour, minute in Shanghai; noon when no hour is given


def moment(said: Moment) -> datetime:
    return datetime(*(said if len(said) > 3 else (*said, 12)), tzinfo=clock.SHANGHAI)  # type: ignore[misc, arg-type]


def close(said: Moment) -> datetime:
    return moment((*said, 17, 30)) if len(said) == 3 else moment(said)


@cache
def who(login: str) -> Viewer:
    """Somebody of the cast; who it is does not change from test to test."""
    return as_viewer(login)


@contextmanager
def on(said: Moment) -> Iterator[None]:
    with clock.at(moment(said)):
        yield


def asked(kind: str = "ordinary", **more: Any) -> Complaint:
    """A case of a difficulty, inside write()."""
    said = {
        "consult": {"kind": "consult"}, "ordinary": {"kind": "complaint"}, "difficult": {"kind": "labor_dispute"},
    }[kind]  # fmt: skip
    said = {"category": "welfare", "channel": "walk_in", "text": "两个月工资没发", **said, **more}
    return Complaint.take(unit("211"), who("worker"), "马小军", "13809165520", **said)


def given(kind: str = "ordinary") -> Complaint:
    """A case in the hand of its worker, inside write()."""
    case = asked(kind)
    case.assign(account("worker"), who("leader"))
    return case


RESOLVE: list[tuple[str, Moment, Moment]] = [
    # An ordinary month
    ("consult", (2026, 11, 19), (2026, 11, 24)),
    ("ordinary", (2026, 11, 19), (2026, 11, 30)),
    ("difficult", (2026, 11, 19), (2026, 12, 10)),
    ("consult", (2026, 11, 21), (2026, 11, 25)),  # recorded on a Saturday
    ("consult", (2026, 11, 20, 23, 50), (2026, 11, 25)),
    # Spring Festival 2026
    ("ordinary", (2026, 2, 12), (2026, 2, 28)),  # ends on a make-up Saturday
    ("ordinary", (2026, 2, 13), (2026, 3, 2)),
    ("ordinary", (2026, 2, 14), (2026, 3, 3)),
    ("ordinary", (2026, 2, 17), (2026, 3, 3)),
    ("consult", (2026, 2, 13), (2026, 2, 25)),
    ("consult", (2026, 2, 14), (2026, 2, 26)),
    ("difficult", (2026, 2, 9), (2026, 3, 6)),
    ("difficult", (2026, 2, 23), (2026, 3, 13)),
    # Mid-autumn and National Day 2026
    ("ordinary", (2026, 9, 18), (2026, 9, 29)),
    ("ordinary", (2026, 9, 24), (2026, 10, 12)),
    ("ordinary", (2026, 9, 30), (2026, 10, 15)),
    ("consult", (2026, 9, 30), (2026, 10, 10)),
    ("consult", (2026, 10, 9), (2026, 10, 13)),
    ("difficult", (2026, 9, 18), (2026, 10, 15)),
    ("difficult", (2026, 10, 1), (2026, 10, 27)),
    # Labour Day, Qingming, Dragon Boat, New Year 2026
    ("ordinary", (2026, 4, 30), (2026, 5, 13)),
    ("consult", (2026, 4, 30), (2026, 5, 8)),
    ("consult", (2026, 5, 7), (2026, 5, 11)),
    ("ordinary", (2026, 4, 3), (2026, 4, 15)),
    ("consult", (2026, 6, 18), (2026, 6, 24)),
    ("consult", (2025, 12, 31), (2026, 1, 6)),
    ("ordinary", (2026, 1, 2), (2026, 1, 12)),
    # Spring Festival and National Day 2025
    ("ordinary", (2025, 1, 24), (2025, 2, 10)),
    ("consult", (2025, 1, 26), (2025, 2, 6)),
    ("ordinary", (2025, 9, 26), (2025, 10, 13)),
    ("consult", (2025, 10, 8), (2025, 10, 11)),
    ("difficult", (2025, 9, 29), (2025, 10, 27)),
]

ACCEPT: list[tuple[bool, Moment, Moment]] = [  # urgent, recorded, to be accepted
    (False, (2026, 11, 19), (2026, 11, 20)),
    (False, (2026, 11, 20), (2026, 11, 23)),
    (False, (2026, 9, 19), (2026, 9, 20)),
    (False, (2026, 9, 30), (2026, 10, 8)),
    (False, (2026, 10, 9), (2026, 10, 10)),
    (False, (2026, 2, 13), (2026, 2, 14)),
    (False, (2026, 2, 14), (2026, 2, 24)),
    (True, (2026, 11, 20, 23, 0), (2026, 11, 21, 1, 0)),
    (True, (2026, 2, 17, 10, 15), (2026, 2, 17, 12, 15)),
    (True, (2026, 10, 1, 16, 50), (2026, 10, 1, 18, 50)),
]

FIRST_WORD: list[tuple[Moment, Moment]] = [  # recorded, to be answered: 3 working days
    ((2026, 11, 19), (2026, 11, 24)),
    ((2026, 9, 29), (2026, 10, 9)),
    ((2026, 2, 12), (2026, 2, 24)),
]

NEXT_WORD: list[tuple[Moment, Moment]] = [  # told, to be told again: 3 days, never on a day off
    ((2026, 11, 19), (2026, 11, 23)),
    ((2026, 9, 28), (2026, 10, 8)),
    ((2026, 2, 11), (2026, 2, 14)),
    ((2026, 2, 12), (2026, 2, 24)),
    ((2026, 10, 7), (2026, 10, 10)),
]

CALL_BACK: list[tuple[Moment, Moment]] = [  # resolved, to be called back
    ((2026, 11, 19), (2026, 11, 24)),
    ((2026, 9, 23), (2026, 9, 29)),
    ((2026, 2, 27), (2026, 3, 3)),
]

REOPENED: list[tuple[str, Moment, Moment]] = [  # half of 3, 7, 15 working days, rounded up
    ("consult", (2026, 10, 8), (2026, 10, 10)),
    ("ordinary", (2026, 9, 29), (2026, 10, 10)),
    ("difficult", (2026, 2, 12), (2026, 3, 2)),
]

# kind, recorded, what happens then, the limit, the first limit
STORIES: list[tuple[str, Moment, list[tuple[Moment, str]], Moment, Moment]] = [
    # Waiting for the worker: the working days after the day it stopped, up to the day it goes on
    ("ordinary", (2026, 11, 19), [((2026, 11, 23), "pause"), ((2026, 11, 25), "resume")],
     (2026, 12, 2), (2026, 12, 2)),
    ("ordinary", (2026, 11, 19), [((2026, 11, 23), "pause"), ((2026, 11, 23, 16, 0), "resume")],
     (2026, 11, 30), (2026, 11, 30)),
    ("ordinary", (2026, 11, 19), [((2026, 11, 21), "pause"), ((2026, 11, 22), "resume")],
     (2026, 11, 30), (2026, 11, 30)),
    ("ordinary", (2026, 11, 19), [((2026, 11, 23), "pause")], (2026, 12, 7), (2026, 12, 7)),  # as long as may be
    ("ordinary", (2026, 11, 19), [((2026, 11, 23), "pause"), ((2026, 12, 3), "round")],
     (2026, 12, 7), (2026, 12, 7)),
    ("ordinary", (2026, 9, 24), [((2026, 9, 29), "pause"), ((2026, 10, 9), "resume")],
     (2026, 10, 15), (2026, 10, 15)),
    ("ordinary", (2026, 11, 19), [((2026, 12, 1), "pause"), ((2026, 12, 3), "resume")],
     (2026, 11, 30), (2026, 11, 30)),  # late stays late
    ("ordinary", (2026, 11, 19), [((2026, 11, 30, 10, 0), "pause"), ((2026, 12, 1, 9, 0), "resume")],
     (2026, 12, 1), (2026, 12, 1)),
    ("ordinary", (2026, 11, 19),
     [((2026, 11, 20), "pause"), ((2026, 11, 23), "resume"), ((2026, 11, 25), "pause"), ((2026, 11, 27), "resume")],
     (2026, 12, 3), (2026, 12, 3)),
    # More time moves the limit, not the one by which it is judged
    ("ordinary", (2026, 11, 19), [((2026, 11, 24), "extend 5")], (2026, 12, 7), (2026, 11, 30)),
    ("ordinary", (2026, 2, 12), [((2026, 2, 26), "extend 5")], (2026, 3, 6), (2026, 2, 28)),
    ("ordinary", (2026, 2, 12), [((2026, 2, 26), "extend 5"), ((2026, 3, 5), "street 10")],
     (2026, 3, 20), (2026, 2, 28)),
    ("ordinary", (2026, 11, 19),
     [((2026, 11, 20), "extend 5"), ((2026, 11, 24), "pause"), ((2026, 11, 26), "resume")],
     (2026, 12, 9), (2026, 12, 2)),
    # Mediation has 15 days of its own
    ("difficult", (2026, 11, 19), [((2026, 11, 23), "mediate")], (2026, 12, 25), (2026, 12, 25)),
    ("difficult", (2026, 11, 19), [((2026, 11, 23), "mediate"), ((2026, 11, 30), "end_mediation")],
     (2026, 12, 17), (2026, 12, 17)),
    ("difficult", (2026, 11, 19), [((2026, 11, 23), "mediate"), ((2026, 12, 14), "end_mediation")],
     (2026, 12, 25), (2026, 12, 25)),
    # Elsewhere: it stands still from one look to the next
    ("ordinary", (2026, 11, 19), [((2026, 11, 23), "refer"), ((2026, 11, 27), "resume")],
     (2026, 12, 4), (2026, 12, 4)),
    ("ordinary", (2026, 11, 19), [((2026, 11, 23), "refer"), ((2026, 11, 25), "review"), ((2026, 11, 27), "resume")],
     (2026, 12, 4), (2026, 12, 4)),
]  # fmt: skip

WAITS: list[tuple[str, Moment, Moment]] = [  # step, taken, until when the clock stands still
    ("pause", (2026, 11, 23), (2026, 11, 30)),
    ("pause", (2026, 9, 29), (2026, 10, 12)),
    ("mediate", (2026, 11, 23), (2026, 12, 8)),
    ("mediate", (2026, 9, 16), (2026, 10, 8)),  # the fifteenth day is 1 October
    ("refer", (2026, 11, 23), (2026, 12, 14)),
]

ALARMS: list[tuple[str, Moment, Moment, Moment]] = [  # kind, recorded, reminded from, to the street
    ("ordinary", (2026, 11, 19), (2026, 11, 27, 0, 0), (2026, 12, 2)),
    ("ordinary", (2026, 9, 24), (2026, 10, 10, 0, 0), (2026, 10, 14)),
    ("ordinary", (2026, 2, 13), (2026, 2, 28, 0, 0), (2026, 3, 4)),
    ("consult", (2026, 2, 12), (2026, 2, 14, 0, 0), (2026, 2, 26)),
]

OFFLINE: list[tuple[Moment, Moment, Moment]] = [  # written on the phone, arrived, to be resolved
    ((2026, 11, 16, 10, 0), (2026, 11, 19, 9, 0), (2026, 11, 25)),  # 71 hours
    ((2026, 11, 16, 8, 0), (2026, 11, 19, 12, 0), (2026, 11, 30)),  # 76 hours: from when it arrived
    ((2026, 11, 20, 8, 0), (2026, 11, 19, 12, 0), (2026, 11, 30)),  # the phone's clock runs ahead
    ((2026, 9, 18, 9, 0), (2026, 9, 20, 20, 0), (2026, 9, 29)),
]

CLAIMS: list[tuple[Moment, Moment]] = [  # known since, arbitration until
    ((2026, 11, 19), (2027, 11, 19)),
    ((2024, 2, 29), (2025, 2, 28)),
    ((2025, 10, 1), (2026, 10, 8)),
    ((2025, 2, 15), (2026, 2, 24)),
]

TABLES = (
    RESOLVE,
    ACCEPT,
    FIRST_WORD,
    NEXT_WORD,
    CALL_BACK,
    REOPENED,
    STORIES,
    WAITS,
    ALARMS,
    OFFLINE,
    CLAIMS,
)


@pytest.mark.once
def test_there_are_more_than_sixty_worked_examples() -> None:
    assert sum(len(table) for table in TABLES) > 60  # type: ignore[arg-type]


@pytest.mark.once
def test_until_when_a_case_is_resolved(lifted: Flask) -> None:
    with write():
        for kind, recorded, due in RESOLVE:
            with on(recorded):
                assert asked(kind).due_at == close(due), (kind, recorded)


@pytest.mark.once
def test_until_when_a_case_is_accepted(lifted: Flask) -> None:
    with write():
        for urgent, recorded, due in ACCEPT:
            with on(recorded):
                late = asked(urgent=urgent).accept_due_at - close(due)
                assert abs(late) < timedelta(minutes=1), recorded


@pytest.mark.once
def test_until_when_the_worker_hears_something(lifted: Flask) -> None:
    with write():
        for recorded, due in FIRST_WORD:
            with on(recorded):
                assert owed(asked()) == close(due), recorded
        for told, due in NEXT_WORD:
            with on(told):
                case = given()
                case.reply(who("worker"), WORDS, "phone")
                assert owed(case) == close(due), told


def owed(case: Complaint) -> datetime:
    db.session.flush()
    promise = case.running_promise
    assert promise
    return promise.due_at


@pytest.mark.once
def test_until_when_somebody_calls_back(lifted: Flask) -> None:
    with write():
        for at, due in CALL_BACK:
            with on(at):
                case = given()
                case.resolve(who("worker"), WORDS, "solved", "phone")
                assert case.call_due_at == close(due), at


@pytest.mark.once
def test_a_reopened_case_has_half_the_time(lifted: Flask) -> None:
    with write():
        for kind, at, due in REOPENED:
            with on(at):
                case = given(kind)
                case.resolve(who("worker"), WORDS, "solved", "phone")
                case.reopen(who("leader"), WORDS)
                assert case.due_at == close(due), (kind, at)


def _step(case: Complaint, name: str) -> None:
    worker, leader = who("worker"), who("leader")
    steps: dict[str, Any] = {
        "pause": lambda: case.pause(worker, WORDS, "phone"),
        "resume": lambda: case.resume(worker, WORDS),
        "extend 5": lambda: case.extend(leader, 5, WORDS, "phone"),
        "street 10": lambda: case.extend(who("supervisor"), 10, WORDS, "phone"),
        "mediate": lambda: case.mediate(leader, WORDS, "phone"),
        "end_mediation": lambda: case.end_mediation(leader, "agreed", WORDS, "phone"),
        "refer": lambda: case.refer(leader, "arbitration", WORDS, "phone"),
        "review": lambda: case.review(worker, WORDS),
        "round": case.heed_the_clock,
    }
    steps[name]()


@pytest.mark.once
def test_the_clock_stands_still_and_goes_on(lifted: Flask) -> None:
    with write():
        for kind, recorded, steps, due, first in STORIES:
            with on(recorded):
                case = given(kind)
            for when, name in steps:
                with on(when):
                    _step(case, name)
            assert (case.due_at, case.first_due_at) == (close(due), close(first)), (recorded, steps)


@pytest.mark.once
def test_until_when_it_stands_still(lifted: Flask) -> None:
    with write():
        for name, when, until in WAITS:
            with on(when):
                case = given("difficult")
                _step(case, name)
                assert case.wait_until == close(until), (name, when)
                assert owed(case) >= close(until), "nothing is owed before there is something to say"


@pytest.mark.once
def test_when_somebody_is_reminded_and_when_the_street_is_told(lifted: Flask) -> None:
    with write():
        for kind, recorded, remind, street in ALARMS:
            with on(recorded):
                case = asked(kind)
            assert (case.remind_at, case.street_at) == (moment(remind), close(street)), recorded


def test_a_case_written_down_without_a_line_starts_when_it_was_written(lifted: Flask) -> None:
    with write():
        for written, arrived, due in OFFLINE:
            with on(arrived):
                case = asked(happened_at=moment(written))
            assert (case.due_at, case.recorded_at >= moment(arrived)) == (close(due), True), written


@pytest.mark.once
def test_until_when_a_dispute_goes_to_arbitration(lifted: Flask) -> None:
    with write():
        case = asked("difficult")
        for known, until in CLAIMS:
            case.known_on = date(*known)
            assert case.claim_until == date(*until), known


@pytest.mark.once
def test_a_difficult_case_has_fifteen_days_from_the_beginning(lifted: Flask) -> None:
    with write(), on((2026, 11, 19)):
        case = asked()
        with on((2026, 11, 20)):
            case.accept(who("leader"), grade="difficult")
    assert case.due_at == case.first_due_at == close((2026, 12, 10))


# ── what happens by itself ──


def steps_of(case: Complaint) -> list[str]:
    look_again()
    return [event.step for event in case.events]


def test_a_round_writes_down_what_happened_when_it_happened_and_only_once(lifted: Flask) -> None:
    case = assigned(category="welfare")  # to be resolved by Monday 30 November
    with on((2026, 11, 27, 9, 0)):
        make_round()
        assert steps_of(case)[-1] == "remind" and case.alarm == "soon"
    with on((2026, 12, 7)):  # ten rounds were missed
        make_round()
        make_round()
    assert steps_of(case)[-3:] == ["remind", "overdue", "raise"]
    late, street = case.events[-2:]
    assert (late.happened_at, street.happened_at) == (case.due_at, case.street_at)
    assert not late.actor and late.recorded_at > case.street_at


def test_each_night_writes_down_what_its_day_brought(lifted: Flask) -> None:
    case = assigned(category="welfare")  # to be resolved by Monday 30 November
    for night, step in (((11, 26), "assign"), ((11, 27), "remind"), ((11, 30), "remind"), ((12, 1), "overdue"),
                        ((12, 2), "overdue"), ((12, 3), "raise"), ((12, 4), "raise")):  # fmt: skip
        with on((2026, *night)):
            make_round()
        assert steps_of(case)[-1] == step, night


def test_more_time_begins_the_reminders_anew(lifted: Flask) -> None:
    case = assigned(category="welfare")
    with on((2026, 12, 1)):
        make_round()
        with write():
            case.extend(as_viewer("leader"), 5, WORDS, "phone")
        make_round()
        assert steps_of(case)[-3:] == ["remind", "overdue", "extend"] and case.alarm is None
    with on((2026, 12, 4)):
        make_round()
    assert steps_of(case)[-1] == "remind"


def test_who_does_not_come_is_waited_for_no_longer(lifted: Flask) -> None:
    case = assigned(category="welfare")
    with on((2026, 11, 23)), write():
        case.pause(as_viewer("worker"), WORDS, "phone")
    for day, state in (((2026, 11, 30), "awaiting_worker"), ((2026, 12, 1), "in_progress")):
        with on(day):
            make_round()
        look_again()
        assert case.state == state
    assert case.events[-1].happened_at == close((2026, 11, 30)) and case.wait_until is None
    assert "接着办 11月30日 17:30，系统" in Someone(lifted, "worker").get(there(case))


def test_a_case_that_waits_is_not_late_while_it_does(lifted: Flask) -> None:
    case = assigned(category="welfare")
    with on((2026, 11, 23)), write():
        case.refer(as_viewer("leader"), "legal_aid", "区法律援助中心，电话 2216148", "phone", "援 2026-31")
    with on((2026, 12, 4)):
        make_round()
        assert not case.overdue and steps_of(case)[-1] == "refer"
    with on((2027, 1, 4)):
        assert case.overdue, "nobody asked again, and the clock went on"


def test_the_round_is_part_of_the_periodic_work(lifted: Flask) -> None:
    case = assigned(category="welfare")
    with on((2026, 12, 1)):
        tick()
    assert "overdue" in steps_of(case)


def test_a_round_takes_no_form_out_of_anybodys_hand(lifted: Flask) -> None:
    case = assigned(category="welfare")
    with on((2026, 11, 30, 17, 0)):
        worker = Someone(lifted, "worker")
        sent = form_of(worker.get(there(case, "reply")))
    with on((2026, 11, 30, 17, 31)):
        make_round()
        worker.post(there(case, "reply"), sent | {"words": WORDS, "told": "phone"})
    assert steps_of(case)[-2:] == ["overdue", "reply"]


def test_holidays_entered_meanwhile_take_no_form_out_of_anybodys_hand(lifted: Flask, admin: Someone) -> None:
    case, waiting = assigned(category="welfare"), taken(category="welfare")
    first = waiting.running_promise
    worker = Someone(lifted, "worker")
    sent = form_of(worker.get(there(case, "reply")))
    for day in ("2026-11-20", "2026-11-24"):
        admin.post("/calendar", {"day": day, "works": "no", "name": "放假"})
    while work_one():
        pass
    worker.post(there(case, "reply"), sent | {"words": WORDS, "told": "phone"})
    look_again()
    assert steps_of(case)[-3:] == ["recount", "recount", "reply"]
    assert [line.title for line in told_to(case)].count("放假安排有变，期限重新算") == 1, "to the worker once"
    assert first and first.due_at == close((2026, 11, 26)), "a word within three working days"
    assert waiting.accept_due_at == close((2026, 11, 23))


def test_a_holiday_moves_what_lies_behind_it_and_no_limit_by_which_a_case_was_judged(
    lifted: Flask, admin: Someone
) -> None:
    case, again, done = (assigned(category="welfare") for _nth in range(3))
    with write():
        done.resolve(as_viewer("worker"), WORDS, "solved", "phone")
        again.resolve(as_viewer("worker"), WORDS, "solved", "phone")
        again.reopen(as_viewer("leader"), WORDS)
    assert (case.due_at, case.street_at, again.due_at) == (
        close((2026, 11, 30)), close((2026, 12, 2)), close((2026, 11, 25)),
    )  # fmt: skip
    for day in ("2026-12-01", "2026-11-24"):
        admin.post("/calendar", {"day": day, "works": "no", "name": "放假"})
        while work_one():
            pass
        look_again()
        if day == "2026-12-01":
            assert (case.due_at, case.street_at) == (close((2026, 11, 30)), close((2026, 12, 3)))
    assert (again.due_at, again.first_due_at) == (close((2026, 11, 26)), close((2026, 11, 30)))
    moved = again.last("recount")
    assert moved and moved.was_due_at == close((2026, 11, 25)), "for whoever looks at a day before"
    assert done.call_due_at == close((2026, 11, 25)) and done.times("recount") == 1
    assert "改到 11月25日 前回访" in Someone(lifted, "leader").get(there(done))
    with write():
        db.session.execute(update(Job).values(done_at=None, tries=0))
    while work_one():
        pass
    look_again()
    assert done.call_due_at == close((2026, 11, 25)), "a job done twice moves nothing"


def test_a_holiday_moves_waits_and_promised_words_too_late_case_or_not(lifted: Flask) -> None:
    waiting, late = (assigned(category="welfare") for _nth in range(2))
    mediated = assigned(category="contract")
    with on((2026, 11, 23)):
        with write():
            waiting.pause(as_viewer("worker"), WORDS, "phone")
            mediated.mediate(as_viewer("leader"), WORDS, "phone")
        assert waiting.wait_until == close((2026, 11, 30)) and mediated.wait_until == close((2026, 12, 8))
        assert (waiting.due_at, mediated.due_at) == (close((2026, 12, 7)), close((2026, 12, 25)))
    with on((2026, 11, 24)):
        Someone(lifted, "admin").post("/calendar", {"day": "2026-11-27", "works": "no", "name": "放假"})
        while work_one():
            pass
        look_again()
        assert waiting.wait_until == close((2026, 12, 1)), "five working days for the worker to come"
        assert waiting.due_at == close((2026, 12, 8)) and mediated.due_at == close((2026, 12, 25))
    with on((2026, 12, 4)):
        with write():
            late.reply(as_viewer("worker"), WORDS, "phone")
        make_round()
        assert late.overdue and late.running_promise.due_at == close((2026, 12, 7))
        admin = Someone(lifted, "admin")
        for _twice in range(2):
            for day in ("2026-12-07", "2026-12-08"):
                admin.post("/calendar", {"day": day, "works": "no", "name": "放假"})
            while work_one():
                pass
            with write():
                db.session.execute(update(Job).values(done_at=None, tries=0))
        look_again()
        assert mediated.wait_until == close((2026, 12, 9)), "fifteen days, never ending on a holiday"
        assert mediated.due_at == close((2026, 12, 28)), "and what was left then runs on from there"
        assert late.running_promise.due_at == close((2026, 12, 9)), "three days, never ending on a holiday"
        assert late.due_at == close((2026, 12, 1)) and late.alarm == "street"
        assert late.times("recount") == 3, "once for each day entered"
        assert "改到 12月9日 前给本人回音" in Someone(lifted, "leader").get(there(late))


def test_pages_see_what_no_round_has_written_yet(lifted: Flask) -> None:
    case = assigned(category="welfare")
    with on((2026, 11, 27, 9, 0)):
        assert "快到期" in Someone(lifted, "worker").get("/today")
        assert "快到期 1" in Someone(lifted, "leader").get("/inbox")
    with on((2026, 12, 1)):
        assert "已报街道" not in Someone(lifted, "supervisor").get("/complaints/overdue")
    with on((2026, 12, 3)):
        seen = Someone(lifted, "leader").get(there(case)).text
        assert "已报街道" in Someone(lifted, "supervisor").get("/complaints/overdue")
        make_round()
        assert Someone(lifted, "leader").get(there(case)).text == seen, "told the same, once"
    assert "还没办结，已报街道" in seen


def test_the_street_may_step_in_where_a_case_lies_too_long(lifted: Flask) -> None:
    case = assigned(category="welfare")
    with on((2026, 12, 2)):
        assert not case.may("assign", as_viewer("supervisor"))
    with on((2026, 12, 3)):
        assert case.may("assign", as_viewer("supervisor")) and case.may("assign", as_viewer("leader"))


def test_on_time_is_judged_by_the_first_limit(lifted: Flask) -> None:
    case = assigned(category="welfare")
    with on((2026, 11, 27)), write():
        case.extend(as_viewer("leader"), 5, WORDS, "phone")
    with on((2026, 12, 1)), write():
        case.resolve(as_viewer("worker"), WORDS, "solved", "phone")
    with on((2026, 12, 20)):
        page = Someone(lifted, "supervisor").get("/status/21/late_done")
        assert "延过期的 1" in Someone(lifted, "supervisor").get("/status/21/due")
    assert page.total == 1 and case.first_resolved_at < case.due_at


def test_a_limit_in_a_year_nobody_published_is_called_provisional(lifted: Flask) -> None:
    with on((2026, 12, 28)):
        case = assigned(category="welfare")
        assert calendar.is_provisional(case.due_at)
        assert "暂定" in Someone(lifted, "worker").get(there(case))
        with write():
            db.session.add(SpecialDay(day=date(2027, 1, 1), works=False, name_zh="元旦", name_en=""))
    with on((2026, 12, 28)):
        assert "暂定" not in Someone(lifted, "worker").get(there(case))


def test_when_the_spring_festival_is_published_what_was_counted_over_it_moves(lifted: Flask) -> None:
    """2027: 5 to 11 February off, 14 (Sunday) worked. Seven working days from 28 January were to end on 8 February."""
    with on((2027, 1, 28)):
        case, waiting = assigned(category="welfare"), assigned(category="welfare")
        with write():
            waiting.pause(as_viewer("worker"), WORDS, "phone")  # until 4 February
        assert (case.due_at, waiting.due_at) == (close((2027, 2, 8)), close((2027, 2, 15)))
    days = [f"2027-02-{day:02d}" for day in (9, 5, 8, 14, 10, 11)]
    with on((2027, 1, 29)):
        admin = Someone(lifted, "admin")
        for nth, day in enumerate(days):
            works = "yes" if day.endswith("14") else "no"
            admin.post("/calendar", {"day": day, "works": works, "name": "春节"})
            if nth in (1, 2, 5):
                work_one()
        fresh = assigned(category="welfare")
        for _twice in range(2):
            while work_one():
                pass
            with write():
                db.session.execute(update(Job).values(done_at=None, tries=0))
        look_again()
        assert case.due_at == case.first_due_at == close((2027, 2, 14))
        assert (clock.local(case.remind_at).date(), case.street_at) == (
            date(2027, 2, 12),
            close((2027, 2, 16)),
        )
        assert waiting.due_at == close((2027, 2, 19)), "seven working days after the wait"
        assert fresh.due_at == close((2027, 2, 15)) and fresh.times("recount") == 0
        page = Someone(lifted, "worker").get(there(case))
        assert page.text.count("放假安排有变，期限重新算") == 1 and "系统，改到 2月14日 前办结" in page
