"""Membership as dated history: whatever is done in whatever order, the story of each person stays one line."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask, current_app
from hypothesis import HealthCheck, Phase, settings
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
from gridunion.members.balance import balance, members_on
from gridunion.members.membership import Membership, WrongStep
from gridunion.members.models import Person
from gridunion.members.movement import MOVEMENTS, Movement
from gridunion.members.transfer import Transfer, union_of
from gridunion.status.models import Standing
from gridunion.tree import Unit
from tests import bases
from tests.bases import some
from tests.conftest import Someone, as_viewer, member, unit

CELLS = ("211", "2110", "212", "221")
UNITS = ("1", "2", "20", "21", "210", "22", *CELLS, "221")
STATES = ("applied", "active", "retained")


class Register(RuleBasedStateMachine):
    """A register in which everything happens, on days that mostly go forward."""

    people = Bundle("people")

    @initialize()
    def begin(self) -> None:
        bases.put_back(current_app._get_current_object())  # type: ignore[attr-defined]
        self.days = ExitStack()
        self.by = as_viewer("leader")
        district = as_viewer("district")
        # Somebody over all of the tree who may answer for every union.
        self.street = replace(
            district, postings=tuple(replace(held, role="supervisor") for held in district.postings)
        )
        self.begun = clock.today()
        self.known: list[int] = []

    @rule(target=people, cell=st.sampled_from(CELLS), at_once=st.booleans())
    def register(self, cell: str, at_once: bool) -> int:
        with write():
            person = Person.register(unit(cell), self.by, "grid_visit", name="王秀兰", phone="13609162087")
            if at_once:
                person.approve(self.by)
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
        self._do(number, lambda person: person.apply("grid_visit"), "known", "resigned", "transferred_out")

    @rule(number=people, cell=st.sampled_from(CELLS))
    def resettle(self, number: int, cell: str) -> None:
        """To another cell of the same union."""
        with write():
            person = db.session.get_one(Person, number)
            if union_of(person.unit) == union_of(unit(cell)) and person.status in ("known", *STATES):
                person.resettle(unit(cell), self.by)

    @rule(number=people, how=st.sampled_from(list(MOVEMENTS.values())), ago=st.sampled_from([0, 0, 1, 30]))
    def change(self, number: int, how: Movement, ago: int) -> None:
        """Retain, come back, resign, expel, on a day not long ago; an impossible one changes nothing."""
        self._change(number, how, ago)

    def _change(self, number: int, how: Movement, ago: int) -> None:
        with suppress(WrongStep), write():
            person = db.session.get_one(Person, number)
            before, on = person.status, clock.today() - timedelta(days=ago)
            possible = before in how.sources and on >= person.since
            person.change(how, max(on, clock.today() - timedelta(days=ago)), self.by, how.reasons[0])
            assert possible and person.status == how.status
            return
        db.session.rollback()
        assert not (before in how.sources and ago == 0 and on >= db.session.get_one(Person, number).since)

    @rule(number=people, nth=st.integers(0, 5), days=st.integers(0, 1))
    def change_as_possible(self, number: int, nth: int, days: int) -> None:
        """A change that follows from where somebody stands: most of those drawn at random do not."""
        self.days.enter_context(clock.at(clock.now() + timedelta(days=days)))
        status = db.session.get_one(Person, number).status
        if possible := [how for how in MOVEMENTS.values() if status in how.sources]:
            self._change(number, possible[nth % len(possible)], 0)

    @rule(number=people, cell=st.sampled_from(CELLS), asked=st.booleans())
    def transfer(self, number: int, cell: str, asked: bool) -> None:
        """Ask the other union, in either direction."""
        with suppress(WrongStep), write():
            person = db.session.get_one(Person, number)
            if asked:
                stub = Person.register(
                    unit(cell), self.by, "grid_visit", name=person.name, phone="13609162087"
                )
                db.session.flush()
                self.known.append(stub.id)
                Transfer.ask(person.id, stub, self.by, "1", None)
            else:
                Transfer.release(person, unit(cell).lineage()[-2], self.by, "1", None)
            return
        db.session.rollback()
        self.known = [one for one in self.known if db.session.get(Person, one)]

    @rule(nth=st.integers(0, 5), answer=st.sampled_from(["accept", "accept", "refuse", "withdraw"]))
    def answer(self, nth: int, answer: str) -> None:
        waiting = db.session.scalars(
            select(Transfer).where(Transfer.state == "asked").order_by(Transfer.id)
        ).all()
        if not waiting:
            return
        with write():
            transfer = db.session.get_one(Transfer, waiting[nth % len(waiting)].id)
            if answer == "accept":
                to = transfer.to_unit_now
                transfer.accept(
                    self.street,
                    None if to.is_cell else unit({"21": "2110", "210": "212", "22": "221"}[to.code]),
                )
            elif answer == "refuse":
                transfer.refuse(self.street, "还在这里上班")
            else:
                transfer.withdraw(self.street)

    @rule(days=st.sampled_from([1, 400, -2, -2]))
    def wait(self, days: int) -> None:
        self.days.enter_context(clock.at(clock.now() + timedelta(days=days)))

    @rule(number=consumes(people))
    def lose_sight(self, number: int) -> None:
        """Nobody touches the person again; the invariants go on."""

    def _do(self, number: int, verb: Any, *only_from: str) -> None:
        with suppress(WrongStep), write():
            person = db.session.get_one(Person, number)
            before = person.status
            verb(person)
            assert before in only_from
            return
        db.session.rollback()
        assert db.session.get_one(Person, number).status not in only_from or _asked_for(number)

    @invariant()
    def each_person_has_one_line(self) -> None:
        db.session.rollback()
        for number in getattr(self, "known", ()):
            person = db.session.get_one(Person, number)
            open_now = [span for span in person.memberships if span.until_on is None]
            assert len(open_now) <= 1
            none = "merged" if person.merged_into_id else "known"
            assert person.status == (open_now[0].status if open_now else none)
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
            try:
                self._members_of_a_day_are_those_of_an_earlier_one_and_who_came_less_who_went()
            finally:
                self.days.close()

    def _members_of_a_day_are_those_of_an_earlier_one_and_who_came_less_who_went(self) -> None:
        db.session.rollback()
        latest = db.session.scalar(select(func.max(Membership.from_on))) or clock.today()
        days = sorted({self.begun - timedelta(days=1), self.begun, latest - timedelta(days=1), latest})
        spans, people = db.session.scalars(select(Membership)).all(), db.session.scalars(select(Person)).all()
        for place in (unit(code) for code in UNITS):
            for since, until in pairwise(days):
                told = balance(place, since, until)
                assert told.after == told.before + told.net, (place.code, since, until, told)
                assert (told.before, told.after) == (
                    _by_hand(spans, place, since),
                    _by_hand(spans, place, until),
                )
            # The members of today by their spans are those the register shows, at each level.
            now = [one.status for one in people if one.unit.path.startswith(place.path)]
            for status in ("active", "retained"):
                assert members_on(place, latest, status) == now.count(status)


def _asked_for(number: int) -> bool:
    """Their membership is asked for under this file: nobody lets them in anew meanwhile."""
    waits = select(Transfer.id).where(Transfer.known_as_id == number, Transfer.state == "asked")
    return db.session.scalar(waits) is not None


def _by_hand(spans: Sequence[Membership], place: Unit, day: date) -> int:
    """Who is a member on a day, span by span."""
    held = [span for span in spans if span.status == "active" and span.unit.path.startswith(place.path)]
    return len(
        [span for span in held if span.from_on <= day and (span.until_on is None or day < span.until_on)]
    )


def _count(cell: int, status: str) -> int:
    counted = select(func.count()).select_from(Person).where(Person.unit_id == cell, Person.status == status)
    return int(db.session.scalar(counted) or 0)


@pytest.fixture
def quiet(lifted: Flask) -> Iterator[Flask]:
    yield lifted
    db.session.rollback()


def test_at_any_time_a_person_has_one_standing_and_a_history_without_overlaps(quiet: Flask) -> None:
    machine = settings(
        max_examples=some(14),
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
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
