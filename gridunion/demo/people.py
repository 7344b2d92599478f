"""The people of a cell, with their membership, consent, visits and search words."""

from datetime import date
from random import Random
from typing import Any, NamedTuple

from gridunion.db import keyring
from gridunion.demo.days import Days
from gridunion.demo.made_up import Numbers
from gridunion.demo.names import Name, Names
from gridunion.demo.pools import HARD_NOTES
from gridunion.demo.town import Place
from gridunion.employers.models import name_index
from gridunion.exchange.bulk import new_uids
from gridunion.members.consent import CONSENT_VERSION, Consent
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.real_name import id_index
from gridunion.members.tokens import tail_token, tokens

PERSON = (
    "id", "uid", "unit_id", "name", "reading", "initials", "phone", "sex", "birth_on", "share_birthday",
    "id_kind",
    "id_number_sealed", "id_index", "ethnicity", "education", "skill_level", "political_status",
    "household_type",
    "household_place", "work_status", "migrant", "key_group", "new_form", "employer_id", "employer_name",
    "employer_index", "hardship_class", "hardship_on", "hardship_note_sealed", "status", "seen_at", "visit_due_at",
    "recorded_by_id",
    "recorded_at",
)  # fmt: skip
MEMBERSHIP = (
    "uid",
    "person_id",
    "unit_id",
    "status",
    "change_type",
    "from_on",
    "until_on",
    "approved_by_id",
    "recorded_at",
)
CONSENT = ("uid", "person_id", "unit_id", "wording", "channel", "given_at", "recorded_at")
TABLES = {"person": (Person, PERSON), "membership": (Membership, MEMBERSHIP), "consent": (Consent, CONSENT)}

GROUPS = (
    "food_rider", "courier", "truck_driver", "domestic_worker", "guard", "care_worker", "shop_assistant",
    "estate_agent",
    "ride_hailing_driver",
)  # fmt: skip
FOUR = frozenset(GROUPS[:3]) | {"ride_hailing_driver"}
EDUCATION = ("10", "20", "20", "30", "30", "40", "60", "60", "70", "70", "80")
SKILLS = (None, None, None, "5", "4", "4", "3", "2")
PARTIES = ("13",) * 8 + ("01", "03", "03")
HOUSEHOLDS = ("urban_family", "rural_family", "rural_family", "urban_collective")
PEOPLES = ("汉族",) * 18 + ("回族", "羌族", "藏族", "满族")
HARDSHIPS = ("deep", "relative", "relative", "accidental")
HARD = 0.03


class Known(NamedTuple):
    """What later records need of a person."""

    id: int
    uid: str
    name: Name
    female: bool
    phone: str
    status: str
    recorded: int
    employer: tuple[int, str] | None
    group: str | None


