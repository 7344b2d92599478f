"""What complaints tell in somebody's 来往记录, and the mark of who waits too long."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext, pgettext
from sqlalchemy import ColumnElement, select

from gridunion.accounts.trail_words import VALUES
from gridunion.complaints.conflicts import free_of
from gridunion.complaints.countdown import countdown
from gridunion.complaints.life import ANSWERS, GRADES, LEFT, REFERRALS, RESULTS, STATES
from gridunion.complaints.models import Complaint
from gridunion.complaints.records import ComplaintEvent
from gridunion.complaints.waiting import LATE
from gridunion.db import db, written
from gridunion.members.models import Person
from gridunion.members.rows import MARKS, Mark
from gridunion.members.timeline import Entry, tell
from gridunion.tree import Unit, branch

MOST = 50  # complaints of one person a member's page tells of


@tell
def of_person(person: Person) -> Iterable[Entry]:
    """A person's complaints, never sealed ones."""
    mine = select(Complaint).where(Complaint.person_id == person.id, Complaint.sealed.is_(False))
    found = list(db.session.scalars(mine.order_by(Complaint.id.desc()).limit(MOST)))
    told = _told([complaint.id for complaint in found])
    return [_entry(complaint, told) for complaint in found]


def _told(ids: list[int]) -> dict[int, datetime]:
    """When the worker last heard something, case by case."""
    events = select(ComplaintEvent.complaint_id, ComplaintEvent.happened_at).where(
        ComplaintEvent.complaint_id.in_(ids), ComplaintEvent.told.is_not(None)
    )
    return dict(db.session.execute(events.order_by(ComplaintEvent.id)).all()) if ids else {}


def _entry(complaint: Complaint, told: dict[int, datetime]) -> Entry:
    href = f"/complaints/{complaint.uid}"
    words = {"code": complaint.code, "topic": complaint.topic}
    heard = _("已回音") if complaint.id in told else ""
    if complaint.is_open:
        count = countdown(complaint)
        title = _("诉求 %(code)s %(state)s：%(topic)s", state=complaint.state_words, **words)
        mark = (_("诉求%(left)s：%(topic)s", left=count.words, topic=complaint.topic), count.status)
        return Entry(complaint.recorded_at, "now", title, count.under, href=href, tag=mark, told=heard)
    ended = complaint.resolved_at or complaint.closed_at or complaint.recorded_at
    answer, verb = (
        ANSWERS.get(complaint.answer or ""),
        _("没受理")
        if complaint.state == "refused"
        else complaint.state_words
        if complaint.state in LEFT
        else pgettext("done", "办结"),
    )
    title = _("诉求 %(code)s %(verb)s：%(topic)s", verb=verb, **words)
    tag = (str(answer), "ok" if complaint.answer in ("satisfied", "mostly") else "warn") if answer else None
    return Entry(
        ended, "done", title, str(RESULTS.get(complaint.result or "", "")), href=href, tag=tag, told=heard
    )


_c, _u, _p = (table.__table__.c for table in (Complaint, Unit, Person))


def waits_too_long(width: int, bound: bool) -> ColumnElement[bool]:
    """Somebody was promised an answer by now, in a case the viewer may know of. `+ 0` lets SQLite look at the cases
    of the person, not at all that are late in the branch."""
    joined = Complaint.__table__.join(Unit.__table__, _u.id == _c.unit_id + written(0))
    overdue = select(_c.id).select_from(joined)
    overdue = overdue.where(branch(width), _c.person_id == _p.id, _c.sealed.is_(False), LATE)
    overdue = overdue.where(free_of(_c)) if bound else overdue
    return overdue.correlate(Person.__table__).exists()


MARKS.append(Mark(waits_too_long, (lazy_gettext("诉求超期"), "bad")))
VALUES["complaint", "state"] = STATES
VALUES["complaint", "grade"], VALUES["complaint", "referred_to"] = GRADES, REFERRALS
VALUES["complaint", "result"], VALUES["complaint", "answer"] = RESULTS, ANSWERS
VALUES["complaint", "rating"] = ANSWERS
