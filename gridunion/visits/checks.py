"""走访抽查: a few visits, drawn by lot, about which the leader phones; never who was there himself.

A lot is drawn when a visit is written down, from its UUID and a key: the same visit always draws the same, and nobody
can tell beforehand. Very short entries and those about several people are drawn more often. Nothing is counted up
by person.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock, settings
from gridunion.db import BigId, Record, db, internal, keyring, personal, sensitive
from gridunion.rights import Viewer
from gridunion.tree import Scoped
from gridunion.visits.due import undo_time
from gridunion.visits.life import CHECK_RESULTS, CHECKED, LIFE
from gridunion.visits.models import LOGGED, Visit

_OPEN = "checked_at IS NULL"


class NotYours(ValueError):
    """Who made a visit does not check it; and it is checked once."""


class SpotCheck(Scoped, Record):
    """A visit to be asked about on the phone, and what was answered."""

    __tablename__ = "spot_check"
    __table_args__ = (
        Index("ix_spot_check_visit_id", "visit_id", unique=True),
        Index("ix_spot_check_open", "unit_id", "id", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
    )

    visit_id: Mapped[int] = internal(BigId, ForeignKey("visit.id"))
    ready_at: Mapped[datetime] = internal()  # not while the visit may still be taken back
    above: Mapped[bool] = internal(default=False)  # a leader was there: the street asks
    checked_at: Mapped[datetime | None] = internal()
    checker_id: Mapped[int | None] = internal(BigId)
    checker_name: Mapped[str | None] = personal(String(40))
    result: Mapped[str | None] = internal(String(16))
    words: Mapped[str | None] = sensitive(String(200))

    visit: Mapped[Visit] = relationship()

    def settle(self, result: str, words: str | None, by: Viewer) -> None:
        """Write down what was said on the phone. Raises NotYours for who made the visit, and when it is over."""
        if not self.open_to(by) or not self.waits:
            raise NotYours
        self.result, self.words, self.checked_at = result, words, clock.now()
        self.checker_id, self.checker_name = by.account_id, by.name
        self.visit.checked_at = self.checked_at

    def open_to(self, who: Viewer) -> bool:
        """Nobody checks himself; and who does not lead the cells asks only where a leader was."""
        mine = self.visit.visitor_id == who.account_id
        return not mine and (self.above or "leader" in who.roles)

    @property
    def waits(self) -> bool:
        return self.checked_at is None and "checked" in LIFE[self.visit.state].then

    @property
    def result_words(self) -> tuple[object, str]:
        return CHECK_RESULTS[self.result or ""]


def draw(visit: Visit, by: Viewer) -> None:
    """Let the lot decide whether a visit is checked; once, also when only a correction says that somebody was met."""
    if visit.outcome in CHECKED and lot(visit.uid) < chance(visit) and not _is_drawn(visit):
        ready_at = clock.now() + undo_time(visit.unit.path)
        above = any(held.role == "leader" for held in by.postings)
        db.session.add(SpotCheck(unit=visit.unit, visit_id=visit.id, ready_at=ready_at, above=above))


def _is_drawn(visit: Visit) -> bool:
    drawn = select(SpotCheck.id).where(SpotCheck.visit_id == visit.id)
    return db.session.scalar(drawn) is not None


LOGGED.append(draw)


def lot(uid: UUID) -> float:
    """A number from 0 to 100 that a visit draws, always the same."""
    return int(keyring().digest(uid.hex, "spot check")[:8], 16) / 0xFFFFFFFF * 100


def chance(visit: Visit) -> float:
    """Of 100 such visits, how many are checked."""
    path = visit.unit.path
    percent, weight, short = settings.values(
        ("visit.check.percent", "visit.check.weight", "visit.check.short"), path
    )
    said = "".join(words for words in (visit.note, visit.need_words, visit.measure_words) if words)
    return float(percent * weight if visit.together or len(said) < short else percent)


def check_of(visit: Visit) -> SpotCheck | None:
    """What came of checking a visit, if it was checked."""
    done = select(SpotCheck).where(SpotCheck.visit_id == visit.id, SpotCheck.checked_at.is_not(None))
    return db.session.scalars(done).one_or_none()
