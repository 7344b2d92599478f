"""Sealed complaints: seen only by those named as readers, and by nobody in between when offices change hands."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, ForeignKey, Index, delete, or_, select
from sqlalchemy.orm import Mapped

from gridunion import audit
from gridunion.accounts.models import Account
from gridunion.complaints import hands
from gridunion.db import BigId, Row, db, internal
from gridunion.tree import ME

if TYPE_CHECKING:
    from gridunion.complaints.models import Complaint


class Reader(Row):
    """Somebody named to open a sealed complaint."""

    __tablename__ = "complaint_reader"
    __table_args__ = (Index("ix_complaint_reader_account_id", "account_id", "complaint_id", unique=True),)

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))


MINE = select(Reader.complaint_id).where(Reader.account_id == ME)
"""The sealed complaints the viewer is named to read."""


class Seal:
    """A row that, sealed, is seen only by those named as readers of its complaint."""

    case_id = "complaint_id"

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        row: Any = cls
        return or_(row.sealed.is_(False), getattr(row, cls.case_id).in_(MINE))


def seal(case: "Complaint") -> None:
    """Cut the link to the register and name who may open the case: who took it down, who decides, and who bears the
    duty its category asks for."""
    if not case.sealed:
        return
    case.person = None
    db.session.flush()
    duty = case.duty
    name(case, {case.recorded_by_id} | judges(case) | (hands.bearers(case.unit, duty) if duty else set()))


def judges(case: "Complaint") -> set[int]:
    """Who decides about a case today: the leaders of its community, the street where it is the street's."""
    leaders = hands.leaders(case.unit, case.employer_id, case.id)
    if not leaders or case.reopened > 1 or (case.state == "resolved" and case.handler_id in leaders):
        return hands.street(case.unit)
    return leaders


def name(case: "Complaint", accounts: set[int | None] | set[int]) -> None:
    """Let some accounts open a sealed case; the trail keeps who was named by whom."""
    if not case.sealed:
        return
    for account_id in sorted(accounts - named(case) - {None}):  # type: ignore[type-var]
        db.session.add(Reader(account_id=account_id, complaint_id=case.id))
        audit.note("name reader", case, reader=account_id)


def strike(case: "Complaint", account_id: int) -> None:
    """Somebody is named no longer."""
    if case.sealed:
        gone = delete(Reader).where(Reader.complaint_id == case.id, Reader.account_id == account_id)
        db.session.execute(gone)
        audit.note("strike reader", case, reader=account_id)


def named(case: "Complaint") -> set[int]:
    """The accounts that may open a sealed case."""
    return set(db.session.scalars(select(Reader.account_id).where(Reader.complaint_id == case.id)))


def let_judges_read(case: "Complaint") -> None:
    """A sealed case that somebody else must judge now, or whose leader was followed by another, is open to
    whoever decides today. Nobody is named while one of the named still decides."""
    if case.sealed and not named(case) & (deciding := judges(case)):
        name(case, deciding)


def reading(case: "Complaint") -> list[str]:
    """The names of those who may open a sealed case; its readers may know of each other."""
    if not case.sealed:
        return []
    names = select(Account.name).join(Reader, Reader.account_id == Account.id)
    return list(db.session.scalars(names.where(Reader.complaint_id == case.id).order_by(Reader.id)))
