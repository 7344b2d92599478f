"""Random histories of one complaint: five people try whatever they like while others come and go.

A tiny model of the product's table stands here in its own words; the case must follow it step by step.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from gridunion import clock
from gridunion.complaints import readers
from gridunion.complaints.listing import looking
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import db, write
from gridunion.status.models import Standing
from tests.bases import some
from tests.conftest import as_viewer
from tests.test_complaints import account, taken

PEOPLE = ("worker", "neighbor", "leader", "leader2", "supervisor")
HAND = {"assigned", "in_progress"}
OPEN = {"registered", "accepted", "reopened"} | HAND
TABLE = {  # step: from, to
    "accept": ({"registered"}, "accepted"),
    "refuse": ({"registered"}, "refused"),
    "assign": (OPEN, "assigned"),
    "progress": (HAND, "in_progress"),
    "reply": (HAND, "in_progress"),
    "resolve": (HAND, "resolved"),
    "confirm": ({"resolved"}, "resolved"),
    "send_back": ({"resolved"}, "in_progress"),
    "call_back": ({"resolved"}, "closed"),
    "reopen": ({"resolved", "closed", "refused", "withdrawn"}, "reopened"),
    "urge": (OPEN, None),
    "heard": ({"withdrawn"}, None),
}
OWN = {  # what the worker does without an account: from
    "add": OPEN | {"resolved"},
    "rate": {"resolved", "closed"},
    "withdraw": OPEN,
    "reopen": {"resolved", "closed", "refused"},
}
WORDS = "说清楚了办到哪一步"


@dataclass
class Model:
    """What should be true of the case, and who is there."""

    named: bool
    confirms: bool
    state: str = "registered"
    hand: str = ""
    events: int = 1
    reopened: int = 0
    confirmed: bool = False
    tries: int = 0
    rated: bool = False
    spoke: bool = False
    written: bool = False
    here: set[str] = field(default_factory=lambda: {"worker", "leader"})

    def whose(self, name: str) -> set[str]:
        """Who may take a step, whatever the state."""
        office = {"supervisor"} | (self.here & {"leader"})
        decides = {"leader"} if "leader" in self.here and self.reopened < 2 else {"supervisor"}
        if name in ("accept", "refuse", "assign"):
            return decides
        if name in ("progress", "reply", "resolve"):
            return self.here & {self.hand}
        if name in ("confirm", "send_back", "call_back"):
            return {"supervisor"} if self.hand == "leader" else decides
        return office - {self.hand} if name == "urge" else office

    def follows(self, name: str) -> bool:
        """Whether a step may follow now, whoever takes it."""
        if name in ("confirm", "send_back"):
            return self.state == "resolved" and self.confirms and not self.confirmed
        if name == "heard" and not self.spoke:
            return False
        if name == "call_back" and self.confirms and not self.confirmed:
            return False
        return self.state in TABLE[name][0]

    def next(self) -> str:
        """The step that leads on."""
        on = ("confirm", "call_back", "resolve", "assign", "reopen")
        return next(name for name in on if self.follows(name) and self.whose(name))

    def allows(self, name: str, who: str, to: str, told: str | None) -> bool:
        if name == "assign" and to not in self.here:
            return False
        if name in ("reply", "refuse", "resolve") and self.named and not told:
            return False
        return self.follows(name) and who in self.whose(name)

    def take(self, name: str, to: str, answer: str) -> None:
        """What the step makes of the case."""
        self.events += 1 + (name == "assign" and self.state == "registered")
        self.spoke, self.written = False, self.written or name in ("reply", "resolve", "refuse")
        if name == "call_back":
            self._ask(answer)
        else:
            self.state = TABLE[name][1] or self.state
        if name == "assign":
            self.hand = to
        if name == "confirm":
            self.confirmed = True
        if name == "reopen":
            self._again()

    def _ask(self, answer: str) -> None:
        self.tries += 1
        if answer == "unreachable" and self.named and self.tries < 3:
            return
        self.events += 1
        self.state = "closed"
        if answer == "not_satisfied":
            self._again()

    def _again(self) -> None:
        self.state, self.confirmed, self.tries, self.rated = "reopened", False, 0, False
        self.reopened += 1

    def allows_own(self, name: str) -> bool:
        """Whether the worker may take a step; opening the case again, twice in all."""
        over = {"rate": self.rated, "reopen": self.reopened > 1}
        return self.state in OWN[name] and not over.get(name, False)

    def take_own(self, name: str, answer: str) -> None:
        self.events += 1
        again = name == "rate" and answer == "not_satisfied" and self.allows_own("reopen")
        self.rated = self.rated or name == "rate"
        if name == "withdraw":
            self.state, self.spoke = "withdrawn", True
        if again or name == "reopen":
            self.events += again
            self._again()


SAID = st.fixed_dictionaries(
    {
        "to": st.sampled_from(["worker", "worker", "leader", "neighbor"]),
        "answer": st.sampled_from(["satisfied", "not_satisfied", "unreachable"]),
        "told": st.sampled_from(["phone", "visit", None]),
        "hours": st.integers(0, 30),
    }
)


class Histories(RuleBasedStateMachine):
    @initialize(
        category=st.sampled_from(["wages", "welfare", "hardship", "harassment"]),
        people=st.sampled_from([1, 4, 12]),
        named=st.booleans(),
    )
    def begin(self, category: str, people: int, named: bool) -> None:
        db.session.rollback()
        self.now = datetime(2026, 11, 19, 4, tzinfo=UTC)
        self.model = Model(named, category in ("wages", "hardship") or people >= 10)
        self._post()
        name, phone = ("马小军", "13809165520") if named else (None, None)
        with clock.at(self.now):
            self.case = taken(name=name, phone=phone, category=category, people=people)
        self.due = self.case.due_at

    def _post(self) -> None:
        """Make the postings as the model has them."""
        with write():
            for login in ("worker", "leader"):
                posting = account(login).postings[0]
                posting.until_on = None if login in self.model.here else clock.today()
            if hasattr(self, "case"):
                readers.let_judges_read(self.case)
        self.people = {login: as_viewer(login) for login in PEOPLE}

    @rule(name=st.sampled_from(sorted(TABLE)), who=st.sampled_from(PEOPLE), said=SAID)
    def anybody_tries_anything(self, name: str, who: str, said: dict[str, Any]) -> None:
        self._try(name, who, said)

    @rule(which=st.integers(0, 99), said=SAID)
    def somebody_does_what_may_be_done(self, which: int, said: dict[str, Any]) -> None:
        names = [name for name in TABLE if self.model.follows(name) and self.model.whose(name)]
        self._do(names[which % len(names)], said)

    @rule(said=SAID)
    def the_case_goes_on(self, said: dict[str, Any]) -> None:
        self._do(self.model.next(), said)

    def _do(self, name: str, said: dict[str, Any]) -> None:
        who = sorted(self.model.whose(name))[0]
        to = said["to"] if said["to"] in self.model.here else next(iter(self.model.here), "worker")
        self._try(name, who, said | {"told": said["told"] or "shown", "to": to})

    @rule(name=st.sampled_from(["add", "rate", "rate", "reopen", "withdraw"]), happy=st.booleans())
    def the_worker_does_something_by_number_and_code(self, name: str, happy: bool) -> None:
        answer, case = "satisfied" if happy else "not_satisfied", self.case
        verbs: dict[str, Any] = {
            "add": lambda: case.add(WORDS),
            "rate": lambda: case.rate(answer, WORDS),
            "reopen": lambda: case.reopen_own(WORDS),
            "withdraw": lambda: case.withdraw(WORDS),
        }
        with clock.at(self.now):
            assert (name in case.own_steps()) == self.model.allows_own(name)
            try:
                with write():
                    verbs[name]()
            except OutOfTurn:
                db.session.refresh(case)
                assert not self.model.allows_own(name), (name, self.model)
                return
            assert self.model.allows_own(name), (name, self.model)
            self.model.take_own(name, answer)
            self.due = case.due_at
            self._look_at_the_board()

    @rule()
    def the_worker_looks(self) -> None:
        with clock.at(self.now), write():
            self.case.see()
        self.model.events += self.model.written
        self.model.written = False

    @rule(login=st.sampled_from(["worker", "leader", "", "", "", ""]))
    def somebody_leaves_or_comes_back(self, login: str) -> None:
        if login:
            self.model.here ^= {login}
            with clock.at(self.now):
                self._post()

    def _try(self, name: str, who: str, said: dict[str, Any]) -> None:
        self.now += timedelta(hours=said["hours"])
        model, by = self.model, self.people[who]
        with clock.at(self.now):
            try:
                with write():
                    self._take(name, by, **said)
            except (OutOfTurn, NotYours):
                db.session.refresh(self.case)
                assert not model.allows(name, who, said["to"], said["told"]), (name, who, model)
                return
            assert model.allows(name, who, said["to"], said["told"]), (name, who, model)
            again = model.reopened
            model.take(name, said["to"], said["answer"])
            assert (self.case.due_at != self.due) <= (model.reopened > again), "only reopening moves a limit"
            self.due = self.case.due_at
            self._look_at_the_board()

    def _take(self, name: str, by: Any, to: str, answer: str, told: str | None, hours: int) -> None:
        case = self.case
        said: dict[str, Any] = {
            "accept": lambda: case.accept(by, told),
            "refuse": lambda: case.refuse(by, "court", WORDS, told),
            "assign": lambda: case.assign(account(to), by),
            "progress": lambda: case.progress(by, WORDS, told),
            "reply": lambda: case.reply(by, WORDS, told or ""),
            "resolve": lambda: case.resolve(by, WORDS, "solved", told),
            "confirm": lambda: case.confirm(by),
            "send_back": lambda: case.send_back(by, WORDS),
            "call_back": lambda: case.call_back(by, answer, WORDS),
            "reopen": lambda: case.reopen(by, WORDS),
            "urge": lambda: case.urge(by),
            "heard": lambda: case.heard(by),
        }
        said[name]()

    def _look_at_the_board(self) -> None:
        """The stored figures of the cell are what counting its records gives."""
        there = select(Complaint).where(Complaint.unit_id == self.case.unit_id, Complaint.sealed.is_(False))
        cases = [case for case in db.session.scalars(there) if case.state in OPEN]
        late = sum(case.due_at < clock.now() for case in cases)
        figures = select(Standing.open, Standing.overdue).where(Standing.unit_id == self.case.unit_id)
        assert db.session.execute(figures).one() == (len(cases), late)

    @invariant()
    def the_case_is_as_the_model_says(self) -> None:
        if hasattr(self, "case"):
            case, model = self.case, self.model
            seen = (case.state, len(case.events), case.reopened, case.handler.login if case.handler else "")
            assert seen == (model.state, model.events, model.reopened, model.hand)
            assert (case.rating is not None) == model.rated
            with clock.at(self.now):
                assert case.lost_its_hand == (case.state in HAND and model.hand not in model.here)

    @invariant()
    def the_story_has_no_gap_and_says_who(self) -> None:
        state = ""
        for told in self.case.events if hasattr(self, "case") else ():
            own = told.actor_id is None and told.step in (*OWN, "see")
            assert told.before == state and (own or (told.actor and told.role)) and told.recorded_at
            state = told.after

    @invariant()
    def nothing_closes_without_a_word_to_the_worker_and_a_call_back(self) -> None:
        if hasattr(self, "case") and self.case.state == "closed":
            events = [event for event in self.case.events if event.step not in ("rate", "see")]
            result = [event for event in events if event.step == "resolve"][-1]
            assert (result.told or not self.model.named) and result.words
            assert [event.step for event in events[-2:]] == ["call_back", "close"] and self.case.answer

    @invariant()
    def the_handler_never_judges_himself(self) -> None:
        hand = ""
        for event in self.case.events if hasattr(self, "case") else ():
            hand = event.words if event.step == "assign" else hand
            if event.step in ("confirm", "send_back", "call_back", "close", "urge"):
                assert event.actor != hand

    @invariant()
    def the_worker_is_always_owed_a_word_while_the_case_is_open(self) -> None:
        if hasattr(self, "case"):
            owed = select(ReplyDue).where(ReplyDue.complaint_id == self.case.id, ReplyDue.told_at.is_(None))
            assert len(db.session.scalars(owed).all()) == (self.model.state in OPEN and self.model.named)

    @invariant()
    def somebody_who_sees_the_case_can_go_on_with_it(self) -> None:
        if hasattr(self, "case") and self.model.state not in ("closed", "refused", "withdrawn"):
            turns = {"assign", "resolve", "confirm", "call_back"}
            names = [name for name in turns if self.model.follows(name)]
            able = {login for name in names for login in self.model.whose(name)}
            with clock.at(self.now):
                assert any(self._sees(login) for login in able), (self.model, able)

    def _sees(self, login: str) -> bool:
        with looking(self.people[login], "see complaints"):
            return db.session.scalar(select(Complaint.id).where(Complaint.id == self.case.id)) is not None


def test_whoever_does_whatever_a_case_keeps_to_its_table(lifted: Flask) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Histories,
        settings=settings(
            max_examples=some(25),
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # each example costs a moment: what fails is told as it was found
        ),
    )
