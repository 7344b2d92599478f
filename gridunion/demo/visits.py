"""Visits made and visits due, in a cell of the demo."""

from random import Random
from typing import Any

from gridunion import settings
from gridunion.demo.days import SHANGHAI, Days
from gridunion.demo.people import Known
from gridunion.demo.pools import VISIT_NOTES
from gridunion.demo.town import Place, Staff
from gridunion.exchange.bulk import new_uids
from gridunion.visits.due import DueVisit
from gridunion.visits.life import REACHED
from gridunion.visits.models import Visit

VISIT = (
    "id", "uid", "unit_id", "person_id", "due_visit_id", "visitor_id", "visitor_name", "kind", "outcome",
    "findings",
    "note", "needs", "measures", "happened_at", "recorded_at",
)  # fmt: skip
DUE = (
    "id", "uid", "unit_id", "person_id", "trigger", "must", "event_on", "due_at", "state", "done_at", "settled_by_id",
    "recorded_by_id", "recorded_at",
)  # fmt: skip
TABLES = {"due_visit": (DueVisit, DUE), "visit": (Visit, VISIT)}
TRIGGERS = (
    "hospital",
    "hospital",
    "family_dispute",
    "low_mood",
    "bereavement",
    "celebration",
    "hardship",
    "wage_dispute",
)
OUTCOMES = ("met",) * 7 + ("phone",) * 2 + ("family", "not_home", "not_home")
FINDINGS = ('["fine"]',) * 7 + ('["changed"]',)
NEEDS = (None, '["medical"]', None, None, '["job"]', None, '["insurance", "legal"]')
MEASURES = (None, '["explained"]', None, '["gift"]', '["referred"]', None, '["explained", "promised"]')
AFTER = 25  # minutes between a visit and the note about it
MUST = 0.13  # of those who were reached: somebody had to go


class Visits:
    def __init__(self, rng: Random, days: Days, each: float, waiting: float) -> None:
        self.random, self.days, self.waiting = rng.random, days, waiting
        self.counts = [max(0, round(each * share / 3)) for share in (0, 1, 2, 2, 3, 3, 4, 4, 5, 6)]
        triggers = settings.codes("visit_trigger")
        self.limits = {entry.code: int(entry.tags["days"]) for entry in triggers}
        self.must = {entry.code: bool(entry.tags.get("must")) for entry in triggers}
        self.next_id = self.next_due = 1
        self._judged: dict[int, int] = {}

    def of(self, cell: Place, person: Known, into: dict[str, list[Any]]) -> tuple[int, int | None]:
        """A person's visits; gives back when somebody last saw them, and by when somebody should."""
        seen, days = person.recorded, self.days
        staff = cell.staff or (cell.parent.staff if cell.parent else None)
        if staff is None:
            return seen, None
        latest = days.today - (cell.mood.silent_days or (2 if cell.mood.settled else 0))
        since = days.of(person.recorded)
        for uid in new_uids(self.counts[int(self.random() * 10)]):
            at = days.sometime(since + int(self.random() * (latest - since + 1)), days.now - 1)
            seen = max(seen, self._visit(cell, staff, person, at, uid, into))
        quiet = cell.mood.settled or cell.mood.silent_days or person.status != "active"
        return seen, None if quiet or self.random() > self.waiting else self._waiting(cell, person, into)

    def _visit(
        self, cell: Place, staff: Staff, person: Known, at: int, uid: str, into: dict[str, list[Any]]
    ) -> int:
        """Returns when the person was seen, if so."""
        random = self.random
        outcome = OUTCOMES[int(random() * 12)]
        reached = outcome in REACHED
        number, self.next_id = self.next_id, self.next_id + 1
        due = self._settled(cell, person, at, number, into) if reached and random() < MUST else None
        into["visit"].append((
            number, uid, cell.id, person.id, due, staff.id, staff.name, "must_visit" if due else "routine",
            outcome,
            FINDINGS[int(random() * 8)] if reached else "[]",
            VISIT_NOTES[int(random() * 12)] or None if reached else None,
            NEEDS[number % len(NEEDS)] if reached else None, MEASURES[number % len(MEASURES)] if reached else None,
            self.days.text(at), self.days.text(min(at + int(random() * AFTER), self.days.now)),
        ))  # fmt: skip
        return at if reached else 0

    def _settled(self, cell: Place, person: Known, at: int, visit: int, into: dict[str, list[Any]]) -> int:
        """The due visit that a visit settled, in time or late as is the way of the community."""
        trigger = TRIGGERS[int(self.random() * 8)]
        limit, day = self.limits[trigger], self.days.of(at)
        event = day - int(self.random() * limit)
        if self._late(cell):
            event = day - limit - 4 - int(self.random() * 3)
        return self._due(cell, person, trigger, event, ("done", self.days.text(at), visit), into)

    def _late(self, cell: Place) -> bool:
        community = cell.parent.id if cell.parent else 0
        turn = self._judged[community] = self._judged.get(community, 0) + 1
        return bool(cell.mood.late_every) and turn % cell.mood.late_every == 0

    def _waiting(self, cell: Place, person: Known, into: dict[str, list[Any]]) -> int:
        """Something happened lately and nobody went yet."""
        trigger = TRIGGERS[int(self.random() * 8)]
        since = int(self.random() * 2) + (self.limits[trigger] + 5 if self._late(cell) else 0)
        event = max(self.days.today - since, self.days.of(person.recorded))
        self._due(cell, person, trigger, event, ("open", None, None), into)
        return self._deadline(trigger, event)

    def _due(
        self,
        cell: Place,
        person: Known,
        trigger: str,
        event: int,
        state: tuple[Any, ...],
        into: dict[str, Any],
    ) -> int:
        number, self.next_due = self.next_due, self.next_due + 1
        noted = self.days.text(min(event * 1440 - SHANGHAI + 600, self.days.now))
        into["due_visit"].append((
            number, new_uids(1)[0], cell.id, person.id, trigger, self.must[trigger], self.days.date(event),
            self.days.text(self._deadline(trigger, event)), *state, cell.staff and cell.staff.id, noted,
        ))  # fmt: skip
        return number

    def _deadline(self, trigger: str, event: int) -> int:
        return self.days.days(event * 1440, self.limits[trigger])
