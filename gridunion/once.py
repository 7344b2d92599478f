"""Each submission once: the same form sent again, by a finger, a browser or a bad line, finds its first answer."""

import re
from uuid import UUID

from flask import Response, request
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import BadRequest, Conflict

from gridunion.db import Busy, db
from gridunion.doors import digest, token_of_request
from gridunion.receipts import Sent, body_sha, find_receipt, keep_receipt


def sender() -> str:
    """Whose submission it is: the account, or the cookie of a phone without one."""
    if current_user.is_authenticated:
        return f"a:{current_user.account_id}"
    return f"p:{digest(token_of_request())}"


def received() -> Sent | None:
    """The receipt of the same submission, if it came before. Raises Conflict when its content differs.

    A form without a key could be stored twice, so it is not taken (BadRequest).
    """
    if not _key():
        raise BadRequest
    earlier = find_receipt(sender(), _key())
    if earlier and earlier.body_sha != body_sha(request):
        raise Conflict
    return earlier


def stored_meanwhile(problem: Exception) -> Sent | None:
    """The receipt of an equal submission that was stored while this one failed over it: on PostgreSQL two of them
    run side by side, and the second one meets a person just registered, a visit just made, a step just taken."""
    if isinstance(problem, Busy | OperationalError | OSError) or not _key():
        return None
    db.session.rollback()
    earlier = find_receipt(sender(), _key())
    return earlier if earlier and earlier.body_sha == body_sha(request) else None


def keep(uid: UUID, status: int, location: str, said: tuple[str, str, str, tuple[str, str]]) -> None:
    """Store the receipt of the running submission, and what the next page says of it. Inside write()."""
    text, undo, kind, (words, then) = said
    keep_receipt(
        uid=uid, sender=sender(), key=_key(), route=request.endpoint or "", body_sha=body_sha(request),
        status=status, location=location, message=text[:200], kind=kind, undo=undo,
        then_words=str(words)[:80], then=then,
    )  # fmt: skip


def stamp(response: Response) -> None:
    """Say that there is a receipt for the key: only now may a phone forget what it sent."""
    if re.fullmatch(r"[\w-]+", _key(), re.ASCII):
        response.headers["Receipt"] = _key()


def _key() -> str:
    said = request.headers.get("Idempotency-Key") or request.form.get("client_key", "")
    return "" if "\0" in said else said[:64]  # PostgreSQL cannot compare with it, and none of ours holds one
