"""Random histories of one complaint: five people try whatever they like while others come and go.

A tiny model of the product's table stands here in its own words; the case must follow it step by step.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from gridunion import clock
from gridunion.calendar import after_workdays
from gridunion.complaints import readers
from gridunion.complaints.listing import looking
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.rounds import make_round
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import db, write
from gridunion.status.models import Standing
from tests.bases import some
from tests.conftest import as_viewer
from tests.test_complaints import account, taken

PEOPLE = ("worker", "neighbor", "leader", "leader2", "supervisor")
WORK = {"assigned", "in_progress"}
STILL = {"awaiting_worker", "mediating", "referred"}
HAND = WORK | STILL
WAIT = {"registered", "accepted", "returned", "escalated", "reopened"}
OPEN = WAIT | HAND
ENDED = {"closed", "refused", "withdrawn"}
TABLE = {  # step: from, to
    "accept": ({"registered"}, "accepted"),
    "refuse": ({"registered"}, "refused"),
    "assign": (WAIT | WORK, "assigned"),
    "give_back": ({"assigned"}, "returned"),
    "progress": (WORK, "in_progress"),
    "reply": (WORK, "in_progress"),
    "pause": (WORK, "awaiting_worker"),
    "resume": ({"awaiting_worker", "referred"}, "in_progress"),
    "mediate": (WORK, "mediating"),
    "minutes": ({"mediating"}, None),
    "end_mediation": ({"mediating"}, "in_progress"),
    "extend": (WORK, None),
    "escalate": ({"accepted", "returned", "reopened"} | WORK, "escalated"),
    "refer": (WORK, "referred"),
    "review": ({"referred"}, None),
    "merge": (WAIT | WORK, "merged"),
    "separate": ({"merged"}, "accepted"),
    "withdraw": (OPEN, "withdrawn"),
    "resolve": (WORK, "resolved"),
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
DECIDED = {
    "accept", "refuse", "assign", "mediate", "minutes", "end_mediation", "extend", "escalate", "refer", "merge",
    "separate",
}  # fmt: skip
HANDLED = {"progress", "reply", "resolve", "give_back", "pause"}
JUDGED = {"confirm", "send_back", "call_back"}
TOLD = {"reply", "refuse", "resolve", "pause", "mediate", "end_mediation", "extend", "refer", "merge"}
LETS_GO = {"give_back", "escalate", "separate"}
MOVES_BOTH = {"accept", "assign", "pause", "resume", "mediate", "end_mediation", "refer", "review"}
BY_ITSELF = {"remind", "overdue", "raise", "resume"}
WORDS = "说清楚了办到哪一步"


@dataclass
class Model:
    """What should be true of the case, and who is there."""

    named: bool
    confirms: bool
    dispute: bool = False
    sealed: bool = False
    state: str = "registered"
    hand: str = ""
    events: int = 1
    reopened: int = 0
    confirmed: bool = False
    tries: int = 0
    escalated: bool = False
    lies_long: bool = False
    returnable: bool = False
    too_late: bool = False
    extended: int = 0
    times: Counter[str] = field(default_factory=Counter)
    rated: bool = False
    spoke: bool = False
    written: bool = False
    here: set[str] = field(default_factory=lambda: {"worker", "leader"})

    def decides(self) -> set[str]:
        """The leader, or the street: in her place, when asked to, the second time, and when it lies too long."""
        led = "leader" in self.here and self.reopened < 2 and not self.escalated
        late = {"supervisor"} if self.lies_long and self.state in OPEN else set()
        return late | ({"leader"} if led else {"supervisor"})

    def whose(self, name: str) -> set[str]:
        """Who may take a step, whatever the state."""
        office = {"supervisor"} | (self.here & {"leader"})
        if name == "escalate":
            return set() if self.escalated or self.reopened > 1 else self.decides() - {"supervisor"}
        if (name == "extend" and self.times["extend"]) or (name == "reopen" and self.too_late):
            return {"supervisor"}
        if name in DECIDED:
            return self.decides()
        if name in HANDLED:
            return self.here & {self.hand}
        if name in JUDGED:
            return {"supervisor"} if self.hand == "leader" else self.decides()
        if name in ("resume", "review", "withdraw"):
            return self.decides() | (self.here & {self.hand} if self.state in HAND else set())
        return office - {self.hand} if name == "urge" else office

    def follows(self, name: str) -> bool:
        """Whether a step may follow now, whoever takes it."""
        if name in ("confirm", "send_back"):
            return self.state == "resolved" and self.confirms and not self.confirmed
        if name == "heard" and not self.spoke:
            return False
        if name == "call_back" and self.confirms and not self.confirmed:
            return False
        asks = {
            "give_back": self.returnable and not self.times["give_back"],
            "pause": self.times["pause"] < 2,
            "mediate": self.dispute,
            "extend": self.extended < 15,
            "merge": not self.sealed,
        }
        return self.state in TABLE[name][0] and asks.get(name, True)

    def next(self) -> str:
        """The step that leads on."""
        on = ("confirm", "call_back", "resolve", "assign", "resume", "end_mediation", "separate", "reopen")
        return next(name for name in on if self.follows(name) and self.whose(name))

    def allows(self, name: str, who: str, said: dict[str, Any]) -> bool:
        if name == "assign" and said["to"] not in self.here:
            return False
        if name == "extend" and said["days"] > (15 - self.extended if self.times["extend"] else 5):
            return False
        if name in TOLD and self.named and not said["told"]:
            return False
        return self.follows(name) and who in self.whose(name)

    def take(self, name: str, said: dict[str, Any]) -> None:
        """What the step makes of the case."""
        self.events += 1 + (name == "assign" and self.state == "registered")
        self.times[name] += 1
        self.spoke, self.written = False, self.written or name in ("reply", "resolve", "refuse")
        if name == "call_back":
            self._ask(said["answer"])
        else:
            self.state = TABLE[name][1] or self.state
        if name == "assign":
            self.hand = said["to"]
        if name in LETS_GO:
            self.hand = ""
        self.escalated |= name == "escalate"
        self.extended += said["days"] if name == "extend" else 0
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
        over = {"rate": self.rated or self.too_late, "reopen": self.reopened > 1 or self.too_late}
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
        "days": st.sampled_from([5, 10]),
        "grade": st.sampled_from([None, "ordinary", "difficult"]),
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
        dispute = (category == "wages" or people >= 10) and category != "hardship"
        sealed = category == "harassment"
        self.model = Model(named, dispute or category == "hardship", dispute, sealed)
        self._post()
        name, phone = ("马小军", "13809165520") if named else (None, None)
        with clock.at(self.now):
            self.case = taken(name=name, phone=phone, category=category, people=people)
            self.main = taken(name="孙倩", category="welfare")
            with write():
                self.main.accept(as_viewer("leader"), "phone")
        self.limits = self.case.due_at, self.case.first_due_at

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
            "withdraw": lambda: case.withdraw_own(WORDS),
        }
        with clock.at(self.now):
            self._tell_the_time()
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
            self.limits = case.due_at, case.first_due_at
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

    @rule(hours=st.integers(0, 200))
    def the_clock_makes_its_round(self, hours: int) -> None:
        """Once or twice, late or in time: what it writes down was so."""
        self.now += timedelta(hours=hours)
        with clock.at(self.now):
            waited = self.case.wait_until if self.case.state == "awaiting_worker" else None
            for added in (True, False):
                before = len(self.case.events)
                make_round()
                db.session.refresh(self.case)
                new = self.case.events[before:]
                assert (added or not new) and {event.step for event in new} <= BY_ITSELF
                self.model.events += len(new)
            assert waited is None or (self.case.wait_until is None) == (waited < self.now)
        if waited and waited < self.now:
            self.model.state = "in_progress"

    def _try(self, name: str, who: str, said: dict[str, Any]) -> None:
        self.now += timedelta(hours=said["hours"])
        model, by = self.model, self.people[who]
        with clock.at(self.now):
            self._tell_the_time()
            try:
                with write():
                    self._take(name, by, said)
            except (OutOfTurn, NotYours):
                db.session.refresh(self.case)
                assert not model.allows(name, who, said), (name, who, model)
                return
            assert model.allows(name, who, said), (name, who, model)
            again = model.reopened
            model.take(name, said)
            self._look_at_the_limits(name, model.reopened > again)
            self._look_at_the_board()

    def _tell_the_time(self) -> None:
        """What the model cannot know without a clock."""
        case = self.case
        self.model.lies_long = after_workdays(case.due_at, 2) < self.now
        given = [event.happened_at for event in case.events if event.step == "assign"]
        self.model.returnable = bool(given) and after_workdays(given[-1], 1) >= self.now
        ended = case.resolved_at or case.closed_at or self.now
        self.model.too_late = clock.local(self.now).date() - clock.local(ended).date() > timedelta(days=30)

    def _look_at_the_limits(self, name: str, again: bool) -> None:
        """More time and a new beginning move the limit of a case, and never the one it is judged by."""
        due, first = self.limits
        self.limits = self.case.due_at, self.case.first_due_at
        if name not in MOVES_BOTH:
            assert self.case.first_due_at == first, name
            assert (self.case.due_at != due) <= (again or name == "extend"), name

    def _take(self, name: str, by: Any, given: dict[str, Any]) -> None:
        case, told = self.case, given["told"]
        said: dict[str, Any] = {
            "accept": lambda: case.accept(by, told, given["grade"]),
            "refuse": lambda: case.refuse(by, "court", WORDS, told),
            "assign": lambda: case.assign(account(given["to"]), by),
            "give_back": lambda: case.give_back(by, WORDS),
            "progress": lambda: case.progress(by, WORDS, told),
            "reply": lambda: case.reply(by, WORDS, told),
            "pause": lambda: case.pause(by, WORDS, told),
            "resume": lambda: case.resume(by, WORDS),
            "mediate": lambda: case.mediate(by, WORDS, told),
            "minutes": lambda: case.minutes(by, WORDS),
            "end_mediation": lambda: case.end_mediation(by, "not_agreed", WORDS, told),
            "extend": lambda: case.extend(by, given["days"], WORDS, told),
            "escalate": lambda: case.escalate(by, WORDS),
            "refer": lambda: case.refer(by, "legal_aid", WORDS, told),
            "review": lambda: case.review(by, WORDS, told),
            "merge": lambda: case.merge(by, self.main, told),
            "separate": lambda: case.separate(by),
            "withdraw": lambda: case.withdraw(by, WORDS),
            "resolve": lambda: case.resolve(by, WORDS, "solved", told),
            "confirm": lambda: case.confirm(by),
            "send_back": lambda: case.send_back(by, WORDS),
            "call_back": lambda: case.call_back(by, given["answer"], WORDS),
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
                assert case.lost_its_hand == (case.state in WORK and model.hand not in model.here)

    @invariant()
    def the_story_has_no_gap_and_says_who(self) -> None:
        state = ""
        for told in self.case.events if hasattr(self, "case") else ():
            own = told.actor_id is None and told.step in (*OWN, "see")
            assert told.before == state and told.recorded_at
            assert own or (told.actor and told.role) or told.step in BY_ITSELF
            state = told.after

    @invariant()
    def what_has_a_limit_keeps_to_it(self) -> None:
        if hasattr(self, "case"):
            steps = Counter(event.step for event in self.case.events)
            more = [int(event.reason) for event in self.case.events if event.step == "extend"]
            assert steps["pause"] <= 2 and steps["give_back"] <= 1 and sum(more) <= 15

    @invariant()
    def a_story_only_grows(self) -> None:
        events = self.case.events if hasattr(self, "case") else []
        noted = [(event.id, event.recorded_at) for event in events]
        known, self.known = getattr(self, "known", []), noted
        assert noted[: len(known)] == known and noted == sorted(noted)

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
            hand = event.words if event.step == "assign" else "" if event.step in LETS_GO else hand
            if event.step in ("confirm", "send_back", "call_back", "close", "urge"):
                assert event.actor != hand

    @invariant()
    def the_worker_is_always_owed_a_word_while_the_case_is_open(self) -> None:
        if hasattr(self, "case"):
            owed = select(ReplyDue).where(ReplyDue.complaint_id == self.case.id, ReplyDue.told_at.is_(None))
            goes_on = self.model.state in OPEN | {"merged"}
            assert len(db.session.scalars(owed).all()) == (goes_on and self.model.named), self.model

    @invariant()
    def somebody_who_sees_the_case_can_go_on_with_it(self) -> None:
        if hasattr(self, "case") and self.model.state not in ENDED:
            turns = {"assign", "resolve", "confirm", "call_back", "resume", "end_mediation", "separate"}
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
            max_examples=some(20),
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # each example costs a moment: what fails is told as it was found
        ),
    )
