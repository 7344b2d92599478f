"""Complaints: what a worker asks of the union, and the verbs that move it from first report to call back."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.accounts.models import Account
from gridunion.complaints import conflicts, hands, promises, readers, turns
from gridunion.complaints.detours import Detours
from gridunion.complaints.hands import handlers
from gridunion.complaints.life import COLLECTIVE, DISPUTES, MOST_TRIES, OPEN, RECEIVED, too_few_words
from gridunion.complaints.own import Own
from gridunion.complaints.records import ComplaintEvent, next_number, secret_number
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import db, written
from gridunion.employers.models import Employer, name_index, named
from gridunion.members.models import Person
from gridunion.rights import Viewer
from gridunion.tree import Unit

TAKEN: list[Callable[["Complaint", Viewer | None], None]] = []
"""What else follows when a complaint was taken down."""

_VISITED = text("visit_id IS NOT NULL")
_ACCUSED, _PHONED = text("accused_index IS NOT NULL"), text("phone_index IS NOT NULL")
_OPEN_SQL = text(f"state IN ({', '.join(repr(state) for state in OPEN)})")
_DISPUTE_SQL = text(f"kind IN ({', '.join(repr(kind) for kind in DISPUTES)})")


class Complaint(Own, Detours):
    """What a worker asks of the union, from first report to call back."""

    __tablename__ = "complaint"
    __table_args__ = (
        Index("ix_complaint_number", "number", unique=True),
        Index("ix_complaint_unit_id_recorded_at_id", "unit_id", "recorded_at", "id"),
        Index("ix_complaint_unit_id_first_due_at", "unit_id", "first_due_at"),
        Index("ix_complaint_open", "unit_id", "due_at", sqlite_where=_OPEN_SQL, postgresql_where=_OPEN_SQL),
        Index(
            "ix_complaint_dispute",
            "unit_id",
            "accepted_at",
            sqlite_where=_DISPUTE_SQL,
            postgresql_where=_DISPUTE_SQL,
        ),
        Index("ix_complaint_handler_id_state", "handler_id", "state"),
        Index("ix_complaint_person_id", "person_id"),
        Index("ix_complaint_visit_id", "visit_id", sqlite_where=_VISITED, postgresql_where=_VISITED),
        Index("ix_complaint_merged_into_id", "merged_into_id"),
        Index("ix_complaint_repeat_of_id", "repeat_of_id"),
        Index("ix_complaint_unit_id_closed_at", "unit_id", "closed_at"),
        Index("ix_complaint_employer_id_recorded_at", "employer_id", "recorded_at"),
        Index(
            "ix_complaint_accused_index", "accused_index", sqlite_where=_ACCUSED, postgresql_where=_ACCUSED
        ),
        Index("ix_complaint_phone_index", "phone_index", sqlite_where=_PHONED, postgresql_where=_PHONED),
        Index("ix_complaint_unit_id_state_sealed", "unit_id", "state", "sealed"),
    )

    person: Mapped[Person | None] = relationship()
    employer: Mapped[Employer | None] = relationship()
    handler: Mapped[Account | None] = relationship()
    events: Mapped[list[ComplaintEvent]] = relationship(
        back_populates="complaint", order_by="ComplaintEvent.id"
    )
    main: Mapped["Complaint | None"] = relationship(
        remote_side="Complaint.id", back_populates="joined", foreign_keys="Complaint.merged_into_id"
    )
    joined: Mapped[list["Complaint"]] = relationship(
        back_populates="main", order_by="Complaint.id", foreign_keys="Complaint.merged_into_id"
    )

    # ── from first report to call back ──

    @classmethod
    def take(
        cls,
        unit: Unit,
        by: Viewer | None,
        name: str | None,
        phone: str | None,
        employer_name: str | None = None,
        at: datetime | None = None,
        **asked: Any,
    ) -> "Complaint":
        """Record a complaint; the clocks start now, whoever signs for it later, when it came (`at`), or when a phone
        without a line wrote it down (`happened_at`).

        Raises OutOfTurn for a collective dispute of too few.
        """
        complaint = cls(unit=unit, state="registered", recorded_at=at or clock.now(), reopened=0, calls=0)
        complaint.happened_at = at or calendar.written_at(asked.pop("happened_at", None))
        complaint.recorded_by_id = by.account_id if by else None
        for field, value in asked.items():
            setattr(complaint, field, value)
        complaint._sort_out()
        complaint.accuse(employer_name)
        complaint.complainant = {"name": name, "phone": phone, "employer": employer_name}
        promises.set_clocks(complaint, complaint.happened_at)
        complaint.give_code()
        db.session.add(complaint)
        readers.seal(complaint)
        promises.promise(complaint, first=True)
        told = RECEIVED.get(complaint.channel) if complaint.can_be_told else None
        complaint._write("register", by, told=told)
        for follow in TAKEN:
            follow(complaint, by)
        return complaint

    def _sort_out(self) -> None:
        """What follows from the category: the kind, and whether only named readers may see it."""
        category = settings.code("complaint_category", self.category)
        tags = category.tags if category else {}
        self.kind = self.kind or tags.get("kind", "complaint")
        self.people = max(self.people or 1, 1)
        if self.people >= COLLECTIVE and self.kind in ("labor_dispute", "complaint"):
            self.kind = "collective_dispute"
        if self.people < COLLECTIVE and self.kind == "collective_dispute":
            raise OutOfTurn(too_few_words())
        self.grade = "difficult" if self.is_dispute else "ordinary"
        self.sealed = bool(tags.get("sealed"))
        self.number = secret_number() if self.sealed else next_number("complaint")

    def accuse(self, employer_name: str | None) -> None:
        """Tie the case to the employer it is about, when the ledger has it."""
        self.employer = named(employer_name, self.unit) if employer_name else None
        self.employer_id = self.employer.id if self.employer else None
        self.accused_index = name_index(employer_name)

    def accept(self, by: Viewer, told: str | None = None, grade: str | None = None) -> None:
        """Take it on, and say how difficult it is."""
        self._step("accept", by, told=told)
        self.accepted_at = clock.now()
        promises.grade(self, grade or self.grade)

    def refuse(self, by: Viewer, reason: str, door: str, told: str | None) -> None:
        """Not ours: the reason and the right door are written down and told."""
        self._step("refuse", by, told=told, words=door, reason=reason)
        self.closed_at = clock.now()

    def assign(self, handler: Account, by: Viewer, grade: str | None = None) -> None:
        """Give the case to somebody posted over its unit; who is given a sealed case may open it."""
        self.demand(self.opening("assign"), by)
        there = handlers(self.unit)
        if handler.id not in {account.id for account in there}:
            raise NotYours(_("%(name)s不在这里任职，不能派给他", name=handler.name))
        if not all(hands.can_tell(handler, case) for case in self.parts()):
            raise NotYours(_("%(name)s不管并进来的诉求或要回避，不能派给他", name=handler.name))
        if self.accused and conflicts.bound_to([handler], [self.accused]):
            raise NotYours(_("%(name)s和被反映的单位有关系，不能派给他", name=handler.name))
        if handler.id in conflicts.recused(self.id):
            raise NotYours(_("%(name)s已经回避，不能再派给他", name=handler.name))
        if handler.id not in hands.fit(there, self.duty):
            raise NotYours(_("这类诉求只派给女职工委员会委员或社区工会主席"))
        if self.state == "registered":
            self.accept(by, grade=grade)
        self._step("assign", by, words=handler.name)
        self.handler, self.handler_id, self.urged_at = handler, handler.id, None
        readers.name(self, {handler.id})

    def hand_over(self, to: Account, by: Viewer) -> None:
        """Another handler goes on where one leaves: standing and clocks stay. Whoever calls this looked at both
        signatures, and at whether it may lie in those hands."""
        leaver = self.handler.name if self.handler else ""
        self._write("hand_over", by, words=_("%(name)s交给%(to)s", name=leaver, to=to.name))
        self.handler, self.handler_id, self.urged_at = to, to.id, None

    def recuse(self, by: Viewer, reason: str) -> None:
        """The handler is not free in this case and gives it back; why is for those who decide."""
        self._step("recuse", by)
        conflicts.give_back(self, by.account_id, by.name, reason)
        self.handler = self.handler_id = None
        readers.strike(self, by.account_id)
        readers.let_judges_read(self)

    def progress(self, by: Viewer, words: str, told: str | None = None) -> None:
        """What was done meanwhile. Only words that say something count as a word to the worker."""
        if told:
            turns.demand_words(words)
        self._step("progress", by, words=words, told=told)

    def reply(self, by: Viewer, words: str, told: str | None, also: "Iterable[Complaint]" = ()) -> None:
        """Somebody told the worker, and `also` those whose cases went into this one."""
        self._step("reply", by, words=words, told=told)
        self._inform(also, by, words, told)

    def resolve(
        self, by: Viewer, words: str, result: str, told: str | None, also: "Iterable[Complaint]" = ()
    ) -> None:
        """The case is dealt with, and the worker knows. Only who left no name and no phone stays untold."""
        self.demand("resolve", by)
        self.demand_all_told(also)
        self._step("resolve", by, words=words, told=told, reason=result)
        self._inform(also, by, words, told)
        if by.account_id != self.handler_id:  # a stand-in did it: others than him judge the result
            self.handler_id = by.account_id
            self.handler = db.session.get(Account, by.account_id)
        self.result, self.resolved_at = result, clock.now()
        self.first_resolved_at = self.first_resolved_at or self.resolved_at
        if not self.needs_confirmation:
            promises.wait_for_call(self)
        readers.let_judges_read(self)

    def count_money(self, owed: int | None, recovered: int | None) -> None:
        """What was owed and what came back, in fen."""
        self.amount_owed = self.amount_owed if owed is None else owed
        self.amount_recovered = self.amount_recovered if recovered is None else recovered

    def confirm(self, by: Viewer) -> None:
        """The leader stands by the result of a dispute or a hardship case."""
        self._step("confirm", by)
        self.confirmed_at = clock.now()
        promises.wait_for_call(self)

    def send_back(self, by: Viewer, words: str) -> None:
        """The result will not do: back to the handler, on the clock that never stopped."""
        self._step("send_back", by, words=words)
        self.resolved_at = self.result = None
        if not self.reopened:
            self.first_resolved_at = None
        promises.promise(self)

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
        turns.demand_words(words)
        self._open_again(by, words)

    def _open_again(self, by: Viewer | None, words: str | None) -> None:
        self._write("reopen", by, words=words)
        self.reopened += 1
        self.wait_until = self.resolved_at = self.closed_at = self.confirmed_at = self.call_due_at = (
            self.result
        ) = None
        self.rating = None
        self.calls = 0
        promises.set_clocks(self, clock.now(), share=0.5)
        for case in (self, *self.joined):
            promises.promise(case)
        readers.let_judges_read(self)

    def urge(self, by: Viewer, words: str | None = None) -> None:
        """Press the handler; it stands in the story and on his 今日."""
        self._step("urge", by, words=words)
        self.urged_at = clock.now()


IS_OPEN = Complaint.__table__.c.state.in_([written(state) for state in OPEN])
"""Written out, not bound: SQLite uses the index of open cases only for a condition it can read."""
IS_DISPUTE = Complaint.__table__.c.kind.in_([written(kind) for kind in DISPUTES])
