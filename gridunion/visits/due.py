"""Visits that are due: why somebody should be seen, and by when; and who was not seen for long."""

from datetime import date, datetime, timedelta

from sqlalchemy import Date, ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.db import BigId, Record, db, internal, personal, sensitive
from gridunion.members.models import Person
from gridunion.rights import Viewer
from gridunion.tree import Scoped


def undo_time(path: str) -> timedelta:
    """How long what was written down by mistake may be taken back."""
    return timedelta(minutes=settings.value("visit.undo.minutes", path))


class TooLate(ValueError):
    """The time in which this could be taken back is over."""


class DueVisit(Scoped, Record):
    """A visit somebody should get by a moment, because something happened or a rhythm asks for it."""

    __tablename__ = "due_visit"
    __table_args__ = (
        Index("ix_due_visit_unit_id_due_at", "unit_id", "due_at"),
        Index("ix_due_visit_person_id", "person_id"),
        Index(
            "ix_due_visit_planned_by_id",
            "planned_by_id",
            sqlite_where=text("planned_by_id IS NOT NULL"),
            postgresql_where=text("planned_by_id IS NOT NULL"),
        ),
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
    note: Mapped[str | None] = sensitive(String(200))  # who lies in which hospital
    due_at: Mapped[datetime] = internal()
    state: Mapped[str] = internal(String(12), default="open")
    done_at: Mapped[datetime | None] = internal()
    recorded_by_id: Mapped[int | None] = internal(BigId)
    # The visits that asked for it and that settled it, so that taking one back takes this back too.
    planned_by_id: Mapped[int | None] = internal(BigId)
    settled_by_id: Mapped[int | None] = internal(BigId)

    person: Mapped[Person] = relationship()

    @classmethod
    def plan(
        cls, person: Person, trigger: str, on: date, by: Viewer | None = None, note: str | None = None,
        due_at: datetime | None = None, after: int | None = None,
    ) -> "DueVisit":  # fmt: skip
        """A visit becomes due within the trigger's days of the event; an equal open one is kept instead."""
        if running := [due for due in open_visits(person) if due.trigger == trigger]:
            return running[0]
        due = cls(person=person, unit=person.unit, trigger=trigger, event_on=on, note=note)
        due.due_at = due_at or _deadline(trigger, on, person.unit.path)
        due.recorded_by_id = by.account_id if by else None
        due.planned_by_id = after
        db.session.add(due)
        due._remind()
        return due

    def done(self, at: datetime, visit_id: int | None = None) -> None:
        """Somebody reached the person."""
        self.state, self.done_at, self.settled_by_id = "done", at, visit_id
        self._remind()

    def refused(self, visit_id: int) -> None:
        """Somebody did not want to be seen: nobody is sent again for it, and it counts as not done."""
        self.state, self.settled_by_id = "refused", visit_id
        self._remind()

    def open_again(self) -> None:
        self.state, self.done_at, self.settled_by_id = "open", None, None
        self._remind()

    def cancel(self) -> None:
        """It was a mistake, or is no longer wanted."""
        self.state = "cancelled"
        self._remind()

    def undo(self) -> None:
        """Take back what was written down by mistake, within ten minutes. Raises TooLate."""
        if not self.can_be_undone:
            raise TooLate
        self.cancel()

    @property
    def can_be_undone(self) -> bool:
        return self.state == "open" and clock.now() - self.recorded_at < undo_time(self.unit.path)

    def _remind(self) -> None:
        """Keep on the person when the next visit is due."""
        db.session.flush()
        open_ones = (DueVisit.person_id == self.person_id, DueVisit.state == "open")
        self.person.visit_due_at = db.session.scalar(select(func.min(DueVisit.due_at)).where(*open_ones))

    @property
    def overdue(self) -> bool:
        return self.state == "open" and self.due_at < clock.now()

    @property
    def days_since(self) -> int:
        """The how manieth day it is since the event; below 1 when it is yet to come."""
        return (clock.today() - self.event_on).days + 1

    @property
    def topic(self) -> str:
        return settings.label("visit_trigger", self.trigger)

    @property
    def icon(self) -> str:
        entry = settings.code("visit_trigger", self.trigger)
        return str(entry.tags.get("icon", "home-check")) if entry else "home-check"


def open_visits(person: Person) -> list[DueVisit]:
    """What somebody should be visited for, the most pressing first."""
    if person.id is None:
        return []
    waiting = select(DueVisit).where(DueVisit.person_id == person.id, DueVisit.state == "open")
    return list(db.session.scalars(waiting.order_by(DueVisit.due_at, DueVisit.id)))


def long_unseen(days: int = 30, most: int = 3) -> list[Person]:
    """Members of the viewer's branch nobody spoke with for longest; who is to be visited anyway is not among them."""
    since = clock.now() - timedelta(days=days)
    statement = select(Person).where(
        Person.status == "active",
        Person.seen_at < since,
        Person.withdrawn_at.is_(None),
        Person.visit_due_at.is_(None),
    )
    return list(db.session.scalars(statement.order_by(Person.seen_at, Person.id).limit(most)))


def _deadline(trigger: str, on: date, path: str) -> datetime:
    """The close of the office on the last of the trigger's (calendar) days."""
    entry = settings.code("visit_trigger", trigger)
    days = int(entry.tags["days"]) if entry else int(settings.value("visit.days", path))
    return calendar.after_days(clock.midnight(on), days, path)
