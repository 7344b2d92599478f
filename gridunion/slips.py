"""Receipts for people without an account: a number that names what they sent, and a code that opens it.

The code follows from a secret of the browser that sent the form, or took it down: so that browser can show it again
for half an hour, and the base keeps no more than a keyed digest.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import has_request_context
from flask_babel import lazy_gettext as _
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.db import internal, keyring, sealed, trusted
from gridunion.doors import token_of_request
from gridunion.fields import Cleaned, Form, needed
from gridunion.text import Unacceptable, clean_code

RECEIPT_DIGITS, CODE_DIGITS = 9, 8
SHOWN = timedelta(minutes=30)  # how long the browser that made a code can read it


class Slip:
    """A record whose sender finds it again by a receipt number and a query code."""

    receipt: Mapped[str | None] = internal(String(12), unique=True)
    code_digest: Mapped[str | None] = sealed(String(64))
    code_at: Mapped[datetime | None] = internal()

    def give_code(self, secret: str = "", beside: tuple[Any, ...] = ()) -> None:
        """A new code, and a number if it has none: of no other record of its kind, nor of those `beside`. The codes
        before it open nothing any more."""
        self.receipt = self.receipt or free_receipt(type(self), *beside)
        self.code_at = clock.now()
        self.code_digest = self._digest(self._code(secret or browser()))

    def code_for(self, secret: str) -> str:
        """The code, for the browser that made it and while it may be shown; empty otherwise."""
        if self.code_at is None or clock.now() - self.code_at > SHOWN:
            return ""
        code = self._code(secret)
        return code if self.opens_with(code) else ""

    def opens_with(self, code: str) -> bool:
        return self.code_digest is not None and secrets.compare_digest(self.code_digest, self._digest(code))

    def _code(self, secret: str) -> str:
        made = keyring().digest(f"{self.receipt}:{self.code_at}:{secret}", "query code")
        return f"{int(made, 16) % 10**CODE_DIGITS:0{CODE_DIGITS}}"

    def _digest(self, code: str) -> str:
        return keyring().digest(f"{self.receipt}:{code}", "slip")


class SlipForm(Form):
    """A receipt number and its query code, typed as they were noted down."""

    number = Cleaned(
        _("受理编号"), lambda text: digits(text, RECEIPT_DIGITS), validators=[needed(_("请填受理编号"))]
    )
    code = Cleaned(_("查询码"), lambda text: digits(text, CODE_DIGITS), validators=[needed(_("请填查询码"))])


def browser() -> str:
    """The secret of the browser that asks; without one, something nobody knows."""
    return token_of_request() if has_request_context() else secrets.token_hex(32)


def free_receipt(*kinds: Any) -> str:
    """A receipt number nobody can count on from another one. Inside write()."""
    while True:
        drawn = f"{secrets.randbelow(9 * 10 ** (RECEIPT_DIGITS - 1)) + 10 ** (RECEIPT_DIGITS - 1)}"
        tables = [kind.__table__.c for kind in kinds]
        if not any(trusted(select(it.id).where(it.receipt == drawn)).first() for it in tables):
            return drawn


def digits(text: str, length: int) -> str:
    """A number as people note it down, blanks and all. Raises Unacceptable."""
    found = clean_code(text, drop="-")
    if not (found.isascii() and found.isdigit() and len(found) == length):
        raise Unacceptable(_("应为 %(n)s 位数字，请照着回执填", n=length))
    return found


def ticket(slip: Slip) -> str:
    """What lets this browser, which just gave number and code, go on with the record for half an hour."""
    return seal("slip", slip.receipt or "", _mine(), clock.now())


def receipt_of(ticket: str) -> str | None:
    """The receipt number a ticket of this browser stands for; None when it is another's, or over."""
    parts = opened("slip", ticket)
    if not parts or parts[1] != _mine() or clock.now() - datetime.fromisoformat(parts[2]) > SHOWN:
        return None
    return str(parts[0])


def _mine() -> str:
    return keyring().digest(browser(), "ticket")
