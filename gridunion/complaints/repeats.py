"""重复诉求 (domain.md C14): the same person, employer and category within 90 days."""

from datetime import timedelta

from sqlalchemy import select

from gridunion import clock, settings
from gridunion.complaints.models import TAKEN, Complaint
from gridunion.db import db
from gridunion.rights import Viewer


def link(case: Complaint, _by: Viewer | None) -> None:
    """Tie a new complaint to the latest one it repeats, wherever it was taken; sealed ones repeat nothing."""
    if case.sealed or case.person is None:
        return
    db.session.flush()
    since = clock.now() - timedelta(days=settings.value("complaint.repeat.days", case.unit.path))
    same = select(Complaint).where(
        Complaint.person_id == case.person_id, Complaint.category == case.category, Complaint.sealed.is_(False),
        Complaint.employer_id.is_not_distinct_from(case.employer_id), Complaint.recorded_at >= since,
        Complaint.id != case.id,
    )  # fmt: skip
    for earlier in db.session.scalars(same.order_by(Complaint.id.desc()), execution_options={"branch": True}):
        if earlier.accused == case.accused:
            case.repeat_of_id = earlier.id
            return


def repeated(case: Complaint) -> list[Complaint]:
    """The earlier complaint this one repeats and the later ones that repeat it, as far as the viewer may open them."""
    found = select(Complaint).where((Complaint.repeat_of_id == case.id) | (Complaint.id == case.repeat_of_id))
    return list(db.session.scalars(found.order_by(Complaint.id).limit(10)))


TAKEN.append(link)
