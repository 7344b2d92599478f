"""Moments of the demo as whole minutes (UTC, since 1970), and the deadlines that run from them."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from random import Random

from gridunion import calendar, clock, settings
from gridunion.complaints.life import DISPUTES

EPOCH = date(1970, 1, 1).toordinal()
SHANGHAI = 8 * 60
DAY = 1440
PAST, FUTURE = 460, 90  # days
OPENS, CLOSES = 8 * 60 + 30, 18 * 60


class Days:
    """The days around now. A day is its number since 1970, in Shanghai."""

    def __init__(self, rng: Random) -> None:
        self.random = rng.random
        self.now = int(clock.now().timestamp()) // 60
        self.today = clock.today().toordinal() - EPOCH
        self.first = self.today - PAST
        known = calendar.days()
        span = range(self.first - 1, self.today + FUTURE)
        self._worked = [day for day in span if known.is_workday(date.fromordinal(day + EPOCH))]
        self._after = {day: bisect_right(self._worked, day) for day in span}
        close = calendar.office_close()
        self.close = close.hour * 60 + close.minute - SHANGHAI
        self._texts = {
            day: str(date.fromordinal(day + EPOCH)) for day in range(self.first - 2, self.today + FUTURE)
        }
        self._minutes = [f" {minute // 60:02d}:{minute % 60:02d}:00.000000" for minute in range(DAY)]
        kinds = ("consult", "help", "complaint", "hazard", "labor_dispute", "collective_dispute")
        grade = {kind: "difficult" if kind in DISPUTES else "ordinary" for kind in kinds} | {
            "consult": "consult"
        }
        self.limits = {kind: int(settings.value(f"complaint.resolve.{grade[kind]}")) for kind in kinds}
        self.escalate = int(settings.value("complaint.escalate.workdays"))

    def text(self, moment: int | None) -> str | None:
        """The moment as the driver stores it."""
        return None if moment is None else self._texts[moment // DAY] + self._minutes[moment % DAY]

    def date(self, day: int) -> str:
        return self._texts[day]

    def of(self, moment: int) -> int:
        return (moment + SHANGHAI) // DAY

    def workdays(self, moment: int, count: int) -> int:
        """The close of the office so many working days later."""
        return self._worked[self._after[self.of(moment)] + count - 1] * DAY + self.close

    def day_before(self, moment: int) -> int:
        """The beginning of the last working day before the day of a moment."""
        return self._worked[self._after[self.of(moment) - 1] - 1] * DAY - SHANGHAI

    def days(self, moment: int, count: int) -> int:
        """The close of the office so many days later, never on a day off."""
        return self._worked[self._after[self.of(moment) + count - 1]] * DAY + self.close

    def sometime(self, day: int, latest: int) -> int:
        """A minute of the working hours of a day, but not after `latest`."""
        moment = day * DAY - SHANGHAI + OPENS + int(self.random() * (CLOSES - OPENS))
        while moment > latest:
            moment -= DAY
        return moment

    def moment(self, minute: int) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
