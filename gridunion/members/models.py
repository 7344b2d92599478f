"""People, their membership and their consent.

A person may be known without being a member. Membership is a chain of dated spans, each in the cell where it
was held, so a count on any day needs no other history: M1(day) = spans with status active that hold that day.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from flask_babel import gettext
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, relationship

from gridunion import clock, settings
from gridunion.db import BigId, Encrypted, Record, db, internal, keyring, personal, public, sensitive, trusted
from gridunion.employers.models import Employer, named
from gridunion.identity import age_on
from gridunion.members import card
from gridunion.members.membership import SHOWN, STANDINGS, Impossible, Membership, WrongStep
from gridunion.members.movement import Movement
from gridunion.names import name_reading
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit, branch, width
from gridunion.units.models import STANDING

CONSENT_VERSION = "2026-11"

# The twelve columns whose filling is the completeness of a file (domain.md 4.4).
FILE = (
    "name", "id_index", "sex", "birth_on", "ethnicity", "education", "household_type", "phone", "work",
    "work_status", "migrant", "political_status",
)  # fmt: skip


# What of them may be empty, as the base sees it: a name is always there.
LACKING = {name: f"{name} IS NULL" for name in FILE if name not in ("name", "work")} | {
    "work": "employer_name IS NULL AND key_group IS NULL"
}
_GAPS = " + ".join(f"CASE WHEN {empty} THEN 1 ELSE 0 END" for empty in LACKING.values())

WhenJoined = Callable[["Person", Viewer], None]
JOINED: list[WhenJoined] = []
"""What other rooms do when somebody becomes a member."""

WITHDREW: list[Callable[["Person"], None]] = []
"""What other rooms do when somebody takes their consent back."""

WhenMoved = Callable[["Person"], None]
MOVED: list[WhenMoved] = []
"""What other rooms take along when somebody stands in another cell."""


def _few(name: str, condition: str, in_postgresql: str = "", by: str = "", told: str = "") -> Index:
    """The index of the list of members over those only that meet a condition; `by` parts them further, and `told`
    is read from the index itself."""
    here, there = (text(f"{few} AND {SHOWN}") for few in (condition, in_postgresql or condition))
    columns = [name for name in ("unit_id", "status", by, "seen_at", "id", told) if name]
    return Index(f"ix_person_{name}", *columns, sqlite_where=here, postgresql_where=there)


def _one(column: str) -> Index:
    """The index of a column that few have, and no two the same in it."""
    return _filled(column, unique=True)


def _filled(column: str, **options: Any) -> Index:
    filled = text(f"{column} IS NOT NULL")
    return Index(f"ix_person_{column}", column, sqlite_where=filled, postgresql_where=filled, **options)


class Withdrawn(WrongStep):
    """Nothing is done with the data of who took their consent back, but to keep it."""

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return gettext("本人撤回了同意，资料只保存，不再使用。本人再同意以后才能办。")


class Person(Scoped, Record):
    """Somebody the union knows; a member when `status` says so."""

    __tablename__ = "person"
    __table_args__ = (
        Index(
            "ix_person_unit_id_status_seen_at_id",
            "unit_id",
            "status",
            "seen_at",
            "id",
            sqlite_where=SHOWN,
            postgresql_where=SHOWN,
        ),
        Index("ix_person_id_index", "id_index"),
        Index("ix_person_phone", "phone"),
        _one("card_no"),
        _one("card_token"),
        _filled("merged_into_id"),  # without it the base reads all people before it deletes one
        Index("ix_person_unit_id_name", "unit_id", "name"),
        Index("ix_person_unit_id_reading", "unit_id", "reading"),
        Index("ix_person_unit_id_recorded_at", "unit_id", "recorded_at"),
        Index("ix_person_employer_id", "employer_id"),
        # The few among the many, for their lists and for the figures of a unit.
        _few("hardship", "hardship_class IS NOT NULL"),
        _few("visit_due", "visit_due_at IS NOT NULL"),
        _few("new_form", "new_form = 1", "new_form"),
        _few("incomplete", "gaps <> 0", told="gaps"),
        _few("group", "key_group IS NOT NULL", by="key_group"),
    )

    name: Mapped[str] = personal(String(40))
    reading: Mapped[str] = personal(String(120), default="")
    initials: Mapped[str] = personal(String(40), default="")
    phone: Mapped[str | None] = personal(String(20))
    sex: Mapped[str | None] = personal(String(8))
    birth_on: Mapped[date | None] = personal(Date)
    share_birthday: Mapped[bool] = personal(Boolean, default=False)
    id_kind: Mapped[str | None] = personal(String(24))
    id_number_sealed: Mapped[str | None] = sensitive(Text)
    id_index: Mapped[str | None] = sensitive(String(64))
    ethnicity: Mapped[str | None] = personal(String(20))
    education: Mapped[str | None] = personal(String(20))
    skill_level: Mapped[str | None] = personal(String(20))
    political_status: Mapped[str | None] = personal(String(20))
    household_type: Mapped[str | None] = personal(String(30))
    household_place: Mapped[str | None] = personal(String(80))
    native_place: Mapped[str | None] = personal(String(40))
    work_status: Mapped[str | None] = personal(String(20))
    migrant: Mapped[bool | None] = personal(Boolean)
    key_group: Mapped[str | None] = personal(String(30))
    new_form: Mapped[bool] = personal(Boolean, default=False)
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    employer_name: Mapped[str | None] = personal(String(80))
    address: Mapped[str | None] = personal(String(120))
    card_no: Mapped[str | None] = personal(String(20))
    card_token: Mapped[str | None] = sensitive(String(24))
    card_on: Mapped[date | None] = internal(Date)
    hardship_class: Mapped[str | None] = sensitive(String(20))
    hardship_on: Mapped[date | None] = sensitive(Date)
    hardship_note_sealed: Mapped[str | None] = sensitive(Text)
    # Empty while an import has only prepared the row, or took it back: `staged` is what it will say.
    status: Mapped[str] = internal(String(20), default="known", nullable=True)
    staged: Mapped[str | None] = internal(String(20))
    seen_at: Mapped[datetime] = internal(default=clock.now)
    visit_due_at: Mapped[datetime | None] = internal()
    recorded_by_id: Mapped[int | None] = internal(BigId)
    # How many columns of the file are empty: kept by the base itself, however a row is written.
    gaps: Mapped[int] = internal(Integer, Computed(_GAPS, persisted=True))
    withdrawn_at: Mapped[datetime | None] = personal()
    merged_into_id: Mapped[int | None] = internal(BigId, ForeignKey("person.id"))

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """What the base computes is read when it is asked for."""
        return super().__mapper_args__ | {"eager_defaults": False}

    employer: Mapped[Employer | None] = relationship()
    # The spans of two files that were merged are not told in the order in which they were written.
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="person",
        order_by="(Membership.from_on, Membership.until_on.is_(None), Membership.until_on, Membership.id)",
    )
    consents: Mapped[list["Consent"]] = relationship(
        back_populates="person", order_by="(Consent.given_at, Consent.id)"
    )

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        return cls.status.is_not(None)

    id_number = Encrypted("id_number_sealed")
    hardship_note = Encrypted("hardship_note_sealed")

    @classmethod
    def register(
        cls, unit: Unit, by: Viewer, consent: str, given: dict[str, Any] | None = None, /, **known: Any
    ) -> "Person":
        """Write somebody into the register of a cell as an applicant, with the consent they gave."""
        person = cls(unit=unit, recorded_by_id=by.account_id, status="known")
        person.learn(**known)
        db.session.add(person)
        person.apply(consent, given)
        return person

    def apply(self, consent: str, given: dict[str, Any] | None = None) -> None:
        """Ask for membership, with the consent given now, or `given` before; who left may come again. Raises
        WrongStep."""
        self._only("known", "resigned", "transferred_out")
        self.consent_to(consent, **(given or {}))
        self._turn("applied", "1", clock.today())

    def learn(self, **known: Any) -> None:
        """Take over what became known, and what follows from it."""
        for name, value in known.items():
            setattr(self, name, None if value == "" else value)
        if "name" in known:
            self.reading, self.initials = name_reading(self.name)
        if "key_group" in known:
            group = settings.code("key_group", self.key_group)
            self.new_form = bool(group and "four" in group.tags.get("sets", []))
        if "employer_name" in known:
            self.employer = named(self.employer_name, self.unit) if self.employer_name else None

    def set_id_number(self, kind: str, number: str | None) -> None:
        """Keep an identity number: encrypted, with a keyed digest by which an equal one is found."""
        self.id_kind, self.id_number = kind, number
        self.id_index = id_index(kind, number) if number else None

    def note_hardship(self, kind: str | None, words: str | None) -> None:
        """Mark somebody as in hardship, or no longer, until the hardship file says more."""
        if kind != self.hardship_class:
            self.hardship_class, self.hardship_on = kind, clock.today() if kind else None
        if words != self.hardship_note:
            self.hardship_note = words

    def consent_to(self, channel: str, **given: Any) -> None:
        """Keep that somebody agrees, from now on, or since `given`."""
        said = {"wording": CONSENT_VERSION} | given
        db.session.add(Consent(person=self, unit=self.unit, channel=channel, **said))
        self.withdrawn_at = None

    def agreed(self) -> "Person":
        """The person, as somebody whose data may be used. Raises Withdrawn."""
        if self.withdrawn_at:
            raise Withdrawn(self.status)
        return self

    def withdraw(self, by: Viewer) -> None:
        """Take back the consent: what is kept stays kept and is no longer used, an application ends, greetings and
        planned visits stop. Membership is another matter. Raises WrongStep.

        Source: 个人信息保护法 第十五、四十七条.
        """
        if self.withdrawn_at or self.status not in ("known", "applied", "active", "retained"):
            raise WrongStep(self.status)
        self.withdrawn_at, self.share_birthday = clock.now(), False
        for consent in self.consents:
            consent.withdrawn_at = consent.withdrawn_at or self.withdrawn_at
        if self.status == "applied":
            self._turn("known", None, clock.today(), by, gettext("本人撤回同意"))
        for follow in WITHDREW:
            follow(self)

    def consent_again(self, channel: str) -> None:
        """Agree anew after taking it back, or for the first time. Raises WrongStep."""
        if not self.withdrawn_at and self.consents:
            raise WrongStep(self.status)
        self.consent_to(channel)

    def approve(self, by: Viewer) -> None:
        """Take an applicant in as a member. Raises WrongStep."""
        self._only("applied")
        self._turn("active", "1", clock.today(), by)
        for follow in JOINED:
            follow(self, by)

    def reject(self, by: Viewer, reason: str) -> None:
        """Turn an application down; the person stays known. Raises WrongStep."""
        self._only("applied")
        self._turn("known", None, clock.today(), by, reason)

    def give_card(self) -> None:
        """Issue a member card, or another one: what was printed before holds no longer. Raises WrongStep."""
        if self.status not in card.CARRY:
            raise WrongStep(self.status)
        self.card_no = self.card_no or _free_number()
        self.card_token, self.card_on = card.new_secret(), clock.today()

    def change(
        self, how: Movement, on: date, by: Viewer, reason: str, words: str | None = None, **more: Any
    ) -> None:
        """Retain, resign, expel …: a change one union decides alone, on a day, for a reason of the list.

        Raises WrongStep, with a sentence.
        """
        if self.status not in how.sources:
            now = STANDINGS[self.status]
            raise Impossible(
                gettext(
                    "%(name)s现在是“%(now)s”，不能办“%(step)s”。", name=self.name, now=now, step=how.words
                )
            )
        if on > clock.today() or on < self.since:
            raise Impossible(gettext("日期应在上一次变动之后、今天以前。"))
        self._turn(how.status, how.change, on, by, words, change_reason=reason, **more)

    def hand_over(self, cell: Unit, by: Viewer, reason: str, words: str | None, transfer_id: int) -> None:
        """Carry the file over into a cell of another union: a member's span ends in the old one (4) and begins in
        the new one (2); who is none stays known there."""
        today = clock.today()
        about: dict[str, Any] = {"change_reason": reason, "transfer_id": transfer_id}
        if not self.transferable:
            self._turn("known", None, today, by)
            self._stand_in(cell)
            return
        if self.status != "transferred_out":
            self._turn("transferred_out", "4", today, by, words, **about)
        self._stand_in(cell)
        self._turn("active", "2", today, by, **about)
        for follow in JOINED:
            follow(self, by)

    def resettle(self, cell: Unit, by: Viewer) -> None:
        """Move to another cell of the same union: no change of membership, but dated, so that each cell's members
        of a day can be told later."""
        self.unit, status = cell, self.status
        if status != "known":
            self._turn(status, None, clock.today(), by)
        self._stand_in(cell)

    def _stand_in(self, cell: Unit) -> None:
        """What is still to do for the person goes along; what was done stays where it was."""
        self.unit = cell
        self.employer = named(self.employer_name, cell) if self.employer_name else None
        for take_along in MOVED:
            take_along(self)

    def _only(self, *statuses: str) -> None:
        if self.status not in statuses:
            raise WrongStep(self.status)

    def _turn(
        self,
        status: str,
        change: str | None,
        on: date,
        by: Viewer | None = None,
        words: str | None = None,
        **more: Any,
    ) -> None:
        """End the running span and, unless the person only stays known, begin the next."""
        # A clock may have been set back: no span begins before an earlier one ended.
        on = max([on, *(span.until_on or span.from_on for span in self.memberships)])
        account_id = by.account_id if by else None
        for span in self.memberships:
            if span.until_on is None:
                span.end(on, account_id, change, words)
        if status != "known":
            more |= {"change_type": change, "from_on": on, "approved_by_id": account_id}
            self.memberships.append(Membership(unit=self.unit, status=status, **more))
        self.status = status
        if status not in card.CARRY:
            self.card_token = self.card_on = None

    @property
    def since(self) -> date:
        """The day the running standing began."""
        return max((span.from_on for span in self.memberships), default=date.min)

    @property
    def transferable(self) -> bool:
        """Whether there is a membership for another union to take over."""
        return self.status in ("active", "retained", "transferred_out")

    def seen(self, at: datetime) -> None:
        """Somebody spoke with the person."""
        self.seen_at = max(self.seen_at or at, at)

    @property
    def heir(self) -> "Person":
        """The file that stands for this one: after a merge the other, if the viewer may see it."""
        if self.merged_into_id is None:
            return self
        other = db.session.scalars(select(Person).where(Person.id == self.merged_into_id)).one_or_none()
        return other.heir if other else self

    @property
    def is_member(self) -> bool:
        return self.status == "active"

    @property
    def card_until(self) -> date | None:
        """The last day of the card; None without one."""
        return card.last_day(self.card_on) if self.card_on and self.card_token else None

    @property
    def has_card(self) -> bool:
        """The card holds today."""
        return bool(self.card_token and self.card_on and self.card_on >= card.given_since())

    @property
    def age(self) -> int | None:
        """Full years."""
        return age_on(self.birth_on, clock.today()) if self.birth_on else None

    @property
    def work(self) -> str:
        """What somebody does, in words: the group, else the state of work."""
        return settings.label("key_group", self.key_group) or settings.label("work_status", self.work_status)

    @property
    def missing(self) -> list[str]:
        """The columns of the real-name file that are still empty."""
        has = {"work": self.employer_name or self.key_group}
        return [name for name in FILE if has.get(name, getattr(self, name)) in (None, "")]

    @property
    def completeness(self) -> int:
        """Percent of the file that is filled."""
        return round(100 * (len(FILE) - len(self.missing)) / len(FILE))


class Consent(Scoped, Record):
    """That somebody agreed, to which wording, over which channel, and when they took it back.

    Source: 个人信息保护法 第十四、十五条.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_person_id", "person_id"),)

    person_id: Mapped[int] = internal(BigId, ForeignKey("person.id"))
    wording: Mapped[str] = public(String(20))
    channel: Mapped[str] = internal(String(20))
    given_at: Mapped[datetime] = personal(default=clock.now)
    withdrawn_at: Mapped[datetime | None] = personal()

    person: Mapped[Person] = relationship(back_populates="consents")


