"""What somebody sent from the public page, before anybody spoke with them.

An application is nobody in the register: it stands in a table of its own, so that what a robot sends is in no
count, no search, no duplicate question and no figure, and goes by itself when nobody verifies it. Only a worker
who spoke with the person makes somebody of it who may then be let in.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, relationship

from gridunion import audit, clock
from gridunion.db import BigId, Record, db, internal, personal, public
from gridunion.members.consent import CONSENT_VERSION
from gridunion.members.membership import Membership, WrongStep
from gridunion.members.models import Person
from gridunion.rights import Viewer
from gridunion.slips import Slip
from gridunion.tree import Scoped, Unit

CHANNEL = "self"
WAITING = ("received", "held")
NOBODY: dict[str, Any] = dict.fromkeys(("name", "phone", "key_group", "employer_name"))


class Application(Slip, Scoped, Record):
    """Somebody asks to join, in a cell or in a community that will find the cell.

    `received` waits for the worker and `held` for the leader; then `verified`, `answered` (the register knows the
    person already), `refused`, `withdrawn` by its sender, or `expired` by itself. Quiet: the trail tells the steps,
    never the name of somebody nobody spoke with.
    """

    quiet = True
    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_unit_id_state_id", "unit_id", "state", "id"),
        Index("ix_application_unit_id_recorded_at", "unit_id", "recorded_at"),
        Index("ix_application_recorded_at", "recorded_at"),
        Index("ix_application_phone", "phone"),
        Index("ix_application_membership_id", "membership_id"),  # read before a span may be deleted
    )

    name: Mapped[str | None] = personal(String(40))
    phone: Mapped[str | None] = personal(String(20))
    key_group: Mapped[str | None] = personal(String(30))
    employer_name: Mapped[str | None] = personal(String(80))
    wording: Mapped[str] = public(String(20), default=CONSENT_VERSION)
    state: Mapped[str] = internal(String(12), default="received")
    reason: Mapped[str | None] = personal(String(200))
    settled_at: Mapped[datetime | None] = internal()
    settled_by_id: Mapped[int | None] = internal(BigId)
    membership_id: Mapped[int | None] = internal(BigId, ForeignKey("membership.id"))

    span: Mapped[Membership | None] = relationship()

    @classmethod
    def receive(cls, unit: Unit, secret: str, hold: bool, **told: Any) -> "Application":
        """Take what somebody sent. Its query code follows from `secret`, which only their browser has."""
        made = cls(unit=unit, state="held" if hold else "received", **told)
        made.give_code(secret)
        db.session.add(made)
        db.session.flush()
        audit.note("apply", made)
        return made

    def verify(self, by: Viewer, cell: Unit, **known: Any) -> Person:
        """The worker spoke with the person: an applicant of the register from now on. Raises WrongStep."""
        self._only("received")
        person = Person.register(cell, by, CHANNEL, self._given, **known)
        self.unit = cell
        self._settle_all("verified", by, person)
        return person

    def recognize(self, person: Person, by: Viewer) -> None:
        """It is somebody the register knows. One who is no member applies now; for a member or an applicant nothing
        changes, and the public page says no more than that the worker will tell. Raises WrongStep."""
        self._only("received")
        if person.status == "known":
            person.apply(CHANNEL, self._given)
            self._settle_all("verified", by, person)
        else:
            self._settle_all("answered", by)

    def refuse(self, by: Viewer, reason: str) -> None:
        """Turn the application down, with the reason its sender will read. Raises WrongStep."""
        self._only("received")
        self._settle("refused", by, "refuse application")
        self.reason = reason

    def withdraw(self) -> None:
        """Its sender takes it back, and with it the consent: what was filled in is gone. Raises WrongStep."""
        if self.state not in WAITING:
            raise WrongStep(self.state)
        self._end()

    def _end(self) -> None:
        self.state, self.settled_at = "withdrawn", clock.now()
        for column in NOBODY:
            setattr(self, column, None)
        db.session.flush()
        audit.note("withdraw application", self)

    def withdraw_consent(self) -> None:
        """Whoever agreed on the public page takes it back there, however far the application went. Raises
        WrongStep."""
        if not self.agrees or self.span is None:
            raise WrongStep(self.state)
        waits, person = self.span.status == "applied" and self.span.until_on is None, self.span.person
        audit.note("withdraw consent", self)
        person.withdraw()
        if waits:
            self._end()

    @property
    def agrees(self) -> bool:
        """Somebody of the register stands behind it, who has not taken the consent back."""
        person = self.span.person if self.state == "verified" and self.span else None
        return person is not None and person.may_withdraw

    def admit(self, by: Viewer) -> None:
        """The leader lets it on to the worker. Raises WrongStep."""
        self._only("held")
        self.state = "received"
        audit.note("admit application", self)

    @property
    def _given(self) -> dict[str, Any]:
        """The consent as it was given: then, and to those words."""
        return {"wording": self.wording, "given_at": self.recorded_at}

    def _only(self, state: str) -> None:
        if self.state != state:
            raise WrongStep(self.state)

    def _settle_all(self, state: str, by: Viewer, person: Person | None = None) -> None:
        """This one, and the others the same person sent."""
        db.session.flush()
        span = person.memberships[-1] if person else None
        for each in (self, *self.twins()):
            each._settle(state, by, "verify")
            each.span = span

    def _settle(self, state: str, by: Viewer, action: str) -> None:
        self.state, self.settled_at, self.settled_by_id = state, clock.now(), by.account_id
        audit.note(action, self)

    def twins(self) -> list["Application"]:
        """What else waits from the same person, as far as the viewer sees."""
        same = select(Application).where(
            Application.phone == self.phone, Application.name == self.name,
            Application.id != self.id, Application.state.in_(WAITING),
        )  # fmt: skip
        return list(db.session.scalars(same.order_by(Application.id).limit(100)))

    @property
    def outcome(self) -> str:
        """How far it is, for its sender: received, verified, approved, refused, answered, withdrawn or expired."""
        if self.state == "held":
            return "received"
        if self.state != "verified" or self.span is None or self.span.until_on is None:
            return self.state
        return "refused" if self.span.end_reason else "approved"

    @property
    def told_reason(self) -> str | None:
        return self.span.end_reason if self.span else self.reason


def by_number(number: str, code: str) -> Application | None:
    """The application of a receipt, if the code is its own. For everybody's eyes."""
    found = by_receipt(number)
    return found if found and found.opens_with(code) else None


def by_receipt(number: str | None) -> Application | None:
    return db.session.scalars(select(Application).where(Application.receipt == number)).one_or_none()


def taken_today(unit: Unit) -> int:
    """How many of today's applications went on to the worker of a cell."""
    today = select(func.count(Application.id)).where(
        Application.unit_id == unit.id, Application.state != "held",
        Application.recorded_at >= clock.midnight(clock.today()),
    )  # fmt: skip
    return db.session.scalar(today) or 0
