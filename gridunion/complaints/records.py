"""What hangs on a complaint: its number, its readers, its story, and what the worker was promised to hear."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, ColumnElement, ForeignKey, Index, String, Text, event, or_, select
from sqlalchemy.orm import Mapped, Session, relationship

from gridunion import clock
from gridunion.db import Addressed, BigId, Encrypted, Row, db, internal, personal, sealed
from gridunion.tree import ME, Scoped

if TYPE_CHECKING:
    from gridunion.complaints.models import Complaint


class Immutable(TypeError):
    """A step of a story was about to be changed."""


class Sequence(Row):
    """The last number given out in a series."""

    __tablename__ = "sequence"

    name: Mapped[str] = internal(String(40), unique=True)
    value: Mapped[int] = internal(default=0)


class Reader(Row):
    """Somebody named to open a sealed complaint."""

    __tablename__ = "complaint_reader"
    __table_args__ = (Index("ix_complaint_reader_account_id", "account_id", "complaint_id", unique=True),)

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))


MINE = select(Reader.complaint_id).where(Reader.account_id == ME)
"""The sealed complaints the viewer is named to read."""


class Seal:
    """A row that, sealed, is seen only by those named as readers of its complaint."""

    case_id = "complaint_id"

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        row: Any = cls
        return or_(row.sealed.is_(False), getattr(row, cls.case_id).in_(MINE))


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
    actor: Mapped[str] = personal(String(40), default="")
    role: Mapped[str] = internal(String(24), default="")
    reason: Mapped[str | None] = internal(String(40))
    words_sealed: Mapped[str | None] = sealed(Text)
    told: Mapped[str | None] = internal(String(12))
    sealed: Mapped[bool] = internal(Boolean, default=False)
    happened_at: Mapped[datetime] = internal(default=clock.now)
    recorded_at: Mapped[datetime] = internal(default=clock.now)

    complaint: Mapped["Complaint"] = relationship(back_populates="events")

    words = Encrypted("words_sealed")


class ReplyDue(Seal, Scoped, Row):
    """A word the worker is owed by a moment; `told_at` says when it came."""

    __tablename__ = "reply_due"
    __table_args__ = (
        Index("ix_reply_due_unit_id_due_at", "unit_id", "due_at"),
        Index("ix_reply_due_complaint_id", "complaint_id"),
    )

    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))
    due_at: Mapped[datetime] = internal()
    told_at: Mapped[datetime | None] = internal()
    sealed: Mapped[bool] = internal(Boolean, default=False)

    complaint: Mapped["Complaint"] = relationship()


def next_number(series: str) -> int:
    """The next number of a series, never given twice. Inside write()."""
    row = db.session.scalars(select(Sequence).where(Sequence.name == series).with_for_update()).one_or_none()
    if row is None:
        row = Sequence(name=series, value=0)
        db.session.add(row)
    row.value += 1
    return row.value


@event.listens_for(Session, "before_flush")
def _keep_stories(session: Session, *_: Any) -> None:
    """The database refuses too; this names the culprit where it stands."""
    for row in (*session.dirty, *session.deleted):
        if isinstance(row, ComplaintEvent) and (row in session.deleted or session.is_modified(row)):
            raise Immutable(row.step)
