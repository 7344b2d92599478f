"""How many different files an account has in front of it in an hour, in lists and one by one. More than a day's work
asks for is told to the auditor, once an hour (safety.md, threat 3).

A process remembers whom it showed and counts them in the database by fifties, after the answer is made: a list costs
no write, and a fifty that could not be counted is counted with the next.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from flask import Response, after_this_request
from sqlalchemy.exc import SQLAlchemyError

from gridunion import audit, clock, settings, throttle
from gridunion.db import Busy, write
from gridunion.rights import Viewer

HOUR = timedelta(hours=1)
STEP = 50
MOST_ACCOUNTS = 1000  # of whom a process knows at a time


@dataclass
class Seen:
    """Whom an account saw since a moment, and how many of them the database does not know of yet."""

    since: datetime
    files: set[int] = field(default_factory=set)
    uncounted: int = 0
    told: bool = False


_seen: dict[str, Seen] = {}
_lock = Lock()


def saw(who: Viewer, person_ids: Iterable[int]) -> None:
    """Somebody has these files in front of him."""
    with _lock:
        count = _take(who.uid, person_ids)
    if count:
        after_this_request(partial(_count, who, count))


def _take(uid: str, person_ids: Iterable[int]) -> int:
    """How many are to be counted now; 0 until there are enough."""
    seen, now = _seen.get(uid), clock.now()
    if seen is None or not timedelta(0) <= now - seen.since <= HOUR:
        if len(_seen) >= MOST_ACCOUNTS:
            _seen.clear()
        seen = _seen[uid] = Seen(now)
    if seen.told:
        return 0
    before = len(seen.files)
    seen.files.update(person_ids)
    seen.uncounted += len(seen.files) - before
    return seen.uncounted if seen.uncounted >= STEP else 0


def _count(who: Viewer, count: int, response: Response) -> Response:
    """Reading goes on where nothing can be written."""
    with suppress(Busy, SQLAlchemyError):
        with write():
            enough = _add(who, count)
        with _lock:
            if seen := _seen.get(who.uid):
                seen.uncounted, seen.told = max(seen.uncounted - count, 0), enough
    return response


def _add(who: Viewer, count: int) -> bool:
    """Whether there were so many in this hour that nothing more is to be told. Inside write()."""
    row, most = throttle.held(throttle.key_of("files", who.uid), HOUR), settings.value("read.hourly")
    row.tries += count
    if row.tries - count < most <= row.tries:
        audit.note("many files", unit_id=who.holding("see members")[0].unit_id, rows=row.tries)
    return row.tries >= most


def forget_all() -> None:
    """What this process remembers."""
    with _lock:
        _seen.clear()