def _free_number() -> str:
    """A number no card bears."""
    number = card.new_number()
    return _free_number() if trusted(_BEARER, {"number": number}).first() else number


_BEARER = select(Person.__table__.c.id).where(Person.__table__.c.card_no == bindparam("number"))


def id_index(kind: str, number: str) -> str:
    return keyring().digest(f"{kind}:{number}", "identity")


def alike(name: str | None, phone: str | None) -> list[Person]:
    """People in the viewer's branch with the same phone, or the same name and no other phone known."""
    if same := _same("phone", phone) or _same("name", name):
        return list(db.session.scalars(select(Person).where(Person.id.in_(same)).order_by(Person.id)))
    return []


def _same(column: str, asked: str | None) -> list[int]:
    """Nearly always nobody: only who is found is loaded."""
    if not asked:
        return []
    return list(trusted(_equal(column, width()), {"asked": asked}).scalars())


@cache
def _equal(column: str, branches: int) -> Select[Any]:
    person, unit = Person.__table__.c, Unit.__table__.c
    inside = select(unit.id).where(branch(branches))
    found = select(person.id).where(person[column] == bindparam("asked"), person.unit_id.in_(inside))
    found = found.where(person.status != "merged")
    return found.order_by(person.id).limit(5)


def long_unseen(days: int = 30, most: int = 3) -> list[Person]:
    """Members of the viewer's branch nobody spoke with for longest."""
    since = clock.now() - timedelta(days=days)
    statement = select(Person).where(
        Person.status == "active", Person.seen_at < since, Person.withdrawn_at.is_(None)
    )
    return list(db.session.scalars(statement.order_by(Person.seen_at, Person.id).limit(most)))


def people_in(unit: Unit, _on: date) -> str:
    """Who is still registered in a unit, for whoever would close it."""
    here = select(func.count(Person.id)).where(
        Person.unit_id == unit.id, Person.status.in_(("applied", "active", "retained"))
    )
    count = db.session.scalar(here)
    return gettext(" %(n)s 名会员", n=count) if count else ""


STANDING.append(people_in)

__all__ = [
    "CONSENT_VERSION", "FILE", "JOINED", "MOVED", "Consent", "Impossible", "Membership", "Person", "WrongStep", "alike",
    "id_index", "long_unseen",
]  # fmt: skip
