"""What follows from a visit: what it settles, what it makes due, and all of that taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from gridunion import calendar, clock, settings
from gridunion.db import db
from gridunion.deadlines import end_of_office
from gridunion.employers.models import Employer
from gridunion.rights import Viewer
from gridunion.tree import everywhere
from gridunion.visits.due import OPEN, DueVisit, home_of, open_visits

# After how many days one comes again when nobody said when: the setting, by outcome.
AGAIN = {"not_home": "visit.retry.days", "refused": "visit.refused.days"}
# How a due visit ends for which somebody went and saw nobody.
UNSEEN = {"not_home": "missed", "refused": "refused", "moved": "cancelled"}


def follow(visit: Any, by: Viewer) -> None:
    """What was due is settled, and what is needed becomes due."""
    with _whom(visit) as whom:
        if whom is not None:
            visit.seen_before = whom.seen_at
            _settle(visit, whom)
            _plan(visit, whom, by)


@contextmanager
def _whom(visit: Any) -> Iterator[Any]:
    """The person; or the employer, also one that stands above the cell of whoever went there."""
    if visit.person is not None or visit.employer_id is None:
        yield visit.person
        return
    with everywhere():
        yield db.session.get(Employer, visit.employer_id)
        db.session.flush()


def _settle(visit: Any, whom: Any) -> None:
    """Reaching somebody settles what it was for and what a rhythm asks, and so does a refusal, but as not seen. A
    closed door ends only the second try it was itself. Correcting a visit settles nothing that became due later."""
    for due in open_visits(whom):
        second_try = due.trigger == "follow_up"
        if due.recorded_at > visit.recorded_at or not (due is visit.due_visit or due.rhythmic or second_try):
            continue
        if visit.reached:
            due.done(visit.happened_at, visit.id)
        elif visit.outcome == "refused" or second_try:
            due.unseen(visit.id, UNSEEN[visit.outcome])
    if visit.reached:
        whom.seen(visit.happened_at)


def _plan(visit: Any, whom: Any, by: Viewer) -> None:
    """Help that is needed becomes a due visit, which the leader sees; so does the next try."""
    today = clock.today()
    if "help" in (visit.findings or ()) and visit.person and not visit.person.hardship_class:
        words = (visit.need_words or visit.note or "")[:200] or None
        DueVisit.plan(visit.person, "hardship", today, by, note=words, after=visit.id)
    if visit.outcome in AGAIN and visit.next_on is None:
        visit.next_on = today + timedelta(days=settings.value(AGAIN[visit.outcome], home_of(whom).path))
    if visit.next_on is not None and visit.next_on >= today:
        _come_again(visit, whom, by)


def _come_again(visit: Any, whom: Any, by: Viewer) -> None:
    """Remind of the next try, unless what this visit was for is still open and due by then."""
    on: Any = visit.next_on
    until, due = end_of_office(on, calendar.office_close(home_of(whom).path)), visit.due_visit
    if due is None or due.state != "open" or due.due_at > until:
        DueVisit.plan(whom, "follow_up", on, by, due_at=until, after=visit.id)


def again(visit: Any) -> bool:
    """Whether somebody still has to come again because of the visit."""
    planned = select(DueVisit.id).where(DueVisit.planned_by_id == visit.id, OPEN).limit(1)
    return visit.id is not None and db.session.scalar(planned) is not None


def unsettle(visit: Any, *triggers: str) -> None:
    """What the visit settled is open again, and what it made due is off: all of it, or for some reasons. Nothing of
    somebody who went to another union meanwhile."""
    with _whom(visit) as whom:
        if whom is None:
            return
        _unsee(visit, whom)
        for due in _about_the_same(visit, DueVisit, DueVisit.settled_by_id == visit.id):
            due.open_again()
        for due in _about_the_same(visit, DueVisit, DueVisit.planned_by_id == visit.id):
            if due.state == "open" and (not triggers or due.trigger in triggers):
                due.void()


def _unsee(visit: Any, whom: Any) -> None:
    """Nobody was seen then: neither does the file say so, nor is it what a later visit would go back to."""
    if visit.seen_before and whom.seen_at == visit.happened_at:
        whom.seen_at = visit.seen_before
    for later in _about_the_same(visit, type(visit), type(visit).seen_before == visit.happened_at):
        later.seen_before = visit.seen_before


def _about_the_same(visit: Any, model: Any, condition: Any) -> list[Any]:
    """The visits, or due visits, of the same person or employer that meet a condition."""
    same = (
        (model.person_id == visit.person_id) if visit.person_id else (model.employer_id == visit.employer_id)
    )
    return list(db.session.scalars(select(model).where(same, condition)))


def take_back(visit: Any) -> None:
    """As if the visit had never been: also the file says again what it said."""
    unsettle(visit)
    for name, (old, new) in (visit.corrected or {}).items():
        if visit.person is not None and getattr(visit.person, name) == new:
            visit.person.learn(**{name: old})


def follow_anew(visit: Any, by: Viewer) -> None:
    """Another outcome has other consequences; an event and a corrected file stay what they are."""
    unsettle(visit, "follow_up", "hardship")
    follow(visit, by)
