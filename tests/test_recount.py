"""Whatever happens, the figures of a board are a recount of the records, at every level."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count as counter
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from gridunion import clock
from gridunion.complaints.life import DISPUTES, OPEN
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.db import db, trusted
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.members.movement import MOVEMENTS
from gridunion.status import differences
from gridunion.status.board import board
from gridunion.status.models import Standing
from gridunion.status.periods import WINDOW
from gridunion.status.records import count
from gridunion.status.verifying import differing
from gridunion.tree import Unit
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests import bases, histories
from tests.conftest import Someone, as_viewer, unit
from tests.test_status import numbers

# ── the recount: plain loops over all records, knowing nothing of the room of status ──


def recounted(path: str) -> dict[str, int]:
    """The figures of a branch, from its records."""
    end = clock.midnight(clock.today())
    start, now = end - timedelta(days=WINDOW), clock.now()

    def lately(moment: datetime) -> bool:
        return start <= moment < end

    return (
        _people(path, start, now) | _cases(path, lately, now) | _visits(path, lately)
        | _words(path, lately) | _firms(path)
    )  # fmt: skip


def _of(model: Any, path: str) -> list[Any]:
    return [row for row in db.session.scalars(select(model)) if row.unit.path.startswith(path)]


def _people(path: str, start: datetime, now: datetime) -> dict[str, int]:
    met = {
        visit.person_id for visit in db.session.scalars(select(Visit))
        if visit.voided_at is None and visit.outcome != "not_home" and start <= visit.happened_at < now
    }  # fmt: skip
    members = [person for person in _of(Person, path) if person.status == "active"]
    hard = [person for person in members if person.hardship_class]
    return {
        "members": len(members),
        "incomplete": len([person for person in members if person.missing]),
        "hardship": len(hard),
        "helped": len([person for person in hard if person.id in met]),
    }


def _in_time(case: Complaint) -> bool:
    return bool(case.first_resolved_at and case.first_resolved_at <= case.first_due_at)


def _cases(path: str, lately: Callable[[datetime], bool], now: datetime) -> dict[str, int]:
    cases = [case for case in _of(Complaint, path) if not case.sealed]
    came = [case for case in cases if lately(case.recorded_at)]
    taken_on = [case for case in cases if case.accepted_at and lately(case.accepted_at)]
    disputes = [case for case in taken_on if case.kind in DISPUTES and case.state != "merged"]
    due = [case for case in cases if lately(case.first_due_at) and case.state != "refused"]
    still = [case for case in cases if case.state in OPEN]
    return {
        "received": len(came),
        "ours_first": len([case for case in came if case.channel != "hotline"]),
        "disputes": len(disputes),
        "mediated": len([case for case in disputes if case.mediated_on]),
        "due": len(due),
        "on_time": len([case for case in due if _in_time(case)]),
        "open": len(still),
        "overdue": len([case for case in still if case.due_at < now]),
    }


def _visits(path: str, lately: Callable[[datetime], bool]) -> dict[str, int]:
    every = _of(DueVisit, path)
    due = [it for it in every if it.must and lately(it.due_at) and it.state not in ("cancelled", "voided")]
    return {
        "visits_due": len(due),
        "visits_on_time": len([it for it in due if it.done_at and it.done_at <= it.due_at]),
        "visits_open": len([it for it in every if it.state == "open"]),
    }


def _words(path: str, lately: Callable[[datetime], bool]) -> dict[str, int]:
    due = [it for it in _of(ReplyDue, path) if lately(it.due_at) and not it.sealed]
    return {
        "echoes_due": len(due),
        "echoes_on_time": len([it for it in due if it.told_at and it.told_at <= it.due_at]),
    }


def _firms(path: str) -> dict[str, int]:
    firms = [firm for firm in _of(Employer, path) if firm.state == "active"]
    return {
        "employers": len(firms),
        "organized": len([firm for firm in firms if firm.union_state != "unorganized"]),
    }


def check_everywhere() -> None:
    """Every unit's total, and every line of its board, is the recount of its branch; `flask status verify` agrees."""
    assert list(differing()) == []
    places = db.session.scalars(select(Unit).order_by(Unit.path)).all()
    true = {place.path: recounted(place.path) for place in places}
    for place in places:
        made = board(place)
        _same(made.total.counts, true[place.path], place.code)
        for line in made.lines:
            if not line.own:
                _same(line.counts, true[line.unit.path], f"{line.unit.code} on {place.code}")
        for name in ("due", "visits_due", "echoes_due", "members", "overdue"):
            assert count(place, name) == made.total.counts[name], f"{name} behind {place.code}"


