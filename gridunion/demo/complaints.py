"""Complaints of a cell of the demo, with their events and the words that were promised."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from gridunion.complaints.life import DISPUTES, OPEN
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.readers import Reader
from gridunion.complaints.records import ComplaintEvent
from gridunion.db import keyring
from gridunion.demo.days import DAY, Days
from gridunion.demo.outcomes import Outcome, outcome
from gridunion.demo.people import Known
from gridunion.demo.plots import Case, Event, Plots
from gridunion.demo.pools import ASKED
from gridunion.demo.town import Mood, Place, Staff
from gridunion.exchange.bulk import new_uids

COMPLAINT = (
    "id", "uid", "unit_id", "number", "person_id", "employer_id", "complainant_sealed", "can_be_told", "text_sealed",
    "kind",
    "category",
    "channel", "outside_number", "urgent", "people", "sealed", "state", "handler_id", "recorded_by_id",
    "happened_at",
    "recorded_at", "accept_due_at", "accepted_at", "due_at", "resolved_at", "first_due_at",
    "first_resolved_at", "result", "mediated_on",
    "confirmed_at",
    "call_due_at", "calls", "answer", "closed_at", "reopened", "grade", "remind_at", "street_at", "alarm",
)  # fmt: skip
EVENT = (
    "uid", "complaint_id", "unit_id", "step", "before", "after", "actor_id", "actor", "role", "reason",
    "words_sealed",
    "told", "sealed", "happened_at", "recorded_at",
)  # fmt: skip
PROMISE = ("complaint_id", "unit_id", "due_at", "told_at", "sealed")
READER = ("complaint_id", "account_id")
TABLES = {
    "complaint": (Complaint, COMPLAINT), "event": (ComplaintEvent, EVENT), "promise": (ReplyDue, PROMISE),
    "reader": (Reader, READER),
}  # fmt: skip
CHANNELS = ("visit",) * 6 + ("walk_in",) * 3 + ("phone",) * 5 + ("hotline",) * 2 + ("online",) * 2 + ("box",)
RECEIVED = {"visit": "visit", "walk_in": "shown", "phone": "phone"}
SEALED, URGENT = 0.003, 0.02
MOST_SEALED = 10_000  # numbers drawn for them
KINDS = [row[0] for row in ASKED]
SHARES = [row[1] for row in ASKED]
SAID = {row[0]: row[2] for row in ASKED}


def _numbers_drawn() -> Iterator[int]:
    """For sealed cases; drawn apart, so that a seed goes on making the same people."""
    return iter(Random(MOST_SEALED).sample(range(100_000, 1_000_000), MOST_SEALED))  # noqa: S311


class Complaints:
    def __init__(self, rng: Random, days: Days, each: float, past: int) -> None:
        self.rng, self.random, self.days, self.each, self.past = rng, rng.random, days, each, past
        self.plots = Plots(rng, days)
        self.next_id, self.last_number, self._left = 1, 0, 0.0
        self._secret = _numbers_drawn()
        self._turns: dict[int, int] = {}
        self._encrypt = keyring().encrypt

    def of(self, cell: Place, people: list[Known], into: dict[str, list[Any]]) -> None:
        """The complaints of a cell; nobody complains where nobody listens."""
        community = cell.parent
        if community is None or community.staff is None:
            return
        self._left += len(people) * self.each
        count = int(self._left + 1e-6)
        self._left -= count
        for uid in new_uids(count):
            self._complaint(cell, community, people[int(self.random() * len(people))], uid, into)

    def _complaint(
        self, cell: Place, community: Place, person: Known, uid: str, into: dict[str, list[Any]]
    ) -> None:
        kind = self.rng.choices(KINDS, SHARES)[0]
        channel = CHANNELS[int(self.random() * len(CHANNELS))]
        turn = self._turns[community.id] = self._turns.get(community.id, 0) + 1
        late = bool(cell.mood.late_every) and turn % cell.mood.late_every == 0
        case = Case(self._start(cell.mood), kind, cell.mood, late, channel != "box", self.random() < URGENT)
        until = self.days.now - cell.mood.silent_days * DAY
        events = self._past(self.plots.plan(case, RECEIVED.get(channel)), case, until, channel)
        self._write(cell, community, person, uid, case, channel, events, into)

    def _start(self, mood: Mood) -> int:
        span = self.past - mood.silent_days - (8 if mood.settled else 0)
        return self.days.sometime(
            self.days.today - self.past + int(self.random() * (span + 1)),
            self.days.now - mood.silent_days * DAY,
        )

    def _past(self, events: list[Event], case: Case, until: int, channel: str) -> list[Event]:
        """What has happened by now. Where all is settled, a story that is not is one that began earlier."""
        while case.mood.settled and events[-1].at > until:
            case.start -= 5 * DAY
            events = self.plots.plan(case, RECEIVED.get(channel))
        return [event for event in events if event.at <= until]

    def _write(
        self, cell: Place, community: Place, person: Known, uid: str, case: Case, channel: str,
        events: list[Event],
        into: dict[str, list[Any]],
    ) -> None:  # fmt: skip
        category, said = self.rng.choice(SAID[case.kind])
        sealed = int(self.random() < SEALED)
        if sealed:
            category, said = "harassment", "班组长多次发骚扰信息，希望保密处理"
        number, self.next_id = self.next_id, self.next_id + 1
        self.last_number += not sealed
        hands, text = self._hands(cell, community), self.days.text
        named = case.told and not sealed
        start, stands = text(case.start), outcome(case, events, self.days)
        into["complaint"].append((
            number, uid, cell.id, -next(self._secret) if sealed else self.last_number, person.id if named else None,
            person.employer[0] if person.employer and named else None,
            self._who(person if case.told else None, uid), int(case.told),
            self._encrypt(said, f"complaint.text_sealed.{uid}"), case.kind, category, channel,
            f"12351-{number:07d}" if channel == "hotline" else None, int(case.urgent),
            13 if case.kind == "collective_dispute" else 1, sealed, events[-1].after,
            hands["handler"].id if stands.assigned else None, hands["reporter"].id, start, start,
            text(stands.accept_due), text(stands.accepted), text(stands.due), text(stands.resolved),
            text(stands.first_due), text(stands.first_resolved),
            stands.result,
            self._mediated(case, stands), text(stands.confirmed), text(stands.call_due), stands.calls,
            stands.answer,
            text(stands.closed), stands.reopened, "difficult" if case.kind in DISPUTES else "ordinary",
            text(self.days.day_before(stands.due)), text(self.days.workdays(stands.due, self.days.escalate)),
            self._alarm(events[-1].after, stands.due),
        ))  # fmt: skip
        self._tell(cell, number, sealed, events, hands, into)
        if case.told:
            self._promise(cell, number, sealed, events, into)
        for account in {staff.id for staff in hands.values()} if sealed else ():
            into["reader"].append((number, account))

    def _who(self, person: Known | None, uid: str) -> str:
        said = {"name": person and person.name.name, "phone": person and person.phone, "employer": None}
        return self._encrypt(json.dumps(said, ensure_ascii=False), f"complaint.complainant_sealed.{uid}")

    def _alarm(self, state: str, due: int) -> str | None:
        """What the clock said of an open case long ago is not told again."""
        days = self.days
        if state not in OPEN or days.day_before(due) > days.now:
            return None
        passed = (due, days.workdays(due, days.escalate))
        return ("soon", "late", "street")[sum(at < days.now for at in passed)]

    def _mediated(self, case: Case, stands: Outcome) -> str | None:
        done = stands.resolved is not None and self.plots.mediated(case)
        return self.days.date(self.days.of(stands.resolved)) if stands.resolved and done else None

    def _hands(self, cell: Place, community: Place) -> dict[str, Staff]:
        """Who does what: the worker of the cell handles, else the leader, on whom the street calls back."""
        leader = community.staff
        assert leader
        street = community.parent.staff if community.parent else None
        worker = cell.staff or leader
        return {
            "reporter": worker,
            "leader": leader,
            "handler": worker,
            "judge": leader if cell.staff else street or leader,
        }

    def _tell(
        self,
        cell: Place,
        number: int,
        sealed: int,
        events: list[Event],
        hands: dict[str, Staff],
        into: dict[str, list[Any]],
    ) -> None:
        before = ""
        for uid, event in zip(new_uids(len(events)), events, strict=True):
            actor = hands[event.who]
            words = hands["handler"].name if event.step == "assign" else event.words
            at = self.days.text(event.at)
            into["event"].append((
                uid, number, cell.id, event.step, before, event.after, actor.id, actor.name, actor.role,
                event.reason,
                self._encrypt(words, f"complaint_event.words_sealed.{uid}") if words else None, event.told,
                sealed, at, at,
            ))  # fmt: skip
            before = event.after

    def _promise(
        self, cell: Place, number: int, sealed: int, events: list[Event], into: dict[str, list[Any]]
    ) -> None:
        """As the model makes promises: one at the start, kept by any word, renewed while the case is open."""
        days, text = self.days, self.days.text
        running: int | None = days.workdays(events[0].at, 3)
        for event in events[1:]:
            if event.told and running:
                into["promise"].append((number, cell.id, text(running), text(event.at), sealed))
                running = None
            if (event.told and event.after in OPEN) or event.step == "reopen":
                running = running or days.days(event.at, 3)
        if running:
            into["promise"].append((number, cell.id, text(running), None, sealed))
