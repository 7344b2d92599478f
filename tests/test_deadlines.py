"""Deadlines over the holidays of 2026, counted by hand on a printed calendar."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridunion.deadlines import (
    Days,
    due_after_days,
    due_after_hours,
    due_after_workdays,
    end_of_office,
    published_days,
)

pytestmark = pytest.mark.once

PUBLISHED = published_days([2025, 2026])
DAYS = Days({day: works for day, (works, _) in PUBLISHED.items()})
CLOSE = time(17, 30)
SHANGHAI = timezone(timedelta(hours=8))


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def closing(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, 30, tzinfo=UTC)


WORKDAYS = [
    # An ordinary week, and a weekend between
    ((11, 16), 1, (2026, 11, 17)),
    ((11, 16), 5, (2026, 11, 23)),
    ((11, 20), 1, (2026, 11, 23)),
    ((11, 21), 1, (2026, 11, 23)),
    ((11, 22), 3, (2026, 11, 25)),
    ((11, 16), 15, (2026, 12, 7)),
    # New Year: 1 to 3 January off, Sunday 4 January worked
    ((1, 1), 1, (2026, 1, 4)),
    ((1, 3), 2, (2026, 1, 5)),
    # Spring Festival: Saturday 14 February worked, 15 to 23 off, Saturday 28 worked
    ((2, 13), 1, (2026, 2, 14)),
    ((2, 13), 2, (2026, 2, 24)),
    ((2, 14), 1, (2026, 2, 24)),
    ((2, 14), 5, (2026, 2, 28)),
    ((2, 17), 3, (2026, 2, 26)),
    ((2, 27), 1, (2026, 2, 28)),
    ((2, 28), 1, (2026, 3, 2)),
    ((2, 10), 15, (2026, 3, 9)),
    # Labour Day: 1 to 5 May off, Saturday 9 worked
    ((4, 30), 1, (2026, 5, 6)),
    ((4, 30), 4, (2026, 5, 9)),
    # Sunday 20 September worked, Mid-autumn 25 to 27 off, National Day 1 to 7 October off, Saturday 10 worked
    ((9, 18), 1, (2026, 9, 20)),
    ((9, 24), 1, (2026, 9, 28)),
    ((9, 30), 1, (2026, 10, 8)),
    ((9, 30), 3, (2026, 10, 10)),
    ((9, 30), 4, (2026, 10, 12)),
    ((10, 1), 5, (2026, 10, 13)),
    # 0 is the day itself, or the next one worked
    ((11, 16), 0, (2026, 11, 16)),
    ((10, 2), 0, (2026, 10, 8)),
]

CALENDAR_DAYS = [
    ((11, 2), 15, (2026, 11, 17)),
    ((11, 6), 15, (2026, 11, 23)),  # ends on a Saturday
    ((1, 30), 15, (2026, 2, 14)),  # ends on a Saturday that is worked
    ((2, 1), 15, (2026, 2, 24)),  # ends on New Year's Eve
    ((2, 13), 15, (2026, 2, 28)),
    ((9, 16), 15, (2026, 10, 8)),  # ends on 1 October
    ((9, 25), 15, (2026, 10, 10)),
    ((8, 4), 60, (2026, 10, 8)),  # ends on 3 October
    ((1, 31), 30, (2026, 3, 2)),
]


@pytest.mark.parametrize(("start", "count", "due"), WORKDAYS)
def test_working_days_run_round_holidays(
    start: tuple[int, int], count: int, due: tuple[int, int, int]
) -> None:
    assert due_after_workdays(at(*start), count, CLOSE, DAYS) == closing(*due)


@pytest.mark.parametrize(("start", "count", "due"), CALENDAR_DAYS)
def test_a_last_day_on_a_holiday_moves_to_the_next_working_day(
    start: tuple[int, int], count: int, due: tuple[int, int, int]
) -> None:
    assert due_after_days(at(*start), count, CLOSE, DAYS) == closing(*due)


def test_the_day_of_the_event_is_the_day_in_shanghai() -> None:
    late_on_sunday = datetime(2026, 11, 15, 16, 30, tzinfo=UTC)  # Monday 00:30 in Shanghai
    assert due_after_workdays(late_on_sunday, 1, CLOSE, DAYS) == closing(2026, 11, 17)
    assert due_after_workdays(at(11, 16, 23, 59), 1, CLOSE, DAYS) == closing(2026, 11, 17)


def test_hours_run_through_nights_and_holidays() -> None:
    assert due_after_hours(at(9, 30, 17), 24) == datetime(2026, 10, 1, 9, tzinfo=UTC)
    assert due_after_hours(at(9, 30, 17), 0.5) == datetime(2026, 9, 30, 9, 30, tzinfo=UTC)


def test_the_office_closes_by_the_clock_in_shanghai() -> None:
    closes = end_of_office(date(2026, 11, 20), time(18))
    assert (closes, closes.tzinfo) == (datetime(2026, 11, 20, 10, tzinfo=UTC), UTC)


def test_a_deadline_needs_a_zone_and_runs_forward() -> None:
    naive = at(11, 20).replace(tzinfo=None)
    for start, count in ((naive, 1), (at(11, 20), -1)):
        with pytest.raises(ValueError, match=r"instant|forward"):
            due_after_workdays(start, count, CLOSE, DAYS)
        with pytest.raises(ValueError, match=r"instant|forward"):
            due_after_days(start, count, CLOSE, DAYS)
        with pytest.raises(ValueError, match=r"instant|forward"):
            due_after_hours(start, count)


def test_a_year_nobody_published_is_counted_by_weekdays() -> None:
    assert due_after_workdays(at(12, 31), 1, CLOSE, DAYS) == closing(2027, 1, 1)
    assert published_days([2027]) == {}


def test_special_days_are_only_those_that_differ_from_the_week() -> None:
    assert PUBLISHED[date(2026, 2, 17)] == (False, "春节")
    assert PUBLISHED[date(2026, 2, 14)] == (True, "春节调休上班")
    assert date(2026, 2, 15) not in PUBLISHED
    assert all(works == (day.weekday() >= 5) for day, (works, _) in PUBLISHED.items())
    assert {day.year for day in PUBLISHED} == {2025, 2026}


def test_the_make_up_days_are_those_of_the_state_council() -> None:
    """As the packages chinesecalendar 1.11.0 and holidays 0.109 both have them."""
    made_up = {year: [f"{day:%m%d}" for day, (works, _) in published_days([year]).items() if works]
               for year in (2024, 2025, 2026)}  # fmt: skip
    assert made_up == {
        2024: ["0204", "0218", "0407", "0428", "0511", "0914", "0929", "1012"],
        2025: ["0126", "0208", "0427", "0928", "1011"],
        2026: ["0104", "0214", "0228", "0509", "0920", "1010"],
    }
    assert [
        sum(day.year == year for day in published_days([year])) - len(made_up[year]) for year in made_up
    ] == [
        19,
        18,
        19,
    ]


def test_an_administrator_can_overrule_the_week() -> None:
    days = Days({date(2026, 11, 17): False, date(2026, 11, 21): True})
    assert days.add_workdays(date(2026, 11, 16), 4) == date(2026, 11, 21)


@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.integers(0, 80))
def test_counting_back_gives_what_was_added(start: date, count: int) -> None:
    due = DAYS.add_workdays(start, count)
    assert DAYS.workdays_between(start, due) == count
    assert DAYS.workdays_between(due, start) == -count
    assert count == 0 or DAYS.is_workday(due)


def test_working_days_between_two_days_leave_out_the_first() -> None:
    assert DAYS.workdays_between(date(2026, 2, 13), date(2026, 2, 24)) == 2
    assert DAYS.workdays_between(date(2026, 2, 15), date(2026, 2, 23)) == 0
    assert DAYS.workdays_between(date(2026, 10, 12), date(2026, 9, 30)) == -4