class People:
    def __init__(self, rng: Random, days: Days, numbers: Numbers, past: int) -> None:
        self.rng, self.random, self.days, self.numbers, self.past = rng, rng.random, days, numbers, past
        self.names = Names(rng)
        self.next_id = 1
        self._encrypt = keyring().encrypt
        self._births: dict[int, str] = {}
        self._words: dict[Any, str] = {None: ""}

    def of(self, cell: Place) -> list[Known]:
        """Whoever lives and works in a cell."""
        return [self._somebody(cell, uid) for uid in new_uids(cell.size)]

    def _somebody(self, cell: Place, uid: str) -> Known:
        female = self.random() < 0.48
        number, self.next_id = self.next_id, self.next_id + 1
        status, recorded = self._status(cell), self._recorded(cell)
        return Known(
            number,
            uid,
            self.names.pick(female),
            female,
            self.numbers.phone(),
            status,
            recorded,
            *self._work(cell),
        )

    def _status(self, cell: Place) -> str:
        drawn = self.random()
        if drawn < 0.985 or cell.mood.settled:
            return "active"
        return "known" if drawn < 0.99 else "retained" if drawn < 0.995 else "applied"

    def _recorded(self, cell: Place) -> int:
        """Most were taken over when the register began; the others came since."""
        latest = self.days.today - 1 - max(cell.mood.silent_days, 12 if cell.mood.settled else 0)
        oldest = self.days.today - self.past
        day = oldest + int(self.random() * (20 if self.random() < 0.85 else latest - oldest))
        return self.days.sometime(min(day, latest), self.days.now)

    def _work(self, cell: Place) -> tuple[tuple[int, str] | None, str | None]:
        drawn, employers = self.random(), cell.parent.employers if cell.parent else []
        employer = employers[int(self.random() * len(employers))] if employers and drawn < 0.72 else None
        group = GROUPS[int(self.random() * len(GROUPS))] if employer is None or drawn < 0.12 else None
        return employer, group

    def rows(
        self, cell: Place, person: Known, seen: int, due: int | None, into: dict[str, list[Any]]
    ) -> None:
        """The rows of a person whom somebody last saw at a moment."""
        random, text = self.random, self.days.text
        born, number = self.numbers.identity(person.female)
        recorded = text(person.recorded) or ""
        hard = HARDSHIPS[int(random() * 4)] if person.status == "active" and random() < HARD else None
        employer_id, employer_name = person.employer or (None, None)
        into["person"].append((
            person.id, person.uid, cell.id, person.name.name, person.name.reading, person.name.initials,
            person.phone,
            "female" if person.female else "male", self._birth(born), int(random() < 0.4), "resident_id",
            self._encrypt(number, f"person.id_number_sealed.{person.uid}"), id_index("resident_id", number),
            PEOPLES[int(random() * 22)], EDUCATION[int(random() * 11)], SKILLS[int(random() * 8)],
            PARTIES[int(random() * 11)],
            HOUSEHOLDS[int(random() * 4)], "陕西省汉中市汉台区", "1" if random() < 0.93 else "9",
            int(random() < 0.4), person.group,
            int(person.group in FOUR), employer_id, employer_name, name_index(employer_name), hard,
            hard and recorded[:10], hard and self._hard_note(person.uid), person.status, text(seen), text(due),
            cell.staff and cell.staff.id, recorded,
        ))  # fmt: skip
        self._beside(cell, person, recorded, number, into)

    def _beside(
        self, cell: Place, person: Known, recorded: str, number: str, into: dict[str, list[Any]]
    ) -> None:
        """Membership, consent and search words."""
        uid, other = new_uids(2)
        if person.status != "known":
            decided = (
                cell.parent.staff.id
                if cell.parent and cell.parent.staff and person.status != "applied"
                else None
            )
            change = "3" if person.status == "retained" else "1"
            into["membership"].append(
                (uid, person.id, cell.id, person.status, change, recorded[:10], None, decided, recorded)
            )
        into["consent"].append((other, person.id, cell.id, CONSENT_VERSION, "grid_visit", recorded, recorded))
        phone = person.phone
        ends = " ".join([f"t{phone[at:]}" for at in range(len(phone))])
        found_by = (self._employer(person), person.name.tokens, ends, self._above(cell), tail_token(number))
        into["search"].append((person.id, " ".join(found_by)))

    def _birth(self, born: int) -> str:
        if born not in self._births:
            self._births[born] = date.fromordinal(born).isoformat()
        return self._births[born]

    def _hard_note(self, uid: str) -> str:
        return self._encrypt(
            HARD_NOTES[int(self.random() * len(HARD_NOTES))], f"person.hardship_note_sealed.{uid}"
        )

    def _employer(self, person: Known) -> str:
        if person.employer and person.employer not in self._words:
            self._words[person.employer] = " ".join(tokens("", "", None, person.employer[1], ()))
        return self._words[person.employer]

    def _above(self, cell: Place) -> str:
        if cell.id not in self._words:
            self._words[cell.id] = " ".join(tokens("", "", None, None, cell.above))
        return self._words[cell.id]
