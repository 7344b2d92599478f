"""Sealed complaints: seen only by those named as readers, and by nobody in between when offices change hands."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, ForeignKey, Index, bindparam, delete, or_, select
from sqlalchemy.orm import Mapped

from gridunion import audit, clock
from gridunion.accounts.models import Account
from gridunion.complaints import hands
from gridunion.db import BigId, Row, UtcDateTime, db, internal
from gridunion.look import moment
from gridunion.tree import ME

if TYPE_CHECKING:
    from gridunion.complaints.case import Case


class Reader(Row):
    """Somebody named to open a sealed complaint."""

    __tablename__ = "complaint_reader"
    __table_args__ = (Index("ix_complaint_reader_account_id", "account_id", "complaint_id", unique=True),)

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    complaint_id: Mapped[int] = internal(BigId, ForeignKey("complaint.id"))
    until: Mapped[datetime | None] = internal()  # of who was let in for some hours


_NOW = bindparam("readers_now", type_=UtcDateTime, callable_=clock.now)
MINE = select(Reader.complaint_id).where(
    Reader.account_id == ME, or_(Reader.until.is_(None), Reader.until > _NOW)
)
"""The sealed complaints the viewer is named to read."""


class Seal:
    """A row that, sealed, is seen only by those named as readers of its complaint."""

    case_id = "complaint_id"

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        row: Any = cls
        return or_(row.sealed.is_(False), getattr(row, cls.case_id).in_(MINE))


def seal(case: "Case") -> None:
    """Cut the link to the register and name who may open the case: who took it down, who decides, and who bears the
    duty its category asks for."""
    if not case.sealed:
        return
    case.person = case.phone_index = None
    db.session.flush()
    duty = case.duty
    name(case, {case.recorded_by_id} | judges(case) | (hands.bearers(case.unit, duty) if duty else set()))


def judges(case: "Case") -> set[int]:
    """Who decides about a case today: the leaders of its community, the street where it is the street's."""
    leaders = hands.leaders(case.unit, case.accused, case.id)
    if not leaders or case.is_streets or (case.state == "resolved" and case.handler_id in leaders):
        return hands.street(case.unit)
    return leaders


def name(case: "Case", accounts: set[int | None] | set[int]) -> None:
    """Let some accounts open a sealed case; the trail keeps who was named by whom."""
    if not case.sealed:
        return
    for account_id in sorted(accounts - named(case) - {None}):  # type: ignore[type-var]
        _enter(case, account_id, None)
        audit.note("name reader", case, reader=account_id)


def admit(case: "Case", account_id: int, until: datetime) -> None:
    """Let somebody who is not named read a sealed case for a while."""
    if account_id not in named(case):
        _enter(case, account_id, until)


def _enter(case: "Case", account_id: int | None, until: datetime | None) -> None:
    there = select(Reader).where(Reader.complaint_id == case.id, Reader.account_id == account_id)
    reader = db.session.scalars(there).one_or_none() or Reader(account_id=account_id, complaint_id=case.id)
    reader.until = until
    db.session.add(reader)


def strike(case: "Case", account_id: int) -> None:
    """Somebody is named no longer."""
    if case.sealed:
        gone = delete(Reader).where(Reader.complaint_id == case.id, Reader.account_id == account_id)
        db.session.execute(gone)
        audit.note("strike reader", case, reader=account_id)


def named(case: "Case") -> set[int]:
    """The accounts named to open a sealed case, without those let in for a while."""
    there = select(Reader.account_id).where(Reader.complaint_id == case.id, Reader.until.is_(None))
    return set(db.session.scalars(there))


def let_judges_read(case: "Case") -> None:
    """A sealed case that somebody else must judge now, or whose leader was followed by another, is open to
    whoever decides today. Nobody is named while one of the named still decides."""
    if not case.sealed:
        return
    for wanted in (judges(case), hands.bearers(case.unit, case.duty) if case.duty else set()):
        if not named(case) & wanted:
            name(case, wanted)


def reading(case: "Case") -> list[str]:
    """The names of those who may open a sealed case; its readers may know of each other."""
    if not case.sealed:
        return []
    rows = select(Account.name, Reader.until).join(Reader, Reader.account_id == Account.id)
    found = db.session.execute(rows.where(Reader.complaint_id == case.id).order_by(Reader.id))
    return [
        name if until is None else _("%(name)s（到 %(at)s）", name=name, at=moment(until))
        for name, until in found
        if until is None or until > clock.now()
    ]
