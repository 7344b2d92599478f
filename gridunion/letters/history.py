"""What letters tell on the page of an employer."""

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion.complaints.hands import held_over
from gridunion.complaints.models import Complaint
from gridunion.complaints.views import DOORS
from gridunion.db import db
from gridunion.employers.history import ACTIONS, Entry, tell
from gridunion.employers.models import Employer
from gridunion.letters.models import Letter
from gridunion.look import day
from gridunion.rights import Viewer

MOST = 20


@tell
def letters_to(employer: Employer) -> Iterable[Entry]:
    """The letters about an employer that the viewer may open."""
    cases = select(Complaint.id).where(Complaint.employer_id == employer.id)
    named = Letter.employer_id.is_(None) & Letter.complaint_id.in_(cases)  # before the ledger had it
    about = select(Letter).where((Letter.employer_id == employer.id) | named).order_by(Letter.id.desc())
    for letter in db.session.scalars(about.limit(MOST)):
        due = _("%(day)s 前回复", day=day(letter.due_at))
        yield Entry(
            letter.sent_at, f"{letter.kind_words} {letter.code}", due, url_for("letters.show", uid=letter.uid),
            (letter.state_words, letter.tint),
        )  # fmt: skip


def write_one(employer: Employer, viewer: Viewer) -> tuple[str, str] | None:
    """The way to a letter, for who may send one."""
    if not viewer.can("send letters"):
        return None
    return _("发函"), url_for("letters.to_employer", uid=employer.uid)


def from_case(case: Complaint, viewer: Viewer) -> tuple[str, str] | None:
    """The way from a case to a letter about it, for the union it lies in."""
    if not case.accused or not held_over(viewer, "send letters", case.unit.path):
        return None
    return _("发函"), url_for("letters.from_case", uid=case.uid)


ACTIONS.append(write_one)
DOORS.append(from_case)
