"""What complaints tell on the page of an employer: those the viewer may open, and how many for a hundred workers."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from gridunion import clock, money, settings
from gridunion.complaints.models import Complaint
from gridunion.db import db
from gridunion.employers.history import ACTIONS, FACTS, Entry, tell
from gridunion.employers.models import Employer
from gridunion.rights import Viewer

MOST = 50
YEAR = timedelta(days=365)


@tell
def complaints_about(employer: Employer) -> Iterable[Entry]:
    """The latest complaints about an employer, without who complained; never sealed ones."""
    about = select(Complaint).where(Complaint.employer_id == employer.id, Complaint.sealed.is_(False))
    for case in db.session.scalars(about.order_by(Complaint.id.desc()).limit(MOST)):
        title = _("诉求 %(code)s：%(topic)s", code=case.code, topic=case.topic)
        people = ngettext("%(num)s 人", "%(num)s 人", case.people) if case.people > 1 else ""
        tag = (case.state_words, "bad" if case.overdue else "act" if case.is_open else "")
        yield Entry(case.recorded_at, title, people, url_for("complaints.show", uid=case.uid), tag)


def rate(employer: Employer) -> Iterable[tuple[str, str]]:
    """Complaints of a year for a hundred workers; of few complaints only their number, which tells on nobody."""
    about = select(
        func.count(), func.sum(Complaint.amount_owed), func.sum(Complaint.amount_recovered)
    ).where(
        Complaint.employer_id == employer.id, Complaint.sealed.is_(False), Complaint.recorded_at > clock.now() - YEAR
    )  # fmt: skip
    count, owed, recovered = db.session.execute(about).one()
    said = ngettext("%(num)s 件", "%(num)s 件", count)
    if count >= settings.value("light.fewest", employer.home.path) and employer.headcount:
        said += _("，每百名职工 %(n)s 件", n=per_hundred(count, employer.headcount))
    yield _("近一年诉求"), said
    if owed or recovered:
        words = {"owed": money.words(owed or 0), "back": money.words(recovered or 0)}
        yield _("近一年欠薪"), _("涉及 %(owed)s 元，追回 %(back)s 元", **words)


def per_hundred(count: int, headcount: int) -> Decimal:
    return (Decimal(count * 100) / headcount).quantize(Decimal("0.1"), ROUND_HALF_UP)


def list_them(employer: Employer, _viewer: Viewer) -> tuple[str, str] | None:
    """The way to the list of its complaints, with the filters of the list."""
    return _("看诉求"), url_for("complaints.listing", show="all", employer=employer.uid)


FACTS.append(rate)
ACTIONS.append(list_them)
