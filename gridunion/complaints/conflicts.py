"""回避: who keeps away from a case, because of where he works, a tie he declared, or his own word."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _
from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.accounts.models import Account
from gridunion.accounts.sign_in import BINDING
from gridunion.accounts.trail_words import VALUES
from gridunion.db import Addressed, BigId, Encrypted, Record, db, internal, keyring, personal, sealed
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.tree import ME

if TYPE_CHECKING:
    from gridunion.complaints.models import Complaint

KINDS = {
    "family": _("亲属在那里"),
    "owner": _("自己或家人有股份"),
    "former": _("以前在那里上班"),
    "other": _("别的关系"),
}


def name_index(name: str) -> str:
    """The name of an employer as it can be compared without being read: what was said of one is encrypted."""
    return keyring().digest(name, "employer name")


class Tie(Record):
    """What binds somebody of the staff to an employer, declared by himself, from a day until (and without) another."""

    __tablename__ = "tie"
    __table_args__ = (Index("ix_tie_account_id", "account_id"),)

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    employer_name: Mapped[str] = personal(String(80))
    name_index: Mapped[str] = internal(String(64))
    kind: Mapped[str] = personal(String(20))
    from_on: Mapped[date] = internal(Date, default=clock.today)
    until_on: Mapped[date | None] = internal(Date)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.name_index = name_index(self.employer_name)

    @property
    def kind_words(self) -> str:
        return str(KINDS.get(self.kind, self.kind))

    @property
    def holds(self) -> bool:
        return self.until_on is None or self.until_on > clock.today()

    def end(self) -> None:
        """It binds no longer, from today on."""
        self.until_on = max(clock.today(), self.from_on)


class Recusal(Addressed):
    """Somebody gave a case back because he is not free in it. Why, only those who decide may read."""

    __tablename__ = "recusal"
    __table_args__ = (
        Index("ix_recusal_account_id_complaint_id", "account_id", "complaint_id"),
        Index("ix_recusal_complaint_id", "complaint_id"),
    )

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))
    name: Mapped[str] = personal(String(40))
    reason_sealed: Mapped[str | None] = sealed(Text)
    at: Mapped[datetime] = internal(default=clock.now)

    reason = Encrypted("reason_sealed")


VALUES["tie", "kind"] = KINDS

# ── as conditions over rows ──

_ON = bindparam("tie_on", type_=Date(), callable_=clock.today)
_t, _r, _n, _e = (it.__table__.c for it in (Tie, Recusal, Person, Employer))
_account = Account.__table__.alias("tied_account")
_a = _account.c
_BINDS = and_(_t.from_on <= _ON, or_(_t.until_on.is_(None), _t.until_on > _ON))

MY_EMPLOYERS = (
    select(_n.employer_id)
    .select_from(Person.__table__.join(_account, _a.phone == _n.phone))
    .where(_a.id == ME, _n.employer_id.is_not(None))
    .union_all(
        select(_t.employer_id).where(_t.account_id == ME, _t.employer_id.is_not(None), _BINDS),
        select(_e.id)
        .select_from(Employer.__table__.join(Tie.__table__, _t.employer_name == _e.name))
        .where(_t.account_id == ME, _BINDS),
    )
)
"""The employers about whom the viewer works on nothing: his own, and those he is tied to."""

MY_NAMES = select(_t.employer_name).where(_t.account_id == ME, _BINDS)
"""The same by the names that were declared, for what names an employer the ledger does not have."""

_MY_INDEXES = select(_t.name_index).where(_t.account_id == ME, _BINDS)
_GIVEN_BACK = select(_r.complaint_id).where(_r.account_id == ME)


_own = Account.__table__.c
BINDING += (
    select(_n.id).where(_n.phone == _own.phone, _n.employer_id.is_not(None)).exists(),
    select(_t.id).where(_t.account_id == _own.id).exists(),
    select(_r.id).where(_r.account_id == _own.id).exists(),
)


def free_of(cases: Any) -> ColumnElement[bool]:
    """The viewer does not keep away from a case; `cases` holds the columns (or attributes) of complaints."""
    unbound = or_(cases.employer_id.is_(None), cases.employer_id.not_in(MY_EMPLOYERS))
    unnamed = or_(cases.accused_index.is_(None), cases.accused_index.not_in(_MY_INDEXES))
    return and_(unbound, unnamed, cases.id.not_in(_GIVEN_BACK))


def keeps_away(account: Any, cases: Any, *correlated: Any) -> ColumnElement[bool]:
    """Somebody keeps away from a case: the columns of both, for a condition inside another statement."""
    employs = select(_n.id).where(_n.phone == account.phone, _n.employer_id == cases.employer_id)
    named = select(_e.id).where(_e.id == cases.employer_id, _e.name == _t.employer_name).exists()
    bound = select(_t.id).where(_t.account_id == account.id, _BINDS)
    by_name = named.correlate(Tie.__table__, *correlated)
    bound = bound.where(
        or_(_t.employer_id == cases.employer_id, _t.name_index == cases.accused_index, by_name)
    )
    gave_back = select(_r.id).where(_r.account_id == account.id, _r.complaint_id == cases.id)
    return or_(*(found.correlate(*correlated).exists() for found in (employs, bound, gave_back)))


# ── of accounts ──


def tied(accounts: Iterable[Account], employers: Iterable[int | str]) -> set[tuple[int, int | str]]:
    """(account, employer) where a tie was declared that binds today."""
    known, asked = [account.id for account in accounts], set(employers)
    if not known or not asked:
        return set()
    ties = select(_t.account_id, _t.employer_id, _t.employer_name).where(_t.account_id.in_(known), _BINDS)
    bound = db.session.execute(ties, execution_options={"branch": True}).all()
    names = _names([one for one in asked if isinstance(one, int)]) if bound else {}
    return {
        (account, one)
        for account, number, name in bound
        for one in asked
        if one in (number, name) or names.get(one) == name
    }


def _names(employer_ids: list[int]) -> dict[int | str, str]:
    found = select(_e.id, _e.name).where(_e.id.in_(employer_ids))
    return dict(db.session.execute(found, execution_options={"branch": True}).all())


def recused(case_id: int | None) -> set[int]:
    """Who gave a case back."""
    found = select(_r.account_id).where(_r.complaint_id == case_id)
    return set(db.session.scalars(found, execution_options={"branch": True})) if case_id else set()


def given_back(case_ids: list[int]) -> set[tuple[int, int]]:
    """(account, case) where somebody gave one of some cases back."""
    found = select(_r.account_id, _r.complaint_id).where(_r.complaint_id.in_(case_ids))
    rows = db.session.execute(found, execution_options={"branch": True})
    return {(account, case) for account, case in rows}


def recusals(case: "Complaint") -> list[Recusal]:
    """Who gave the case back, and why: for those who decide about it."""
    return list(
        db.session.scalars(select(Recusal).where(Recusal.complaint_id == case.id).order_by(Recusal.id))
    )


def give_back(case: "Complaint", account_id: int, name: str, reason: str) -> None:
    """Somebody keeps away from this case from now on."""
    given = Recusal(account_id=account_id, complaint_id=case.id, name=name, at=clock.now())
    given.reason = reason
    db.session.add(given)
