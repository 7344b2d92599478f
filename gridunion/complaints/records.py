"""What is written down of a complaint once and for all: its number, and each step of its story."""

from datetime import datetime
from secrets import randbelow
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    bindparam,
    column,
    select,
    table,
)
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock
from gridunion.complaints.conflicts import KEPT_FROM_ME
from gridunion.complaints.readers import Seal
from gridunion.db import Addressed, BigId, Encrypted, Row, db, internal, personal, sealed, trusted
from gridunion.storing import hears
from gridunion.tree import Scoped

if TYPE_CHECKING:
    from gridunion.complaints.models import Complaint


class Immutable(TypeError):
    """A step of a story was about to be changed."""


class Sequence(Row):
    """The last number given out in a series."""

    __tablename__ = "sequence"

    name: Mapped[str] = internal(String(40), unique=True)
    value: Mapped[int] = internal(default=0)


class ComplaintEvent(Seal, Scoped, Addressed):
    """One step of a story, never changed: who, as what, from where to where, why, was the worker told."""

    __tablename__ = "complaint_event"
    __table_args__ = (
        Index("ix_complaint_event_complaint_id", "complaint_id"),
        Index("ix_complaint_event_unit_id_recorded_at", "unit_id", "recorded_at"),
    )

    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))
    step: Mapped[str] = internal(String(20))
    before: Mapped[str] = internal(String(20))
    after: Mapped[str] = internal(String(20))
    actor_id: Mapped[int | None] = internal(BigId)
    actor: Mapped[str] = personal(String(90), default="")
    role: Mapped[str] = internal(String(24), default="")
    reason: Mapped[str | None] = internal(String(40))
    words_sealed: Mapped[str | None] = sealed(Text)
    told: Mapped[str | None] = internal(String(12))
    sealed: Mapped[bool] = internal(Boolean, default=False)
    # The limit of the case before this step: nothing else keeps what it was, once it moved.
    was_due_at: Mapped[datetime | None] = internal()
    happened_at: Mapped[datetime] = internal(default=clock.now)
    recorded_at: Mapped[datetime] = internal(default=clock.now)

    complaint: Mapped["Complaint"] = relationship(back_populates="events")

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        """Who must keep away from a case does not see its steps."""
        return super().visible() & cls.complaint_id.not_in(KEPT_FROM_ME)

    words = Encrypted("words_sealed")


def next_number(series: str) -> int:
    """The next number of a series, never given twice. Inside write()."""
    row = db.session.scalars(select(Sequence).where(Sequence.name == series).with_for_update()).one_or_none()
    if row is None:
        row = Sequence(name=series, value=0)
        db.session.add(row)
    row.value += 1
    return row.value


_complaint = table("complaint", column("number"))
_TAKEN = select(_complaint.c.number).where(_complaint.c.number == bindparam("drawn"))


def secret_number() -> int:
    """The number of a sealed case says nothing: drawn, so that nobody counts by it how many there are, and below
    zero, so that no gap among the others tells of it. Inside write()."""
    drawn = -100_000 - randbelow(900_000)
    return secret_number() if trusted(_TAKEN, {"drawn": drawn}).first() else drawn


@hears("before_flush")
def _keep_stories(session: Any) -> None:
    """The database refuses too; this names the culprit where it stands."""
    for row in (*session.dirty, *session.deleted):
        if isinstance(row, ComplaintEvent) and (row in session.deleted or session.is_modified(row)):
            raise Immutable(row.step)
