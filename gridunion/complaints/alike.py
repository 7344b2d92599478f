"""Cases that may be about the same thing: open ones about the same employer. Sealed ones are never among them."""

from sqlalchemy import ColumnElement, Select, false, or_, select

from gridunion.complaints.hands import community_of, handlers, keeps_from, place_of
from gridunion.complaints.life import OPEN
from gridunion.complaints.models import Complaint
from gridunion.db import db
from gridunion.employers.models import name_index, named
from gridunion.tree import Unit

MOST_SHOWN, MOST_OFFERED = 5, 20


def about(employer_name: str | None, unit: Unit) -> list[Complaint]:
    """Open cases about an employer in the community of a unit, as far as the viewer sees them."""
    if not employer_name:
        return []
    employer = named(employer_name, unit)
    same = of_employer(employer.id if employer else None, name_index(employer_name))
    return list(db.session.scalars(_open(unit).where(same).limit(MOST_SHOWN)))


def of_employer(employer_id: int | None, index: str | None) -> ColumnElement[bool]:
    """Cases about an employer: the one of the ledger, or before it stood there, of that name."""
    said = (Complaint.accused_index == index) if index else false()
    return or_(said, Complaint.employer_id == employer_id) if employer_id else said


def mergeable(case: Complaint) -> list[Complaint]:
    """The cases a case could go into, those about its employer first, then the newest."""
    found = _open(case.unit).where(Complaint.id != case.id, Complaint.accepted_at.is_not(None))
    if case.employer_id:
        found = found.order_by(None).order_by(Complaint.employer_id != case.employer_id, Complaint.id.desc())
    # who works on it must be able to tell this worker, too
    there = [hand.id for hand in handlers(case.unit) if not keeps_from(hand, case)]
    found = found.where(or_(Complaint.handler_id.is_(None), Complaint.handler_id.in_(there)))
    return list(db.session.scalars(found.limit(MOST_OFFERED)))


def _open(unit: Unit) -> Select[Complaint]:
    """The open cases of the community a unit belongs to, the newest first."""
    path = community_of(place_of(unit))
    found = select(Complaint).join(Unit, Unit.id == Complaint.unit_id)
    return found.where(
        Unit.path >= path, Unit.path < f"{path[:-1]}0", Complaint.state.in_(OPEN), Complaint.sealed.is_(False)
    ).order_by(Complaint.id.desc())
