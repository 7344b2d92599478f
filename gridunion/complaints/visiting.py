"""A complaint can tell of something for which one goes to see somebody: the category says for what (`visit`)."""

from gridunion import clock, settings
from gridunion.complaints.models import TAKEN, Complaint
from gridunion.rights import Viewer
from gridunion.visits.due import DueVisit


def go_and_see(complaint: Complaint, by: Viewer | None) -> None:
    """Plan the visit, in the cell of who complains. Nothing of a sealed complaint leaves it, not even that somebody
    should be seen; and who was just visited when it was taken down need not be visited for it once more."""
    person, category = complaint.person, settings.code("complaint_category", complaint.category)
    trigger = category.tags.get("visit") if category else None
    if person and trigger and not (complaint.sealed or complaint.channel == "visit" or person.withdrawn_at):
        DueVisit.plan(person, trigger, clock.today(), by)


TAKEN.append(go_and_see)
