"""Complaints, their story, and what the worker was promised to hear by when."""

import json
import math
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import (
    Boolean, ColumnElement, Date, ForeignKey, Index, String, Text, func, or_, select, text,
)  # fmt: skip
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.complaints.life import CONFIRMED, DISPUTES, MOST_TRIES, OPEN, STATES, STEPS
from gridunion.db import Addressed, BigId, Encrypted, Record, Row, db, internal, personal, sealed
from gridunion.employers.models import Employer
from gridunion.members.models import Person, WrongStep
from gridunion.rights import Viewer
from gridunion.tree import ME, Scoped, Unit, everywhere


_NOBODY = _("匿名")


class NotYours(PermissionError):
    """The step belongs to somebody else."""


class Sequence(Row):
    """The last number given out in a series."""

    __tablename__ = "sequence"

    name: Mapped[str] = internal(String(40), unique=True)
    value: Mapped[int] = internal(default=0)


class Reader(Row):
    """Somebody named to open a sealed complaint."""

    __tablename__ = "complaint_reader"
    __table_args__ = (Index("ix_complaint_reader_account_id", "account_id", "complaint_id", unique=True),)

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))


class Seal:
    """A row that, sealed, is seen only by those named as readers of its complaint."""

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        number = cls.id if cls.__name__ == "Complaint" else cls.complaint_id  # type: ignore[attr-defined]
        mine = select(Reader.complaint_id).where(Reader.account_id == ME)
        return or_(cls.sealed.is_(False), number.in_(mine))  # type: ignore[attr-defined]


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
        Index("ix_complaint_unit_id_state", "unit_id", "state"),
    )

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
    happened_at: Mapped[datetime] = internal()
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
    events: Mapped[list["ComplaintEvent"]] = relationship(back_populates="complaint", order_by="ComplaintEvent.id")

    text = Encrypted("text_sealed")
    _complainant = Encrypted("complainant_sealed")

    @classmethod
    def take(cls, unit: Unit, by: Viewer | None, name: str, phone: str | None, **asked: Any) -> "Complaint":
        """Record a complaint; the clocks start now, whoever signs for it later."""
        complaint = cls(unit=unit, number=next_number("complaint"), recorded_by_id=by.account_id if by else None)
        complaint.happened_at = asked.pop("happened_at", None) or clock.now()
        complaint.recorded_at = clock.now()
        complaint.complainant = {"name": name, "phone": phone}
        for field, value in asked.items():
            setattr(complaint, field, value)
        category = settings.code("complaint_category", complaint.category)
        complaint.sealed = bool(category and category.tags.get("sealed"))
        complaint._set_clocks(complaint.recorded_at)
        db.session.add(complaint)
        complaint._seal()
        complaint._tell_in_time(complaint.recorded_at, first=True)
        complaint._write("register", by, told="shown" if complaint.can_be_told else None)
        return complaint

    def _seal(self) -> None:
        """Cut the link to the register and name who may open the case."""
        if not self.sealed:
            return
        self.person = None
        db.session.flush()
        for account_id in {self.recorded_by_id, *_leaders(self.unit)} - {None}:
            db.session.add(Reader(account_id=account_id, complaint_id=self.id))

    def _set_clocks(self, start: datetime, share: float = 1) -> None:
        path = self.unit.path
        self.accept_due_at = calendar.after_workdays(start, settings.value("complaint.accept.workdays", path), path)
        if self.urgent:
            self.accept_due_at = calendar.after_hours(start, settings.value("complaint.accept.urgent_hours", path))
        days = settings.value(f"complaint.resolve.{self.kind}", path)
        self.due_at = calendar.after_workdays(start, math.ceil(days * share), path)

    def accept(self, by: Viewer, told: str | None = None) -> None:
        self._step("accept", by, told=told)
        self.accepted_at = clock.now()

    def refuse(self, by: Viewer, reason: str, door: str, told: str | None) -> None:
        """Not ours: the reason and the right door are written down and told."""
        self._step("refuse", by, told=told, words=door, reason=reason)
        self.closed_at = clock.now()

    def assign(self, handler: Account, by: Viewer) -> None:
        """Give the case to somebody posted over its unit; who is assigned a sealed case may open it."""
        if handler.id not in {account.id for account in handlers(self.unit)}:
            raise NotYours
        if self.state == "registered":
            self.accept(by)
        self._step("assign", by, words=handler.name)
        self.handler = handler
        if self.sealed and not self._reads(handler.id):
            db.session.add(Reader(account_id=handler.id, complaint_id=self.id))

    def progress(self, by: Viewer, words: str, told: str | None = None) -> None:
        self._step("progress", by, words=words, told=told)

    def reply(self, by: Viewer, words: str, told: str) -> None:
        """Somebody told the worker, and says how."""
        self._step("reply", by, words=words, told=told)

    def resolve(self, by: Viewer, words: str, result: str, told: str | None, mediated: bool = False) -> None:
        """The case is dealt with. Without a word to the worker only who cannot be reached stays untold."""
        if self.can_be_told and not told:
            raise WrongStep("untold")
        self._step("resolve", by, words=words, told=told, reason=result)
        self.result, self.resolved_at = result, clock.now()
        if mediated:
            self.mediated_on = clock.today()
        if not self.needs_confirmation:
            self._wait_for_call()

    def confirm(self, by: Viewer) -> None:
        """The leader stands by the result of a dispute or a hardship case."""
        if not self.needs_confirmation:
            raise WrongStep("confirmed")
        self._step("confirm", by)
        self.confirmed_at = clock.now()
        self._wait_for_call()

    def send_back(self, by: Viewer, words: str) -> None:
        """The result will not do: back to the handler, on the clock that never stopped."""
        if not self.needs_confirmation:
            raise WrongStep("confirmed")
        self._step("send_back", by, words=words)
        self.resolved_at = self.result = None
        self._tell_in_time(clock.now())

    def call_back(self, by: Viewer, answer: str, words: str | None = None) -> None:
        """Ask the worker. Never the handler; 'unreachable' counts after three tries; 'not satisfied' reopens."""
        if by.account_id == self.handler_id:
            raise NotYours
        if self.state != "resolved" or self.needs_confirmation:
            raise WrongStep(self.state)
        self._step("call_back", by, words=words, reason=answer)
        self.calls += 1
        if answer == "unreachable" and self.calls < MOST_TRIES:
            return
        self.answer = answer
        if answer == "not_satisfied":
            self.reopen(by, words or "")
        else:
            self._step("close", by)
            self.closed_at = clock.now()

    def reopen(self, by: Viewer, words: str) -> None:
        """Once more, in half the time; the second time it is the street's to assign."""
        self._step("reopen", by, words=words)
        self.reopened += 1
        self.resolved_at = self.closed_at = self.confirmed_at = self.result = None
        self.calls = 0
        self._set_clocks(clock.now(), share=0.5)
        self._tell_in_time(clock.now())

    def urge(self, by: Viewer, words: str | None = None) -> None:
        """Press the handler; it stands in the story and on his 今日."""
        self._step("urge", by, words=words)
        self.urged_at = clock.now()

    def _step(self, name: str, by: Viewer | None, **said: Any) -> None:
        step = STEPS[name]
        if self.state not in step.sources:
            raise WrongStep(self.state)
        if by is not None and step.handler and by.account_id != self.handler_id:
            raise NotYours
        self._write(name, by, **said)

    def _write(
        self, name: str, by: Viewer | None, words: str | None = None, told: str | None = None, reason: str | None = None
    ) -> None:
        before, self.state = self.state or "", STEPS[name].to or self.state
        event = ComplaintEvent(complaint=self, unit=self.unit, step=name, before=before, after=self.state, told=told)
        event.reason, event.sealed, event.happened_at = reason, self.sealed, clock.now()
        event.words = words
        if by is not None:
            event.actor_id, event.actor, event.role = by.account_id, by.name, _role(by, STEPS[name].right)
        if told:
            self._keep_promise()
        elif self.state in ("refused", "resolved"):
            self._drop_promise()

    def _tell_in_time(self, start: datetime, first: bool = False) -> None:
        """Promise the worker a word: within three working days, later every three days."""
        if not self.can_be_told:
            return
        path = self.unit.path
        if first:
            due = calendar.after_workdays(start, settings.value("complaint.first_reply.workdays", path), path)
        else:
            due = calendar.after_days(start, settings.value("complaint.reply_every.days", path), path)
        db.session.add(ReplyDue(complaint=self, unit=self.unit, due_at=due, sealed=self.sealed))

    def _keep_promise(self) -> None:
        first = len(self.events) <= 1
        if first:
            return
        if running := self.running_promise:
            running.told_at = clock.now()
        if self.state in OPEN:
            self._tell_in_time(clock.now())

    def _drop_promise(self) -> None:
        if running := self.running_promise:
            db.session.delete(running)

    @property
    def running_promise(self) -> "ReplyDue | None":
        statement = select(ReplyDue).where(ReplyDue.complaint_id == self.id, ReplyDue.told_at.is_(None))
        return db.session.scalars(statement.limit(1)).one_or_none()

    def _reads(self, account_id: int) -> bool:
        found = select(Reader.id).where(Reader.complaint_id == self.id, Reader.account_id == account_id)
        return db.session.scalars(found).first() is not None

    @property
    def complainant(self) -> dict[str, str | None]:
        """Name and phone of who asked."""
        said: dict[str, str | None] = json.loads(self._complainant or "{}")
        return said

    @complainant.setter
    def complainant(self, who: dict[str, str | None]) -> None:
        self._complainant = json.dumps(who, ensure_ascii=False)

    @property
    def who(self) -> str:
        return self.complainant.get("name") or str(_NOBODY)

    @property
    def can_be_told(self) -> bool:
        """Somebody left a name or a phone."""
        return bool(self.complainant.get("phone") or self.complainant.get("name"))

    @property
    def needs_confirmation(self) -> bool:
        return self.state == "resolved" and self.kind in CONFIRMED and self.confirmed_at is None

    def _wait_for_call(self) -> None:
        path = self.unit.path
        self.call_due_at = calendar.after_workdays(clock.now(), settings.value("complaint.call_back.workdays", path), path)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

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

    def may(self, name: str, by: Viewer) -> bool:
        """Whether the viewer could take a step now; pages show only what can be done."""
        step = STEPS[name]
        if self.state not in step.sources or not by.can(step.right):
            return False
        if name in ("confirm", "send_back"):
            return self.needs_confirmation
        if name == "call_back":
            return by.account_id != self.handler_id and not self.needs_confirmation
        if name == "assign" and self.reopened > 1 and not by.roles & {"supervisor"}:
            return False
        return not step.handler or by.account_id == self.handler_id


