"""Membership as dated history: whatever is done in whatever order, the story of each person stays one line."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from gridunion import clock
from gridunion.db import db, write
from gridunion.members.models import Membership, Person, WrongStep
from gridunion.status.models import Standing
from tests.bases import some
from tests.conftest import Someone, as_viewer, member, unit

CELLS = ("211", "2110", "212")
LATER = {  # what may follow from where, and the code of the change (domain.md 2.2)
    "active": [("retained", "3"), ("transferred_out", "4"), ("expelled", "5"), ("resigned", "6")],
    "retained": [("active", "2"), ("transferred_out", "4"), ("expelled", "5"), ("resigned", "6")],
}


class Register(RuleBasedStateMachine):
    """A register in which everything happens, on days that mostly go forward."""

    people = Bundle("people")

    @initialize()
    def begin(self) -> None:
        self.days = ExitStack()
        self.by = as_viewer("leader")
        self.known: list[int] = []

    @rule(target=people, cell=st.sampled_from(CELLS))
    def register(self, cell: str) -> int:
        with write():
            person = Person.register(unit(cell), self.by, "grid_visit", name="王秀兰", phone="13609162087")
        self.known.append(person.id)
        return person.id

    @rule(number=people)
    def approve(self, number: int) -> None:
        self._do(number, lambda person: person.approve(self.by), "applied")

    @rule(number=people)
    def turn_down(self, number: int) -> None:
        self._do(number, lambda person: person.reject(self.by, "单位已有工会"), "applied")

    @rule(number=people)
    def apply_again(self, number: int) -> None:
        self._do(number, lambda person: person.apply("grid_visit"), "known")

    @rule(number=people, cell=st.sampled_from(CELLS))
    def move_house(self, number: int, cell: str) -> None:
        with write():
            db.session.get_one(Person, number).unit = unit(cell)

    @rule(number=people, which=st.integers(0, 3))
    def change(self, number: int, which: int) -> None:
        """What later verbs will do, each a turn from one standing to the next."""
        with write():
            person = db.session.get_one(Person, number)
            if following := LATER.get(person.status):
                status, code = following[which % len(following)]
                person._turn(status, code, clock.today(), self.by)

    @rule(days=st.sampled_from([1, 400, -2, -2]))
    def wait(self, days: int) -> None:
        self.days.enter_context(clock.at(clock.now() + timedelta(days=days)))

    @rule(number=consumes(people))
    def lose_sight(self, number: int) -> None:
        """Nobody touches the person again; the invariants go on."""

    def _do(self, number: int, verb: Any, only_from: str) -> None:
        with suppress(WrongStep), write():
            person = db.session.get_one(Person, number)
            before = person.status
            verb(person)
            assert before == only_from
            return
        db.session.rollback()
        assert db.session.get_one(Person, number).status != only_from

    @invariant()
    def each_person_has_one_line(self) -> None:
        db.session.rollback()
        for number in getattr(self, "known", ()):
            person = db.session.get_one(Person, number)
            open_now = [span for span in person.memberships if span.until_on is None]
            assert len(open_now) <= 1
            assert person.status == (open_now[0].status if open_now else "known")
            for earlier, later in zip(person.memberships, person.memberships[1:], strict=False):
                assert earlier.until_on is not None
                assert earlier.from_on <= earlier.until_on <= later.from_on

    @invariant()
    def the_board_counts_what_a_recount_counts(self) -> None:
        if not hasattr(self, "by"):
            return
        kept = {row.unit_id: (row.members, row.applied) for row in db.session.scalars(select(Standing))}
        for code in CELLS:
            cell = unit(code).id
            assert kept.get(cell, (0, 0)) == (_count(cell, "active"), _count(cell, "applied"))

    def teardown(self) -> None:
        if hasattr(self, "days"):
            self.days.close()


def _count(cell: int, status: str) -> int:
    counted = select(func.count()).select_from(Person).where(Person.unit_id == cell, Person.status == status)
    return int(db.session.scalar(counted) or 0)


@pytest.fixture
def quiet(lifted: Flask) -> Iterator[Flask]:
    yield lifted
    db.session.rollback()


def test_at_any_time_a_person_has_one_standing_and_a_history_without_overlaps(quiet: Flask) -> None:
    machine = settings(
        max_examples=some(15), stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Register, settings=machine)  # type: ignore[no-untyped-call]


def test_members_on_a_day_are_the_spans_that_hold_on_it(lifted: Flask) -> None:
    """M1(to) = M1(from) + joined - left, for every day."""
    days = [clock.today() + timedelta(days=nth) for nth in range(4)]
    for nth in range(3):
        with clock.at(clock.now() + timedelta(days=nth)):
            member(f"李{'一二三'[nth]}", phone=f"1360916208{nth}")
    with clock.at(clock.now() + timedelta(days=2)), write():
        gone = db.session.scalars(select(Person).where(Person.name == "李一")).one()
        gone._turn("resigned", "6", clock.today())
    assert [_on(day) for day in days] == [1, 2, 2, 2]


def _on(day: Any) -> int:
    holds = (Membership.until_on.is_(None)) | (Membership.until_on > day)
    spans = select(func.count()).select_from(Membership)
    return int(
        db.session.scalar(spans.where(Membership.status == "active", Membership.from_on <= day, holds)) or 0
    )


def test_a_person_moved_to_another_cell_keeps_the_history_where_it_happened(lifted: Flask) -> None:
    person = member()
    with write():
        person.unit = unit("212")
    assert {span.unit.code for span in person.memberships} == {"211"}


def test_two_leaders_who_decide_at_once_decide_once(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    with write():
        person = Person.register(
            unit("211"), as_viewer("worker"), "grid_visit", name="李强", phone="13991670829"
        )
    leader.post(f"/members/{person.uid}/rejection", {"reason": "单位已有工会"})
    supervisor.post("/members/approvals", {"person": person.uid}, 409)
    db.session.rollback()
    db.session.expire_all()
    assert (person.status, len(person.memberships)) == ("known", 1)


def test_a_clock_set_back_does_not_turn_a_span_round(lifted: Flask) -> None:
    with write():
        person = Person.register(
            unit("211"), as_viewer("worker"), "grid_visit", name="李强", phone="13991670829"
        )
    with clock.at(clock.now() - timedelta(days=2)), write():
        person.approve(as_viewer("leader"))
    applied, active = person.memberships
    assert applied.from_on == applied.until_on == active.from_on
