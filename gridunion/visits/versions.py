"""A visit corrected: by its author within a day, later by the leader only. What it said before is kept and shown."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock, settings
from gridunion.db import BigId, Record, db, internal, personal, sensitive
from gridunion.rights import Viewer
from gridunion.tree import Scoped
from gridunion.visits import aftermath
from gridunion.visits.checks import draw
from gridunion.visits.models import Visit

TOLD = ("outcome", "findings", "note", "needs", "need_words", "measures", "measure_words")
"""What may be corrected. When it was, whom it was paid to and by whom stays as it was written down."""


class VisitVersion(Scoped, Record):
    """What a visit said before it was corrected: written once, never changed."""

    __tablename__ = "visit_version"
    __table_args__ = (
        Index("ix_visit_version_visit_id", "visit_id"),
        Index("ix_visit_version_unit_id", "unit_id"),
    )

    visit_id: Mapped[int] = internal(BigId, ForeignKey("visit.id"))
    editor_id: Mapped[int] = internal(BigId)
    editor_name: Mapped[str] = personal(String(40))
    said: Mapped[dict[str, Any]] = sensitive(JSON)

    visit: Mapped[Visit] = relationship()

    @property
    def before(self) -> Visit:
        """The visit as it was told then: never stored again."""
        return Visit(**self.said)


def may_edit(visit: Visit, who: Viewer) -> bool:
    """Its author for a day; the leader over its unit always. What was taken back, or erased, stays as it was."""
    if visit.voided_at is not None or visit.erased_at is not None:
        return False
    hours = settings.value("visit.edit.hours", visit.unit.path)
    own = visit.visitor_id == who.account_id and clock.now() - visit.recorded_at < timedelta(hours=hours)
    leads = (held for held in who.holding("log visits") if held.role == "leader")
    return own or any(visit.unit.path.startswith(held.path) for held in leads)


def correct(visit: Visit, by: Viewer, said: Mapping[str, Any]) -> bool:
    """Say something else of a visit, and keep what it said. Another outcome has other consequences. False when
    nothing is different."""
    before = {name: getattr(visit, name) for name in TOLD}
    after = {name: said[name] or ([] if name == "findings" else None) for name in TOLD}
    if _same(before, after):
        return False
    db.session.add(VisitVersion(unit_id=visit.unit_id, visit_id=visit.id, editor_id=by.account_id,
                                editor_name=by.name, said=before))  # fmt: skip
    turns = any(before[name] != after[name] for name in ("outcome", "findings"))
    visit.next_on = visit.next_on if before["outcome"] == after["outcome"] else None
    for name, value in after.items():
        setattr(visit, name, value)
    if turns:
        aftermath.follow_anew(visit, by)
        draw(visit, by)
    return True


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return all((before[name] or None) == (after[name] or None) for name in TOLD)


def versions_of(visit: Visit) -> list[VisitVersion]:
    """What a visit said before, the latest first."""
    kept = select(VisitVersion).where(VisitVersion.visit_id == visit.id).order_by(VisitVersion.id.desc())
    return list(db.session.scalars(kept))