def _same(shown: dict[str, int], true: dict[str, int], where: str) -> None:
    wrong = {name: (shown[name], number) for name, number in true.items() if shown[name] != number}
    assert not wrong, f"{where}: shown, true: {wrong}"


# ── any history ──

SHOP = "汉宁轩饭店"
PLACES = st.sampled_from(["211", "2110", "212", "221"])
ANY_PLACE = st.sampled_from(["211", "2110", "212", "221", "21", "210"])
NTH = st.integers(0, 11)
STEPS = st.one_of(
    st.tuples(st.just("join"), PLACES),
    st.tuples(st.just("hard"), NTH),
    st.tuples(st.just("plan"), NTH, st.sampled_from(["hospital", "new_member", "hardship"]), st.integers(0, 9)),
    st.tuples(st.just("see"), NTH, st.sampled_from(["met", "phone", "not_home"])),
    st.tuples(st.just("unsee"), NTH),
    st.tuples(st.just("ask"), ANY_PLACE, st.sampled_from(["welfare", "wages", "harassment"]),
              st.sampled_from(["hotline", "visit"]), st.sampled_from([None, SHOP])),
    st.tuples(st.just("give"), NTH), st.tuples(st.just("refuse"), NTH), st.tuples(st.just("reopen"), NTH),
    st.tuples(st.just("tie"), st.sampled_from(["leader", "supervisor", "district"])),
    st.tuples(st.just("recuse"), NTH),
    st.tuples(st.just("finish"), NTH, st.booleans()),
    st.tuples(st.just("call"), NTH, st.sampled_from(["satisfied", "not_satisfied", "unreachable"])),
    st.tuples(st.just("firm"), st.sampled_from(["21", "210"]), st.sampled_from(["unorganized", "organized"])),
    st.tuples(st.just("move"), st.sampled_from([("21", "20"), ("21", "2"), ("211", "210"), ("211", "21")])),
    st.tuples(st.just("resettle"), NTH, PLACES),
    st.tuples(st.just("transfer"), NTH, st.sampled_from(["2110", "212", "221"])),
    st.tuples(st.just("change"), NTH, st.sampled_from(["retain", "come_back", "resign"])),
    st.tuples(st.just("close"), st.sampled_from(["2110", "221"])),
    st.tuples(st.just("split"), st.sampled_from(["211", "212"])),
    st.tuples(st.just("wait"), st.sampled_from([0.2, 0.6, 1, 4, 12, 33])),
)  # fmt: skip


