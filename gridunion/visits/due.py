"""Visits that are due: why somebody, or an employer, should be seen, and by when; and who was not seen for long.

The life of one: it is planned, and becomes due; reaching whom it is for makes it done. What can no longer be done is
cancelled (consent taken back, the employer closed, two files became one), what was written down by mistake is voided.
A must-visit nobody made stays open, and late, until somebody goes. Missed is only what another one takes the place of:
what a rhythm planned, by the next (rhythms.py), and a second try that found a closed door, by the third.
"""

from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _
from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock, settings
from gridunion.db import BigId, Record, db, internal, personal, sensitive, written
from gridunion.employers.models import PLACED, Employer
from gridunion.members.models import Person
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit
from gridunion.visits.triggers import LIST, deadline, is_must, is_rhythm

SOON = timedelta(days=7)  # what is due later is only planned
STATES = {
    "open": _("该走访"), "done": _("已走访"), "missed": _("没走成，排了下一次"), "cancelled": _("取消了"),
    "voided": _("作废"), "refused": _("不愿见"),
}  # fmt: skip
GONE = ("cancelled", "voided")  # it counts nowhere any more

Whom = Person | Employer
_OPEN, _PLANNED = text("state = 'open'"), text("planned_by_id IS NOT NULL")


def undo_time(path: str) -> timedelta:
    """How long what was written down by mistake may be taken back."""
    return timedelta(minutes=settings.value("visit.undo.minutes", path))


class TooLate(ValueError):
    """The time in which this could be taken back is over."""


class DueVisit(Scoped, Record):
    """A visit somebody, or an employer, should get by a moment: something happened, or a rhythm asks for it."""

    __tablename__ = "due_visit"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (employer_id IS NULL)", name="one_whom"),
        Index("ix_due_visit_unit_id_due_at", "unit_id", "due_at", "state", "done_at", "must", "trigger"),
        Index("ix_due_visit_person_id", "person_id"),
        Index("ix_due_visit_employer_id", "employer_id"),
        Index(
            "ix_due_visit_planned_by_id", "planned_by_id", sqlite_where=_PLANNED, postgresql_where=_PLANNED
        ),
        Index(
            "ix_due_visit_open", "unit_id", "due_at", "trigger", sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
    )

    person_id: Mapped[int | None] = internal(BigId, ForeignKey("person.id"))
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    trigger: Mapped[str] = personal(String(30))
    must: Mapped[bool] = internal(default=False)  # as the list said when it was planned
    event_on: Mapped[date] = personal(Date)
    note: Mapped[str | None] = sensitive(String(200))  # who lies in which hospital
    due_at: Mapped[datetime] = internal()
    state: Mapped[str] = internal(String(12), default="open")
    done_at: Mapped[datetime | None] = internal()
    recorded_by_id: Mapped[int | None] = internal(BigId)  # nobody when it came by itself
    # The visits that asked for it and that settled it, so that taking one back takes this back too.
    planned_by_id: Mapped[int | None] = internal(BigId)
    settled_by_id: Mapped[int | None] = internal(BigId)

    person: Mapped[Person | None] = relationship()
    employer: Mapped[Employer | None] = relationship()

    @classmethod
    def plan(
        cls, whom: Whom, trigger: str, on: date, by: Viewer | None = None, note: str | None = None,
        due_at: datetime | None = None, after: int | None = None,
    ) -> "DueVisit":  # fmt: skip
        """A visit becomes due within the trigger's days of the event; an equal open one is kept instead."""
        waiting = open_visits(whom)
        if running := [due for due in waiting if due.trigger == trigger]:
            return running[0]
        unit = home_of(whom)
        due = cls(unit=unit, trigger=trigger, event_on=on, note=note, must=is_must(trigger, unit.path))
        due.person, due.employer = (whom, None) if isinstance(whom, Person) else (None, whom)
        due.due_at = due_at or deadline(trigger, on, unit.path)
        due.recorded_by_id = by.account_id if by else None
        due.planned_by_id = after
        db.session.add(due)
        whom.visit_due_at = _soonest([*waiting, due])
        return due

    @property
    def whom(self) -> Whom | None:
        """The person or the employer; None when they went where the viewer does not see them."""
        return self.person if self.person_id else self.employer

    def done(self, at: datetime, visit_id: int | None = None) -> None:
        """Somebody reached whom it was for."""
        self.state, self.done_at, self.settled_by_id = "done", at, visit_id
        self._remind()

    def unseen(self, visit_id: int, state: str) -> None:
        """Somebody went, and it is over without having been done."""
        self.state, self.settled_by_id = state, visit_id
        self._remind()

    def open_again(self) -> None:
        self.state, self.done_at, self.settled_by_id = "open", None, None
        self._remind()

    def cancel(self) -> None:
        """It can no longer be made, or is no longer wanted."""
        self.state = "cancelled"
        self._remind()

    def void(self) -> None:
        """It was written down by mistake."""
        self.state = "voided"
        self._remind()

    def undo(self) -> None:
        """Take back what was written down by mistake, within ten minutes. Raises TooLate."""
        if not self.can_be_undone:
            raise TooLate
        self.void()

    @property
    def can_be_undone(self) -> bool:
        return self.state == "open" and clock.now() - self.recorded_at < undo_time(self.unit.path)

    def _remind(self) -> None:
        """Keep on whom it is for when the next visit is due."""
        db.session.flush()
        if self.whom is not None:
            self.whom.visit_due_at = _soonest(open_visits(self.whom))

    @property
    def overdue(self) -> bool:
        return self.state == "open" and self.due_at < clock.now()

    @property
    def words(self) -> str:
        """How it stands: planned, due, late, done, missed, cancelled or voided."""
        if self.overdue:
            return str(_("超期"))
        if self.state == "open" and self.due_at > clock.now() + SOON:
            return str(_("排好了"))
        return str(STATES[self.state])

    @property
    def rhythmic(self) -> bool:
        return is_rhythm(self.trigger)

    @property
    def days_since(self) -> int:
        """The how manieth day it is since the event; below 1 when it is yet to come."""
        return (clock.today() - self.event_on).days + 1

    @property
    def topic(self) -> str:
        return settings.label(LIST, self.trigger)

    @property
    def icon(self) -> str:
        entry = settings.code(LIST, self.trigger)
        return str(entry.tags.get("icon", "home-check")) if entry else "home-check"


OPEN = DueVisit.__table__.c.state == written("open")
"""The condition of a due visit that still waits."""


def home_of(whom: Whom) -> Unit:
    """Who has to go there: the cell of a person, that of an employer or else its community."""
    return whom.unit if isinstance(whom, Person) else whom.home


def open_visits(whom: Whom) -> list[DueVisit]:
    """What somebody should be visited for, the most pressing first."""
    if whom.id is None:
        return []
    theirs = DueVisit.person_id if isinstance(whom, Person) else DueVisit.employer_id
    waiting = select(DueVisit).where(theirs == whom.id, DueVisit.state == "open")
    return list(db.session.scalars(waiting.order_by(DueVisit.due_at, DueVisit.id)))


def _soonest(waiting: list[DueVisit]) -> datetime | None:
    return min((due.due_at for due in waiting), default=None)


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


def settle_in(employer: Employer) -> None:
    """Whoever works where an employer lies now goes there; a closed one is not visited any more."""
    for due in open_visits(employer):
        if employer.state != "active":
            due.cancel()
        else:
            due.unit = employer.home


PLACED.append(settle_in)
