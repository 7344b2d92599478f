"""Signing in and staying signed in: sessions on the server, guesses slowed down, the viewer in one query."""

from datetime import datetime, timedelta
from typing import Any

from flask import Request, g, request, session
from sqlalchemy import String, bindparam, delete, select, update
from sqlalchemy.orm import Mapped

from gridunion import audit, clock
from gridunion.accounts.models import Account, Posting, SignIn, by_login, hasher, matches
from gridunion.db import Row, db, internal, keyring, write, writing
from gridunion.doors import digest
from gridunion.rights import Held, Viewer
from gridunion.tree import Unit

TOUCH = timedelta(minutes=1)
MOST_SIGN_INS = 3
LONGEST_DELAY = 60  # seconds
ADDRESS_TRIES, ADDRESS_WINDOW = 30, timedelta(minutes=10)

# (idle, absolute) in minutes: the field works with a phone in its pocket, the office at a desk.
FIELD_LIMITS, OFFICE_LIMITS = (30, 12 * 60), (15, 8 * 60)


class Throttle(Row):
    """Wrong guesses against one account, or from one address."""

    __tablename__ = "throttle"

    key: Mapped[str] = internal(String(64), unique=True)
    tries: Mapped[int] = internal(default=0)
    since: Mapped[datetime] = internal(default=clock.now)
    until: Mapped[datetime] = internal(default=clock.now)


_posting, _unit, _account, _sign_in = (t.__table__.c for t in (Posting, Unit, Account, SignIn))
_WHO = (
    select(
        _sign_in.id, _sign_in.seen_at, _sign_in.until, _sign_in.idle_seconds,
        _account.id, _account.uid, _account.name, _account.must_change,
        _posting.role, _unit.id, _unit.code, _unit.name, _unit.path, _posting.until_on,
    )
    .select_from(SignIn.__table__)
    .join(Account.__table__, _account.id == _sign_in.account_id)
    .outerjoin(
        Posting.__table__,
        (_posting.account_id == _account.id)
        & (_posting.from_on <= bindparam("today"))
        & (_posting.until_on.is_(None) | (_posting.until_on > bindparam("today"))),
    )
    .outerjoin(Unit.__table__, _unit.id == _posting.unit_id)
    .where(_sign_in.token_hash == bindparam("hash"), _account.active)
    .order_by(_posting.id)
    .execution_options(branch=True)
)  # fmt: skip


def viewer_of(request: Request) -> Viewer | None:
    """Who holds the cookie of a request, with the postings in force now."""
    token = session.token  # type: ignore[attr-defined]
    rows = db.session.execute(_WHO, {"hash": digest(token), "today": clock.today()}).all()
    if not rows:
        return None
    sign_in_id, seen_at, until, idle, account_id, uid, name, must_change, *_ = rows[0]
    now = clock.now()
    if now >= until or now - seen_at > timedelta(seconds=idle):
        _in_write(delete(SignIn).where(SignIn.id == sign_in_id))
        return None
    if abs(now - seen_at) > TOUCH:
        _in_write(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))
    held = tuple(Held(*row[8:]) for row in rows if row[8])
    return Viewer(account_id, uid.hex, name, must_change, sign_in_id, held)


def _in_write(statement: Any) -> None:
    if writing():
        db.session.execute(statement)
        return
    with write():
        db.session.execute(statement)


def wait_before(login: str) -> int:
    """Seconds until a guess for this account, from this address, is looked at again."""
    keys = (_account_key(login), _address_key())
    found = db.session.scalars(select(Throttle).where(Throttle.key.in_(keys))).all()
    now = clock.now()
    return max((int((row.until - now).total_seconds()) + 1 for row in found if row.until > now), default=0)


def check(login: str, password: str) -> int | None:
    """The number of the account, when the password is right and it may sign in. A wrong guess is counted. Outside write()."""
    account = by_login(login)
    good = matches(account, password)
    db.session.rollback()
    with write():
        if good and account and account.can_sign_in:
            db.session.execute(delete(Throttle).where(Throttle.key == _account_key(login)))
            if hasher.check_needs_rehash(account.password_hash):
                account.password_hash = hasher.hash(password)
            return account.id
        _count(_account_key(login), lambda tries: min(2 ** (tries - 1), LONGEST_DELAY))
        _count(_address_key(), lambda tries: ADDRESS_WINDOW.seconds if tries >= ADDRESS_TRIES else 0)
        audit.note("sign in refused", login=keyring().digest(login, "login")[:12])
    return None


def _count(key: str, delay: Any) -> None:
    row = db.session.scalars(select(Throttle).where(Throttle.key == key).with_for_update()).one_or_none()
    now = clock.now()
    if row is None:
        row = Throttle(key=key, tries=0, since=now)
        db.session.add(row)
    elif now - row.since > ADDRESS_WINDOW and now >= row.until:
        row.tries, row.since = 0, now
    row.tries += 1
    row.until = now + timedelta(seconds=delay(row.tries))


def _account_key(login: str) -> str:
    return keyring().digest(login, "throttle account")


def _address_key() -> str:
    return keyring().digest(request.remote_addr or "", "throttle address")


def sign_in(account: Account, own_phone: bool) -> None:
    """Begin a session under a new cookie; a fourth one ends the oldest. Inside write()."""
    roles = {posting.role for posting in account.held}
    idle, longest = FIELD_LIMITS if roles <= {"grid_worker"} else OFFICE_LIMITS
    if own_phone and roles <= {"grid_worker"}:
        idle = longest
    token = session.renew(longest * 60 if own_phone else None)  # type: ignore[attr-defined]
    now = clock.now()
    _end_oldest(account)
    db.session.add(
        SignIn(
            token_hash=digest(token), account_id=account.id, seen_at=now, began_at=now,
            until=now + timedelta(minutes=longest), idle_seconds=idle * 60,
        )
    )  # fmt: skip
    g.actor = Viewer(account.id, account.uid.hex, account.name, account.must_change, 0)
    audit.note("sign in")


def _end_oldest(account: Account) -> None:
    kept = select(SignIn.id).where(SignIn.account_id == account.id).order_by(SignIn.id.desc()).limit(MOST_SIGN_INS - 1)
    kept_ids = list(db.session.scalars(kept))
    db.session.execute(delete(SignIn).where(SignIn.account_id == account.id, SignIn.id.not_in(kept_ids)))


def sign_out(viewer: Viewer) -> None:
    """End this session on the server; the old cookie never works again. Inside write()."""
    db.session.execute(delete(SignIn).where(SignIn.id == viewer.sign_in_id))
    session.renew()  # type: ignore[attr-defined]
    audit.note("sign out")


