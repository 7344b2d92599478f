"""People without an account: what their pages may see, how much they may send, how often they may guess.

Only who sends too much is stopped: a phone number, a browser. A flood from one address is still taken, but waits
until somebody has looked: so a robot neither buries a worker nor closes the door for the people behind it. Of phones,
browsers and addresses only keyed digests are kept, for a day.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import request

from gridunion import settings, throttle
from gridunion.db import db, writing
from gridunion.doors import token_of_request
from gridunion.tree import everywhere

HOUR = timedelta(hours=1)
FLOOD = 10  # times an address's usual hour: from there nothing more is stored
NUMBER_TRIES, ADDRESS_MISSES = 5, 30
TRIES_WINDOW = timedelta(minutes=15)
Found = TypeVar("Found")


def for_everybody(view: Callable[..., Found]) -> Callable[..., Found]:
    """A page for people without an account lifts the guard. What such a view shows is the name of a unit, and a
    record to the browser that sent it or to whoever has its number and code."""

    @wraps(view)
    def lifted(*args: Any, **values: Any) -> Found:
        with everywhere():
            answer = view(*args, **values)
            if writing():
                db.session.flush()  # what it changed goes under the eyes that changed it
        return answer

    return lifted


def minutes_to_wait(kind: str, path: str, phone: str | None) -> int:
    """Count something sent; the minutes until its phone or browser may send another. `kind` names the settings that
    say how much there may be. Inside write()."""
    most = settings.value(f"{kind}.phone.hourly", path)
    flood = FLOOD * settings.value(f"{kind}.address.hourly", path)
    waits = [
        _count(f"{kind} browser", token_of_request(), most),
        _count(f"{kind} address", _address(), flood),
    ]
    waits += [_count(f"{kind} phone", phone, most)] if phone else []
    return -(-max(waits) // 60)


def stopped(kind: str) -> bool:
    """Whether this browser or address has to wait. Counts nothing."""
    keys = (
        throttle.key_of(f"{kind} browser", token_of_request()),
        throttle.key_of(f"{kind} address", _address()),
    )
    return throttle.waiting(keys, int(HOUR.total_seconds())) > 0


def crowded(kind: str, path: str) -> bool:
    """Whether more comes from this address than usual. After `minutes_to_wait`; inside write()."""
    from_here = throttle.held(throttle.key_of(f"{kind} address", _address()), HOUR).tries
    return bool(from_here > settings.value(f"{kind}.address.hourly", path))


def _count(kind: str, whom: str, most: int) -> int:
    row = throttle.held(throttle.key_of(kind, whom), HOUR)
    if not row.wait and row.count() >= most:
        row.stop_until_over(HOUR)
        return 0
    return row.wait


def look_up(kind: str, number: str, find: Callable[[], Found | None]) -> tuple[Found | None, int]:
    """(what was found, minutes to wait) for a number and a code; a try is counted before it is looked at, so that
    many at once gain nothing. Inside write()."""
    tries = throttle.held(throttle.key_of(kind, number), TRIES_WINDOW)
    misses = throttle.held(throttle.key_of(f"{kind} address", _address()), TRIES_WINDOW)
    if seconds := max(tries.wait, misses.wait):
        return None, -(-seconds // 60)
    if found := find():
        throttle.forget(tries.key)
        return found, 0
    if tries.count() >= NUMBER_TRIES:
        tries.stop_until_over(TRIES_WINDOW)
    if misses.count() >= ADDRESS_MISSES:
        misses.stop_until_over(TRIES_WINDOW)
    return None, 0


def _address() -> str:
    return request.remote_addr or ""