class Story:
    """A street to which things happen, one after the other."""

    def __init__(self) -> None:
        self.day, self.names = 0.0, counter()

    def happen(self, name: str, *said: Any) -> None:
        self.day += 0.005  # a clock that is set back would put the last step into the future
        with histories.on(self.day):
            getattr(self, name)(*said)

    def nth(self, model: Any, number: int) -> Any:
        """A record of a kind, if there are any."""
        every = db.session.scalars(select(model).order_by(model.id)).all()
        return every[number % len(every)] if every else None

    def wait(self, days: float) -> None:
        self.day += days

    def join(self, cell: str) -> None:
        histories.joined(cell, f"会员{next(self.names)}")

    def hard(self, number: int) -> None:
        if person := self.nth(Person, number):
            with histories.kept():
                person.note_hardship(None if person.hardship_class else "deep", None)

    def plan(self, number: int, trigger: str, days: int) -> None:
        if person := self.nth(Person, number):
            histories.planned(person, trigger, clock.now() + timedelta(days=days))

    def see(self, number: int, outcome: str) -> None:
        if person := self.nth(Person, number):
            due = db.session.scalars(
                select(DueVisit).where(DueVisit.person_id == person.id, DueVisit.state == "open")
            )
            histories.seen(person, outcome, due.first())

    def unsee(self, number: int) -> None:
        if visit := self.nth(Visit, number):
            histories.step(visit.undo)

    def ask(self, place: str, category: str, channel: str, employer: str | None) -> None:
        histories.asked(place, category=category, channel=channel, employer_name=employer)

    def give(self, number: int) -> None:
        if case := self.nth(Complaint, number):
            histories.give(case)

    def refuse(self, number: int) -> None:
        if case := self.nth(Complaint, number):
            judge = as_viewer(histories.LEADERS.get(case.unit.code, "leader"))
            histories.step(lambda: case.refuse(judge, "court", "请到仲裁委申请仲裁", "phone"))

    def reopen(self, number: int) -> None:
        if case := self.nth(Complaint, number):
            by = as_viewer(histories.LEADERS.get(case.unit.code, "leader"))
            histories.step(lambda: case.reopen(by, "本人说又没发工资"))

    def tie(self, login: str) -> None:
        histories.tie(login, SHOP)

    def recuse(self, number: int) -> None:
        if case := self.nth(Complaint, number):
            by = as_viewer(histories.CELLS.get(case.unit.code, "leader"))
            histories.step(lambda: case.recuse(by, "是我表弟的事"))

    def split(self, code: str) -> None:
        """Another cell beside one, which takes up what came later; what happened stays where it was."""
        beside = f"{code}9{next(self.names)}"
        histories.grow(beside, unit(code).lineage()[-2].code)
        histories.close(code, heir=beside)

    def finish(self, number: int, mediated: bool) -> None:
        if case := self.nth(Complaint, number):
            histories.finish(case, mediated)

    def call(self, number: int, answer: str) -> None:
        if case := self.nth(Complaint, number):
            histories.call(case, answer)

    def firm(self, place: str, union_state: str) -> None:
        histories.firm(place, f"单位{next(self.names)}", union_state)

    def move(self, way: tuple[str, str]) -> None:
        histories.move(*way)

    def resettle(self, number: int, cell: str) -> None:
        if person := self.nth(Person, number):
            with histories.kept():
                person.unit = unit(cell)

    def transfer(self, number: int, cell: str) -> None:
        if person := self.nth(Person, number):
            histories.step(lambda: histories.transferred(person, cell))

    def change(self, number: int, how: str) -> None:
        if person := self.nth(Person, number):
            way, by = MOVEMENTS[how], as_viewer("leader")
            histories.step(lambda: person.change(way, clock.today(), by, way.reasons[0]))

    def close(self, code: str) -> None:
        histories.close(code)


