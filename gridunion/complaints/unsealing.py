"""Breaking the glass: somebody without access asks for a sealed case by its number, a second person agrees, and the
case is open for some hours. Whether there is a case of that number nobody learns before both have spoken."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped

from gridunion import audit, clock, settings, throttle
from gridunion.complaints import readers
from gridunion.complaints.models import Complaint
from gridunion.complaints.readers import Reader
from gridunion.db import (
    BigId,
    Encrypted,
    Record,
    UtcDateTime,
    db,
    internal,
    personal,
    sealed,
    trusted,
    written,
)
from gridunion.rights import Held, Viewer
from gridunion.tree import ME, Scoped, Unit, branch, everywhere, width

LAPSES = timedelta(days=3)  # after which nobody can agree any more
TOLD = timedelta(days=7)  # for which the readers of a case are told that it was opened
MOST_A_DAY = 10


class TooMany(ValueError):
    """Somebody tries one number after the other. ``str()`` is a sentence for the user."""


class Unsealing(Scoped, Record):
    """One request. It lies in the union of who asks, whether or not there is such a case."""

    __tablename__ = "unsealing"
    __table_args__ = (
        Index("ix_unsealing_unit_id_recorded_at", "unit_id", "recorded_at"),
        Index("ix_unsealing_account_id", "account_id"),
        Index("ix_unsealing_complaint_id", "complaint_id"),
    )

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    asked_by: Mapped[str] = personal(String(40))
    number: Mapped[int] = internal(BigInteger)
    reason_sealed: Mapped[str | None] = sealed(Text)
    agreed: Mapped[bool | None] = internal(Boolean)
    agreed_by: Mapped[str] = personal(String(40), default="")
    decided_at: Mapped[datetime | None] = internal()
    until: Mapped[datetime | None] = internal()
    complaint_id: Mapped[int | None] = internal(BigId, ForeignKey("complaint.id"))

    reason = Encrypted("reason_sealed")

    @classmethod
    def ask(cls, by: Viewer, seat: Held, number: int, reason: str) -> "Unsealing":
        """Ask for a case of the branch of a posting. Raises TooMany. Inside write()."""
        tries = throttle.held(throttle.key_of("unseal", by.uid), timedelta(days=1))
        if tries.count() > MOST_A_DAY:
            raise TooMany(_("一天最多申请 %(n)s 次，请明天再来", n=MOST_A_DAY))
        asked = cls(unit_id=seat.unit_id, account_id=by.account_id, asked_by=by.name, number=number)
        asked.recorded_at, asked.reason = clock.now(), reason
        db.session.add(asked)
        return asked

    def decide(self, by: Viewer, agrees: bool) -> None:
        """A second person agrees or not; who agreed to opens the case for some hours, if he may see it at all."""
        case = self._case() if agrees else None
        hours = settings.value("unseal.hours", self._path())
        self.agreed, self.agreed_by, self.decided_at = agrees, by.name, clock.now()
        self.until = clock.now() + timedelta(hours=hours) if agrees else None
        if case is not None and self.until is not None:
            self.complaint_id = case.id
            readers.admit(case, self.account_id, self.until)
            audit.note("unseal", case, reader=self.account_id)

    @property
    def waits(self) -> bool:
        return self.agreed is None and clock.now() - self.recorded_at < LAPSES

    @property
    def code(self) -> str:
        return _("密%(n)s", n=self.number)

    @property
    def state_words(self) -> str:
        if self.agreed is None:
            return _("等第二个人同意") if self.waits else _("没人答复，已过期")
        if not self.agreed:
            return _("%(name)s没同意", name=self.agreed_by)
        return _("%(name)s同意了", name=self.agreed_by)

    def _path(self) -> str:
        with everywhere():
            return db.session.get_one(Unit, self.unit_id).path

    def _case(self) -> Complaint | None:
        """The sealed case of that number in the branch of who asked."""
        lo = self._path()
        there = select(Unit.id).where(Unit.path >= lo, Unit.path < f"{lo[:-1]}0")
        found = select(Complaint).where(
            Complaint.number == -self.number, Complaint.sealed, Complaint.unit_id.in_(there)
        )
        with everywhere():
            return db.session.scalars(found).one_or_none()


_ASKED_SINCE = bindparam("asked_since", type_=UtcDateTime, callable_=lambda: clock.now() - LAPSES)
_n, _r, _c = (it.__table__.c for it in (Unsealing, Reader, Complaint))


def mine(by: Viewer) -> list[Unsealing]:
    """What somebody asked for lately."""
    rows = select(Unsealing).where(Unsealing.account_id == by.account_id)
    return list(db.session.scalars(rows.order_by(Unsealing.id.desc()).limit(20)))


def waiting(width: int) -> ColumnElement[int]:
    """How many requests of others wait for the viewer's word, as a column of one statement."""
    joined = Unsealing.__table__.join(Unit.__table__, Unit.__table__.c.id == _n.unit_id)
    found = select(func.count()).select_from(joined).where(
        branch(width), _n.agreed.is_(None), _n.account_id != ME, _n.recorded_at > _ASKED_SINCE
    )  # fmt: skip
    return found.scalar_subquery()


@cache
def _counting(width: int) -> Select[Any]:
    return select(waiting(width))


def count_waiting() -> int:
    """The same on its own."""
    return int(trusted(_counting(width())).scalar_one())


def to_decide(by: Viewer) -> list[Unsealing]:
    """What others asked for and the viewer may agree to, the oldest first."""
    rows = select(Unsealing).where(
        Unsealing.agreed.is_(None), Unsealing.account_id != by.account_id,
        Unsealing.recorded_at > clock.now() - LAPSES,
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(Unsealing.id).limit(50)))


_OPENED = (
    select(_n.asked_by, _n.decided_at, _n.number, _c.uid)
    .select_from(Unsealing.__table__.join(Complaint.__table__, _c.id == _n.complaint_id))
    .join(Reader.__table__, _r.complaint_id == _n.complaint_id)
    .where(_r.account_id == ME, _r.until.is_(None), _n.agreed, _n.account_id != ME)
    .order_by(_n.id.desc())
    .limit(written(5))
)


def opened_lately() -> list[tuple[str, str]]:
    """(words, address): the viewer's sealed cases that somebody else was let into."""
    since = clock.now() - TOLD
    rows = [row for row in trusted(_OPENED) if row.decided_at > since]
    return [
        (_("%(name)s经批准看保密诉求 密%(n)s", name=row.asked_by, n=row.number), f"/complaints/{row.uid}")
        for row in rows
    ]
