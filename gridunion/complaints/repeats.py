"""重复诉求 (domain.md C14): the same person, employer and category within 90 days. Who is in no register is
known by his phone."""

from datetime import timedelta

from sqlalchemy import false, or_, select

from gridunion import clock, settings
from gridunion.complaints.alike import of_employer
from gridunion.complaints.models import TAKEN, Complaint
from gridunion.db import db
from gridunion.rights import Viewer


def link(case: Complaint, _by: Viewer | None) -> None:
    """Tie a new complaint to the latest one it repeats, wherever it was taken; sealed ones repeat nothing."""
    if case.sealed or not (case.person or case.phone_index):
        return
    db.session.flush()
    phoned = (Complaint.phone_index == case.phone_index) if case.phone_index else false()
    asked = or_(Complaint.person_id == case.person_id, phoned) if case.person_id else phoned
    since = clock.now() - timedelta(days=settings.value("complaint.repeat.days", case.unit.path))
    index = case.accused_index
    same = of_employer(case.employer_id, index) if index else Complaint.accused_index.is_(None)
    earlier = select(Complaint.id).where(
        asked, Complaint.category == case.category, Complaint.sealed.is_(False),
        same, Complaint.recorded_at >= since, Complaint.id != case.id,
    ).order_by(Complaint.id.desc()).limit(1)  # fmt: skip
    case.repeat_of_id = db.session.scalar(earlier, execution_options={"branch": True})


def repeated(case: Complaint) -> list[Complaint]:
    """The earlier complaint this one repeats and the later ones that repeat it, as far as the viewer may open them."""
    found = select(Complaint).where((Complaint.repeat_of_id == case.id) | (Complaint.id == case.repeat_of_id))
    return list(db.session.scalars(found.order_by(Complaint.id).limit(10)))


TAKEN.append(link)
