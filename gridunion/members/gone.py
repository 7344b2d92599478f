"""单位没了，会籍怎么办: an employer closed or moved away, and each of its members is asked about.

The question is open while the person is still a member there: whoever is retained, transferred or works elsewhere
now needs no answer any more; that they stay a member of the community is said expressly.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    bindparam,
    case,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock
from gridunion.db import BigId, Record, db, internal, personal, trusted, written
from gridunion.employers.models import NAMED, TURNED, Employer, Named
from gridunion.members.membership import Impossible
from gridunion.members.models import JOINED, MOVED, Person
from gridunion.members.transfer import Transfer
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit

AT_ONCE = 1000  # employers named in one statement
_OPEN = text("state = 'open'")


class EmployerGone(Scoped, Record):
    """That somebody's employer is gone, and whether it was said that the membership stays."""

    __tablename__ = "employer_gone"
    __table_args__ = (
        Index("ix_employer_gone_open", "unit_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_employer_gone_person_id", "person_id"),
        Index("ix_employer_gone_employer_id", "employer_id"),
    )
    quiet = True  # the employer's own line tells that it closed

    person_id: Mapped[int] = internal(BigId, ForeignKey("person.id"))
    employer_id: Mapped[int] = internal(BigId, ForeignKey("employer.id"))
    gone_on: Mapped[date] = internal(Date)
    state: Mapped[str] = internal(String(12), default="open")
    note: Mapped[str | None] = personal(String(200))
    done_by_id: Mapped[int | None] = internal(BigId)
    done_at: Mapped[datetime | None] = internal()

    employer: Mapped[Employer] = relationship()

    def stay(self, by: Viewer) -> None:
        """The membership stays where it is. Raises WrongStep."""
        if self.state != "open":
            raise Impossible("")
        self.state, self.done_by_id, self.done_at = "stays", by.account_id, clock.now()


_g, _p, _t = EmployerGone.__table__.c, Person.__table__.c, Transfer.__table__.c


def unsettled() -> ColumnElement[bool]:
    """Rows of EmployerGone, joined with Person, about which nothing was done yet."""
    leaving = select(_t.id).where(_t.person_id == _p.id, _t.state == written("asked")).exists()
    there = (_p.status == "active") & (_p.employer_id == _g.employer_id)
    waits: ColumnElement[bool] = text("employer_gone.state = 'open'")  # type: ignore[assignment]
    return waits & there & ~leaving


def gone_for(person: Person) -> EmployerGone | None:
    """The open question about somebody."""
    if person.status != "active" or person.employer_id is None:
        return None
    theirs = (EmployerGone.person_id == person.id, EmployerGone.employer_id == person.employer_id)
    asked = select(EmployerGone).where(*theirs, EmployerGone.state == "open")
    return db.session.scalars(asked.order_by(EmployerGone.id.desc()).limit(1)).first()


_u = Unit.__table__.c
_e = Employer.__table__.c
_PEOPLE = select(
    _p.id, _p.unit_id, _p.employer_id, case((_u.kind == "cell", _u.parent_id), else_=_u.id).label("community")
)
_PEOPLE = _PEOPLE.join_from(Person.__table__, Unit.__table__, _u.id == _p.unit_id)
_ASK = insert(EmployerGone.__table__)  # type: ignore[arg-type]
_DROP = update(EmployerGone).execution_options(synchronize_session=False)


def ask_about_members(employer: Employer) -> None:
    """An employer closed, or moved to another community: ask about each of its members, but for those who are where
    it is now. What was asked before is asked no more."""
    asked = (EmployerGone.employer_id == employer.id, EmployerGone.state == "open")
    db.session.execute(_DROP.where(*asked).values(state="back"))
    here = employer.unit.id if employer.state == "active" else None
    there = trusted(_PEOPLE.where(_p.employer_id == employer.id, _p.status == "active")).all()
    _ask(person for person in there if person.community != here)


_SOME: Any = bindparam("some", expanding=True)
_entered = select(_e.id).where(_e.id.in_(_SOME), _e.name == _p.employer_name)
_here = select(_u.id).where(_u.id == _p.unit_id, or_(_u.id == _e.unit_id, _u.parent_id == _e.unit_id))
_employer = _entered.where(_here.correlate(Person.__table__, Employer.__table__).exists()).limit(1)
_homes = select(_e.unit_id).where(_e.id.in_(_SOME))
_TIE = (
    update(Person.__table__)  # type: ignore[arg-type]
    .where(_p.unit_id.in_(select(_u.id).where(or_(_u.id.in_(_homes), _u.parent_id.in_(_homes)))))
    .where(_p.employer_id.is_(None), _p.employer_name.is_not(None), _employer.exists())
    .values(employer_id=_employer.scalar_subquery())
)
_asked = select(_g.id).where(
    _g.person_id == _p.id, _g.employer_id == _p.employer_id, _g.state == written("open")
)
_UNASKED = _PEOPLE.join(Employer.__table__, _e.id == _p.employer_id).where(
    _e.id.in_(_SOME), _e.state != "active", _p.status == "active", ~_asked.exists()
)


def tie_members(known: list[Named]) -> None:
    """Employers came into the ledger: who said before that they work there is one of their people from now on, and is
    asked about at once if the employer is gone already."""
    for start in range(0, len(known), AT_ONCE):
        some = {"some": [it.id for it in known[start : start + AT_ONCE]]}
        trusted(_TIE, some)
        _ask(trusted(_UNASKED, some).all())


def ask_about_newcomers(first: int, last: int) -> None:
    """Ask about those of some people, by their numbers, who joined with an employer that is gone already."""
    gone = select(_e.id).where(_e.state != "active")
    joined = _PEOPLE.where(_p.id.between(first, last), _p.status == "active", _p.employer_id.in_(gone))
    _ask(trusted(joined))


def _ask(people: Iterable[Any]) -> None:
    rows: list[dict[str, Any]] = [
        {"uid": uuid4(), "person_id": person.id, "unit_id": person.unit_id, "employer_id": person.employer_id,
         "gone_on": clock.today(), "state": "open", "version": 1, "recorded_at": clock.now()}
        for person in people
    ]  # fmt: skip
    if rows:
        trusted(_ASK, rows)


def _joined(person: Person, _by: Viewer) -> None:
    """Somebody was taken in whose employer is gone: it is asked at once."""
    if person.employer and person.employer.state != "active" and not gone_for(person):
        db.session.flush()
        ask_about_newcomers(person.id, person.id)


def _followed(person: Person) -> None:
    """Somebody went where their employer went: nothing is left to ask."""
    if person.employer and person.employer.state == "active":
        db.session.execute(
            _DROP.where(EmployerGone.person_id == person.id, EmployerGone.state == "open").values(
                state="back"
            )
        )


NAMED.append(tie_members)
TURNED.append(ask_about_members)
JOINED.append(_joined)
MOVED.append(_followed)
