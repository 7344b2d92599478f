"""What was received, once: every form carries a key, and the same key is stored one time only.

A receipt belongs to its sender: an account, or the random cookie of a phone without one. It stands in the
transaction of the record it is for, so it exists exactly when the record does. Kept 90 days.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from flask import Request
from sqlalchemy import Index, String, Text, bindparam, delete, insert, select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.db import BigId, Encrypted, Record, db, internal, keyring, personal, trusted

KEPT = timedelta(days=90)
NOT_PART = {"csrf_token", "client_key"}


class Receipt(Record):
    """The first answer to a submission, for anyone who sends it again."""

    quiet = True
    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_sender_key", "sender", "key", unique=True),)

    sender: Mapped[str] = internal(String(80))
    key: Mapped[str] = internal(String(64))
    route: Mapped[str] = internal(String(80))
    body_sha: Mapped[str] = internal(String(64))
    status: Mapped[int] = internal()
    location: Mapped[str] = internal(String(500), default="")
    message: Mapped[str] = personal(String(200), default="")
    kind: Mapped[str] = internal(String(8), default="ok")
    undo: Mapped[str] = internal(String(200), default="")
    # Where one may go on from here: its words, and the address.
    then_words: Mapped[str] = personal(String(80), default="")
    then: Mapped[str] = internal(String(200), default="")


class Draft(Record):
    """A form somebody put aside half filled, kept encrypted for its writer alone."""

    quiet = True
    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_account_id", "account_id"),)

    account_id: Mapped[int] = internal(BigId)
    form: Mapped[str] = internal(String(80))
    title_sealed: Mapped[str | None] = personal(Text)
    fields_sealed: Mapped[str | None] = personal(Text)

    title = Encrypted("title_sealed")
    _fields = Encrypted("fields_sealed")

    @property
    def fields(self) -> dict[str, list[str]]:
        kept: dict[str, list[str]] = json.loads(self._fields or "{}")
        return kept

    @fields.setter
    def fields(self, typed: dict[str, list[str]]) -> None:
        self._fields = json.dumps(typed, ensure_ascii=False)

    @property
    def flat(self) -> dict[str, str]:
        """One value a field, as a form takes them."""
        return {name: values[0] for name, values in self.fields.items() if values}


_receipt: Any = Receipt.__table__
_SENT = select(_receipt.c.body_sha, _receipt.c.location).where(
    _receipt.c.sender == bindparam("sender"), _receipt.c.key == bindparam("key")
)
_KEEP = insert(_receipt)


class Sent(NamedTuple):
    """What was received before, and where its answer led."""

    body_sha: str
    location: str


def find_receipt(sender: str, key: str) -> Sent | None:
    found = trusted(_SENT, {"sender": sender, "key": key}).one_or_none()
    return Sent(found.body_sha, found.location) if found else None


def keep_receipt(**told: Any) -> None:
    """Store a receipt, after all it is for. Inside write()."""
    db.session.flush()
    trusted(_KEEP, told)


def receipt_by_uid(sender: str, uid: UUID) -> Receipt | None:
    wanted = select(Receipt).where(Receipt.sender == sender, Receipt.uid == uid)
    return db.session.scalars(wanted, execution_options={"branch": True}).one_or_none()


def body_sha(request: Request) -> str:
    """A keyed digest of what was typed and attached, whatever the token and the key."""
    typed: list[Any] = [
        (name, values) for name, values in sorted(request.form.lists()) if name not in NOT_PART
    ]
    for name, file in request.files.items(multi=True):
        typed.append((name, file.filename, hashlib.file_digest(file.stream, "sha256").hexdigest()))  # type: ignore[arg-type]
        file.stream.seek(0)
    return keyring().digest(json.dumps([request.path, typed]), "submission")


def drafts_of(account_id: int) -> list[Draft]:
    return list(
        db.session.scalars(select(Draft).where(Draft.account_id == account_id).order_by(Draft.id.desc()))
    )


def sweep(now: datetime | None = None) -> None:
    """Forget receipts older than 90 days. Inside write()."""
    old = (now or clock.now()) - KEPT
    db.session.execute(delete(Receipt).where(Receipt.recorded_at < old))
