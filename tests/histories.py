"""A street with a history: people, visits and cases in every cell, told by the models' own verbs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account
from gridunion.complaints.conflicts import Tie
from gridunion.complaints.models import Complaint
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import db, write, writing
from gridunion.employers.models import Employer
from gridunion.members.membership import WrongStep
from gridunion.members.models import Person
from gridunion.members.transfer import Transfer
from gridunion.tree import Unit
from gridunion.visits.due import DueVisit, TooLate
from gridunion.visits.models import Visit
from tests.conftest import NOON, as_viewer, unit

CELLS = {"211": "worker", "2110": "neighbor", "212": "leader2", "221": "stranger"}
COMMUNITIES = ("21", "210", "22")
LEADERS = {
    "211": "leader",
    "2110": "leader",
    "212": "leader2",
    "221": "district",
    "21": "leader",
    "210": "leader2",
}
WORDS = "和站点对了账，九月工资已发到卡上"
REFUSED = (OutOfTurn, NotYours, TooLate, WrongStep)


def on(days: float) -> AbstractContextManager[None]:
    """So many days after the cast's noon."""
    return clock.at(NOON + timedelta(days=days))


@contextmanager
def kept() -> Iterator[None]:
    """Stored at the end of the block, or with what surrounds it: one transaction is quicker than a hundred."""
    if writing():
        yield
        return
    with write():
        yield


def joined(cell: str, name: str = "王秀兰", **known: Any) -> Person:
    with kept():
        person = Person.register(unit(cell), as_viewer("leader"), "grid_visit", name=name, **known)
        person.approve(as_viewer("leader"))
    return person


def asked(place: str, **more: Any) -> Complaint:
    said = {"category": "welfare", "channel": "walk_in", "text": "两个月工资没发", **more}
    with kept():
        return Complaint.take(unit(place), as_viewer("district"), "马小军", None, **said)


def account(login: str) -> Account:
    return db.session.scalars(select(Account).where(Account.login == login)).one()


def step(verb: Callable[[], None]) -> None:
    """A step, if it is somebody's turn; a story may try what is not allowed."""
    with suppress(*REFUSED), kept():
        verb()


def give(case: Complaint) -> None:
    place = case.unit.code
    step(
        lambda: case.assign(account(CELLS.get(place, "leader")), as_viewer(LEADERS.get(place, "leader"))),
    )


def finish(case: Complaint, mediated: bool = False) -> None:
    handler = as_viewer(CELLS.get(case.unit.code, "leader"))
    if mediated:
        leader = as_viewer(LEADERS[case.unit.code])
        step(lambda: case.mediate(leader, WORDS, "phone"))
        step(lambda: case.end_mediation(leader, "agreed", WORDS, "phone"))
    step(lambda: case.resolve(handler, WORDS, "solved", "phone"))


def call(case: Complaint, answer: str) -> None:
    judge = as_viewer(LEADERS.get(case.unit.code, "leader"))
    step(lambda: case.confirm(judge))
    step(lambda: case.call_back(judge, answer, "问过本人了"))


def tie(login: str, employer: str) -> None:
    with kept():
        db.session.add(Tie(account_id=account(login).id, employer_name=employer, kind="family"))


def planned(person: Person, trigger: str, due_at: datetime) -> DueVisit:
    with kept():
        return DueVisit.plan(person, trigger, clock.today(), due_at=due_at)


def seen(person: Person, outcome: str = "met", due: DueVisit | None = None) -> Visit:
    with kept():
        return Visit.log(person, as_viewer("worker"), outcome, due)


def firm(place: str, name: str, union_state: str = "unorganized") -> Employer:
    with kept():
        employer = Employer(unit=unit(place), name=name, union_state=union_state)
        db.session.add(employer)
    return employer


def a_month(places: tuple[str, ...] = tuple(CELLS)) -> None:
    """Forty days of work: on time, late, left lying, reopened, refused, sealed, mediated. Noon is its end."""
    with kept():
        for nth, cell in enumerate(places):
            _month_in(cell, nth)
        for place in COMMUNITIES:
            firm(place, f"{place}修理店"), firm(place, f"{place}饭店", "organized")


def _month_in(cell: str, nth: int) -> None:
    with on(-40):
        people = [joined(cell, f"{cell}号{n}", phone=f"1360916{nth}{n:03d}") for n in range(4)]
        late, disputed = asked(cell), asked(cell, category="wages", channel="hotline")
    with on(-38):
        due = [planned(person, "hospital", clock.now() + timedelta(days=10)) for person in people]
        planned(people[0], "follow_up", clock.now() + timedelta(days=9))
        people[1].note_hardship("deep", "腿伤")
        people[2].note_hardship("deep", None)
        give(late), give(disputed)
    with on(-29):
        seen(people[0], "met", due[0]), seen(people[1], "not_home", due[1])
        asked(cell, category="harassment")
        contract, plain = asked(cell, category="contract"), asked(cell)
        give(contract), give(plain)
        finish(late)
        call(late, "satisfied")
    with on(-20):
        seen(people[1], "phone", due[1]), seen(people[3], "met", due[3])
        finish(contract, mediated=True)
        call(contract, "mostly")
    with on(-3):
        finish(plain)
        call(plain, "not_satisfied")
        asked(cell, category="hardship")


def transferred(person: Person, cell: str) -> None:
    """Released to another union, and accepted there."""
    by = as_viewer("district")
    by = replace(by, postings=tuple(replace(held, role="supervisor") for held in by.postings))
    Transfer.release(person, unit(cell).lineage()[-2], by, "1", None).accept(by, unit(cell))


def close(code: str, heir: str | None = None, when: date | None = None) -> None:
    with kept():
        unit(code).close(when or clock.today(), unit(heir) if heir else None)


def move(code: str, parent: str) -> None:
    with kept():
        unit(code).move(unit(parent))


def grow(code: str, parent: str, kind: str = "cell") -> Unit:
    with kept():
        grown = Unit.under(unit(parent), code=code, name=f"{code}网格", kind=kind, opened_on=clock.today())
        db.session.add(grown)
    return grown
