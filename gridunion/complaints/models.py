"""Complaints: what a worker asks of the union, and the verbs that move it from first report to call back."""

import json
import math
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Boolean, Date, ForeignKey, Index, String, Text, func, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import audit, calendar, clock, settings
from gridunion.accounts.models import Account
from gridunion.complaints import hands, turns
from gridunion.complaints.hands import handlers, handlers_of, held_over
from gridunion.complaints.life import (
    COLLECTIVE,
    CONFIRMED,
    DISPUTES,
    MOST_TRIES,
    OPEN,
    RECEIVED,
    STATES,
    STEPS,
    WAITING,
)  # fmt: skip
from gridunion.complaints.records import ComplaintEvent, Reader, ReplyDue, Seal, Sequence, next_number
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import BigId, Encrypted, Record, db, internal, sealed
from gridunion.employers.models import Employer, named
from gridunion.members.models import Person
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit, everywhere

__all__ = [
    "Complaint", "ComplaintEvent", "NotYours", "OutOfTurn", "Reader", "ReplyDue", "Sequence", "handlers",
    "handlers_of", "loads", "next_number",
]  # fmt: skip


_OPEN_SQL = text(f"state IN ({', '.join(repr(state) for state in OPEN)})")


class Complaint(Seal, Scoped, Record):
    """What a worker asks of the union. Its text and who said it are encrypted."""

    __tablename__ = "complaint"
    __table_args__ = (
        Index("ix_complaint_number", "number", unique=True),
        Index("ix_complaint_unit_id_recorded_at_id", "unit_id", "recorded_at", "id"),
        Index("ix_complaint_unit_id_due_at", "unit_id", "due_at"),
        Index("ix_complaint_open", "unit_id", "due_at", sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
        Index("ix_complaint_handler_id_state", "handler_id", "state"),
        Index("ix_complaint_person_id", "person_id"),
        Index("ix_complaint_unit_id_state_sealed", "unit_id", "state", "sealed"),
    )
    case_id = "id"

    number: Mapped[int] = internal(BigId)
    person_id: Mapped[int | None] = internal(BigId, ForeignKey("person.id"))
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    complainant_sealed: Mapped[str | None] = sealed(Text)
    text_sealed: Mapped[str | None] = sealed(Text)
    kind: Mapped[str] = internal(String(24))
    category: Mapped[str] = internal(String(24))
    channel: Mapped[str] = internal(String(20))
    outside_number: Mapped[str | None] = internal(String(40))
    urgent: Mapped[bool] = internal(Boolean, default=False)
    people: Mapped[int] = internal(default=1)
    sealed: Mapped[bool] = internal(Boolean, default=False)
    state: Mapped[str] = internal(String(20), default="registered")
    handler_id: Mapped[int | None] = internal(BigId, ForeignKey("account.id"))
    recorded_by_id: Mapped[int | None] = internal(BigId)
    happened_at: Mapped[datetime] = internal(default=clock.now)
    accept_due_at: Mapped[datetime] = internal()
    accepted_at: Mapped[datetime | None] = internal()
    due_at: Mapped[datetime] = internal()
    resolved_at: Mapped[datetime | None] = internal()
    result: Mapped[str | None] = internal(String(20))
    mediated_on: Mapped[date | None] = internal(Date)
    confirmed_at: Mapped[datetime | None] = internal()
    call_due_at: Mapped[datetime | None] = internal()
    calls: Mapped[int] = internal(default=0)
    answer: Mapped[str | None] = internal(String(20))
    closed_at: Mapped[datetime | None] = internal()
    reopened: Mapped[int] = internal(default=0)
    urged_at: Mapped[datetime | None] = internal()

    person: Mapped[Person | None] = relationship()
    employer: Mapped[Employer | None] = relationship()
    handler: Mapped[Account | None] = relationship()
    events: Mapped[list[ComplaintEvent]] = relationship(
        back_populates="complaint", order_by="ComplaintEvent.id"
    )

    text = Encrypted("text_sealed")
    _complainant = Encrypted("complainant_sealed")

    # ── from first report to call back ──

    @classmethod
    def take(
        cls,
        unit: Unit,
        by: Viewer | None,
        name: str | None,
        phone: str | None,
        employer_name: str | None = None,
        **asked: Any,
    ) -> "Complaint":
        """Record a complaint; the clocks start now, whoever signs for it later."""
        complaint = cls(unit=unit, state="registered", recorded_at=clock.now(), reopened=0, calls=0)
        complaint.recorded_by_id = by.account_id if by else None
        for field, value in asked.items():
            setattr(complaint, field, value)
        complaint._sort_out()
        complaint.accuse(employer_name)
        complaint.complainant = {"name": name, "phone": phone, "employer": employer_name}
        complaint._set_clocks(complaint.recorded_at)
        db.session.add(complaint)
        complaint._seal()
        complaint._promise(first=True)
        complaint._write(
            "register", by, told=RECEIVED.get(complaint.channel) if complaint.can_be_told else None
        )
        return complaint

    def _sort_out(self) -> None:
        """What follows from the category: the kind, and whether only named readers may see it."""
        category = settings.code("complaint_category", self.category)
        tags = category.tags if category else {}
        self.kind = self.kind or tags.get("kind", "complaint")
        self.people = max(self.people or 1, 1)
        if self.people >= COLLECTIVE and self.kind in ("labor_dispute", "complaint"):
            self.kind = "collective_dispute"
        self.sealed = bool(tags.get("sealed"))
        self.number = -next_number("sealed complaint") if self.sealed else next_number("complaint")

    def accuse(self, employer_name: str | None) -> None:
        """Tie the case to the employer it is about, when the ledger has it."""
        self.employer = named(employer_name, self.unit) if employer_name else None

    def _seal(self) -> None:
        """Cut the link to the register and name who may open the case: who took it down, who decides."""
        if not self.sealed:
            return
        self.person = None
        db.session.flush()
        self._name_readers({self.recorded_by_id} | (hands.leaders(self.unit) or hands.street(self.unit)))

    def _set_clocks(self, start: datetime, share: float = 1) -> None:
        path = self.unit.path
        self.accept_due_at = calendar.after_workdays(
            start, settings.value("complaint.accept.workdays", path), path
        )
        if self.urgent:
            self.accept_due_at = calendar.after_hours(
                start, settings.value("complaint.accept.urgent_hours", path)
            )
        self.due_at = calendar.after_workdays(start, math.ceil(self.days * share), path)

    def accept(self, by: Viewer, told: str | None = None) -> None:
        self._step("accept", by, told=told)
        self.accepted_at = clock.now()

    def refuse(self, by: Viewer, reason: str, door: str, told: str | None) -> None:
        """Not ours: the reason and the right door are written down and told."""
        self.demand("refuse", by)
        turns.demand_told(self, told)
        self._step("refuse", by, told=told, words=door, reason=reason)
        self.closed_at = clock.now()

    def assign(self, handler: Account, by: Viewer) -> None:
        """Give the case to somebody posted over its unit; who is given a sealed case may open it."""
        self.demand(self.opening("assign"), by)
        if handler.id not in {account.id for account in handlers(self.unit)}:
            raise NotYours(_("%(name)s不在这里任职，不能派给他", name=handler.name))
        if self.employer_id and hands.works_for([handler], [self.employer_id]):
            raise NotYours(_("%(name)s在被反映的单位上班，不能派给他", name=handler.name))
        if self.state == "registered":
            self.accept(by)
        self._step("assign", by, words=handler.name)
        self.handler, self.handler_id, self.urged_at = handler, handler.id, None
        self._name_readers({handler.id})

    def progress(self, by: Viewer, words: str, told: str | None = None) -> None:
        self._step("progress", by, words=words, told=told)

    def reply(self, by: Viewer, words: str, told: str) -> None:
        """Somebody told the worker, and says what and how."""
        self.demand("reply", by)
        turns.demand_words(words)
        turns.demand_told(self, told)
        self._step("reply", by, words=words, told=told)

    def resolve(self, by: Viewer, words: str, result: str, told: str | None, mediated: bool = False) -> None:
        """The case is dealt with, and the worker knows. Only who left no name and no phone stays untold."""
        self.demand("resolve", by)
        turns.demand_words(words)
        turns.demand_told(self, told)
        self._step("resolve", by, words=words, told=told, reason=result)
        self.result, self.resolved_at = result, clock.now()
        if mediated and self.is_dispute:
            self.mediated_on = clock.today()
        if not self.needs_confirmation:
            self._wait_for_call()
        self._let_the_street_read()

    def confirm(self, by: Viewer) -> None:
        """The leader stands by the result of a dispute or a hardship case."""
        self._step("confirm", by)
        self.confirmed_at = clock.now()
        self._wait_for_call()

    def send_back(self, by: Viewer, words: str) -> None:
        """The result will not do: back to the handler, on the clock that never stopped."""
        self._step("send_back", by, words=words)
        self.resolved_at = self.result = None
        self._promise()

    def call_back(self, by: Viewer, answer: str, words: str | None = None) -> None:
        """Ask the worker; never the handler. Unreachable counts after three tries, not satisfied reopens."""
        self._step("call_back", by, words=words, reason=answer)
        self.calls += 1
        if answer == "unreachable" and self.can_be_told and self.calls < MOST_TRIES:
            return
        self.answer = answer
        if answer == "not_satisfied":
            self._open_again(by, words)
        else:
            self._step("close", by)
            self.closed_at = clock.now()

    def reopen(self, by: Viewer, words: str) -> None:
        """Once more, in half the time; the second time it is the street's to decide."""
        self.demand("reopen", by)
        self._open_again(by, words)

    def _open_again(self, by: Viewer, words: str | None) -> None:
        self._write("reopen", by, words=words)
        self.reopened += 1
        self.resolved_at = self.closed_at = self.confirmed_at = self.call_due_at = self.result = None
        self.calls = 0
        self._set_clocks(clock.now(), share=0.5)
        self._promise()
        self._let_the_street_read()

    def urge(self, by: Viewer, words: str | None = None) -> None:
        """Press the handler; it stands in the story and on his 今日."""
        self._step("urge", by, words=words)
        self.urged_at = clock.now()

    # ── whose step it is ──

    def demand(self, name: str, by: Viewer, leaders: set[int] | None = None) -> None:
        """Raises OutOfTurn, NotYours unless the viewer may take a step now."""
        turns.demand(self, name, by, leaders)

    def opening(self, name: str) -> str:
        """The step with which a verb begins: assigning a fresh case accepts it first."""
        return "accept" if name == "assign" and self.state == "registered" else name

    def may(self, name: str, by: Viewer, leaders: set[int] | None = None) -> bool:
        """Whether the viewer could take a step now; pages show only what can be done."""
        try:
            self.demand(self.opening(name), by, leaders)
        except (OutOfTurn, NotYours):
            return False
        return True

    def steps_for(self, by: Viewer) -> list[str]:
        """The steps the viewer could take now."""
        leaders = hands.leaders(self.unit)
        return [name for name in STEPS if name not in ("register", "close") and self.may(name, by, leaders)]

    # ── the story, and the promises in it ──

    def _step(self, name: str, by: Viewer, **said: Any) -> None:
        self.demand(name, by)
        self._write(name, by, **said)

    def _write(
        self,
        name: str,
        by: Viewer | None,
        words: str | None = None,
        told: str | None = None,
        reason: str | None = None,
    ) -> None:
        before = "" if name == "register" else self.state
        self.state = STEPS[name].to or self.state
        event = ComplaintEvent(
            step=name, before=before, after=self.state, told=told, reason=reason, sealed=self.sealed
        )
        event.happened_at, event.words = clock.now(), words
        if by is not None:
            held = held_over(by, STEPS[name].right, self.unit.path) or held_over(
                by, "see complaints", self.unit.path
            )
            event.actor_id, event.actor, event.role = by.account_id, by.name, held[0].role if held else ""
        event.unit, event.complaint = self.unit, self
        db.session.add(event)
        if told and name != "register":
            self._keep_promise()

    def _promise(self, first: bool = False) -> None:
        """The worker shall hear something: within three working days at first, later every three days."""
        if not self.can_be_told or (not first and self.running_promise):
            return
        path, now = self.unit.path, clock.now()
        if first:
            due = calendar.after_workdays(now, settings.value("complaint.first_reply.workdays", path), path)
        else:
            due = calendar.after_days(now, settings.value("complaint.reply_every.days", path), path)
        db.session.add(ReplyDue(complaint=self, unit=self.unit, due_at=due, sealed=self.sealed))

    def _keep_promise(self) -> None:
        if running := self.running_promise:
            running.told_at = clock.now()
        if self.is_open:
            self._promise()

    @property
    def running_promise(self) -> ReplyDue | None:
        statement = select(ReplyDue).where(ReplyDue.complaint_id == self.id, ReplyDue.told_at.is_(None))
        return db.session.scalars(statement.limit(1)).one_or_none()

    def _wait_for_call(self) -> None:
        path = self.unit.path
        self.call_due_at = calendar.after_workdays(
            clock.now(), settings.value("complaint.call_back.workdays", path), path
        )

    # ── who may read it ──

    def _name_readers(self, accounts: set[int | None]) -> None:
        """Let some accounts open a sealed case; the trail keeps who was named by whom."""
        if not self.sealed:
            return
        known = set(db.session.scalars(select(Reader.account_id).where(Reader.complaint_id == self.id)))
        for account_id in sorted(accounts - known - {None}):  # type: ignore[type-var]
            db.session.add(Reader(account_id=account_id, complaint_id=self.id))
            audit.note("name reader", self, reader=account_id)

    def _let_the_street_read(self) -> None:
        """A sealed case the street must judge or decide is open to it from now on."""
        if self.sealed and (self.reopened > 1 or self.handler_id in hands.leaders(self.unit)):
            self._name_readers(set(hands.street(self.unit)))

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
    def can_be_told(self) -> bool:
        """Somebody left a name or a phone."""
        said = self.complainant
        return bool(said.get("phone") or said.get("name"))

    # ── how it stands ──

    @property
    def code(self) -> str:
        """Its number. Sealed ones have a series of their own, so that no gap tells of them."""
        return number_words(self.number)

    @property
    def days(self) -> int:
        """Working days in which it should be resolved."""
        return int(settings.value(f"complaint.resolve.{self.kind}", self.unit.path))

    @property
    def needs_confirmation(self) -> bool:
        return self.state == "resolved" and self.kind in CONFIRMED and self.confirmed_at is None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def waits_for_hand(self) -> bool:
        return self.state in WAITING

    @property
    def in_hand(self) -> bool:
        return self.is_open and not self.waits_for_hand

    @property
    def is_dispute(self) -> bool:
        return self.kind in DISPUTES

    @property
    def overdue(self) -> bool:
        return self.is_open and self.due_at < clock.now()

    @property
    def topic(self) -> str:
        return settings.label("complaint_category", self.category)

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])


def number_words(number: int) -> str:
    return str(number) if number > 0 else _("密%(n)s", n=-number)


def loads(account_ids: list[int]) -> dict[int, int]:
    """How many open cases each of some accounts has in hand; sealed ones are not told of."""
    statement = select(Complaint.handler_id, func.count()).where(
        Complaint.handler_id.in_(account_ids), Complaint.state.in_(OPEN), Complaint.sealed.is_(False)
    )
    with everywhere():
        rows = db.session.execute(statement.group_by(Complaint.handler_id))
        return {handler: count for handler, count in rows if handler}
