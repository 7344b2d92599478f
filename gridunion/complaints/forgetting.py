"""A case whose time is over: its words, names and pictures go. The row stays, and its steps, and all that is counted.

What it was about (employer, index of the name) stays too, so that whoever kept away from it still does.
"""

from typing import Any

from sqlalchemy import and_, delete, or_, select, update

from gridunion import clock
from gridunion.complaints.conflicts import Recusal
from gridunion.complaints.models import Complaint
from gridunion.complaints.records import ComplaintEvent
from gridunion.db import trusted
from gridunion.files import Attachment

_tables: list[Any] = [it.__table__ for it in (Complaint, ComplaintEvent, Recusal, Attachment)]
_cases, _events, _recusals, _pictures = _tables
_c, _main = _cases.c, _cases.alias("main_case")
_going_on = select(_main.c.id).where(_main.c.id == _c.merged_into_id, _main.c.closed_at.is_(None)).exists()

KEPT = and_(_c.closed_at.is_not(None), _c.erased_at.is_(None), or_(_c.merged_into_id.is_(None), ~_going_on))
"""Cases that ended and still tell something; one that went into another ends with that."""


def erase(case_ids: list[int]) -> None:
    """Empty some cases. Inside write()."""
    uids = select(_c.uid).where(_c.id.in_(case_ids))
    trusted(delete(_pictures).where(_pictures.c.subject_uid.in_(uids)))
    trusted(update(_events).where(_events.c.complaint_id.in_(case_ids)).values(words_sealed=None))
    trusted(update(_recusals).where(_recusals.c.complaint_id.in_(case_ids)).values(reason_sealed=None))
    gone = dict.fromkeys(
        (
            "text_sealed",
            "complainant_sealed",
            "person_id",
            "phone_index",
            "code_digest",
            "outside_number",
            "referred_number",
        )
    )
    trusted(update(_cases).where(_c.id.in_(case_ids)).values(erased_at=clock.now(), **gone))
