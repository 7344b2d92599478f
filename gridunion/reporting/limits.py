"""How much comes from the public page, and whose number and code it is."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from gridunion import clock, settings
from gridunion.complaints.models import Complaint
from gridunion.db import db
from gridunion.reporting.models import Report
from gridunion.strangers import crowded, look_up
from gridunion.tree import Unit


def more_than_usual(unit: Unit) -> bool:
    """Whether somebody looks first. After `minutes_to_wait`; inside write()."""
    return crowded("report", unit.path) or _taken_today(unit) >= settings.value(
        "report.cell.daily", unit.path
    )


def _taken_today(unit: Unit) -> int:
    """How many of today's reports went on to the people of a unit."""
    today = select(func.count(Complaint.id)).where(
        Complaint.unit_id == unit.id, Complaint.channel == "online",
        Complaint.recorded_at >= clock.midnight(clock.today()),
    )  # fmt: skip
    return db.session.scalar(today) or 0


def sent(number: str, code: str) -> tuple[Complaint | Report | None, int]:
    """(what was sent, minutes to wait) for a receipt number and a code. Inside write()."""
    return look_up("report state", number, lambda: _opened(number, code))


def _opened(number: str, code: str) -> Complaint | Report | None:
    found = by_receipt(number)
    return found if found and found.opens_with(code) else None


def by_receipt(number: str | None) -> Complaint | Report | None:
    """What a receipt number stands for. For everybody's eyes."""
    return _first(Complaint.receipt == number, Report.receipt == number) if number else None


def by_uid(uid: UUID) -> Complaint | Report | None:
    return _first(Complaint.uid == uid, Report.uid == uid)


def _first(case: ColumnElement[bool], report: ColumnElement[bool]) -> Complaint | Report | None:
    found = db.session.scalars(select(Complaint).where(case)).one_or_none()
    return found or db.session.scalars(select(Report).where(report)).one_or_none()
