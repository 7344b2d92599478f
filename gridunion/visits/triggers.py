"""What asks for a visit: the dated list of triggers, as a unit has it on the day somebody writes it down.

A region says which of them must be made (必访) and by when: days end at the close of the office, hours run by the
wall clock (accident and bereavement: 48). What holds is fixed on the due visit when it is planned, so a later change
of the list moves no deadline and no figure of the past.
"""

from datetime import date, datetime, timedelta

from gridunion import calendar, clock, settings
from gridunion.settings import Entry

LIST = "visit_trigger"


def trigger(code: str, path: str) -> Entry | None:
    """The trigger as it holds in a branch today; one no longer offered as it last was."""
    offered = (entry for entry in settings.codes(LIST, path) if entry.code == code)
    return next(offered, None) or settings.code(LIST, code)


def is_must(code: str, path: str) -> bool:
    """Whether a visit for this reason is one of those that must be made."""
    entry = trigger(code, path)
    return bool(entry and entry.tags.get("must"))


def is_rhythm(code: str) -> bool:
    """Whether a rhythm asks for it, not an event."""
    entry = settings.code(LIST, code)
    return bool(entry and entry.tags.get("rhythm"))


def is_event(code: str) -> bool:
    """Whether it can happen to somebody: no rhythm asks for it, and it does not follow from a visit."""
    return code != "follow_up" and not is_rhythm(code)


def deadline(code: str, on: date, path: str) -> datetime:
    """By when to go for something that happened on a day."""
    entry = trigger(code, path)
    if entry and (hours := entry.tags.get("hours")):
        return calendar.after_hours(_since(on), hours)
    return calendar.after_days(clock.midnight(on), within(code, path), path)


def within(code: str, path: str) -> int:
    """In how many days to go."""
    entry = trigger(code, path)
    return int(entry.tags["days"]) if entry else int(settings.value("visit.days", path))


def _since(on: date) -> datetime:
    """When hours begin to count: nobody asks for the hour of an event, so now, or when its day was over; of one that
    is yet to come when its day begins."""
    if on > clock.today():
        return clock.midnight(on)
    return min(clock.now(), clock.midnight(on + timedelta(days=1)))
