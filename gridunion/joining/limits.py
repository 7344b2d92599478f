"""How much may come from one phone, and what happens to more than usual.

Only who sends too much is stopped: a phone number, a browser. A flood from one address, or over a cell's usual
day, is still taken, but held back until the leader has looked: so a robot neither buries a worker nor closes
the door for the people behind it. Of phones, browsers and addresses only keyed digests are kept, for a day.
"""

from datetime import timedelta

from flask import request

from gridunion import settings, throttle
from gridunion.doors import token_of_request
from gridunion.joining.models import Application, by_number, taken_today
from gridunion.tree import Unit

HOUR = timedelta(hours=1)
FLOOD = 10  # times an address's usual hour: from there nothing more is stored
NUMBER_TRIES, ADDRESS_MISSES = 5, 30
TRIES_WINDOW = timedelta(minutes=15)


def minutes_to_wait(unit: Unit, phone: str) -> int:
    """Count an application; the minutes until its phone or browser may send another. Inside write()."""
    most = settings.value("join.phone.hourly", unit.path)
    flood = FLOOD * settings.value("join.address.hourly", unit.path)
    seconds = max(
        _count("join phone", phone, most), _count("join browser", token_of_request(), most),
        _count("join address", _address(), flood),
    )  # fmt: skip
    return -(-seconds // 60)


def more_than_usual(unit: Unit) -> bool:
    """Whether the leader is asked first. After `minutes_to_wait`; inside write()."""
    from_here = throttle.held(throttle.key_of("join address", _address()), HOUR).tries
    if from_here > settings.value("join.address.hourly", unit.path):
        return True
    return taken_today(unit) >= settings.value("join.cell.daily", unit.path)


def _count(kind: str, whom: str, most: int) -> int:
    row = throttle.held(throttle.key_of(kind, whom), HOUR)
    if not row.wait and row.count() >= most:
        row.stop_until_over(HOUR)
        return 0
    return row.wait


def look_up(number: str, code: str) -> tuple[Application | None, int]:
    """(the application, minutes to wait) for a receipt number and a code; a try is counted before it is looked at,
    so that many at once gain nothing. Inside write()."""
    tries = throttle.held(throttle.key_of("join state", number), TRIES_WINDOW)
    misses = throttle.held(throttle.key_of("join state address", _address()), TRIES_WINDOW)
    if seconds := max(tries.wait, misses.wait):
        return None, -(-seconds // 60)
    found = by_number(number, code)
    if found:
        throttle.forget(tries.key)
        return found, 0
    if tries.count() >= NUMBER_TRIES:
        tries.stop_until_over(TRIES_WINDOW)
    if misses.count() >= ADDRESS_MISSES:
        misses.stop_until_over(TRIES_WINDOW)
    return None, 0


def _address() -> str:
    return request.remote_addr or ""