class ComplaintEvent(Seal, Scoped, Addressed):
    """One step of a story, never changed: who, as what, from where to where, why, and whether the worker was told."""

    __tablename__ = "complaint_event"
    __table_args__ = (
        Index("ix_complaint_event_complaint_id", "complaint_id"),
        Index("ix_complaint_event_unit_id_recorded_at", "unit_id", "recorded_at"),
    )

    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))
    step: Mapped[str] = internal(String(20))
    before: Mapped[str] = internal(String(20))
    after: Mapped[str] = internal(String(20))
    actor_id: Mapped[int | None] = internal(BigId)
    actor: Mapped[str] = personal(String(40), default="")
    role: Mapped[str] = internal(String(24), default="")
    reason: Mapped[str | None] = internal(String(40))
    words_sealed: Mapped[str | None] = sealed(Text)
    told: Mapped[str | None] = internal(String(12))
    sealed: Mapped[bool] = internal(Boolean, default=False)
    happened_at: Mapped[datetime] = internal()
    recorded_at: Mapped[datetime] = internal(default=clock.now)

    complaint: Mapped[Complaint] = relationship(back_populates="events")

    words = Encrypted("words_sealed")


class ReplyDue(Seal, Scoped, Row):
    """A word the worker is owed by a moment; `told_at` says when it came."""

    __tablename__ = "reply_due"
    __table_args__ = (
        Index("ix_reply_due_unit_id_due_at", "unit_id", "due_at"),
        Index("ix_reply_due_complaint_id", "complaint_id"),
    )

    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))
    due_at: Mapped[datetime] = internal()
    told_at: Mapped[datetime | None] = internal()
    sealed: Mapped[bool] = internal(Boolean, default=False)

    complaint: Mapped[Complaint] = relationship()


