"""What visits tell in somebody's 来往记录, and on the page of an employer."""

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.trail_words import VALUES
from gridunion.db import db
from gridunion.employers import history
from gridunion.employers.models import Employer
from gridunion.look import day, hm
from gridunion.members.models import Person
from gridunion.members.timeline import Entry, tell
from gridunion.visits.due import STATES, DueVisit, open_visits
from gridunion.visits.life import CHECK_RESULTS, FINDINGS, OUTCOMES
from gridunion.visits.models import Visit

MOST = 100

VALUES["visit", "outcome"] = {name: outcome.words for name, outcome in OUTCOMES.items()}
VALUES["visit", "findings"] = {name: words for name, (words, _about) in FINDINGS.items()}
VALUES["spot_check", "result"] = {name: words for name, (words, _light) in CHECK_RESULTS.items()}
VALUES["visit", "kind"] = {"must_visit": lazy_gettext("必访"), "routine": lazy_gettext("日常走访")}
VALUES["due_visit", "state"] = STATES


@tell
def waiting(person: Person) -> Iterable[Entry]:
    """The visits somebody should get."""
    for due in open_visits(person):
        tag = (_urgency(due), "bad" if due.overdue else "warn")
        yield Entry(clock.midnight(due.event_on), "now", due.topic, sub=_about(due), tag=tag)


@tell
def made(person: Person) -> Iterable[Entry]:
    """The visits somebody got, and those tried."""
    known = select(Visit).where(Visit.person_id == person.id, Visit.voided_at.is_(None))
    for visit in db.session.scalars(known.order_by(Visit.happened_at.desc(), Visit.id.desc()).limit(MOST)):
        yield Entry(visit.happened_at, "done", _title(visit), _sub(visit), visit.note or "", _href(visit))


@history.tell
def paid(employer: Employer) -> Iterable[history.Entry]:
    """The visits to an employer that the viewer may open, and those tried."""
    known = select(Visit).where(Visit.employer_id == employer.id, Visit.voided_at.is_(None))
    for visit in db.session.scalars(known.order_by(Visit.happened_at.desc(), Visit.id.desc()).limit(MOST)):
        yield history.Entry(visit.happened_at, _title(visit), _sub(visit), _href(visit))


def _title(visit: Visit) -> str:
    return str(_("走访：%(outcome)s", outcome=visit.words))


def _sub(visit: Visit) -> str:
    return str(_("，").join([visit.visitor_name, *visit.found, *visit.needed, *visit.measured]))


def _href(visit: Visit) -> str:
    return url_for("visits.show", uid=visit.uid)


def _urgency(due: DueVisit) -> str:
    """住院必访，今天 17:30 前."""
    days = (clock.today() - clock.local(due.due_at).date()).days
    if due.overdue and days:
        return str(_("%(topic)s，超期 %(n)s 天", topic=due.topic, n=days))
    when = _("今天") if days == 0 else day(due.due_at)
    return str(_("%(topic)s，%(day)s %(time)s 前", topic=due.topic, day=when, time=hm(due.due_at)))


def _about(due: DueVisit) -> str:
    since = _("第 %(n)s 天", n=due.days_since) if due.days_since > 0 and not due.rhythmic else ""
    return _("，").join(part for part in (since, due.note) if part)
