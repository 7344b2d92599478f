"""Passwords guessed: counted before they are looked at, and slowed down, by a minute at the most."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request
from sqlalchemy import String, bindparam, delete, select
from sqlalchemy.orm import Mapped

from gridunion import audit, clock
from gridunion.accounts.models import Account, by_login, hasher, matches
from gridunion.db import Row, db, internal, keyring, write

LONGEST_DELAY = 60  # seconds: an owner is never kept out longer
ADDRESS_TRIES, WINDOW = 30, timedelta(minutes=10)


class Throttle(Row):
    """Wrong guesses against one account, or from one address."""

    __tablename__ = "throttle"

    key: Mapped[str] = internal(String(64), unique=True)
    tries: Mapped[int] = internal(default=0)
    since: Mapped[datetime] = internal(default=clock.now)
    until: Mapped[datetime] = internal(default=clock.now)


@dataclass(frozen=True)
class Proof:
    """A password was right: whose it was, and what was stored of it then."""

    account_id: int
    stored: str
    rehashed: str = ""


def may_guess(login: str) -> int:
    """Count a guess before it is looked at, so that many at once gain nothing. Outside write().

    Returns the seconds to wait when it must not be looked at yet, else 0.
    """
    with write():
        if seconds := _wait(login):
            return seconds
        _count(_account_key(login), lambda tries: min(2 ** (tries - 1), LONGEST_DELAY))
    return 0


def _wait(login: str) -> int:
    keys = (_account_key(login), _address_key())
    now = clock.now()
    left = [(until - now).total_seconds() for until in db.session.scalars(_UNTIL, {"keys": keys})]
    # No delay is longer than a minute: one that seems so was noted before the clock was set back.
    return max((int(seconds) + 1 for seconds in left if 0 < seconds <= LONGEST_DELAY), default=0)


def check(login: str, password: str) -> Proof | None:
    """Look at a guess; None when the password is wrong or the account may not sign in. Outside write()."""
    account = by_login(login)
    good = matches(account, password) and account is not None and account.can_sign_in
    if not good or account is None:
        db.session.rollback()
        with write():
            _count(_address_key(), lambda tries: LONGEST_DELAY if tries >= ADDRESS_TRIES else 0)
            audit.note("sign in refused", login=keyring().digest(login, "login")[:12])
        return None
    stored = account.password_hash
    return Proof(account.id, stored, hasher.hash(password) if hasher.check_needs_rehash(stored) else "")


def prove(proof: Proof) -> Account | None:
    """The account, if the password is still what it was when it was looked at. Inside write()."""
    account = db.session.get_one(Account, proof.account_id)
    if account.password_hash != proof.stored or not account.can_sign_in:
        return None
    forget_guesses(account)
    if proof.rehashed:
        account.password_hash = proof.rehashed
    return account


def forget_guesses(account: Account) -> None:
    db.session.execute(delete(Throttle).where(Throttle.key == _account_key(account.login)))


def _count(key: str, delay: Callable[[int], int]) -> None:
    row = db.session.scalars(select(Throttle).where(Throttle.key == key).with_for_update()).one_or_none()
    now = clock.now()
    if row is None:
        row = Throttle(key=key, tries=0, since=now)
        db.session.add(row)
    elif not -LONGEST_DELAY <= (now - row.since).total_seconds() <= WINDOW.total_seconds():
        row.tries, row.since = 0, now
    row.tries += 1
    row.until = now + timedelta(seconds=delay(row.tries))


_UNTIL = select(Throttle.until).where(Throttle.key.in_(bindparam("keys", expanding=True)))


def _account_key(login: str) -> str:
    return keyring().digest(login, "throttle account")


def _address_key() -> str:
    return keyring().digest(request.remote_addr or "", "throttle address")
