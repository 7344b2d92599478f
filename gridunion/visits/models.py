"""走访: visits that are due, and visits that were made."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, func, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.db import BigId, Record, db, internal, personal
from gridunion.members.models import JOINED, Person
from gridunion.rights import Viewer
from gridunion.tree import Scoped

UNDO = timedelta(minutes=10)
OUTCOMES = {
    "met": (_("见到本人"), "home-check"),
    "phone": (_("电话联系"), "phone"),
    "family": (_("见到家人"), "users"),
    "not_home": (_("没见到"), "door"),
}
REACHED = ("met", "phone", "family")


class TooLate(ValueError):
    """The time in which this could be taken back is over."""


class DueVisit(Scoped, Record):
    """A visit somebody should get by a moment, because something happened or a rhythm asks for it."""

    __tablename__ = "due_visit"
    __table_args__ = (
        Index("ix_due_visit_unit_id_due_at", "unit_id", "due_at"),
        Index("ix_due_visit_person_id", "person_id"),
        Index(
            "ix_due_visit_open",
            "unit_id",
            "due_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    person_id: Mapped[int] = internal(BigId, ForeignKey("person.id"))
    trigger: Mapped[str] = personal(String(30))
    event_on: Mapped[date] = personal(Date)
    note: Mapped[str | None] = personal(String(200))
    due_at: Mapped[datetime] = internal()
    state: Mapped[str] = internal(String(12), default="open")
    done_at: Mapped[datetime | None] = internal()
    recorded_by_id: Mapped[int | None] = internal(BigId)

    person: Mapped[Person] = relationship()

    @classmethod
    def plan(
        cls, person: Person, trigger: str, on: date, by: Viewer | None = None, note: str | None = None
    ) -> "DueVisit":
        """A visit becomes due within the trigger's days of the event; an equal one still open is kept instead."""
        running = select(cls).where(cls.person_id == person.id, cls.trigger == trigger, cls.state == "open")
        if person.id and (found := db.session.scalars(running.limit(1)).one_or_none()):
            return found
        due = cls(person=person, unit=person.unit, trigger=trigger, event_on=on, note=note)
        due.due_at = calendar.after_days(clock.midnight(on), _days(trigger, person), person.unit.path)
        due.recorded_by_id = by.account_id if by else None
        db.session.add(due)
        due._remind()
        return due

    def done(self, at: datetime) -> None:
        """Somebody reached the person."""
        self.state, self.done_at = "done", at
        self._remind()

    def open_again(self) -> None:
        self.state, self.done_at = "open", None
        self._remind()

    def _remind(self) -> None:
        """Keep on the person when the next visit is due."""
        db.session.flush()
        coming = select(func.min(DueVisit.due_at)).where(DueVisit.person_id == self.person_id, DueVisit.state == "open")
        self.person.visit_due_at = db.session.scalar(coming)

    @property
    def topic(self) -> str:
        return settings.label("visit_trigger", self.trigger)

    @property
    def icon(self) -> str:
        entry = settings.code("visit_trigger", self.trigger)
        return str(entry.tags.get("icon", "home-check")) if entry else "home-check"


class Visit(Scoped, Record):
    """One contact, made or tried, and what came of it."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_unit_id_recorded_at_id", "unit_id", "recorded_at", "id"),
        Index("ix_visit_person_id_happened_at", "person_id", "happened_at"),
    )

    person_id: Mapped[int] = internal(BigId, ForeignKey("person.id"))
    due_visit_id: Mapped[int | None] = internal(BigId, ForeignKey("due_visit.id"))
    visitor_id: Mapped[int] = internal(BigId)
    visitor_name: Mapped[str] = personal(String(40))
    kind: Mapped[str] = internal(String(20), default="routine")
    outcome: Mapped[str] = personal(String(12))
    findings: Mapped[list[str]] = personal(JSON, default=list)
    note: Mapped[str | None] = personal(Text)
    happened_at: Mapped[datetime] = internal()
    next_on: Mapped[date | None] = internal(Date)
    voided_at: Mapped[datetime | None] = internal()
    seen_before: Mapped[datetime | None] = internal()

    person: Mapped[Person] = relationship()
    due_visit: Mapped[DueVisit | None] = relationship()

    @classmethod
    def log(
        cls, person: Person, by: Viewer, outcome: str, due: DueVisit | None = None, at: datetime | None = None, **said: Any
    ) -> "Visit":
        """Write a visit down. Reaching somebody settles the due visit it was for; a closed door leaves it open."""
        visit = cls(person=person, unit=person.unit, visitor_id=by.account_id, visitor_name=by.name, outcome=outcome)
        visit.happened_at, visit.due_visit = at or clock.now(), due
        visit.kind = "must_visit" if due else "routine"
        for name, value in said.items():
            setattr(visit, name, value)
        visit.seen_before = person.seen_at
        if visit.reached:
            person.seen(visit.happened_at)
            if due is not None:
                due.done(visit.happened_at)
        db.session.add(visit)
        return visit

    @property
    def reached(self) -> bool:
        return self.outcome in REACHED

    @property
    def can_be_undone(self) -> bool:
        return self.voided_at is None and clock.now() - self.recorded_at < UNDO

    def undo(self) -> None:
        """Take a visit back within ten minutes. Raises TooLate."""
        if not self.can_be_undone:
            raise TooLate
        self.voided_at = clock.now()
        if self.seen_before and self.person.seen_at == self.happened_at:
            self.person.seen_at = self.seen_before
        if self.due_visit is not None and self.reached:
            self.due_visit.open_again()

    @property
    def words(self) -> str:
        return str(OUTCOMES[self.outcome][0])


def welcome(person: Person, by: Viewer) -> None:
    """A new member is visited within the week."""
    DueVisit.plan(person, "new_member", clock.today(), by)


JOINED.append(welcome)


def _days(trigger: str, person: Person) -> int:
    """Days (calendar) in which the visit must be made."""
    entry = settings.code("visit_trigger", trigger)
    return int(entry.tags["days"]) if entry else int(settings.value("visit.days", person.unit.path))
