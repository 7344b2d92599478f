"""Passwords guessed: counted before they are looked at, and slowed down, by a minute at the most."""

from dataclasses import dataclass
from datetime import timedelta

from flask import request

from gridunion import audit, throttle
from gridunion.accounts.models import Account, by_login, hasher, matches
from gridunion.db import db, keyring, write

LONGEST_DELAY = 60  # seconds: an owner is never kept out longer
ADDRESS_TRIES, WINDOW = 30, timedelta(minutes=10)


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
        row = throttle.held(_account_key(login), WINDOW)
        if seconds := _wait(login):  # another guess was counted while this one waited for the row
            return seconds
        row.stop_for(min(2 ** (row.count() - 1), LONGEST_DELAY))
    return 0


def _wait(login: str) -> int:
    return throttle.waiting((_account_key(login), _address_key()), LONGEST_DELAY)


def check(login: str, password: str) -> Proof | None:
    """Look at a guess; None when the password is wrong or the account may not sign in. Outside write()."""
    account = by_login(login)
    good = matches(account, password) and account is not None and account.can_sign_in
    if not good or account is None:
        db.session.rollback()
        with write():
            row = throttle.held(_address_key(), WINDOW)
            row.stop_for(LONGEST_DELAY if row.count() >= ADDRESS_TRIES else 0)
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
    """Whoever proved to be the owner is not slowed down by what others tried. Inside write()."""
    throttle.forget(_account_key(account.login))


def _account_key(login: str) -> str:
    return throttle.key_of("account", login)


def _address_key() -> str:
    return throttle.key_of("address", request.remote_addr or "")
