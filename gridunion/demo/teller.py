"""What the stories of the demo are made of: people, visits and complaints of the past, by the models' own
verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from gridunion import calendar, clock
from gridunion.accounts.models import Account
from gridunion.complaints.models import Complaint
from gridunion.db import db
from gridunion.demo.made_up import Numbers
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.rights import Held, Viewer
from gridunion.tree import Unit
from gridunion.visits.due import DueVisit, open_visits
from gridunion.visits.models import Visit

COMMUNITY = "610702003008"
LONG_AGO = 75  # days since the people of the stories became members


@contextmanager
def then(moment: datetime) -> Iterator[None]:
    """As if it were then; rows get the time at which they are flushed."""
    with clock.at(moment):
        yield
        db.session.flush()


def days_ago(count: int, hour: int = 9, minute: int = 40) -> datetime:
    return clock.midnight(clock.today() - timedelta(days=count)) + timedelta(hours=hour, minutes=minute)


def today_at(hour: int, minute: int) -> datetime:
    """That time today, if it is over; else half-way from midnight to now."""
    midnight, now = clock.midnight(clock.today()), clock.now()
    asked = midnight + timedelta(hours=hour, minutes=minute)
    return asked if asked < now else midnight + (now - midnight) / 2


def evening(days: int = 0) -> datetime:
    """The close of the office some days ahead; this evening is never over."""
    asked = days_ago(-days, 17, 30)
    return (
        asked
        if asked > clock.now()
        else clock.midnight(clock.today() + timedelta(days=1)) - timedelta(minutes=1)
    )


def just_late(workdays: int) -> int:
    """How many days ago something began that should have been done by the last close of the office."""
    return next(
        n for n in range(workdays, 90) if calendar.after_workdays(days_ago(n), workdays) < clock.now()
    )


class Teller:
    """Knows the demo people and the four cells of their community, by the last digit of the code."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.worker, self.neighbor, self.leader = (
            viewer_of(login) for login in ("worker", "neighbor", "leader")
        )
        self.cells = {code[-1]: _unit(code) for code in (f"{COMMUNITY}00{number}" for number in range(1, 5))}
        community = select(Employer).join(Unit, Unit.id == Employer.unit_id).where(Unit.code == COMMUNITY)
        self.employers = list(db.session.scalars(community.order_by(Employer.id).limit(4)))

    def member(self, name: str, cell: str, seen: int = 12, **known: Any) -> Person:
        """Somebody who joined long ago, was visited then, and was last seen some days ago."""
        by = self.worker if cell == "3" else self.neighbor
        with then(days_ago(LONG_AGO)):
            person = self._register(name, cell, by, **known)
            person.approve(self.leader)
        for days in (LONG_AGO - 2, seen):
            with then(days_ago(days, 15, 10)):
                Visit.log(person, by, "met", next(iter(open_visits(person)), None), findings=["fine"])
        return person

    def _register(self, name: str, cell: str, by: Viewer, **known: Any) -> Person:
        known = {"key_group": None, "work_status": "1", "ethnicity": "汉族", "education": "60"} | known
        return Person.register(
            self.cells[cell], by, "grid_visit", name=name, phone=self.numbers.phone(), **known
        )

    def due(self, person: Person, trigger: str, since: int, due_at: datetime, note: str) -> DueVisit:
        """Something happened some days ago; the visit is due at a moment."""
        with then(days_ago(since, 8, 30)):
            return DueVisit.plan(person, trigger, clock.today(), self.worker, note, due_at=due_at)

    def complaint(self, who: Person, days: int, about: str, kind: str, words: str, **said: Any) -> Complaint:
        with then(days_ago(days)):
            return self._take(who, said.pop("by", self.worker), about, kind, words, **said)

    def _take(self, who: Person, by: Viewer, about: str, kind: str, words: str, **said: Any) -> Complaint:
        return Complaint.take(
            who.unit,
            by,
            who.name,
            who.phone,
            person=who,
            category=about,
            kind=kind,
            channel="visit",
            text=words,
            **said,
        )

    def assign(self, case: Complaint, days: int, to: Viewer, by: Viewer | None = None) -> None:
        with then(days_ago(days, 11, 5)):
            case.assign(db.session.get_one(Account, to.account_id), by or self.leader)

    def keep_telling(self, case: Complaint, by: Viewer, words: str) -> None:
        """The worker hears something each time before it is due, until now."""
        while (promise := case.running_promise) and promise.due_at < clock.now():
            with then(promise.due_at - timedelta(hours=2, minutes=20)):
                case.reply(by, words, "phone")


def viewer_of(login: str) -> Viewer:
    account = db.session.scalars(select(Account).where(Account.login == login)).one()
    held = [Held(p.role, p.unit_id, p.unit.code, p.unit.name, p.unit.path, p.until_on) for p in account.held]
    return Viewer(account.id, str(account.uid), account.name, False, 0, tuple(held))


def _unit(code: str) -> Unit:
    return db.session.scalars(select(Unit).where(Unit.code == code)).one()


def years_ago(years: int) -> date:
    today = clock.today()
    return today.replace(year=today.year - years, day=min(today.day, 28) if today.month == 2 else today.day)
