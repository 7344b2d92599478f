"""会籍接转: a membership goes from one union to another, which takes both of them.

The old union releases somebody, or the new one asks for them; the other side accepts or refuses by a deadline.
Until accepted the old union counts the member. Both sides see the transfer, neither sees the other's register.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, ForeignKey, Index, String, bindparam, or_, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.db import BigId, Record, db, internal, personal, trusted
from gridunion.members.membership import Impossible
from gridunion.members.models import JOINED, MOVED, Person
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit, everywhere
from gridunion.units.models import closed

RIGHT = "change memberships"
LATELY = timedelta(days=30)  # how long the page of a person still tells how a transfer ended
STAY = ("known", "applied", "active", "retained")  # the standings of a file that is in use

DOUBLES: list[Callable[[Person, Person, Viewer], None]] = []
"""How the file of somebody who came and the one registered meanwhile become one."""


def _asked(column: str, **options: Any) -> Index:
    """Over those only that wait for an answer."""
    waits = text("state = 'asked'")
    return Index(f"ix_transfer_{column}", column, sqlite_where=waits, postgresql_where=waits, **options)


class Transfer(Scoped, Record):
    """One transfer. `unit` is the old cell, `to_unit` the new union, or the cell that asked."""

    __tablename__ = "transfer"
    __table_args__ = (
        _asked("person_id", unique=True),
        _asked("answering_id"),
        _asked("asking_id"),
        Index("ix_transfer_known_as_id", "known_as_id"),
    )

    person_id: Mapped[int] = internal(BigId, ForeignKey("person.id"))
    to_unit_id: Mapped[int] = internal(BigId, ForeignKey("unit.id"))
    asking_id: Mapped[int] = internal(BigId, ForeignKey("unit.id"))
    answering_id: Mapped[int] = internal(BigId, ForeignKey("unit.id"))
    known_as_id: Mapped[int | None] = internal(BigId, ForeignKey("person.id"))
    name: Mapped[str] = personal(String(40))
    state: Mapped[str] = internal(String(12), default="asked")
    reason: Mapped[str] = personal(String(8))
    note: Mapped[str | None] = personal(String(200))
    asked_by: Mapped[str] = personal(String(90))
    due_at: Mapped[datetime] = internal()
    decided_by_id: Mapped[int | None] = internal(BigId)
    decided_at: Mapped[datetime | None] = internal()
    refusal: Mapped[str | None] = personal(String(200))

    to_unit: Mapped[Unit] = relationship(foreign_keys=[to_unit_id])

    @classmethod
    def within(cls, units: Any) -> ColumnElement[bool]:
        return or_(cls.unit_id.in_(units), cls.to_unit_id.in_(units))

    @property
    def places(self) -> tuple[Unit | None, ...]:
        with everywhere():
            return db.session.get(Unit, self.unit_id), db.session.get(Unit, self.to_unit_id)

    @classmethod
    def release(cls, person: Person, to: Unit, by: Viewer, reason: str, note: str | None) -> "Transfer":
        """The old union lets somebody go to another one, which has to accept. Raises WrongStep."""
        if person.status not in ("active", "retained"):
            raise Impossible(_("不是会员，没有会籍可转。"))
        if union_of(person.unit) == union_of(to):
            raise Impossible(_("就在本社区，不用转会，换网格就行"))
        transfer = cls(unit_id=person.unit_id, to_unit_id=to.id, asking_id=person.unit_id, answering_id=to.id)
        return transfer._ask(person, by, reason, note)

    @classmethod
    def ask(cls, person_id: int, known_as: Person, by: Viewer, reason: str, note: str | None) -> "Transfer":
        """The new union asks for somebody who is registered elsewhere, without being told where. Raises WrongStep."""
        with everywhere():
            person, cell = db.session.get_one(Person, person_id), known_as.unit
            transfer = cls(
                unit_id=person.unit_id, to_unit_id=cell.id, asking_id=cell.id, answering_id=person.unit_id,
                known_as_id=known_as.id,
            )  # fmt: skip
            return transfer._ask(person, by, reason, note)

    def _ask(self, person: Person, by: Viewer, reason: str, note: str | None) -> "Transfer":
        if waiting_for(person):
            raise Impossible(_("这个人的转会已经在办，等对方答复。"))
        self.person_id, self.name, self.asked_by = person.id, person.name, by.signs(_path(self.asking_id))
        self.reason, self.note = reason, note
        self.recorded_at = clock.now()
        self.await_answer()
        db.session.add(self)
        db.session.flush()
        return self

    def await_answer(self) -> None:
        """The working days of who answers, as they were on the day of asking and as the calendar has them now."""
        path, asked_on = _path(self.answering_id), clock.local(self.recorded_at).date()
        days = settings.value("transfer.answer.workdays", path, asked_on)
        self.due_at = calendar.after_workdays(self.recorded_at, days, path)

    def accept(self, by: Viewer, cell: Unit | None = None) -> None:
        """The other side agrees, and the person stands in the new cell from today on. Raises WrongStep.

        The one verb that writes in two branches: it looks at the answering side's right before it lifts the guard.
        """
        place = self.to_unit_now if self.to_unit_now.is_cell else cell
        if place is None or closed(place) or union_of(place) != union_of(self.to_unit_now):
            raise Impossible(_("那边的网格已经撤销，请先拒绝，让对方重新申请。"))
        self._decide("accepted", by)
        with everywhere():
            db.session.flush()
            person = db.session.get_one(Person, self.person_id, with_for_update=True)
            if union_of(person.unit) == union_of(place) and person.status in STAY:
                person.resettle(place, by)
            else:
                person.hand_over(place, by, self.reason, self.note, self.id)
            doubles = self._doubles(person)
            for double in doubles:
                self._make_one(person, double, by)
            db.session.flush()
            for one in (person, *doubles):  # the index of names reads where they are when the guard is back
                db.session.refresh(one, ["unit"])

    def _doubles(self, person: Person) -> list[Person]:
        """Who was registered anew in the new union meanwhile: the file it was asked under, or one with the same name
        and number."""
        there = Person.unit_id.in_(select(Unit.id).where(Unit.parent_id == union_of(person.unit)))
        same = (Person.id_index == person.id_index) & (Person.name == person.name) & there
        double = Person.id == (self.known_as_id or 0)
        found = select(Person).where(or_(double, same) if person.id_index else double, Person.id != person.id)
        return list(db.session.scalars(found.where(Person.status.in_(STAY)).order_by(Person.id)))

    def _make_one(self, person: Person, double: Person, by: Viewer) -> None:
        """What was begun for the double ends; the old file goes on, with what the new one knows better."""
        if double.status != "known":
            double._turn("known", None, clock.today(), by)
        db.session.flush()
        for become_one in DOUBLES:
            become_one(person, double, by)

    def refuse(self, by: Viewer, reason: str) -> None:
        """The other side does not agree; whoever asked is told why. Raises WrongStep."""
        self._decide("refused", by)
        self.refusal = reason

    def withdraw(self, by: Viewer) -> None:
        """Whoever asked takes it back. Raises WrongStep."""
        if not self.may_withdraw(by):
            raise Impossible(_("只有提出转会的一方可以撤回，而且要在对方答复以前。"))
        self._end("withdrawn", by)

    def _decide(self, state: str, by: Viewer) -> None:
        if not self.may_answer(by):
            raise Impossible(_("要由对方工会答复，而且只答复一次。"))
        self._end(state, by)

    def _end(self, state: str, by: Viewer) -> None:
        self.state, self.decided_by_id, self.decided_at = state, by.account_id, clock.now()

    def may_answer(self, who: Viewer) -> bool:
        return self.state == "asked" and who.can(RIGHT) and who.eyes(RIGHT).over(_path(self.answering_id))

    def may_withdraw(self, who: Viewer) -> bool:
        return self.state == "asked" and who.any_eyes.over(_path(self.asking_id))

    def knows_whence(self, who: Viewer) -> bool:
        """Whether somebody may be told where the person is registered: not who asked, until it is granted."""
        return self.is_release or self.state == "accepted" or who.any_eyes.over(_path(self.unit_id))

    @property
    def is_release(self) -> bool:
        return self.asking_id == self.unit_id

    @property
    def overdue(self) -> bool:
        return self.state == "asked" and self.due_at < clock.now()

    @property
    def to_unit_now(self) -> Unit:
        """Where it leads. Names of units are public."""
        with everywhere():
            return db.session.get_one(Unit, self.to_unit_id)

    @property
    def from_union(self) -> str:
        with everywhere():
            return union_name(db.session.get_one(Unit, self.unit_id))

    @property
    def to_union(self) -> str:
        return union_name(self.to_unit_now)


def union_of(unit: Unit) -> int:
    """The number of the union a cell belongs to."""
    return unit.parent_id if unit.is_cell and unit.parent_id else unit.id


def union_name(unit: Unit) -> str:
    with everywhere():
        return db.session.get_one(Unit, union_of(unit)).name


def _path(unit_id: int) -> str:
    with everywhere():
        return db.session.get_one(Unit, unit_id).path


def waiting_for(person: Person) -> Transfer | None:
    """The transfer of somebody that waits for an answer."""
    open_one = select(Transfer).where(Transfer.person_id == person.id, Transfer.state == "asked")
    return db.session.scalars(open_one).one_or_none()


def transfers_of(person: Person) -> list[Transfer]:
    """What waits for somebody or was answered lately, the newest first; also what was asked under this file."""
    theirs = or_(Transfer.person_id == person.id, Transfer.known_as_id == person.id)
    recent = or_(Transfer.state == "asked", Transfer.decided_at > clock.now() - LATELY)
    return list(
        db.session.scalars(select(Transfer).where(theirs, recent).order_by(Transfer.id.desc()).limit(3))
    )


def _follow(person: Person) -> None:
    """Somebody changed cells while a transfer waits: the side that has them is where they are now."""
    if waits := waiting_for(person):
        if waits.is_release:
            waits.asking_id = person.unit.id
        else:
            waits.answering_id = person.unit.id
        waits.unit_id = person.unit.id


_COMES = (
    select(Transfer.id).where(Transfer.known_as_id == bindparam("person"), Transfer.state == "asked").limit(1)
)


def _only_one(person: Person, _by: Viewer) -> None:
    """Nobody becomes a member here while their membership elsewhere is asked for: there is one at a time. Raises
    WrongStep. Source: 工会会员会籍管理办法 第七条."""
    stored = person.id  # nobody asked under a file that is not yet
    if stored and trusted(_COMES, {"person": stored}).first():
        raise Impossible(
            _("%(name)s正在办转会，对方同意就入会，不用审批；对方不同意，再来审批。", name=person.name)
        )


MOVED.append(_follow)
JOINED.append(_only_one)
