"""The stretches of time a board looks back over: days, months, quarters, years of Shanghai's calendar.

Each has an address one can send (`asks`), and one before it that is as long, to compare with.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _

from gridunion import clock
from gridunion.look import day

DAY = timedelta(days=1)
WINDOW = 30  # days the board looks back when nobody asks for others; today is not over and does not count
LATELY = (7, WINDOW, 90)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """Whole days: from `first` until before `until`. While it runs it ends now."""

    first: date
    until: date
    kind: str = ""
    """`lately`: so many days until yesterday; one of MONTHS; or nothing, days somebody chose."""

    @classmethod
    def lately(cls, many: int = WINDOW, today: date | None = None) -> "Period":
        """The last so many days, of which yesterday was the last."""
        until = today or clock.today()
        return cls(until - timedelta(days=many), until, "lately")

    @classmethod
    def of_months(cls, kind: str, first: date) -> "Period":
        """A month, a quarter or a year, by its first day."""
        return cls(first, months_after(first, MONTHS[kind]), kind)

    @property
    def last(self) -> date:
        """Its last day, or today while it runs."""
        return min(self.until - DAY, clock.today())

    @property
    def over(self) -> bool:
        return self.until <= clock.today()

    @property
    def start(self) -> datetime:
        return clock.midnight(self.first)

    @property
    def end(self) -> datetime:
        """The instant at which it ended, or now."""
        return min(clock.midnight(self.until), clock.now())

    @property
    def stored(self) -> bool:
        """Whether it is the one whose figures are kept."""
        return self == Period.lately()

    @property
    def dated(self) -> bool:
        """Whether what stands (members, open cases) is told as it stood at its end; of the last days, as it is now."""
        return self.kind != "lately"

    @property
    def before(self) -> "Period":
        """The one before it, as long."""
        if self.kind in MONTHS:
            return Period.of_months(self.kind, months_after(self.first, -MONTHS[self.kind]))
        return Period(self.first - (self.until - self.first), self.first)

    @property
    def words(self) -> str:
        year, month = self.first.year, self.first.month
        if self.kind == "lately":
            return str(_("近 %(n)s 天", n=(self.until - self.first).days))
        if self.kind == "month":
            return str(_("%(year)s 年 %(n)s 月", year=year, n=month))
        if self.kind == "quarter":
            return str(_("%(year)s 年第 %(n)s 季度", year=year, n=quarter_of(month)))
        if self.kind == "year":
            return str(_("%(year)s 年", year=year))
        return self.days

    @property
    def days(self) -> str:
        """Its first and its last day."""
        return str(_("%(a)s至%(b)s", a=day(self.first), b=day(self.last)))

    def __str__(self) -> str:
        """How an address names it."""
        if self.kind == "lately":
            return str((self.until - self.first).days)
        if self.kind == "quarter":
            return f"{self.first.year}q{quarter_of(self.first.month)}"
        return f"{self.first:%Y}" if self.kind == "year" else f"{self.first:%Y-%m}"

    @property
    def asks(self) -> dict[str, str]:
        """What an address says to mean this one; nothing for the one that is meant when none is named."""
        if self.stored:
            return {}
        if self.kind:
            return {"when": str(self)}
        return {"from": str(self.first), "to": str(self.until - DAY)}

    def on(self, address: str, **also: Any) -> str:
        """An address, so that it looks back over this period."""
        said = urlencode(self.asks | also)
        return f"{address}?{said}" if said else address


def quarter_of(month: int) -> int:
    return (month + 2) // 3


def months_after(first: date, many: int) -> date:
    months = first.year * 12 + first.month - 1 + many
    return date(months // 12, months % 12 + 1, 1)


_SAID = re.compile(r"(?P<year>[12]\d{3})(?:-(?P<month>0[1-9]|1[0-2])|q(?P<quarter>[1-4]))?", re.ASCII)


def named(said: str) -> Period | None:
    """From ``7``, ``2026-10``, ``2026q4`` or ``2026``; None for what is no such, or has not begun."""
    if said in map(str, LATELY):
        return Period.lately(int(said))
    if not (found := _SAID.fullmatch(said)):
        return None
    kind = "month" if found["month"] else "quarter" if found["quarter"] else "year"
    month = int(found["month"] or 3 * int(found["quarter"] or 1) - 2)
    period = Period.of_months(kind, date(int(found["year"]), month, 1))
    return period if clock.EARLIEST <= period.first <= clock.today() else None


class NoPeriod(ValueError):
    """The days somebody chose are none to look back over; the words say why."""


def asked(said: Mapping[str, Any]) -> Period:
    """The period an address names, or the board's own. Raises NoPeriod."""
    if said.get("from") or said.get("to"):
        return _chosen(said.get("from", ""), said.get("to", ""))
    if not said.get("when"):
        return Period.lately()
    if period := named(said["when"]):
        return period
    raise NoPeriod(_("没有这样的时间段，请重选"))


def _chosen(first: str, last: str) -> Period:
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise NoPeriod(_("请把从哪天到哪天都写上，像 2026-11-01 这样")) from None
    if begins > ends:
        raise NoPeriod(_("开始的那天在结束的后面，请换一下"))
    if not clock.EARLIEST <= begins <= clock.today():
        raise NoPeriod(_("开始的那天还没到，请重选"))
    return Period(begins, min(ends, clock.LATEST) + DAY)


def choices() -> list[Period]:
    """What one may choose with one tap: days back, and the running and the last month, quarter and year."""
    month = clock.today().replace(day=1)
    quarter = month.replace(month=3 * quarter_of(month.month) - 2)
    starts = {"month": month, "quarter": quarter, "year": month.replace(month=1)}
    running = [Period.of_months(kind, first) for kind, first in starts.items()]
    return [*map(Period.lately, LATELY), *(each for now in running for each in (now, now.before))]