def tried(examples: int) -> settings:
    """So many histories, the same ones in every run."""
    return settings(
        max_examples=bases.some(examples), phases=(Phase.explicit, Phase.generate), deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip


def told(site: Flask, steps: list[Any]) -> Story:
    """A month of work in a community, and what happened after it."""
    bases.put_back(site)
    bases.planted(site, "month", lambda: histories.a_month(("211", "2110")))
    story = Story()
    for name, *said in steps:
        story.happen(name, *said)
    return story


@tried(6)
@given(steps=st.lists(STEPS, min_size=25, max_size=50))
def test_every_board_is_a_recount_of_the_records_whatever_happened(lifted: Flask, steps: list[Any]) -> None:
    story = told(lifted, steps)
    with histories.on(story.day + 0.005):
        check_everywhere()
    with histories.on(story.day + 1):
        check_everywhere()


def check_boards(site: Flask) -> int:
    """Every number on the boards, as each who sees one, is how many records open behind it."""
    walked = 0
    for login in ("leader", "leader2", "supervisor", "district"):
        somebody = Someone(site, login)
        own = somebody.get("/status/")
        below = re.findall(r'id="x(\w+)" href="/status/\1"', own.html)[:1]
        boards = [own, *(somebody.get(f"/status/?open={code}") for code in below)]
        seen = dict(number for board in boards for number in numbers(board))
        for href, number in seen.items():
            assert somebody.get(href).total == number, f"{login}: {href} says {number}"
        walked += len(seen)
    return walked


@pytest.mark.usefixtures("bare_menu")
@tried(3)
@given(steps=st.lists(STEPS, min_size=40, max_size=60))
def test_every_number_on_a_board_opens_as_many_records_as_it_says_whoever_looks(
    lifted: Flask, steps: list[Any]
) -> None:
    story = told(
        lifted, [("ask", "211", "wages", "visit", SHOP), ("tie", "leader"), ("tie", "district"), *steps]
    )
    with histories.on(story.day + 0.005):
        assert check_boards(lifted) > 40


def test_a_month_of_work_recounts_at_every_level(lifted: Flask) -> None:
    histories.a_month()
    check_everywhere()
    histories.move("21", "20")
    histories.move("2110", "210")
    histories.close("212")
    for days in (0, 1, 10, 45):
        with histories.on(days):
            check_everywhere()


def test_after_a_transfer_both_unions_count_what_they_hold(lifted: Flask) -> None:
    histories.a_month()
    person = db.session.scalars(select(Person).where(Person.name == "211号1")).one()
    with histories.on(0), histories.kept():
        histories.transferred(person, "221")
    check_everywhere()
    assert person.unit.code == "221"


def test_a_visit_taken_back_counts_no_more_where_its_person_has_gone_to(lifted: Flask) -> None:
    person = histories.joined("211")
    with histories.kept():
        person.note_hardship("deep", None)
    visit = histories.seen(person)
    with histories.kept():
        person.unit = unit("2110")
    with histories.on(0.003):
        assert board(unit("2110")).total.counts["helped"] == 1
        histories.step(visit.undo)
        assert board(unit("2110")).total.counts["helped"] == 0


# ── the second opinion ──


def test_what_is_kept_and_not_so_is_told_at_the_shell_and_to_the_administrator(
    lifted: Flask, admin: Someone, leader: Someone
) -> None:
    run = lifted.test_cli_runner().invoke
    person, case = histories.joined("211"), histories.asked("211")
    histories.joined("221")
    differences.recount()
    told = run(args=["status", "verify"])
    assert (told.exit_code, told.output) == (0, "存着的数和记录一个不差。\n")
    assert "每晚重数" not in admin.get("/units/")
    with histories.kept():
        for wrong in (
            update(Standing).where(Standing.unit_id == unit("211").id).values(members=7),
            update(Person).where(Person.id == person.id).values(visit_due_at=clock.now()),
            update(Complaint).where(Complaint.id == case.id).values(reopened=1),
            update(Unit).where(Unit.code == "22").values(path="1/2/22/"),
        ):
            trusted(wrong)
    told = run(args=["status", "verify"])
    assert told.exit_code == 1 and "211 明珠社区第1网格  members  7  1\n" in told.output
    for figure in (
        f"person.visit_due_at #{person.id}",
        f"complaint.reopened #{case.id}",
        "person_search.unit",
    ):
        assert figure in told.output
    assert "members" not in run(args=["status", "verify", "--unit", "22"]).output
    assert "没有编码是 9 的单位" in run(args=["status", "verify", "--unit", "9"]).output
    differences.recount()
    assert "每晚重数：有" in admin.get("/units/")
    page = admin.get("/status/differences")
    assert page.total == len(told.output.splitlines()) - 1 and "会员的走访期限（记录" in page
    leader.get("/status/differences", 403)
