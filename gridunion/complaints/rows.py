"""A complaint as lists show it; a sealed one shows nothing of itself."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from flask_babel import gettext as _

from gridunion import clock, settings
from gridunion.accounts.models import Account
from gridunion.complaints.case import number_words
from gridunion.complaints.conflicts import Accused
from gridunion.complaints.hands import Place
from gridunion.complaints.life import IN_HAND, OPEN, STATES
from gridunion.complaints.models import Complaint
from gridunion.db import keyring
from gridunion.tree import Unit

_c, _u, _a = Complaint.__table__.c, Unit.__table__.c, Account.__table__.c

COLUMNS = (
    _c.id, _c.uid, _c.number, _c.category, _c.kind, _c.state, _c.sealed, _c.urgent, _c.people, _c.recorded_at,
    _c.due_at, _c.street_at, _c.accept_due_at, _c.resolved_at, _c.call_due_at, _c.version, _c.complainant_sealed,
    _c.employer_id, _c.answer, _c.spoke_at, _c.handler_id, _a.name, _u.path, _u.kind, _u.name,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One complaint of a list."""

    __tablename__ = "complaint"  # the place its encrypted text is bound to

    id: int
    uid: UUID
    number: int
    category: str
    kind: str
    state: str
    sealed: bool
    urgent: bool
    people: int
    recorded_at: datetime
    due_at: datetime
    street_at: datetime
    accept_due_at: datetime
    resolved_at: datetime | None
    call_due_at: datetime | None
    version: int
    complainant_sealed: str | None
    employer_id: int | None
    answer: str | None
    spoke_at: datetime | None
    handler_id: int | None
    handler: str | None
    path: str
    unit_kind: str
    unit: str

    @property
    def code(self) -> str:
        return number_words(self.number)

    @cached_property
    def complainant(self) -> dict[str, str | None]:
        """What was said of who asked, and of the employer."""
        place = Complaint._complainant.place(self)
        said = keyring().decrypt(self.complainant_sealed, place) if self.complainant_sealed else "{}"
        found: dict[str, str | None] = json.loads(said)
        return found

    @property
    def who(self) -> str:
        return str(_("保密") if self.sealed else self.complainant.get("name") or _("匿名"))

    @property
    def accused(self) -> Accused | None:
        return self.employer_id or self.complainant.get("employer")

    @property
    def topic(self) -> str:
        return str(_("保密诉求")) if self.sealed else settings.label("complaint_category", self.category)

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def in_hand(self) -> bool:
        """It was given to somebody."""
        return self.state in IN_HAND

    @property
    def overdue(self) -> bool:
        return self.is_open and self.due_at < clock.now()

    @property
    def with_street(self) -> bool:
        """Late for so long that the street was told."""
        return self.is_open and self.street_at < clock.now()

    @property
    def late_to_accept(self) -> bool:
        """Nobody has taken it on, and somebody should have."""
        return self.state == "registered" and self.accept_due_at < clock.now()

    @property
    def late_to_call(self) -> bool:
        """Nobody has asked the worker, and somebody should have."""
        return self.state == "resolved" and self.call_due_at is not None and self.call_due_at < clock.now()

    @property
    def late_days(self) -> int:
        """Days past the limit, at least one."""
        return late_days(self.due_at)

    @property
    def place(self) -> Place:
        return self.path, self.unit_kind


def late_days(due_at: datetime) -> int:
    """Days past a deadline, at least one."""
    return max((clock.today() - clock.local(due_at).date()).days, 1)
