"""Whom a form of a visit is about, as its address names them: one person, several, or an employer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import abort, request
from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from gridunion import clock, settings
from gridunion.db import db
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.text import read_uid
from gridunion.tree import Unit, everywhere
from gridunion.visits.due import DueVisit, home_of, open_visits
from gridunion.visits.models import Visit
from gridunion.web import find

MOST = 20  # people of one entry
HOUSEHOLD = 9
PRESENT = ("known", "applied", "active", "retained")


@dataclass(frozen=True)
class Guest:
    """Somebody to be visited, and the due visit they were picked for."""

    whom: Any
    unit: Unit
    due: DueVisit | None = None
    waiting: list[DueVisit] = field(default_factory=list)

    @property
    def key(self) -> str:
        return str(self.whom.uid)

    @property
    def name(self) -> str:
        return str(self.whom.name)

    @property
    def person(self) -> Person | None:
        return self.whom if isinstance(self.whom, Person) else None


def asked_guests() -> list[Guest]:
    """Those an address names; `at` names where somebody works. Raises NotFound, Forbidden; Withdrawn for who wants
    no visits."""
    if uid := request.args.get("employer"):
        return [_employer(find(Employer, _uid(uid)))]
    if uid := request.args.get("at"):
        return [_workplace(find(Person, _uid(uid)))]
    wanted = [_uid(text) for text in request.args.getlist("due")]
    due: dict[int, DueVisit] = {}
    for visit in _due(wanted):  # of two for the same person the more pressing one
        due.setdefault(visit.person_id or 0, visit)
    people = {visit.person.uid: visit.person for visit in due.values() if visit.person}
    people |= _people([_uid(text) for text in request.args.getlist("person")], people)
    if not people or len(people) > MOST:
        abort(404)
    return [_guest(person.agreed(), due.get(person.id), len(people) > 1) for person in people.values()]


def _people(wanted: list[UUID], known: dict[UUID, Person]) -> dict[UUID, Person]:
    """Those named one by one, read together; `find` says of each that is not there why."""
    fresh = set(wanted) - set(known)
    rows = db.session.scalars(select(Person).where(Person.uid.in_(fresh))) if fresh else ()
    known = known | {person.uid: person for person in rows}
    people = [(known.get(uid) or find(Person, uid)).heir for uid in wanted]
    return {person.uid: person for person in people}


def _due(wanted: list[UUID]) -> list[DueVisit]:
    """The due visits ticked; one that was done or dropped meanwhile still names its person."""
    asked = select(DueVisit).where(DueVisit.uid.in_(wanted), DueVisit.person_id.is_not(None))
    asked = asked.options(joinedload(DueVisit.person))
    return list(db.session.scalars(asked.order_by(DueVisit.due_at, DueVisit.id))) if wanted else []


def _guest(person: Person, due: DueVisit | None, several: bool) -> Guest:
    """Of several only what was picked is settled; of one the form offers all that waits."""
    if due is not None and due.state != "open":
        due = None
    return Guest(person, person.unit, due, [] if several else open_visits(person))


def _employer(employer: Employer) -> Guest:
    return Guest(employer, home_of(employer), waiting=open_visits(employer))


def _workplace(person: Person) -> Guest:
    """An employer stands in a community, above the cells: who works in one of them goes there from that cell, for the
    sake of somebody who works there. Its name is no secret."""
    with everywhere():
        known = db.session.scalars(select(Employer).where(Employer.id == person.employer_id)).one_or_none()
    return Guest(known, person.unit) if known else abort(404)


def _uid(text: str) -> UUID:
    return read_uid(text) or abort(404)


def household(*people: Person) -> list[Person]:
    """Who lives at the same addresses, as far as the files say."""
    homes = {(person.unit_id, person.address) for person in people if person.address}
    if not homes:
        return []
    same = select(Person).where(
        Person.unit_id.in_({unit_id for unit_id, _address in homes}),
        tuple_(Person.unit_id, Person.address).in_(homes),
        Person.id.not_in([person.id for person in people]),
        Person.status.in_(PRESENT),
        Person.withdrawn_at.is_(None),
    )
    return list(db.session.scalars(same.order_by(Person.id).limit(HOUSEHOLD * len(homes))))


def just_logged(guests: Iterable[Guest]) -> Visit | None:
    """A visit to one of them, or to somebody they live with, that was written down minutes ago."""
    guests = list(guests)
    minutes = settings.value("visit.again.minutes", guests[0].unit.path)
    lately = (Visit.voided_at.is_(None), Visit.recorded_at > clock.now() - timedelta(minutes=minutes))
    people = [guest.person for guest in guests if guest.person]
    numbers = [person.id for person in (*people, *household(*people))]
    whom = Visit.person_id.in_(numbers) if people else Visit.employer_id == guests[0].whom.id
    found = select(Visit).where(whom, *lately).order_by(Visit.id.desc()).limit(1)
    return db.session.scalars(found).one_or_none()
