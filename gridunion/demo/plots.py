"""How a complaint goes in the demo: the whole story planned ahead, of which only what is past has
happened."""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from gridunion.complaints.life import CONFIRMED, DISPUTES
from gridunion.demo.days import DAY, Days
from gridunion.demo.pools import PROGRESS, REFUSED, REPLIES, RESULTS
from gridunion.demo.town import Mood

TOLD = ("phone", "phone", "visit", "shown")
ANSWERS = ("satisfied",) * 13 + ("mostly",) * 4 + ("unreachable",) + ("not_satisfied",)
REFUSE, STEPS_IN_BETWEEN, MEDIATE = 0.04, 0.3, 0.92
MOST_REPLIES = 40


class Event(NamedTuple):
    """One step: who takes it is one of reporter, leader, handler, judge."""

    at: int
    step: str
    after: str
    who: str
    told: str | None = None
    words: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Case:
    """What a story is about."""

    start: int
    kind: str
    mood: Mood
    late: bool
    told: bool
    """Somebody can be told."""
    urgent: bool = False


class Plots:
    def __init__(self, rng: Random, days: Days) -> None:
        self.rng, self.random, self.days = rng, rng.random, days

    def plan(self, case: Case, received: str | None) -> list[Event]:
        """All steps from the first report to the last, in order."""
        received = received if case.told else None
        events = [Event(case.start, "register", "registered", "reporter", received)]
        accepted = case.start + 15 + int(self.random() * 150)
        if self.random() < REFUSE and not case.mood.settled:
            reason, door = self.rng.choice(REFUSED)
            return [*events, Event(accepted, "refuse", "refused", "leader", self._told(case), door, reason)]
        assigned = accepted + 1 + int(self.random() * 20)
        events += [
            Event(accepted, "accept", "accepted", "leader"),
            Event(assigned, "assign", "assigned", "leader"),
        ]
        self._work(
            events, case, assigned, self.days.workdays(case.start, 3), self._resolved(case, case.start, 1)
        )
        return self._judge(events, case)

    def _told(self, case: Case) -> str | None:
        return TOLD[int(self.random() * 4)] if case.told else None

    def _resolved(self, case: Case, start: int, share: float) -> int:
        """The moment of the result: in time, or late as is the way of the community."""
        due = self.days.workdays(start, -(-int(self.days.limits[case.kind] * share * 2) // 2) or 1)
        if case.late:
            low, high = case.mood.late_days
            return due + (low + int(self.random() * (high - low + 1))) * DAY - 60 - int(self.random() * 300)
        return start + 200 + int((0.3 + 0.6 * self.random()) * (due - start - 260))

    def _work(self, events: list[Event], case: Case, assigned: int, promised: int, resolved: int) -> None:
        """The handler's part: progress, words to the worker every three days, the result."""
        if self.random() < STEPS_IN_BETWEEN:
            at = assigned + 60 + int(self.random() * 300)
            if at < resolved:
                events.append(
                    Event(at, "progress", "in_progress", "handler", None, self.rng.choice(PROGRESS))
                )
        last = events[-1].at
        for _ in range(MOST_REPLIES if case.told else 0):
            said = (
                promised + DAY
                if case.late and self.random() < 0.6
                else promised - 30 - int(self.random() * 900)
            )
            if max(said, last + 30) >= resolved:
                break
            last = max(said, last + 30)
            words = REPLIES[int(self.random() * len(REPLIES))]
            events.append(Event(last, "reply", "in_progress", "handler", self._told(case), words))
            promised = self.days.days(last, 3)
        result, words = RESULTS[int(self.random() * len(RESULTS))]
        events.append(
            Event(max(resolved, last + 10), "resolve", "resolved", "handler", self._told(case), words, result)
        )

    def _judge(self, events: list[Event], case: Case, again: bool = False) -> list[Event]:
        """Confirmed where it must be, called back, closed or opened once more."""
        at = events[-1].at
        if case.kind in CONFIRMED:
            at += 60 + int(self.random() * 900)
            events.append(Event(at, "confirm", "resolved", "judge"))
        at += 200 + int(self.random() * 2 * DAY)
        answer = "satisfied" if again or case.mood.settled else ANSWERS[int(self.random() * len(ANSWERS))]
        if not case.told:
            answer = "unreachable"
        for turn in range(3 if answer == "unreachable" and case.told else 1):
            at += turn * 400
            events.append(Event(at, "call_back", "resolved", "judge", None, None, answer))
        if answer != "not_satisfied":
            return [*events, Event(at, "close", "closed", "judge")]
        events.append(Event(at, "reopen", "reopened", "judge", None, "本人说钱没有全到，要求接着办"))
        assigned = at + 30 + int(self.random() * 90)
        events.append(Event(assigned, "assign", "assigned", "leader"))
        self._work(events, case, assigned, self.days.days(at, 3), self._resolved(case, at, 0.5))
        return self._judge(events, case, again=True)

    def mediated(self, case: Case) -> bool:
        return case.kind in DISPUTES and self.random() < MEDIATE
