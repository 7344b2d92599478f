"""Signing in and staying signed in: sessions on the server, guesses slowed down, the viewer in one query."""

from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import Any

from flask import Request, g, session
from sqlalchemy import ColumnElement, Select, bindparam, delete, false, or_, select, update
from sqlalchemy.exc import DBAPIError

from gridunion import audit, clock
from gridunion.accounts.models import Account, Posting, SignIn
from gridunion.db import Busy, db, trusted, write, writing
from gridunion.doors import digest, token_of_request
from gridunion.rights import Held, Viewer
from gridunion.tree import Unit

TOUCH = timedelta(minutes=1)
SLIP = timedelta(minutes=5)  # how far a clock may be set back before sessions end
MOST_SIGN_INS = 3

# (idle, absolute) in minutes: the field works with a phone in its pocket, the office at a desk.
FIELD_LIMITS, OFFICE_LIMITS = (30, 12 * 60), (15, 8 * 60)


_posting, _unit, _account, _sign_in = (t.__table__.c for t in (Posting, Unit, Account, SignIn))
_absent = Account.__table__.alias("absent")
BINDING: list[ColumnElement[bool]] = []
"""What binds an account, as later rooms know: conditions over the rows of accounts. Whoever meets none of them keeps
away from nothing, so nothing has to be asked case by case."""


@cache
def _who() -> Select[Any]:
    return (
        select(
            _sign_in.id, _sign_in.seen_at, _sign_in.until, _sign_in.idle_seconds,
            _account.id, _account.uid, _account.name, _account.must_change, or_(false(), *BINDING),
            _posting.role, _unit.id, _unit.code, _unit.name, _unit.path, _posting.until_on,
            _posting.stands_in_for_id, _absent.c.name,
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
        .outerjoin(_absent, _absent.c.id == _posting.stands_in_for_id)
        .where(_sign_in.token_hash == bindparam("hash"), _account.active)
        .order_by(_posting.id)
    )  # fmt: skip


def viewer_of(request: Request) -> Viewer | None:
    """Who holds the cookie of a request, with the postings in force now."""
    token = session.token  # type: ignore[attr-defined]
    rows: list[Any] = list(trusted(_who(), {"hash": digest(token), "today": clock.today()}))
    if not rows:
        return None
    sign_in_id, seen_at, until, idle, account_id, uid, name, must_change, bound, *_ = rows[0]
    now = clock.now()
    if now >= until or not -SLIP <= now - seen_at <= timedelta(seconds=idle):
        _in_write(delete(SignIn).where(SignIn.id == sign_in_id))
        return None
    if now - seen_at > TOUCH:
        _in_write(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))
    held = tuple(Held(*tuple(row)[9:]) for row in rows if row[9])
    return Viewer(account_id, str(uid), name, must_change, sign_in_id, held, bound)


def _in_write(statement: Any) -> None:
    """Note when somebody was seen. A full or busy disk must not keep anyone from reading."""
    if writing():
        db.session.execute(statement)
        return
    with suppress(Busy, DBAPIError, OSError), write():
        db.session.execute(statement)


def sign_in(account: Account, own_phone: bool) -> None:
    """Begin a session under a new cookie; a fourth one ends the oldest. Inside write()."""
    roles = {posting.role for posting in account.held}
    idle, longest = FIELD_LIMITS if roles <= {"grid_worker"} else OFFICE_LIMITS
    if own_phone and roles <= {"grid_worker"}:
        idle = longest
    _end(token_of_request())
    token = session.renew(longest * 60 if own_phone else None)  # type: ignore[attr-defined]
    now = clock.now()
    _end_oldest(account)
    db.session.add(
        SignIn(
            token_hash=digest(token), account_id=account.id, seen_at=now, began_at=now,
            until=now + timedelta(minutes=longest), idle_seconds=idle * 60,
        )
    )  # fmt: skip
    g.actor = Viewer(account.id, str(account.uid), account.name, account.must_change, 0)
    audit.note("sign in")


def _end(token: str) -> None:
    db.session.execute(delete(SignIn).where(SignIn.token_hash == digest(token)))


def _end_oldest(account: Account) -> None:
    kept = (
        select(SignIn.id)
        .where(SignIn.account_id == account.id)
        .order_by(SignIn.id.desc())
        .limit(MOST_SIGN_INS - 1)
    )
    kept_ids = list(db.session.scalars(kept))
    db.session.execute(delete(SignIn).where(SignIn.account_id == account.id, SignIn.id.not_in(kept_ids)))


def sign_out(viewer: Viewer) -> None:
    """End this session on the server; the old cookie never works again. Inside write()."""
    db.session.execute(delete(SignIn).where(SignIn.id == viewer.sign_in_id))
    session.renew()  # type: ignore[attr-defined]
    audit.note("sign out")
