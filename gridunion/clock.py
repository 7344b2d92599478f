"""The one clock of the house: instants are UTC, days are Asia/Shanghai."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
EARLIEST, LATEST = (
    date(1900, 1, 1),
    date(2100, 12, 31),
)  # of the days people write: others are slips of the pen

_shift = timedelta()


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC) + _shift


def today() -> date:
    """The day it is in Shanghai."""
    return local(now()).date()


def tomorrow() -> date:
    """The day after today in Shanghai."""
    return today() + timedelta(days=1)


def local(moment: datetime) -> datetime:
    """The same instant as a clock on a Shanghai wall shows it."""
    return moment.astimezone(SHANGHAI)


def midnight(day: date) -> datetime:
    """The instant a Shanghai day begins, in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def stamp(moment: datetime | None = None) -> str:
    """2026-11-19 12:00 on a Shanghai wall, as tables say it; without a moment, now."""
    return f"{local(moment or now()):%Y-%m-%d %H:%M}"


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock run on from another moment, for tests and demonstrations."""
    global _shift
    before, _shift = _shift, moment - datetime.now(UTC)
    try:
        yield
    finally:
        _shift = before
