"""People, and the verbs of their membership and of their consent.

A person may be known without being a member. Membership is a chain of dated spans, each in the cell where it
was held, so a count on any day needs no other history: M1(day) = spans with status active that hold that day.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, Date, ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock
from gridunion.db import BigId, db, internal, personal, sensitive
from gridunion.members import card
from gridunion.members.consent import CONSENT_VERSION, Consent, Withdrawn
from gridunion.members.membership import SHOWN, STANDINGS, Impossible, Membership, WrongStep, end_running
from gridunion.members.movement import Movement
from gridunion.members.real_name import RealName
from gridunion.rights import Viewer
from gridunion.storing import store
from gridunion.tree import Unit
from gridunion.units.models import STANDING

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


def _born(*columns: str) -> Index:
    """The index by which two files with one name and one birthday are found: of those whose birthday is known."""
    known = text("birth_on IS NOT NULL")
    return Index(f"ix_person_{'_'.join(columns)}", *columns, sqlite_where=known, postgresql_where=known)


class Person(RealName):
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
        _born("reading", "birth_on"),
        Index("ix_person_unit_id_recorded_at", "unit_id", "recorded_at"),
        Index("ix_person_employer_id", "employer_id"),
        # The few among the many, for their lists and for the figures of a unit.
        _few("hardship", "hardship_class IS NOT NULL"),
        _few("visit_due", "visit_due_at IS NOT NULL"),
        _few("new_form", "new_form = 1", "new_form"),
        _few("incomplete", "gaps <> 0", told="gaps"),
        _few("group", "key_group IS NOT NULL", by="key_group"),
    )

    card_no: Mapped[str | None] = personal(String(20))
    card_token: Mapped[str | None] = sensitive(String(24))
    card_on: Mapped[date | None] = internal(Date)
    # Empty while an import has only prepared the row, or took it back: `staged` is what it will say.
    status: Mapped[str] = internal(String(20), default="known", nullable=True)
    staged: Mapped[str | None] = internal(String(20))
    seen_at: Mapped[datetime] = internal(default=clock.now)
    visit_due_at: Mapped[datetime | None] = internal()
    recorded_by_id: Mapped[int | None] = internal(BigId)
    withdrawn_at: Mapped[datetime | None] = personal()
    merged_into_id: Mapped[int | None] = internal(BigId, ForeignKey("person.id"))

    # The spans of two files that were merged are not told in the order in which they were written.
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person",
        order_by="(Membership.from_on, Membership.until_on.is_(None), Membership.until_on, Membership.id)",
    )
    consents: Mapped[list[Consent]] = relationship(
        back_populates="person", order_by="(Consent.given_at, Consent.id)"
    )

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        return cls.status.is_not(None)

    @classmethod
    def register(
        cls, unit: Unit, by: Viewer, consent: str, given: dict[str, Any] | None = None, /, **known: Any
    ) -> "Person":
        """Write somebody into the register of a cell as an applicant, with the consent they gave."""
        person = cls(unit=unit, recorded_by_id=by.account_id, status="known")
        person.learn(**known)
        person.apply(consent, given)
        store(person, *person.consents, *person.memberships)
        return person

    def apply(self, consent: str, given: dict[str, Any] | None = None) -> None:
        """Ask for membership, with the consent given now, or `given` before; who left may come again. Raises
        WrongStep."""
        self._only("known", "resigned", "transferred_out")
        self.consent_to(consent, **(given or {}))
        self._turn("applied", "1", clock.today())

    # ── consent ──

    def consent_to(self, channel: str, **given: Any) -> None:
        """Keep that somebody agrees, from now on, or since `given`."""
        said = {"wording": CONSENT_VERSION} | given
        self.consents.append(Consent(unit=self.unit, channel=channel, **said))
        self.withdrawn_at = None

    def agreed(self) -> "Person":
        """The person, as somebody whose data may be used. Raises Withdrawn."""
        if self.withdrawn_at:
            raise Withdrawn(self.status)
        return self

    def withdraw(self, by: Viewer | None = None) -> None:
        """Take back the consent: what is kept stays kept and is no longer used, an application ends, greetings and
        planned visits stop. Membership is another matter. `by` whoever was told, or nobody. Raises WrongStep.

        Source: 个人信息保护法 第十五、四十七条.
        """
        if not self.may_withdraw:
            raise WrongStep(self.status)
        self.withdrawn_at, self.share_birthday = clock.now(), False
        for consent in self.consents:
            consent.withdrawn_at = consent.withdrawn_at or self.withdrawn_at
        if self.status == "applied":
            self._turn("known", None, clock.today(), by, gettext("本人撤回同意"))
        for follow in WITHDREW:
            follow(self)

    @property
    def may_withdraw(self) -> bool:
        return not self.withdrawn_at and self.status in ("known", "applied", "active", "retained")

    def consent_again(self, channel: str) -> None:
        """Agree anew after taking it back, or for the first time. Raises WrongStep."""
        if not self.withdrawn_at and self.consents:
            raise WrongStep(self.status)
        self.consent_to(channel)

    # ── membership, a step at a time ──

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
        self.look_up_employer()
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
        account_id = by.account_id if by else None
        on = end_running(self.memberships, on, account_id, change, words)
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

    # ── the card ──

    def give_card(self, number: str = "") -> None:
        """Issue a member card, or another one: what was printed before holds no longer. A first card bears `number`,
        or one found now. Raises WrongStep."""
        if self.status not in card.CARRY:
            raise WrongStep(self.status)
        self.card_no = self.card_no or number or card.free_numbers(1)[0]
        self.card_token, self.card_on = card.new_secret(), clock.today()

    @property
    def has_card(self) -> bool:
        """The card holds today."""
        return bool(self.card_token and self.card_on and self.card_on >= card.given_since())


def people_in(unit: Unit, _on: date) -> str:
    """Who is still registered in a unit, for whoever would close it."""
    here = select(func.count(Person.id)).where(
        Person.unit_id == unit.id, Person.status.in_(("applied", "active", "retained"))
    )
    count = db.session.scalar(here)
    return gettext(" %(n)s 名会员", n=count) if count else ""


STANDING.append(people_in)
