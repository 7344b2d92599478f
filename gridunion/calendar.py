"""Working days as the country keeps them: special days are rows an administrator can edit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from flask import g
from sqlalchemy import Boolean, Date, String, select
from sqlalchemy.orm import Mapped

from gridunion import clock, settings
from gridunion.db import Row, db, public
from gridunion.deadlines import Days, due_after_days, due_after_hours, due_after_workdays
from gridunion.jobs import enqueue

RECOUNT = "recount deadlines"


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


@contextmanager
def edited() -> Iterator[None]:
    """Days are entered or dropped in the block: what was counted over those to come is counted anew, by a job that
    knows the calendar before and after. Inside write()."""
    before = days().overrides
    yield
    db.session.flush()
    del g.days
    after = days().overrides
    changed = [day for day in {*before, *after} if before and before.get(day) != after.get(day)]
    if first := min((day for day in changed if day > clock.today()), default=None):
        said = {"before": _said(before, first), "after": _said(after, first)}
        enqueue(RECOUNT, at=clock.now().isoformat(), first=first.isoformat(), **said)


def _said(overrides: Mapping[date, bool], first: date) -> dict[str, bool]:
    return {day.isoformat(): works for day, works in overrides.items() if day >= first}


def written_at(said: datetime | None) -> datetime:
    """When somebody first wrote something down: a phone without a line may say it, for three days; what is older, or
    lies ahead, counts from its arrival."""
    now = clock.now()
    hours = timedelta(hours=settings.value("complaint.offline.hours"))
    return said if said and now - hours <= said <= now else now


def office_close(path: str = "") -> time:
    """When the office closes, as the unit at a path has it."""
    return time.fromisoformat(settings.value("office.close", path))


def after_workdays(start: datetime, count: int, path: str = "") -> datetime:
    """The close of the office `count` working days after a moment; the day itself does not count."""
    return due_after_workdays(start, count, office_close(path), days())


def after_days(start: datetime, count: int, path: str = "") -> datetime:
    """The close of the office `count` calendar days after a moment, never on a holiday (民法典 第二百零三条)."""
    return due_after_days(start, count, office_close(path), days())


def moved(due: datetime, count: int) -> datetime:
    """A close of the office so many working days later, or earlier below 0; its hour stays."""
    known, on = days(), clock.local(due).date()
    to = known.add_workdays(on, count) if count >= 0 else known.back_workdays(on, -count)
    return due + (to - on)


def workdays_until(moment: datetime) -> int:
    """Working days after today up to and with the day of a moment."""
    return days().workdays_between(clock.today(), clock.local(moment).date())


def a_workday_before(due: datetime) -> datetime:
    """The beginning of the last working day before the day of a moment."""
    return clock.midnight(days().back_workdays(clock.local(due).date(), 1))


def is_provisional(moment: datetime) -> bool:
    """Nobody entered the holidays of that year yet: the deadline may still move."""
    return not days().knows(clock.local(moment).year)


def after_hours(start: datetime, count: int) -> datetime:
    """`count` hours by the wall clock."""
    return due_after_hours(start, count)
