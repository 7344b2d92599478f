"""The facts of a case: its row, who asked, and how it stands."""

import json
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped

from gridunion import clock, settings
from gridunion.complaints import hands
from gridunion.complaints.conflicts import free_of
from gridunion.complaints.life import CONFIRMED, DISPUTES, IN_HAND, OPEN, STATES, WAITING
from gridunion.complaints.readers import Seal
from gridunion.db import BigId, Encrypted, Record, internal, sealed
from gridunion.tree import Scoped


class Case(Seal, Scoped, Record):
    """A complaint as it is stored. Its text and who said it are encrypted."""

    __abstract__ = True
    case_id = "id"

    number: Mapped[int] = internal(BigId)
    person_id: Mapped[int | None] = internal(BigId, ForeignKey("person.id"))
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    accused_index: Mapped[str | None] = internal(String(64))
    complainant_sealed: Mapped[str | None] = sealed(Text)
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
    # By these two it was on time or late, and stays so when it is opened again (design.md 4, rule 4).
    first_due_at: Mapped[datetime] = internal()
    first_resolved_at: Mapped[datetime | None] = internal()
    result: Mapped[str | None] = internal(String(20))
    mediated_on: Mapped[date | None] = internal(Date)
    confirmed_at: Mapped[datetime | None] = internal()
    call_due_at: Mapped[datetime | None] = internal()
    calls: Mapped[int] = internal(default=0)
    answer: Mapped[str | None] = internal(String(20))
    closed_at: Mapped[datetime | None] = internal()
    reopened: Mapped[int] = internal(default=0)
    urged_at: Mapped[datetime | None] = internal()
    repeat_of_id: Mapped[int | None] = internal(BigId, ForeignKey("complaint.id"))

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
        self._complainant = json.dumps(who, ensure_ascii=False)

    @property
    def who(self) -> str:
        return self.complainant.get("name") or _("匿名")

    @property
    def listed_as(self) -> tuple[str, str]:
        """Name and topic where the case is not opened; of a sealed one neither is said."""
        return (str(_("保密")), str(_("保密诉求"))) if self.sealed else (self.who, self.topic)

    @property
    def can_be_told(self) -> bool:
        """Somebody left a name or a phone."""
        said = self.complainant
        return bool(said.get("phone") or said.get("name"))

    @property
    def accused(self) -> hands.Accused | None:
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
        return int(settings.value(f"complaint.resolve.{self.kind}", self.unit.path))

    @property
    def needs_confirmation(self) -> bool:
        """A result the leader has not stood by yet."""
        return self.state == "resolved" and self.kind in CONFIRMED and self.confirmed_at is None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def waits_for_hand(self) -> bool:
        """Nobody was given it, or who was given it is no longer posted there."""
        return self.state in WAITING or self.lost_its_hand

    @property
    def lost_its_hand(self) -> bool:
        if self.state not in IN_HAND:
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


def number_words(number: int) -> str:
    """A number as people say it; a drawn one, of a sealed case, is marked 密."""
    return str(number) if number > 0 else _("密%(n)s", n=-number)


def duty_for(category: str) -> str | None:
    """The duty that those must bear who are given a case of a category."""
    found = settings.code("complaint_category", category)
    return found.tags.get("duty") if found else None
