"""Working days as the country keeps them: special days are rows an administrator can edit."""

from datetime import date, datetime, time

from flask import g
from sqlalchemy import Boolean, Date, String, select
from sqlalchemy.orm import Mapped

from gridunion import settings
from gridunion.db import Row, db, public
from gridunion.deadlines import Days, due_after_days, due_after_hours, due_after_workdays


class SpecialDay(Row):
    """A weekday without work, or a weekend day with work."""

    __tablename__ = "special_day"

    day: Mapped[date] = public(Date, unique=True)
    works: Mapped[bool] = public(Boolean)
    name_zh: Mapped[str] = public(String(40))
    name_en: Mapped[str] = public(String(60), default="")


def days() -> Days:
    """The calendar, read once a request."""
    if "days" not in g:
        rows = db.session.execute(
            select(SpecialDay.day, SpecialDay.works), execution_options={"branch": True}
        ).all()
        g.days = Days(dict(rows))
    found: Days = g.days
    return found


def office_close(path: str = "") -> time:
    """When the office closes, as the unit at a path has it."""
    return time.fromisoformat(settings.value("office.close", path))


def after_workdays(start: datetime, count: int, path: str = "") -> datetime:
    """The close of the office `count` working days after a moment; the day itself does not count."""
    return due_after_workdays(start, count, office_close(path), days())


def after_days(start: datetime, count: int, path: str = "") -> datetime:
    """The close of the office `count` calendar days after a moment, never on a holiday (民法典 第二百零三条)."""
    return due_after_days(start, count, office_close(path), days())


def after_hours(start: datetime, count: int) -> datetime:
    """`count` hours by the wall clock."""
    return due_after_hours(start, count)
