"""到期清理: that records of a street are past their time. The night lists them, one officer asks, another confirms, and
only then is anything erased (个人信息保护法 第十九条)."""

from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import Date, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped

from gridunion import audit, clock, settings
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import BigId, Record, db, internal, personal
from gridunion.jobs import enqueue
from gridunion.rights import Held, Viewer
from gridunion.tree import Scoped, Unit

RIGHT = "erase old records"


class Erasure(Scoped, Record):
    """One round in a street, from the night that found something to the end of the work."""

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_unit_id_done_at", "unit_id", "done_at"),)

    asked_at: Mapped[datetime | None] = internal()
    upto: Mapped[date | None] = internal(Date)
    first_id: Mapped[int | None] = internal(BigId, ForeignKey("account.id"))
    first_name: Mapped[str | None] = personal(String(40))
    first_role: Mapped[str | None] = internal(String(24))
    agreed_at: Mapped[datetime | None] = internal()
    second_id: Mapped[int | None] = internal(BigId, ForeignKey("account.id"))
    second_name: Mapped[str | None] = personal(String(40))
    second_role: Mapped[str | None] = internal(String(24))
    done_at: Mapped[datetime | None] = internal()

    @classmethod
    def of(cls, street: Unit) -> "Erasure | None":
        """The round that is not done yet."""
        going = select(cls).where(cls.unit_id == street.id, cls.done_at.is_(None))
        return db.session.scalars(going.order_by(cls.id).limit(1)).first()

    def ask(self, by: Viewer) -> None:
        """The first of the two: what is past its time today is meant, and nothing else. Raises OutOfTurn."""
        if self.waits or self.agreed_at:
            raise OutOfTurn(_("已经有人提出了，请等另一个人确认"))
        self.asked_at, self.upto = clock.now(), clock.today()
        self.first_id, self.first_name, self.first_role = by.account_id, by.name, _seat(by, self.unit).role

    def confirm(self, by: Viewer) -> None:
        """The second: it is erased in the background, and never comes back. Raises NotYours, OutOfTurn."""
        if by.account_id == self.first_id:
            raise NotYours(_("要由另一个人确认"))
        if not self.waits:
            raise OutOfTurn(_("等得太久了，请重新提出"))
        self.second_id, self.second_name, self.second_role = by.account_id, by.name, _seat(by, self.unit).role
        self.agreed_at = clock.now()
        audit.note("agree to erase", self)
        enqueue("erase old records", number=self.id)

    def finish(self, rows: dict[str, int]) -> None:
        self.done_at = clock.now()
        audit.note("erase", self, rows=rows)

    @property
    def until(self) -> datetime | None:
        """How long the first waits for the second."""
        days = settings.value("keep.answer.days", self.unit.path)
        return self.asked_at + timedelta(days=days) if self.asked_at else None

    @property
    def waits(self) -> bool:
        return self.agreed_at is None and self.until is not None and clock.now() < self.until


def _seat(by: Viewer, unit: Unit) -> Held:
    """The posting by which somebody stands over a street."""
    return next(held for held in by.holding(RIGHT) if unit.path.startswith(held.path))
