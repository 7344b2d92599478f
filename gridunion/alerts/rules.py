"""What raises an alert by itself: many wage complaints about one employer, a collective dispute. Run again, the
rules raise nothing twice; sealed complaints count for none of them."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from gridunion import clock, settings
from gridunion.alerts.models import Alert
from gridunion.complaints.conflicts import Accused
from gridunion.complaints.models import TAKEN, Complaint
from gridunion.db import db, write
from gridunion.jobs import enqueue, job, periodic
from gridunion.rights import Viewer
from gridunion.tree import Unit
from gridunion.units.scanned import union_of


def listen(case: Complaint, _by: Viewer | None) -> None:
    """A complaint that could be the last drop is looked at as soon as it is stored."""
    if _counts(case):
        db.session.flush()
        enqueue("judge complaint", case_id=case.id)


TAKEN.append(listen)


def _counts(case: Complaint) -> bool:
    return not case.sealed and (case.category == "wages" or case.kind == "collective_dispute")


@job("judge complaint")
def judge_one(case_id: int) -> None:
    with write():
        if case := db.session.get(Complaint, case_id):
            judge(case)


@periodic("labor alerts", hours=1)
def look_around() -> None:
    """What a missed or failed look left behind, and alerts nobody answered. Idempotent."""
    since = clock.now() - timedelta(days=settings.value("alert.wages.days"))
    lately = select(Complaint.id).where(Complaint.recorded_at > since, Complaint.sealed.is_(False))
    lately = lately.where((Complaint.category == "wages") | (Complaint.kind == "collective_dispute"))
    for case_id in db.session.scalars(lately.order_by(Complaint.id)).all():
        judge_one(case_id)
    raise_unanswered()


def raise_unanswered() -> None:
    """On to the next level with what its level let lie."""
    for alert_id in db.session.scalars(select(Alert.id).where(Alert.closed_at.is_(None))).all():
        with write():
            db.session.get_one(Alert, alert_id).rise_unanswered()


def judge(case: Complaint) -> None:
    """Raise what a complaint calls for, unless it is raised already. Inside write()."""
    if not _counts(case):
        return
    if case.people >= settings.value("alert.collective.people", case.unit.path):
        _judge_collective(case)
    if case.category == "wages" and case.accused:
        _judge_wages(case, case.accused)


def _judge_collective(case: Complaint) -> None:
    known = select(Alert.id).where(Alert.complaint_id == case.id).limit(1)
    if db.session.scalar(known) is None:
        Alert.sound(
            union_of(case.unit), "orange", "collective", employer=case.employer, employer_name=_name(case),
            complaint_id=case.id, people=case.people,
        )  # fmt: skip


def _judge_wages(case: Complaint, accused: Accused) -> None:
    mine = _raised(case, accused)
    if any(alert.closed_at is None for alert in mine):
        return
    path = case.unit.path
    since = clock.now() - timedelta(days=settings.value("alert.wages.days", path))
    since = max([since, *(alert.closed_at for alert in mine if alert.closed_at)])
    count = _how_many(case, accused, since)
    if count >= settings.value("alert.wages.count", path):
        Alert.sound(
            union_of(case.unit), "yellow", "wages", employer=case.employer, employer_name=_name(case), cases=count
        )  # fmt: skip


def _raised(case: Complaint, accused: Accused) -> list[Alert]:
    """The wage alerts there have been about an employer."""
    about = Alert.employer_name == _name(case)
    if isinstance(accused, int):
        about = or_(Alert.employer_id == accused, about)
    found = select(Alert).where(Alert.cause == "wages", about, Alert.unit_id == union_of(case.unit).id)
    return list(db.session.scalars(found))


def _how_many(case: Complaint, accused: Accused, since: datetime) -> int:
    """The wage complaints about an employer since a moment; one the ledger does not have is known by its name, which
    only who opens a case can read."""
    those = (Complaint.category == "wages", Complaint.sealed.is_(False), Complaint.recorded_at > since)
    if isinstance(accused, int):
        known = select(func.count(Complaint.id)).where(*those, Complaint.employer_id == accused)
        return db.session.scalar(known) or 0
    home = union_of(case.unit)
    there = select(Unit.id).where(Unit.path >= home.path, Unit.path < home.top)
    named = select(Complaint).where(*those, Complaint.employer_id.is_(None), Complaint.unit_id.in_(there))
    return sum(other.accused == accused for other in db.session.scalars(named))


def _name(case: Complaint) -> str:
    return case.employer.name if case.employer else case.complainant.get("employer") or ""
