"""Sealed cases outlive the postings of their readers: whoever decides now is named when nobody named does."""

from sqlalchemy import select

from gridunion.complaints import readers
from gridunion.complaints.life import OPEN
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.jobs import periodic


@periodic("name successors", hours=1)
def name_successors() -> None:
    """A new leader finds the sealed cases the old one left. Idempotent."""
    going_on = select(Complaint.id).where(Complaint.sealed, Complaint.state.in_((*OPEN, "resolved")))
    for case_id in db.session.scalars(going_on).all():
        with write():
            readers.let_judges_read(db.session.get_one(Complaint, case_id))