def next_number(series: str) -> int:
    """The next number of a series, never given twice. Inside write()."""
    row = db.session.scalars(select(Sequence).where(Sequence.name == series).with_for_update()).one_or_none()
    if row is None:
        row = Sequence(name=series, value=0)
        db.session.add(row)
    row.value += 1
    return row.value


def handlers(unit: Unit) -> list[Account]:
    """Who may be given a case of this unit: its own worker first, then the others of the community, then its leaders."""
    community = unit.path if not unit.is_cell else unit.path[: unit.path.rstrip("/").rindex("/") + 1]
    with everywhere():
        posted = select(Account, Posting).join(Posting, Posting.account_id == Account.id)
        posted = posted.join(Unit, Unit.id == Posting.unit_id).where(
            Unit.path >= community, Unit.path < f"{community[:-1]}0", in_force(clock.today()),
            Posting.role.in_(("grid_worker", "leader")), Account.active,
        )  # fmt: skip
        rows = db.session.execute(posted.order_by(Posting.role, Unit.path)).all()
    rows.sort(key=lambda row: row[1].unit_id != unit.id)
    return list(dict.fromkeys(row[0] for row in rows))


def loads(account_ids: list[int]) -> dict[int, int]:
    """How many open cases each of some accounts has in hand."""
    statement = select(Complaint.handler_id, func.count()).where(
        Complaint.handler_id.in_(account_ids), Complaint.state.in_(OPEN), Complaint.sealed.is_(False)
    )
    with everywhere():
        return {handler: count for handler, count in db.session.execute(statement.group_by(Complaint.handler_id))}


def _leaders(unit: Unit) -> list[int]:
    with everywhere():
        return [account.id for account in handlers(unit) if any(p.role == "leader" for p in account.held)]


def _role(by: Viewer, right: str) -> str:
    held = by.holding(right)
    return held[0].role if held else ""
