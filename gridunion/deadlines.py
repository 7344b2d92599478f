"""Working days and last moments, over a table of special days that is handed in.

Counting follows 民法典 第二百零一条 (the day of the event does not count) and 第二百零三条 (a last day on a
holiday moves to the next working day; a period ends when the office closes). Days are those of Shanghai.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

from gridunion.clock import SHANGHAI

_DAY = timedelta(days=1)
_CHINESE = {holiday.value: holiday.chinese for holiday in Holiday}


@dataclass(frozen=True)
class Days:
    """Which days are worked: Monday to Friday, but for ``overrides`` (True: worked, False: not)."""

    overrides: Mapping[date, bool]

    def is_workday(self, day: date) -> bool:
        """Whether offices work on the day."""
        return self.overrides.get(day, day.weekday() < 5)

    def add_workdays(self, day: date, count: int) -> date:
        """The ``count``-th working day after a day; 0 gives the day itself. Raises ValueError below 0."""
        if count < 0:
            raise ValueError("deadlines run forward")
        while count:
            day += _DAY
            count -= self.is_workday(day)
        return day

    def back_workdays(self, day: date, count: int) -> date:
        """The working day ``count`` working days before a day."""
        while count:
            day -= _DAY
            count -= self.is_workday(day)
        return day

    def knows(self, year: int) -> bool:
        """Whether somebody entered the special days of a year; until then its deadlines are provisional."""
        return any(day.year == year for day in self.overrides)

    def workdays_between(self, start: date, end: date) -> int:
        """How many working days come after ``start`` up to and with ``end``; below 0 when ``end`` is earlier.

        The inverse of `add_workdays`: the count between a day and its deadline, or since it passed.
        """
        if end < start:
            return -self.workdays_between(end, start)
        return sum(self.is_workday(start + _DAY * number) for number in range(1, (end - start).days + 1))

    def workday_from(self, day: date) -> date:
        """The day itself if it is worked, else the next one that is."""
        while not self.is_workday(day):
            day += _DAY
        return day


def end_of_office(day: date, close: time) -> datetime:
    """The moment the office closes on a day, Shanghai time, as an instant in UTC."""
    return datetime.combine(day, close, SHANGHAI).astimezone(UTC)


def due_after_workdays(start: datetime, count: int, close: time, days: Days) -> datetime:
    """The close of the office ``count`` working days after an instant, in UTC.

    The day of the start does not count; 0 means that day, or the next working day if it is none.
    Raises ValueError for a naive ``start`` and a negative ``count``.
    """
    return end_of_office(days.workday_from(days.add_workdays(_day_of(start), count)), close)


def due_after_days(start: datetime, count: int, close: time, days: Days) -> datetime:
    """The close of the office ``count`` calendar days after an instant, in UTC; never on a day off.

    民法典 第二百零三条. Raises ValueError for a naive ``start`` and a negative ``count``.
    """
    if count < 0:
        raise ValueError("deadlines run forward")
    return end_of_office(days.workday_from(_day_of(start) + _DAY * count), close)


def due_after_hours(start: datetime, hours: float) -> datetime:
    """The instant ``hours`` later by the wall clock, nights and holidays included, in UTC.

    Raises ValueError for a naive ``start`` and negative ``hours``.
    """
    if hours < 0:
        raise ValueError("deadlines run forward")
    return _aware(start).astimezone(UTC) + timedelta(hours=hours)


def recounted(due: datetime, after: date, was: Days, now: Days, onto: date | None = None) -> datetime:
    """The same number of working days after a day, counted on another calendar; the hour stays.

    ``onto``: the day from which it is counted there, when the other one moved itself. What lies on ``after`` or
    before it does not move.
    """
    on = _day_of(due)
    if on <= after:
        return due
    return due + (now.add_workdays(onto or after, was.workdays_between(after, on)) - on)


def put_off(due: datetime, days: Days) -> datetime:
    """The same hour of the next working day where the day itself is none (民法典 第二百零三条)."""
    on = _day_of(due)
    return due + (days.workday_from(on) - on)


def a_year_after(day: date) -> date:
    """The same date a year later, or the month's last day (民法典 第二百零二条)."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def published_days(years: Iterable[int]) -> dict[date, tuple[bool, str]]:
    """The special days the State Council published: (worked?, name) where Monday to Friday does not hold.

    Years that chinesecalendar does not know give nothing: Monday to Friday hold until somebody enters the days.
    """
    wanted = set(years)
    off = {day: (False, _CHINESE[name]) for day, name in holidays.items() if day.weekday() < 5}
    on = {day: (True, f"{_CHINESE[name]}调休上班") for day, name in workdays.items() if day.weekday() >= 5}
    return {day: entry for day, entry in sorted((off | on).items()) if day.year in wanted}


def english_name(day: date) -> str:
    """What a published day is called in English; empty for any other day."""
    return f"{workdays[day]} (make-up workday)" if day in workdays else holidays.get(day, "")


def _day_of(start: datetime) -> date:
    return _aware(start).astimezone(SHANGHAI).date()


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a deadline needs an instant, not a wall clock time without its zone")
    return moment
