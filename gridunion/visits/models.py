"""走访: visits that were made or tried, what they settled and what they asked for."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext
from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.db import BigId, Record, db, internal, personal, sensitive
from gridunion.deadlines import end_of_office
from gridunion.members.models import JOINED, MOVED, WITHDREW, Person
from gridunion.rights import Viewer
from gridunion.tree import Scoped, everywhere
from gridunion.visits.due import UNDO, DueVisit, TooLate, open_visits

OUTCOMES = {
    "met": (_("见到本人"), "home-check"),
    "phone": (_("电话联系"), "phone"),
    "family": (_("见到家人"), "users"),
    "not_home": (_("没见到"), "door"),
}
REACHED = ("met", "phone", "family")
FINDINGS = {
    "fine": (_("一切正常"), ""),
    "help": (_("需要帮扶"), _("报给社区工会")),
    "complaint": (_("有诉求"), _("存好后接着登记")),
    "changed": (_("情况有变"), _("住址、工作、电话")),
}


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
    visitor_name: Mapped[str] = personal(String(90))
    kind: Mapped[str] = internal(String(20), default="routine")
    outcome: Mapped[str] = personal(String(12))
    findings: Mapped[list[str]] = personal(JSON, default=list)
    note: Mapped[str | None] = sensitive(Text)
    happened_at: Mapped[datetime] = internal()
    next_on: Mapped[date | None] = internal(Date)
    voided_at: Mapped[datetime | None] = internal()
    seen_before: Mapped[datetime | None] = internal()

    person: Mapped[Person] = relationship()
    due_visit: Mapped[DueVisit | None] = relationship()

    @classmethod
    def log(
        cls, person: Person, by: Viewer, outcome: str, due: DueVisit | None = None,
        at: datetime | None = None, **said: Any,
    ) -> "Visit":  # fmt: skip
        """Write a visit down, with what it settles and what it makes due."""
        visit = cls(
            person=person, unit=person.unit, visitor_id=by.account_id, visitor_name=by.signs(person.unit.path)
        )
        visit.outcome, visit.happened_at, visit.due_visit = outcome, at or clock.now(), due
        visit.kind = "must_visit" if due else "routine"
        for name, value in said.items():
            setattr(visit, name, value)
        visit.seen_before = person.seen_at
        db.session.add(visit)
        db.session.flush()  # what follows names the visit by its number
        visit._settle()
        visit._plan(by)
        return visit

    def _settle(self) -> None:
        """Reaching somebody settles what it was for, a closed door does not. Any visit is a second try."""
        settled = {due for due in open_visits(self.person) if due.trigger == "follow_up"}
        if self.reached:
            self.person.seen(self.happened_at)
            settled |= {self.due_visit} if self.due_visit else set()
        for due in settled:
            due.done(self.happened_at, self.id)

    def _plan(self, by: Viewer) -> None:
        """Help that is needed becomes a due visit, which the leader sees; so does the next try."""
        person, today = self.person, clock.today()
        if "help" in (self.findings or ()) and not person.hardship_class:
            DueVisit.plan(person, "hardship", today, by, note=(self.note or "")[:200] or None, after=self.id)
        if not self.reached and self.next_on is None:
            self.next_on = today + timedelta(days=settings.value("visit.retry.days", person.unit.path))
        if self.next_on is not None:
            self._come_again(self.next_on, by)

    def _come_again(self, on: date, by: Viewer) -> None:
        """Remind of the next try, unless what this visit was for is still open and due by then."""
        until = end_of_office(on, calendar.office_close(self.person.unit.path))
        if self.due_visit is None or self.due_visit.state != "open" or self.due_visit.due_at > until:
            DueVisit.plan(self.person, "follow_up", on, by, due_at=until, after=self.id)

    @property
    def reached(self) -> bool:
        return self.outcome in REACHED

    @property
    def can_be_undone(self) -> bool:
        here = self.person is not None  # not when they have gone to another union
        return here and self.voided_at is None and clock.now() - self.recorded_at < UNDO

    def undo(self) -> None:
        """Take a visit back within ten minutes, with what it settled and made due. Raises TooLate."""
        if not self.can_be_undone:
            raise TooLate
        self.voided_at = clock.now()
        if self.seen_before and self.person.seen_at == self.happened_at:
            self.person.seen_at = self.seen_before
        touched = select(DueVisit).where(DueVisit.person_id == self.person_id)
        for due in db.session.scalars(touched.where(DueVisit.settled_by_id == self.id)).all():
            due.open_again()
        planned = touched.where(DueVisit.planned_by_id == self.id, DueVisit.state == "open")
        for due in db.session.scalars(planned).all():
            due.cancel()

    @property
    def who(self) -> str:
        """Whom it was paid to: the visit stays where it was made, also when they have gone to another union."""
        with everywhere():
            return db.session.scalars(select(Person.name).where(Person.id == self.person_id)).one()

    @property
    def words(self) -> str:
        return str(OUTCOMES[self.outcome][0])

    @property
    def topic(self) -> str:
        """What it was about: a visit that had to be made, once it is made, is simply a visit."""
        return (
            self.due_visit.topic.replace("必访", "走访") if self.due_visit else str(pgettext("one", "走访"))
        )

    @property
    def found(self) -> list[str]:
        """What came of it, in words."""
        return [str(FINDINGS[name][0]) for name in self.findings or () if name in FINDINGS]


def welcome(person: Person, by: Viewer) -> None:
    """A new member is visited within the week."""
    DueVisit.plan(person, "new_member", clock.today(), by)


JOINED.append(welcome)


def stay_away(person: Person) -> None:
    """Who took the consent back is not visited any more, unless they agree again."""
    for due in open_visits(person):
        due.cancel()


def take_along(person: Person) -> None:
    """What somebody should still be visited for is done where they are now."""
    for due in open_visits(person):
        due.unit = person.unit


WITHDREW.append(stay_away)
MOVED.append(take_along)
