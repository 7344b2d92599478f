"""An alert about an employer: what it says, how high it went, and what each level answered."""

from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, or_, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.accounts.trail_words import VALUES
from gridunion.complaints.conflicts import MY_EMPLOYERS, MY_NAMES
from gridunion.db import Addressed, BigId, Encrypted, Record, db, internal, personal, sealed
from gridunion.employers.models import Employer
from gridunion.members.membership import Impossible
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit, everywhere

LEVELS = {"red": _("红色"), "orange": _("橙色"), "yellow": _("黄色"), "blue": _("蓝色")}
TINTS = {"red": "bad", "orange": "warn", "yellow": "warn", "blue": "act"}
CAUSES = {"wages": _("欠薪诉求集中"), "collective": _("集体争议"), "hand": _("工会发现苗头")}
KINDS = ("community_union", "street_federation", "district_federation")
"""The levels an alert travels through, from below."""
AT_ONCE = {"blue": 1, "yellow": 1, "orange": 2, "red": 3}
"""How many levels learn of it at once."""
VALUES["alert", "level"], VALUES["alert", "cause"] = LEVELS, CAUSES
_OPEN = text("closed_at IS NULL")


class NotNow(Impossible):
    """The step does not follow from how the alert stands, or is not the viewer's."""


class AlertStop(Addressed):
    """A level the alert reached: by when it answers, and what it answered."""

    __tablename__ = "alert_stop"
    __table_args__ = (
        Index("ix_alert_stop_alert_id_unit_id", "alert_id", "unit_id", unique=True),
        Index("ix_alert_stop_unit_id_answered_at", "unit_id", "answered_at"),
    )

    alert_id: Mapped[int] = internal(BigId, ForeignKey("alert.id"))
    unit_id: Mapped[int] = internal(BigId, ForeignKey("unit.id"))
    name: Mapped[str] = internal(String(60))
    reached_at: Mapped[datetime] = internal(default=clock.now)
    due_at: Mapped[datetime] = internal()
    answered_at: Mapped[datetime | None] = internal()
    answered_by: Mapped[str] = personal(String(40), default="")
    words_sealed: Mapped[str | None] = sealed(Text)

    words = Encrypted("words_sealed")

    @property
    def late(self) -> bool:
        return self.answered_at is None and self.due_at < clock.now()


