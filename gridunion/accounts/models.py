"""Accounts, postings and sign-ins. A staff account is neither a person of the register nor a member."""

import secrets
from datetime import date, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import Boolean, ColumnElement, Date, ForeignKey, Index, String, and_, delete, or_, select
from sqlalchemy.orm import Mapped, joinedload, relationship

from gridunion import clock
from gridunion.db import BigId, Record, Row, db, internal, personal, sensitive
from gridunion.rights import ROLES, SEATS
from gridunion.tree import Scoped, Unit, everywhere

DUTIES = {"women": lazy_gettext("女职工委员会委员")}
"""What somebody does beside his role, by which cases find him."""

CODE_HOURS = 72  # how long a one-time code works
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look alike on paper

# 19 MiB, 2 passes, 1 lane: 27 ms and no memory rush on a Monday morning (OWASP's second setting).
hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NOBODY = hasher.hash("nobody")


class BadPosting(ValueError):
    """A role cannot be held there or then. ``str()`` is a sentence for the user, `about` the field it speaks of."""

    def __init__(self, sentence: str, about: str = "role") -> None:
        super().__init__(sentence)
        self.about = about


class AlreadyHeld(BadPosting):
    """The very posting is there."""


class Account(Record):
    """Somebody of the union staff who may sign in."""

    __tablename__ = "account"

    login: Mapped[str] = personal(String(40), unique=True)
    name: Mapped[str] = personal(String(40))
    phone: Mapped[str | None] = personal(String(20))
    password_hash: Mapped[str] = sensitive(String(200), default="")
    must_change: Mapped[bool] = internal(Boolean, default=True)
    code_until: Mapped[datetime | None] = internal()
    active: Mapped[bool] = internal(Boolean, default=True)

    postings: Mapped[list["Posting"]] = relationship(
        back_populates="account", order_by="Posting.from_on", foreign_keys="Posting.account_id"
    )

    def choose_password(self, hashed: str) -> None:
        """Take a password its owner chose; all other sign-ins end."""
        self.password_hash, self.must_change, self.code_until = hashed, False, None
        self.sign_out_everywhere()

    def give_code(self, hashed: str) -> None:
        """Take a one-time code: it works for 72 hours and must be replaced at the first sign-in."""
        self.password_hash, self.must_change = hashed, True
        self.code_until = clock.now() + timedelta(hours=CODE_HOURS)
        self.sign_out_everywhere()

    def switch_off(self) -> None:
        """Nobody signs in with it any more, and who is signed in with it is out at once."""
        self.active = False
        self.sign_out_everywhere()

    def switch_on(self) -> None:
        self.active = True

    def sign_out_everywhere(self) -> None:
        """End every session of the account. Inside write()."""
        if self.id:
            db.session.execute(delete(SignIn).where(SignIn.account_id == self.id))

    @property
    def can_sign_in(self) -> bool:
        """It is switched on, and a one-time code, if it has one, still works."""
        return self.active and (self.code_until is None or clock.now() < self.code_until)

    @property
    def held(self) -> list["Posting"]:
        """The postings in force today."""
        return [posting for posting in self.postings if posting.in_force]


