"""Of how many rows an account is told that somebody is registered in another branch (safety.md, 16).

A sheet of guessed names and numbers would tell who is a member anywhere; an honest one meets a few who moved. So an
account is told of 20 an hour and 60 a day, over all its sheets. The rows behind are read as those of new people, as
all are whose name or number is not exact: nothing tells them apart, and no honest sheet fails. Should they be
registered twice, the pair stands among the suspects of whoever leads both branches.
"""

from datetime import timedelta

from gridunion import audit, throttle
from gridunion.db import write

MOST = {timedelta(hours=1): 20, timedelta(days=1): 60}


def may_tell(account_id: int, wanted: int) -> int:
    """Of how many the account may still be told; they count as told. Outside write()."""
    if not wanted:
        return 0
    with write():
        counters = [(_counter(account_id, window), most) for window, most in MOST.items()]
        told = min(wanted, *(max(most - row.tries, 0) for row, most in counters))
        for row, _most in counters:
            row.tries += told
        if told < wanted:
            audit.note("lookups stopped", rows={"error": told})
    return told


def _counter(account_id: int, window: timedelta) -> throttle.Throttle:
    return throttle.held(throttle.key_of(f"elsewhere {window}", str(account_id)), window)