class Alert(Scoped, Record):
    """A sign of trouble in a community. It never rests on a sealed complaint."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_unit_id_recorded_at_id", "unit_id", "recorded_at", "id"),
        Index("ix_alert_open", "unit_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_alert_employer_id", "employer_id"),
        Index("ix_alert_complaint_id", "complaint_id"),
    )

    level: Mapped[str] = internal(String(8))
    cause: Mapped[str] = internal(String(12))
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    employer_name: Mapped[str] = internal(String(80), default="")
    complaint_id: Mapped[int | None] = internal(BigId, ForeignKey("complaint.id"))
    people: Mapped[int | None] = internal()
    cases: Mapped[int | None] = internal()
    words_sealed: Mapped[str | None] = sealed(Text)
    raised_by: Mapped[str] = personal(String(40), default="")
    closed_at: Mapped[datetime | None] = internal()
    closed_by: Mapped[str] = personal(String(40), default="")
    reason_sealed: Mapped[str | None] = sealed(Text)

    employer: Mapped[Employer | None] = relationship()
    stops: Mapped[list[AlertStop]] = relationship(order_by=AlertStop.id)

    words = Encrypted("words_sealed")
    reason = Encrypted("reason_sealed")

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        """Nobody sees the alerts about an employer he is bound to."""
        unbound = or_(cls.employer_id.is_(None), cls.employer_id.not_in(MY_EMPLOYERS))
        return unbound & cls.employer_name.not_in(MY_NAMES)

    @classmethod
    def sound(
        cls, unit: Unit, level: str, cause: str, words: str = "", by: str = "", **about: Any
    ) -> "Alert":
        """Raise an alert in a community: as many levels learn of it at once as its color says. Inside write()."""
        alert = cls(unit=unit, level=level, cause=cause, raised_by=by, recorded_at=clock.now(), **about)
        alert.words = words
        db.session.add(alert)
        db.session.flush()
        for office in offices(unit)[: AT_ONCE[level]]:
            alert._reach(office)
        return alert

    def _reach(self, office: Unit) -> None:
        hours = settings.value("alert.answer.hours", office.path)
        due = calendar.after_hours(clock.now(), hours)
        self.stops.append(AlertStop(unit_id=office.id, name=office.name, reached_at=clock.now(), due_at=due))

    def rise(self, by: Viewer) -> None:
        """On to the next level, which the highest one it reached calls for. Raises NotNow."""
        if not self.may_rise(by):
            raise NotNow(gettext("这条预警现在不由你上报"))
        self._reach(self._higher[0])

    def rise_unanswered(self) -> None:
        """On to the next level when the highest one let its time pass."""
        if self.closed_at is None and self.stops[-1].late and self._higher:
            self._reach(self._higher[0])

    @property
    def _higher(self) -> list[Unit]:
        """The levels it has not reached, from below."""
        reached = {stop.unit_id for stop in self.stops}
        return [office for office in offices(self.unit) if office.id not in reached]

    def answer(self, by: Viewer, words: str) -> None:
        """What a level does about it. Raises NotNow when it is not the viewer's to answer, or was answered."""
        self._demand_open()
        stop = self.stop_of(by)
        if stop is None:
            raise NotNow(gettext("这条预警现在不等你答复"))
        stop.words, stop.answered_at, stop.answered_by = words, clock.now(), by.name

    def close(self, by: Viewer, reason: str) -> None:
        """The danger is over: said by the highest level it reached, once every level has answered. Raises NotNow."""
        self._demand_open()
        if waiting := [stop.name for stop in self.stops if stop.answered_at is None]:
            raise NotNow(gettext("还没答复：%(names)s", names=gettext("、").join(waiting)))
        if not self._ends_with(by):
            raise NotNow(gettext("由%(name)s解除", name=self.stops[-1].name))
        self.reason, self.closed_at, self.closed_by = reason, clock.now(), by.name

    def stop_of(self, by: Viewer) -> AlertStop | None:
        """The answer that waits for the viewer."""
        mine = _seats(by)
        return next((stop for stop in self.stops if stop.unit_id in mine and not stop.answered_at), None)

    def may_close(self, by: Viewer) -> bool:
        return self.closed_at is None and self._ends_with(by) and all(stop.answered_at for stop in self.stops)

    def may_rise(self, by: Viewer) -> bool:
        return self.closed_at is None and self._ends_with(by) and bool(self._higher)

    def _ends_with(self, by: Viewer) -> bool:
        """The viewer sits at the highest level it reached."""
        return self.stops[-1].unit_id in _seats(by)

    def _demand_open(self) -> None:
        if self.closed_at is not None:
            raise NotNow(gettext("这条预警已经解除"))

    # ── words ──

    @property
    def about(self) -> str:
        return self.employer_name or gettext("没写单位")

    @property
    def level_words(self) -> str:
        return str(LEVELS[self.level])

    @property
    def cause_words(self) -> str:
        return str(CAUSES[self.cause])

    @property
    def tint(self) -> str:
        return TINTS[self.level]

    @property
    def state_words(self) -> str:
        """Who is to answer, or that it is over."""
        if self.closed_at is not None:
            return gettext("已解除")
        waiting = [stop.name for stop in self.stops if stop.answered_at is None]
        return gettext("等%(name)s答复", name=waiting[0]) if waiting else gettext("都答复了，等解除")


def _seats(by: Viewer) -> set[int]:
    """The units for which somebody answers."""
    return {held.unit_id for held in by.holding("answer alerts")}


def offices(community: Unit) -> list[Unit]:
    """The unions an alert travels through, from the community up."""
    steps = community.path.strip("/").split("/")
    with everywhere():
        above = db.session.scalars(select(Unit).where(Unit.code.in_(steps), Unit.kind.in_(KINDS))).all()
    return sorted(above, key=lambda unit: KINDS.index(unit.kind))
