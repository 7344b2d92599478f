"""Entries that wait on a phone: the key that opens them for their owner, and how many there still are.

The phone keeps them encrypted, for three days at most. Its key stands in the pages of the owner, never on the phone:
who signs in next on the same phone has another one.
"""

from base64 import b64encode
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped
from werkzeug.exceptions import TooManyRequests

from gridunion import audit, clock
from gridunion.accounts.models import Account
from gridunion.db import BigId, Record, db, internal, keyring, personal
from gridunion.doors import masked
from gridunion.rights import Viewer

KEPT = timedelta(hours=72)  # as long as outbox.js keeps an entry
MOST = 50  # entries on one phone, as in outbox.js
MOST_PHONES = 20


class Unsent(Record):
    """How many entries of somebody a phone said it still holds. What they tell nobody knows but the phone."""

    quiet = True
    __tablename__ = "unsent"
    __table_args__ = (Index("ix_unsent_account_id_phone", "account_id", "phone", unique=True),)

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    phone: Mapped[str] = internal(String(32))
    entries: Mapped[int] = internal()
    told_at: Mapped[datetime] = internal(default=clock.now)
    lost_at: Mapped[datetime | None] = internal()
    lost_by: Mapped[str | None] = personal(String(90))
    lost_reason: Mapped[str | None] = personal(String(200))

    @classmethod
    def tell(cls, who: Viewer, phone: str, entries: int) -> None:
        """Note what a phone says of itself. Raises TooManyRequests for one phone too many. Inside write()."""
        known = select(cls).where(cls.account_id == who.account_id)
        found = db.session.scalars(known.where(cls.phone == phone).with_for_update()).one_or_none()
        if entries:
            found = found or cls._of_another(who, phone)
            found.entries, found.told_at = min(entries, MOST), clock.now()
            found.lost_at = found.lost_by = found.lost_reason = None
        elif found and not found.lost_at:
            db.session.delete(found)

    @classmethod
    def _of_another(cls, who: Viewer, phone: str) -> "Unsent":
        """A phone that said nothing before."""
        known = select(func.count(cls.id)).where(cls.account_id == who.account_id)
        if db.session.scalar(known) >= MOST_PHONES:  # type: ignore[operator]
            raise TooManyRequests
        db.session.add(made := cls(account_id=who.account_id, phone=phone))
        return made

    def give_up(self, by: Viewer, reason: str) -> None:
        """Somebody above signs that the entries will not come any more. Inside write()."""
        self.lost_at, self.lost_by, self.lost_reason = clock.now(), by.name, reason
        audit.note("entries lost", self, rows=self.entries, reason=reason)

    @property
    def words(self) -> str:
        return str(_("%(n)s 条没传", n=self.entries))

    @property
    def too_late(self) -> bool:
        """The phone has wiped them by now."""
        return clock.now() - self.told_at > KEPT


def lost_of(account: Account) -> list[Unsent]:
    """What was signed as lost, the latest first."""
    lost = select(Unsent).where(Unsent.account_id == account.id, Unsent.lost_at.is_not(None))
    return list(db.session.scalars(lost.order_by(Unsent.lost_at.desc())))


def outbox_key(uid: str) -> str:
    """The key of somebody's entries, for a page of theirs."""
    return b64encode(masked(bytes.fromhex(keyring().digest(uid, "outbox")))).decode()
