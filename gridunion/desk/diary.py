"""民情日记: what somebody heard, did and brought about on their visits, by day, week or month; to read and to print.

It is for the worker and the leader. A visit from which a sealed complaint came does not stand in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import Forbidden

from gridunion import clock
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.accounts.trail_words import COLUMNS
from gridunion.complaints.models import Complaint
from gridunion.db import db
from gridunion.desk.views import bp
from gridunion.look import day, hm
from gridunion.rights import allow
from gridunion.text import read_uid
from gridunion.tree import everywhere
from gridunion.visits.due import DueVisit
from gridunion.visits.listing import named
from gridunion.visits.models import Visit
from gridunion.web import page, viewer

MOST = 500
SPANS = {"day": lazy_gettext("日"), "week": lazy_gettext("周"), "month": lazy_gettext("月")}

_c = Complaint.__table__.c


@dataclass(frozen=True)
class Period:
    """The days a page of the diary tells of."""

    span: str
    first: date
    end: date

    @classmethod
    def around(cls, span: str, on: date) -> "Period":
        if span == "month":
            first = on.replace(day=1)
            return cls(span, first, (first + timedelta(days=32)).replace(day=1))
        first = on - timedelta(days=on.weekday() if span == "week" else 0)
        return cls(span, first, first + timedelta(days=7 if span == "week" else 1))

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def before(self) -> date:
        """A day of the period before."""
        return self.first - timedelta(days=1)

    @property
    def words(self) -> str:
        if self.span == "day":
            return day(self.first)
        return str(_("%(first)s 到 %(last)s", first=day(self.first), last=day(self.last)))


@dataclass(frozen=True)
class Line:
    """A visit as the diary tells of it."""

    uid: UUID
    at: datetime
    name: str
    about: list[str]
    needs: list[str]
    measures: list[str]
    result: list[str]
    came: list[str]

    @property
    def time(self) -> str:
        return hm(self.at)


@bp.get("/diary")
@allow("log visits")
def diary() -> Response:
    """`of`: whose, for their leader; `on`: a day of the period."""
    whose, span = _whose(), request.args.get("span", "")
    span = span if span in SPANS else "day"
    period = Period.around(span, _day(request.args.get("on", "")))
    days = [(on, list(lines)) for on, lines in groupby(lines_of(whose.id, period), _date)]
    return page(
        "desk/diary.html", whose=whose, period=period, days=days, spans=SPANS, staff=_staff(),
        own=whose.id == viewer().account_id, of=None if whose.id == viewer().account_id else whose.uid,
        total=sum(len(lines) for _on, lines in days),
    )  # fmt: skip


def _date(line: Line) -> date:
    return clock.local(line.at).date()


def _whose() -> Account:
    """The viewer, or somebody whom the viewer leads. Raises NotFound, Forbidden."""
    uid, me = request.args.get("of", ""), viewer()
    with everywhere():  # of an account only the name is told, and the visits below are the viewer's to see
        wanted = (Account.uid == (read_uid(uid) or abort(404))) if uid else Account.id == me.account_id
        found = db.session.scalars(select(Account).where(wanted)).one_or_none() or abort(404)
    if found.id != me.account_id and not _leads():
        raise Forbidden
    return found


def _leads() -> bool:
    return any(held.role == "leader" for held in viewer().holding("log visits"))


def _staff() -> list[Account]:
    """For a leader, who works in the cells below."""
    if not _leads():
        return []
    posted = select(Posting).where(Posting.role == "grid_worker", in_force(clock.today()))
    postings = db.session.scalars(
        posted.order_by(Posting.unit_id, Posting.id).options(joinedload(Posting.account))
    )
    return list({it.account_id: it.account for it in postings}.values())


def _day(text: str) -> date:
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return clock.today()
    return asked if clock.EARLIEST <= asked <= clock.today() else clock.today()


def lines_of(account_id: int, period: Period) -> Iterable[Line]:
    """What somebody visited in a period, as far as the viewer may see it, the first visit first."""
    rows = _visits(account_id, period)
    came = _came([visit for visit, _name in rows])
    for visit, name in rows:
        result = [visit.words, *visit.found, *([visit.note] if visit.note else [])]
        about = [visit.due_visit.topic] if visit.due_visit else []
        yield Line(visit.uid, visit.happened_at, name, about, visit.needed, visit.measured, result,
                   came.get(visit.id, []))  # fmt: skip


def _visits(account_id: int, period: Period) -> list[Any]:
    start, end = clock.midnight(period.first), clock.midnight(period.end)
    sealed = select(_c.visit_id).where(_c.sealed, _c.visit_id.is_not(None))
    within = (Visit.happened_at >= start, Visit.happened_at < end)
    made = named().where(Visit.visitor_id == account_id, *within, Visit.id.not_in(sealed))
    made = made.options(joinedload(Visit.due_visit)).order_by(Visit.happened_at, Visit.id).limit(MOST)
    return list(db.session.execute(made).all())


def _came(visits: list[Visit]) -> dict[int, list[str]]:
    """What each visit brought about: cases, visits planned, a corrected file, the day of the next one."""
    numbers = [visit.id for visit in visits]
    told: dict[int, list[str]] = {number: [] for number in numbers}
    cases = select(Complaint).where(Complaint.visit_id.in_(numbers), Complaint.sealed.is_(False))
    for case in db.session.scalars(cases.order_by(Complaint.id)):
        told[case.visit_id or 0].append(_("诉求 %(code)s，%(state)s", code=case.code, state=case.state_words))
    planned = select(DueVisit).where(DueVisit.planned_by_id.in_(numbers), DueVisit.state != "cancelled")
    for due in db.session.scalars(planned.order_by(DueVisit.id)):
        done = _("已走访") if due.state == "done" else _("%(day)s前", day=day(due.due_at))
        told[due.planned_by_id or 0].append(_("，").join((due.topic, done)))
    for visit in visits:
        fixed = [str(COLUMNS[name]) for name in visit.corrected or ()]
        told[visit.id] += [_("改了%(what)s", what=_("、").join(fixed))] if fixed else []
        told[visit.id] += [_("抽查过")] if visit.checked_at else []
    return told