class Posting(Scoped, Record):
    """A role in a unit, from a day until (and without) another. Who stands in for somebody holds it in their place."""

    __tablename__ = "posting"
    __table_args__ = (
        Index("ix_posting_account_id", "account_id"),
        Index("ix_posting_unit_id_role", "unit_id", "role"),
        Index("ix_posting_stands_in_for_id", "stands_in_for_id"),
    )

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    role: Mapped[str] = internal(String(24))
    duty: Mapped[str | None] = internal(String(20))
    professional: Mapped[bool] = internal(Boolean, default=False)  # hired to do it full-time
    from_on: Mapped[date] = internal(Date, default=clock.today)
    until_on: Mapped[date | None] = internal(Date)
    stands_in_for_id: Mapped[int | None] = internal(BigId, ForeignKey("account.id"))

    account: Mapped[Account] = relationship(back_populates="postings", foreign_keys=[account_id])
    stands_in_for: Mapped[Account | None] = relationship(foreign_keys=[stands_in_for_id])

    @classmethod
    def give(
        cls, account: Account, role: str, unit: Unit, from_on: date, until_on: date | None = None,
        stands_in_for: Account | None = None,
    ) -> "Posting":  # fmt: skip
        """Post somebody, from a day until (and without) another. Raises BadPosting."""
        _check_posting(role, unit, from_on, until_on)
        if any(
            held.unit is unit and held.role == role and _meet(held, from_on, until_on)
            for held in account.postings
        ):
            raise AlreadyHeld(_("这段时间已经有这个岗位"))
        posting = cls(account=account, role=role, unit=unit, from_on=from_on, until_on=until_on)
        posting.stands_in_for = stands_in_for
        db.session.add(posting)
        return posting

    def stand_in(self, who: Account, from_on: date, until_on: date | None) -> "Posting":
        """Let somebody do this one's work for a while, or, without an end, until it is given to somebody. Raises
        BadPosting."""
        if self.stands_in_for_id:
            raise BadPosting(_("这是代班，不能再找人代"), "who")
        if self.until_on and (until_on is None or until_on > self.until_on) and not self.over:
            raise BadPosting(_("不能超过这个岗位的最后一天"), "last_on")
        return Posting.give(who, self.role, self.unit, from_on, until_on, self.account)

    def end(self, on: date) -> None:
        """Let it hold no longer from a day on. Raises BadPosting."""
        if on < self.from_on:
            raise BadPosting(_("不能早于岗位开始的前一天"), "last_on")
        self.until_on = on

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, as people say it."""
        return self.until_on and self.until_on - timedelta(days=1)

    @property
    def over(self) -> bool:
        return self.until_on is not None and self.until_on <= clock.today()

    @property
    def in_force(self) -> bool:
        """It holds today."""
        return self.from_on <= clock.today() and (self.until_on is None or clock.today() < self.until_on)


def in_force(on: date) -> ColumnElement[bool]:
    """The condition under which a posting holds on a day."""
    return and_(Posting.from_on <= on, or_(Posting.until_on.is_(None), Posting.until_on > on))


def stand_ins_for(account_id: int) -> list[Posting]:
    """Who stands in for somebody now or later. Names of staff are no secret among colleagues."""
    going_on = or_(Posting.until_on.is_(None), Posting.until_on > clock.today())
    theirs = select(Posting).where(Posting.stands_in_for_id == account_id, going_on)
    both = joinedload(Posting.account), joinedload(Posting.unit)
    with everywhere():
        return list(db.session.scalars(theirs.order_by(Posting.from_on, Posting.id).options(*both)))


def _check_posting(role: str, unit: Unit, from_on: date, until_on: date | None) -> None:
    if role not in SEATS or unit.kind not in SEATS[role]:
        raise BadPosting(_("%(role)s不能设在“%(unit)s”", role=ROLES.get(role, role), unit=unit.name))
    if until_on is not None and until_on <= from_on:
        raise BadPosting(_("最后一天不能早于第一天"), "last_on")
    if unit.closed_on is not None and unit.closed_on <= from_on:
        raise BadPosting(_("“%(unit)s”那天已经撤销", unit=unit.name), "unit")


def _meet(held: Posting, from_on: date, until_on: date | None) -> bool:
    return (held.until_on is None or from_on < held.until_on) and (
        until_on is None or held.from_on < until_on
    )


class SignIn(Row):
    """A browser somebody signed in with. The cookie's hash is all that is known of the cookie."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_account_id", "account_id"),)

    token_hash: Mapped[str] = sensitive(String(64), unique=True)
    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    began_at: Mapped[datetime] = internal(default=clock.now)
    seen_at: Mapped[datetime] = internal(default=clock.now)
    until: Mapped[datetime] = internal()
    idle_seconds: Mapped[int] = internal()


def matches(account: Account | None, password: str) -> bool:
    """Whether the password is the account's; as slow for an account that does not exist."""
    stored = account.password_hash if account and account.password_hash else _NOBODY
    return fits(stored, password) and account is not None and stored != _NOBODY


def fits(stored: str | None, said: str) -> bool:
    """Whether something was hashed from what is said; as slow when nothing was."""
    try:
        hasher.verify(stored or _NOBODY, said)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def hash_password(password: str) -> str:
    """Argon2, some 27 ms: outside write()."""
    return hasher.hash(password)


def new_code() -> str:
    """Twelve characters to read out or print: 59 bits."""
    return "".join(secrets.choice(CODE_LETTERS) for _letter in range(12))


def by_login(login: str) -> Account | None:
    return db.session.scalars(select(Account).where(Account.login == login)).one_or_none()
