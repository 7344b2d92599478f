"""Membership as dated spans, each in the cell where it was held: what is over stays where it happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    select,
    text,
)
from sqlalchemy.orm import Mapped, relationship

from gridunion import settings
from gridunion.db import BigId, Record, db, internal, personal, public, written
from gridunion.tree import Scoped, Unit, everywhere

if TYPE_CHECKING:
    from gridunion.members.models import Person

STANDINGS = {
    "known": _("非会员"),
    "applied": _("待审批"),
    "active": _("在会"),
    "retained": _("保留会籍"),
    "transferred_out": _("已转出"),
    "expelled": _("已除名"),
    "resigned": _("已退会"),
    "merged": _("已合并"),
}


SHOWN = text("status IS NOT NULL")
"""Rows an import only prepared stand in no list: publishing them costs an entry in each, and not two."""


class WrongStep(ValueError):
    """The step does not follow from where the record stands."""

    sentence = ""  # for the user, where there is more to say


class Impossible(WrongStep):
    """The step is not to be taken, and the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Membership(Scoped, Record):
    """One span of one standing: applied, active, retained … in a cell, from a day until another."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("ix_membership_person_id", "person_id"),
        Index(
            "ix_membership_unit_id_status_until_on_from_on",
            "unit_id",
            "status",
            "until_on",
            "from_on",
            sqlite_where=SHOWN,
            postgresql_where=SHOWN,
        ),
    )

    person_id: Mapped[int] = internal(BigId, ForeignKey("person.id"))
    # Empty while an import has only prepared the row, or took it back: `staged` is what it will say.
    status: Mapped[str] = internal(String(20), nullable=True)
    staged: Mapped[str | None] = internal(String(20))
    from_on: Mapped[date] = internal(Date)
    until_on: Mapped[date | None] = internal(Date)
    # By which change it began and why, and by which it ended: the national list.
    change_type: Mapped[str | None] = public(String(8))
    change_reason: Mapped[str | None] = personal(String(8))
    end_type: Mapped[str | None] = public(String(8))
    end_reason: Mapped[str | None] = personal(String(200))
    filed: Mapped[bool | None] = internal(Boolean)  # an expulsion, with the union above
    transfer_id: Mapped[int | None] = internal(BigId, ForeignKey("transfer.id"))
    approved_by_id: Mapped[int | None] = internal(BigId)
    ended_by_id: Mapped[int | None] = internal(BigId)

    person: Mapped["Person"] = relationship(back_populates="memberships")

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        return cls.status.is_not(None)

    def end(self, on: date, by_id: int | None, change: str | None, words: str | None) -> None:
        """The last day, who ended it, by which change of the national list, and what was said."""
        self.until_on, self.ended_by_id, self.end_type, self.end_reason = on, by_id, change, words


_m = Membership.__table__.c
NEW_MEMBERS = (_m.status == written("active")) & (_m.change_type == written("1"))
"""Spans that began by joining: what an import took back has no standing, and who came from elsewhere another code."""


def end_running(
    spans: Iterable[Membership], on: date, by_id: int | None, change: str | None, words: str | None
) -> date:
    """End the span of a chain that runs, and give the day on which the next may begin.

    A clock may have been set back: no span begins before an earlier one ended.
    """
    spans = list(spans)
    on = max([on, *(span.until_on or span.from_on for span in spans)])
    for span in spans:
        if span.until_on is None:
            span.end(on, by_id, change, words)
    return on


@dataclass(frozen=True)
class Line:
    """A line of somebody's history of membership; `why` is the reason of the list, `words` what was added."""

    span: Membership
    unit: str
    why: str
    words: str
    came_back: bool = False

    @property
    def title(self) -> str:
        """What happened on the first day. The national list has one code for who came from another union and for who
        comes back from being retained."""
        if self.span.status == "applied":
            return str(_("申请入会"))
        if self.span.change_type is None:
            return str(_("换网格"))
        return str(_("恢复会籍")) if self.came_back else settings.label("change_type", self.span.change_type)

    @property
    def standing(self) -> str:
        return str(STANDINGS[self.span.status])


def history(person: Any) -> list[Line]:
    """Every span of somebody the viewer has in front of them, also those in unions they came from, oldest first."""
    spans = select(Membership, Unit.name).join(Unit, Unit.id == Membership.unit_id)
    with everywhere():
        found = db.session.execute(
            spans.where(Membership.person_id == person.id).order_by(Membership.id)
        ).all()
    return list(_lines(found))


def _lines(found: Sequence[Any]) -> Iterable[Line]:
    """What was said when a span ended is told with what followed."""
    said, back = (
        "",
        {span.until_on for span, _unit in found if span.status == "retained" and span.end_type == "2"},
    )
    for span, unit in found:
        refused = span.status == "applied" and span.end_type is None and span.end_reason
        came_back = span.change_type == "2" and span.from_on in back
        yield Line(span, unit, settings.label("change_reason", span.change_reason), said, came_back)
        said = "" if refused else span.end_reason or ""
