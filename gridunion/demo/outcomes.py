"""Where a complaint stands after the events so far: what the model's verbs would have left in its columns."""

import math
from typing import NamedTuple

from gridunion.complaints.life import CONFIRMED
from gridunion.demo.days import Days
from gridunion.demo.plots import Case, Event


class Outcome(NamedTuple):
    """Moments in minutes."""

    assigned: bool
    accept_due: int
    accepted: int | None
    due: int
    resolved: int | None
    first_due: int
    first_resolved: int | None
    result: str | None
    confirmed: int | None
    call_due: int | None
    calls: int
    answer: str | None
    closed: int | None
    reopened: int


def outcome(case: Case, events: list[Event], days: Days) -> Outcome:
    """What was reached before a case was opened again counts no more."""
    last = {event.step: event.at for event in events}
    again = last.get("reopen")
    begun = again or case.start
    since = {step: at for step, at in last.items() if at > begun or not again}
    resolved, confirmed = since.get("resolve"), since.get("confirm")
    judged = confirmed if case.kind in CONFIRMED else resolved
    answers = [event for event in events if event.step == "call_back"]
    limit = days.limits[case.kind]
    return Outcome(
        assigned="assign" in last,
        accept_due=case.start + 120 if case.urgent and not again else days.workdays(begun, 1),
        accepted=last.get("accept"),
        due=days.workdays(begun, math.ceil(limit / 2) if again else limit),
        resolved=resolved,
        first_due=days.workdays(case.start, limit),
        first_resolved=next((event.at for event in events if event.step == "resolve"), None),
        result=next((event.reason for event in reversed(events) if event.step == "resolve"), None)
        if resolved
        else None,
        confirmed=confirmed,
        call_due=days.workdays(judged, 3) if judged else None,
        calls=sum(event.at > begun for event in answers),
        answer=answers[-1].reason if answers else None,
        closed=since.get("close") or last.get("refuse"),
        reopened=int(bool(again)),
    )
