"""The facts of a case: its row, who asked, and how it stands."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped

from gridunion import calendar, clock, settings
from gridunion.complaints import hands
from gridunion.complaints.conflicts import Accused, free_of
from gridunion.complaints.life import (
    CONFIRMED,
    DISPUTES,
    GRADES,
    OPEN,
    STATES,
    STOPPED,
    WAITING,
    WORKING,
)
from gridunion.complaints.readers import Seal
from gridunion.db import BigId, Encrypted, Record, internal, keyring, sealed
from gridunion.deadlines import a_year_after
from gridunion.slips import Slip
from gridunion.tree import Scoped

if TYPE_CHECKING:
    from gridunion.accounts.models import Account
    from gridunion.complaints.models import Complaint
    from gridunion.complaints.records import ComplaintEvent
    from gridunion.employers.models import Employer
    from gridunion.members.models import Person


class Case(Slip, Seal, Scoped, Record):
    """A complaint as it is stored. Its text and who said it are encrypted."""

    __abstract__ = True
    case_id = "id"

    number: Mapped[int] = internal(BigId)
    person_id: Mapped[int | None] = internal(BigId, ForeignKey("person.id"))
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    visit_id: Mapped[int | None] = internal(BigId, ForeignKey("visit.id"))  # in which somebody spoke of it
    accused_index: Mapped[str | None] = internal(String(32))
    phone_index: Mapped[str | None] = internal(String(32))
    complainant_sealed: Mapped[str | None] = sealed(Text)
    can_be_told: Mapped[bool] = internal(Boolean, default=False)
    text_sealed: Mapped[str | None] = sealed(Text)
    kind: Mapped[str] = internal(String(24))
    category: Mapped[str] = internal(String(24))
    channel: Mapped[str] = internal(String(20))
    outside_number: Mapped[str | None] = internal(String(40))
    urgent: Mapped[bool] = internal(Boolean, default=False)
    people: Mapped[int] = internal(default=1)
    amount_owed: Mapped[int | None] = internal(BigInteger)  # fen
    amount_recovered: Mapped[int | None] = internal(BigInteger)
    sealed: Mapped[bool] = internal(Boolean, default=False)
    state: Mapped[str] = internal(String(20), default="registered")
    handler_id: Mapped[int | None] = internal(BigId, ForeignKey("account.id"))
    recorded_by_id: Mapped[int | None] = internal(BigId)
    happened_at: Mapped[datetime] = internal(default=clock.now)
    accept_due_at: Mapped[datetime] = internal()
    accepted_at: Mapped[datetime | None] = internal()
    due_at: Mapped[datetime] = internal()
    resolved_at: Mapped[datetime | None] = internal()
    # What follows from `due_at`, as set by promises.set_due: when the handler is reminded, when it goes to the street;
    # and which of it stands in the story.
    remind_at: Mapped[datetime] = internal()
    street_at: Mapped[datetime] = internal()
    alarm: Mapped[str | None] = internal(String(8))
    wait_until: Mapped[datetime | None] = internal()
    # By these two it was on time or late, and stays so when it is opened again (design.md 4, rule 4).
    first_due_at: Mapped[datetime] = internal()
    first_resolved_at: Mapped[datetime | None] = internal()
    grade: Mapped[str] = internal(String(12), default="ordinary")
    known_on: Mapped[date | None] = internal(Date)
    referred_to: Mapped[str | None] = internal(String(16))
    referred_number: Mapped[str | None] = internal(String(40))
    escalated_at: Mapped[datetime | None] = internal()
    merged_into_id: Mapped[int | None] = internal(BigId, ForeignKey("complaint.id"))
    result: Mapped[str | None] = internal(String(20))
    mediated_on: Mapped[date | None] = internal(Date)
    confirmed_at: Mapped[datetime | None] = internal()
    call_due_at: Mapped[datetime | None] = internal()
    calls: Mapped[int] = internal(default=0)
    answer: Mapped[str | None] = internal(String(20))
    closed_at: Mapped[datetime | None] = internal()
    erased_at: Mapped[datetime | None] = internal()  # its time was over, and its words are gone
    reopened: Mapped[int] = internal(default=0)
    urged_at: Mapped[datetime | None] = internal()
    repeat_of_id: Mapped[int | None] = internal(BigId, ForeignKey("complaint.id"))

    rating: Mapped[str | None] = internal(String(20))
    spoke_at: Mapped[datetime | None] = internal()
    """When the worker did something nobody of the union has answered yet."""

    if TYPE_CHECKING:  # on the mapped class, in models.py
        handler: Mapped[Account | None]
        employer: Mapped[Employer | None]
        person: Mapped[Person | None]
        events: Mapped[list[ComplaintEvent]]
        main: Mapped[Complaint | None]
        joined: Mapped[list[Complaint]]

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        """Who must keep away from a case does not see it."""
        return super().visible() & free_of(cls)

    text = Encrypted("text_sealed")
    _complainant = Encrypted("complainant_sealed")

    # ── who asked ──

    @property
    def complainant(self) -> dict[str, str | None]:
        """Name and phone of who asked, and the employer as it was said."""
        said: dict[str, str | None] = json.loads(self._complainant or "{}")
        return said

    @complainant.setter
    def complainant(self, who: dict[str, str | None]) -> None:
        """Who left no phone, nor a name with those who met them, reads the answer on the page."""
        self._complainant = json.dumps(who, ensure_ascii=False)
        self.phone_index = phone_index(who.get("phone"))
        self.can_be_told = bool(who.get("phone") or (who.get("name") and self.channel != "online"))

    @property
    def who(self) -> str:
        return self.complainant.get("name") or _("匿名")

    @property
    def listed_as(self) -> tuple[str, str]:
        """Name and topic where the case is not opened; of a sealed one neither is said."""
        return (str(_("保密")), str(_("保密诉求"))) if self.sealed else (self.who, self.topic)

    @property
    def accused(self) -> Accused | None:
        """The employer it is about: by its number in the ledger, else by the name that was said."""
        return self.employer_id or self.complainant.get("employer")

    # ── how it stands ──

    @property
    def code(self) -> str:
        """Its number; that of a sealed one is drawn."""
        return number_words(self.number)

    @property
    def days(self) -> int:
        """Working days in which it should be resolved."""
        grade = "consult" if self.kind == "consult" else self.grade
        return int(settings.value(f"complaint.resolve.{grade}", self.unit.path))

    @property
    def is_streets(self) -> bool:
        """The street decides, whoever leads the community: from the second reopening on, and when asked to."""
        return self.reopened > 1 or self.escalated_at is not None

    @property
    def lies_too_long(self) -> bool:
        """Past its limit for so long that the street may step in."""
        return self.is_open and self.street_at < clock.now()

    @property
    def stands_still(self) -> bool:
        """The clock waits for somebody outside."""
        return self.state in STOPPED and self.wait_until is not None and self.wait_until > clock.now()

    @property
    def community(self) -> str:
        """The path of the community it belongs to."""
        return hands.community_of(hands.place_of(self.unit))

    @property
    def grade_words(self) -> str:
        return str(GRADES[self.grade]) if self.kind != "consult" else ""

    @property
    def claim_until(self) -> date | None:
        """Until when a dispute may go to arbitration (劳动争议调解仲裁法 第二十七条); a last day off moves on."""
        if not self.is_dispute:
            return None
        known = self.known_on or clock.local(self.recorded_at).date()
        return calendar.days().workday_from(a_year_after(known))

    @property
    def needs_confirmation(self) -> bool:
        """A result the leader has not stood by yet."""
        return self.state == "resolved" and self.kind in CONFIRMED and self.confirmed_at is None

    @property
    def goes_on(self) -> bool:
        """Somebody works on it, here or in the case it went into."""
        return self.is_open or (self.state == "merged" and self.main is not None and self.main.is_open)

    def times(self, step: str) -> int:
        """How often a step was taken."""
        return sum(event.step == step for event in self.events)

    def last(self, step: str) -> "ComplaintEvent | None":
        """When a step was taken last."""
        return next((event for event in reversed(self.events) if event.step == step), None)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def waits_for_hand(self) -> bool:
        """Nobody was given it, or who was given it is no longer posted there."""
        return self.state in WAITING or self.lost_its_hand

    @property
    def lost_its_hand(self) -> bool:
        if self.state not in WORKING:
            return False
        there = [account for account in hands.handlers(self.unit) if account.id == self.handler_id]
        return not there or bool(hands.kept_away(there, self.accused))

    @property
    def in_hand(self) -> bool:
        return self.is_open and not self.waits_for_hand

    @property
    def duty(self) -> str | None:
        """The duty that those who may be given it must bear; None when anybody may."""
        return duty_for(self.category)

    @property
    def is_dispute(self) -> bool:
        return self.kind in DISPUTES

    @property
    def overdue(self) -> bool:
        return self.is_open and self.due_at < clock.now()

    @property
    def has_money(self) -> bool:
        """It is about money owed."""
        category = settings.code("complaint_category", self.category)
        return bool(category and category.tags.get("money"))

    @property
    def topic(self) -> str:
        return settings.label("complaint_category", self.category)

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])


def phone_index(phone: str | None) -> str | None:
    """The phone of who complains as it can be compared without being read: who is in no register is known by it."""
    return keyring().digest(phone, "complainant phone")[:32] if phone else None


def number_words(number: int) -> str:
    """A number as people say it; a drawn one, of a sealed case, is marked 密."""
    return str(number) if number > 0 else _("密%(n)s", n=-number)


def duty_for(category: str) -> str | None:
    """The duty that those must bear who are given a case of a category."""
    found = settings.code("complaint_category", category)
    return found.tags.get("duty") if found else None
