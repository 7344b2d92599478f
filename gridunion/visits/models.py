"""走访: visits that were made or tried, to a person or an employer, what they settled and what they asked for."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import lazy_pgettext as pgettext
from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock, settings
from gridunion.db import BigId, Record, db, internal, personal, sensitive
from gridunion.employers.models import Employer
from gridunion.members.models import JOINED, MOVED, WITHDREW, Person
from gridunion.members.real_name import FOUND_IN_HARDSHIP
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit, everywhere
from gridunion.visits import aftermath
from gridunion.visits.due import DueVisit, TooLate, home_of, open_visits, undo_time
from gridunion.visits.life import FINDINGS, LIFE, OUTCOMES, REACHED, state_of

LEFT: list[Callable[["Visit"], str]] = []
"""What other rooms say stays behind when a visit is taken back; nothing when nothing does."""

LOGGED: list[Callable[["Visit", Viewer], None]] = []
"""What else happens when a visit is written down."""


def _few(*columns: str) -> Index:
    """The index of a column that few visits fill."""
    filled = text(f"{columns[0]} IS NOT NULL")
    return Index(f"ix_visit_{'_'.join(columns)}", *columns, sqlite_where=filled, postgresql_where=filled)


_stands = text("voided_at IS NULL")
_TOLD = ("unit_id", "happened_at", "outcome", "together")
"""What the indicators count visits by: an index alone answers them, and no row is looked up."""


class Visit(Scoped, Record):
    """One contact with a person or an employer, made or tried, and what came of it."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_unit_id_recorded_at_id", "unit_id", "recorded_at", "id"),
        Index("ix_visit_person_id_happened_at", "person_id", "happened_at"),
        Index("ix_visit_unit_id_happened_at", *_TOLD, sqlite_where=_stands, postgresql_where=_stands),
        Index("ix_visit_visitor_id_happened_at", "visitor_id", "happened_at"),
        _few("employer_id", "happened_at"),
        _few("together"),
        CheckConstraint("(person_id IS NULL) <> (employer_id IS NULL)", name="who"),
    )

    person_id: Mapped[int | None] = internal(BigId, ForeignKey("person.id"))
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    due_visit_id: Mapped[int | None] = internal(BigId, ForeignKey("due_visit.id"))
    visitor_id: Mapped[int] = internal(BigId)
    visitor_name: Mapped[str] = personal(String(90))
    kind: Mapped[str] = internal(String(20), default="routine")
    outcome: Mapped[str] = personal(String(12))
    findings: Mapped[list[str]] = personal(JSON, default=list)
    note: Mapped[str | None] = sensitive(Text)
    needs: Mapped[list[str] | None] = personal(JSON(none_as_null=True))
    need_words: Mapped[str | None] = sensitive(String(200))
    measures: Mapped[list[str] | None] = personal(JSON(none_as_null=True))
    measure_words: Mapped[str | None] = sensitive(String(200))
    happened_at: Mapped[datetime] = internal()
    next_on: Mapped[date | None] = internal(Date)
    voided_at: Mapped[datetime | None] = internal()
    checked_at: Mapped[datetime | None] = internal()
    seen_before: Mapped[datetime | None] = internal()
    erased_at: Mapped[datetime | None] = internal()  # its time was over, and its words are gone
    # One entry about several people is a row for each, told and taken back together.
    together: Mapped[UUID | None] = internal()
    # What the same entry corrected in the file: column → [old, new], so that taking it back takes this back too.
    corrected: Mapped[dict[str, list[Any]] | None] = sensitive(JSON(none_as_null=True))

    person: Mapped[Person | None] = relationship()
    employer: Mapped[Employer | None] = relationship()
    due_visit: Mapped[DueVisit | None] = relationship()

    @classmethod
    def log(
        cls, whom: Person | Employer, by: Viewer, outcome: str, due: DueVisit | None = None,
        at: datetime | None = None, unit: Unit | None = None, **said: Any,
    ) -> "Visit":  # fmt: skip
        """Write a visit down, with what it settles and what it makes due."""
        here = unit or home_of(whom)
        visit = cls(unit=here, visitor_id=by.account_id, visitor_name=by.signs(here.path))
        visit.person, visit.employer = (whom, None) if isinstance(whom, Person) else (None, whom)
        visit.outcome, visit.happened_at, visit.due_visit = outcome, at or clock.now(), due
        visit.kind = "must_visit" if due else "routine"
        for name, value in said.items():
            setattr(visit, name, value)
        db.session.add(visit)
        db.session.flush()  # what follows names the visit by its number
        aftermath.follow(visit, by)
        for heard in LOGGED:
            heard(visit, by)
        return visit

    def correct(self, **known: Any) -> None:
        """Take over what the visit found to be different in the file."""
        person = self.person
        assert person is not None
        changed = {name: value for name, value in known.items() if value and value != getattr(person, name)}
        if changed:
            self.corrected = {name: [getattr(person, name), value] for name, value in changed.items()}
            person.learn(**changed)

    @property
    def reached(self) -> bool:
        return self.outcome in REACHED

    @property
    def state(self) -> str:
        """Where the visit stands in its life cycle."""
        return state_of(self.outcome, bool(self.voided_at), bool(self.checked_at), aftermath.again(self))

    @property
    def can_be_undone(self) -> bool:
        here = self.person is not None or self.employer_id is not None  # not when they have gone elsewhere
        lately = clock.now() - self.recorded_at < undo_time(self.unit.path)
        return here and lately and "voided" in LIFE[self.state].then

    def undo(self) -> list["Visit"]:
        """Take an entry back within minutes, with all it settled, made due and corrected. Raises TooLate."""
        if not self.can_be_undone:
            raise TooLate
        entry = self.whole
        for visit in entry:
            visit.voided_at = clock.now()
            aftermath.take_back(visit)
        return entry

    @property
    def whole(self) -> list["Visit"]:
        """The visits of the same entry that still stand, this one among them."""
        if self.together is None:
            return [self]
        same = select(Visit).where(Visit.together == self.together, Visit.voided_at.is_(None))
        return list(db.session.scalars(same.order_by(Visit.id)))

    @property
    def who(self) -> str:
        """Whom it was paid to: the visit stays where it was made, also when they have gone to another union."""
        whom: Any = (Employer, self.employer_id) if self.employer_id else (Person, self.person_id)
        with everywhere():
            return str(db.session.scalars(select(whom[0].name).where(whom[0].id == whom[1])).one())

    @property
    def name(self) -> str:
        known = self.person or self.employer
        return known.name if known else self.who

    @property
    def written_later(self) -> bool:
        """Not when it was paid, so that people are told of both."""
        return self.recorded_at - self.happened_at > timedelta(hours=1)

    @property
    def words(self) -> str:
        return str(OUTCOMES[self.outcome].words)

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

    @property
    def needed(self) -> list[str]:
        """服务需求: what was asked for, in words."""
        return _listed("service_need", self.needs, self.need_words)

    @property
    def measured(self) -> list[str]:
        """处理措施: what was done about it, in words."""
        return _listed("measure", self.measures, self.measure_words)


def _listed(codes: str, chosen: list[str] | None, words: str | None) -> list[str]:
    return [settings.label(codes, code) for code in chosen or ()] + ([words] if words else [])


def welcome(person: Person, by: Viewer) -> None:
    """A new member is visited within the week."""
    DueVisit.plan(person, "new_member", clock.today(), by)


JOINED.append(welcome)


def go_and_help(person: Person) -> None:
    """Who was found in hardship is visited for it, wherever it was written down."""
    DueVisit.plan(person, "hardship", clock.today())


FOUND_IN_HARDSHIP.append(go_and_help)


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
