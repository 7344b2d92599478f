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
    Select,
    String,
    Text,
    and_,
    bindparam,
    column,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.accounts.models import Account
from gridunion.accounts.sign_in import BINDING
from gridunion.accounts.trail_words import VALUES
from gridunion.db import Addressed, BigId, Encrypted, Record, db, internal, personal, sealed, trusted
from gridunion.employers.models import Employer, name_index
from gridunion.members.models import Person
from gridunion.tree import ME

if TYPE_CHECKING:
    from gridunion.complaints.models import Complaint

Accused = int | str
"""The number of an employer in the ledger, or the name by which somebody spoke of one that is not in it."""

KINDS = {
    "family": _("亲属在那里"),
    "owner": _("自己或家人有股份"),
    "former": _("以前在那里上班"),
    "other": _("别的关系"),
}


class Tie(Record):
    """What binds somebody of the staff to an employer, declared by himself, from a day until (and without) another."""

    __tablename__ = "tie"
    __table_args__ = (Index("ix_tie_account_id", "account_id"),)

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    employer_name: Mapped[str] = personal(String(80))
    name_index: Mapped[str | None] = internal(String(32))
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

_my_work = Person.__table__.join(_account, _a.phone == _n.phone)


def _mine(column: Any) -> Select[Any]:
    """What the register says of where the viewer works: his phone is that of an employee."""
    return select(column).select_from(_my_work).where(_a.id == ME, column.is_not(None))


MY_EMPLOYERS = _mine(_n.employer_id).union_all(
    select(_t.employer_id).where(_t.account_id == ME, _t.employer_id.is_not(None), _BINDS),
    select(_e.id)
    .select_from(Employer.__table__.join(Tie.__table__, _t.employer_name == _e.name))
    .where(_t.account_id == ME, _BINDS),
)
"""The employers about whom the viewer works on nothing: his own, and those he is tied to."""

MY_NAMES = _mine(_n.employer_name).union_all(select(_t.employer_name).where(_t.account_id == ME, _BINDS))
"""The same by name, for what names an employer the ledger does not have."""

_MY_INDEXES = _mine(_n.employer_index).union_all(select(_t.name_index).where(_t.account_id == ME, _BINDS))
_cases = table("complaint", column("id"), column("employer_id"), column("accused_index")).alias("kept")

KEPT_FROM_ME = union_all(
    select(_cases.c.id).where(_cases.c.employer_id.in_(MY_EMPLOYERS)),
    select(_cases.c.id).where(_cases.c.accused_index.in_(_MY_INDEXES)),
    select(_r.complaint_id).where(_r.account_id == ME),
)
"""The cases the viewer keeps away from, found from his side: none for nearly everybody, a few for the others."""


_own = Account.__table__.c
BINDING += (
    select(_n.id)
    .where(_n.phone == _own.phone, or_(_n.employer_id.is_not(None), _n.employer_name.is_not(None)))
    .exists(),
    select(_t.id).where(_t.account_id == _own.id).exists(),
    select(_r.id).where(_r.account_id == _own.id).exists(),
)


def free_of(cases: Any) -> ColumnElement[bool]:
    """The viewer does not keep away from a case; `cases` holds the columns (or attributes) of complaints."""
    return cases.id.not_in(KEPT_FROM_ME)


def keeps_away(account: Any, cases: Any, *correlated: Any) -> ColumnElement[bool]:
    """Somebody keeps away from a case: the columns of both, for a condition inside another statement."""
    works_there = or_(_n.employer_id == cases.employer_id, _n.employer_index == cases.accused_index)
    employs = select(_n.id).where(_n.phone == account.phone, works_there)
    named = select(_e.id).where(_e.id == cases.employer_id, _e.name == _t.employer_name).exists()
    bound = select(_t.id).where(_t.account_id == account.id, _BINDS)
    by_name = named.correlate(Tie.__table__, *correlated)
    bound = bound.where(
        or_(_t.employer_id == cases.employer_id, _t.name_index == cases.accused_index, by_name)
    )
    gave_back = select(_r.id).where(_r.account_id == account.id, _r.complaint_id == cases.id)
    return or_(*(found.correlate(*correlated).exists() for found in (employs, bound, gave_back)))


# ── of accounts ──


def bound_to(accounts: Iterable[Account], employers: Iterable[Accused]) -> set[tuple[int, Accused]]:
    """(account, employer) where somebody keeps away: he works there, or declared a tie that binds today."""
    there, asked = list(accounts), set(employers)
    if not there or not asked:
        return set()
    bonds = _bonds(there)
    indexes = _indexes(asked) if bonds else {}
    return {
        (account, one)
        for account, number, index in bonds
        for one in asked
        if one == number or (index and index == indexes.get(one))
    }


def _bonds(accounts: list[Account]) -> list[Any]:
    """(account, number of the employer, index of its name) of where some people work, and of their ties."""
    works = select(_a.id, _n.employer_id, _n.employer_index).select_from(_my_work)
    ties = select(_t.account_id, _t.employer_id, _t.name_index).where(_BINDS)
    known = [account.id for account in accounts]
    both = works.where(_a.id.in_(known)).union_all(ties.where(_t.account_id.in_(known)))
    return list(trusted(both))


def _indexes(employers: set[Accused]) -> dict[Accused, str | None]:
    """What the names of some employers are compared by: of those in the ledger, and as somebody said them."""
    kept = select(_e.id, _e.name).where(_e.id.in_([one for one in employers if isinstance(one, int)]))
    names: dict[Any, str] = {one: one for one in employers if isinstance(one, str)}
    names |= {row.id: row.name for row in trusted(kept)}
    return {one: name_index(name) for one, name in names.items()}


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
