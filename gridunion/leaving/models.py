"""交接单: what one gives and another takes. Both sign, then it is moved; records keep who wrote them."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import JSON, Boolean, ColumnElement, ForeignKey, Index, String, or_, select
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock
from gridunion.accounts.models import Account, AlreadyHeld, Posting
from gridunion.accounts.open_work import KINDS
from gridunion.accounts.trail_words import VALUES
from gridunion.db import BigId, Record, db, internal, personal
from gridunion.members.membership import Impossible
from gridunion.rights import Viewer
from gridunion.tree import ME, Scoped, Unit, everywhere

STATES = {
    "asked": lazy_gettext("等签字"), "done": lazy_gettext("已交接"), "withdrawn": lazy_gettext("已撤回"),
}  # fmt: skip
VALUES["hand_over", "state"] = STATES
SEAT = "seat"  # an item that is a place: the successor stands in there until somebody is appointed


class HandOver(Scoped, Record):
    """One hand-over from one to another, in the community or the street (`unit`) where it happens.

    `items` are [kind, UUID, words] of what shall be moved, `moved` the words of what was. The words name nobody of
    the register.
    """

    __tablename__ = "hand_over"
    __table_args__ = (
        Index("ix_hand_over_unit_id_id", "unit_id", "id"),
        Index("ix_hand_over_from_id_state", "from_id", "state"),
        Index("ix_hand_over_to_id_state", "to_id", "state"),
    )

    from_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    from_name: Mapped[str] = personal(String(40))
    to_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    to_name: Mapped[str] = personal(String(40))
    asked_by_id: Mapped[int] = internal(BigId)
    asked_by: Mapped[str] = personal(String(90))
    state: Mapped[str] = internal(String(12), default="asked")
    items: Mapped[list[list[str]]] = internal(JSON, default=list)
    moved: Mapped[list[str]] = internal(JSON, default=list)
    in_place: Mapped[bool] = internal(Boolean, default=False)
    from_signed_by: Mapped[str | None] = personal(String(90))
    from_signed_at: Mapped[datetime | None] = internal()
    to_signed_by: Mapped[str | None] = personal(String(90))
    to_signed_at: Mapped[datetime | None] = internal()

    leaver: Mapped[Account] = relationship(foreign_keys=[from_id])
    successor: Mapped[Account] = relationship(foreign_keys=[to_id])

    @classmethod
    def within(cls, units: object) -> ColumnElement[bool]:
        """The two it is between see it wherever they sit."""
        return or_(cls.unit_id.in_(units), cls.from_id == ME, cls.to_id == ME)  # type: ignore[arg-type]

    @classmethod
    def begin(
        cls, leaver: Account, to: Account, unit: Unit, items: list[list[str]], by: Viewer, in_place: bool
    ) -> "HandOver":
        """Write down what shall be handed over, signed by who begins it. `in_place`: the leader signs for one who is
        gone. Inside write()."""
        made = cls(
            leaver=leaver, successor=to, from_name=leaver.name, to_name=to.name, unit=unit, items=items
        )
        made.asked_by_id, made.asked_by, made.in_place = by.account_id, by.name, in_place
        made.state, made.moved = "asked", []
        with everywhere():
            db.session.add(made)
            if in_place or by.account_id in (leaver.id, to.id):
                made._sign(by)
            db.session.flush()
        return made

    def sign(self, by: Viewer) -> None:
        """One of the two stands by it. Raises Impossible."""
        if not self.may_sign(by):
            raise Impossible(_("这份交接单现在不用你签字。"))
        with everywhere():
            self._sign(by)
            db.session.flush()

    def _sign(self, by: Viewer) -> None:
        """Whoever signs as both, a leader who takes over from one who is gone, is written down as both."""
        if not self.from_signed_at and (by.account_id == self.leaver.id or self.in_place):
            self.from_signed_by, self.from_signed_at = by.name, clock.now()
        if not self.to_signed_at and by.account_id == self.successor.id:
            self.to_signed_by, self.to_signed_at = by.name, clock.now()
        if self.from_signed_at and self.to_signed_at:
            self._move(by)

    def _move(self, by: Viewer) -> None:
        """Places first: who stands in a cell may have its cases."""
        db.session.flush()
        moved = self._seat()
        db.session.flush()
        for kind in KINDS:
            if kind.take and (uids := self._uids(kind.id)):
                moved += kind.take(uids, self.leaver, self.successor, by)
        self.moved, self.state = moved, "done"

    def _seat(self) -> list[str]:
        """The successor stands in for the leaver, without an end, in places nobody else sees to."""
        given = select(Posting).where(Posting.uid.in_(self._uids(SEAT)), Posting.account_id == self.leaver.id)
        told = {UUID(uid): words for kind, uid, words in self.items if kind == SEAT}
        moved = []
        for seat in db.session.scalars(given).all():
            try:
                Posting.give(self.successor, seat.role, seat.unit, clock.today(), None, self.leaver)
            except AlreadyHeld:
                continue
            moved.append(told[seat.uid])
        return moved

    def _uids(self, kind: str) -> list[UUID]:
        return [UUID(uid) for name, uid, _words in self.items if name == kind]

    def withdraw(self, by: Viewer) -> None:
        """Who began it, or one of the two, no longer wants it. Raises Impossible."""
        if not self.may_withdraw(by):
            raise Impossible(_("交接单签齐以后不能撤回，要再交回来，另办一份。"))
        with everywhere():
            self.state = "withdrawn"
            db.session.flush()

    def may_sign(self, who: Viewer) -> bool:
        as_leaver = who.account_id == self.from_id and not self.from_signed_at
        as_successor = who.account_id == self.to_id and not self.to_signed_at
        return self.state == "asked" and (as_leaver or as_successor)

    def may_withdraw(self, who: Viewer) -> bool:
        return self.state == "asked" and who.account_id in (self.asked_by_id, self.from_id, self.to_id)

    @property
    def left(self) -> list[str]:
        """What was to be moved and could not be any more: it was done meanwhile, or the successor may not have it."""
        return (
            [words for _kind, _uid, words in self.items if words not in self.moved]
            if self.state == "done"
            else []
        )

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])


def waits_for(account_id: int) -> ColumnElement[bool]:
    """A hand-over that somebody has to sign."""
    theirs = (HandOver.from_id == account_id) & HandOver.from_signed_at.is_(None)
    taken = (HandOver.to_id == account_id) & HandOver.to_signed_at.is_(None)
    return (HandOver.state == "asked") & (theirs | taken)
