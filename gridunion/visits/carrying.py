"""Visits go along when two files of one person become one."""

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext
from sqlalchemy import select

from gridunion.db import db, trusted
from gridunion.members.carrying import CARRIED, HANDED, SETTLED, Carried
from gridunion.members.ledger import Ledger
from gridunion.members.models import Person
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit

_d = DueVisit.__table__.c


def hand_over(winner: Person, loser: Person, ledger: Ledger) -> None:
    """What is due is due where the person is; of two for the same reason the earlier one stays."""
    waiting = select(_d.id, _d.trigger, _d.unit_id).where(_d.person_id == winner.id, _d.state == "open")
    known: set[str] = set()
    for due in trusted(waiting.order_by(_d.due_at, _d.id)).all():
        if due.trigger in known:
            ledger.set(DueVisit, due.id, state="cancelled")
        elif due.unit_id == loser.unit_id:
            ledger.set(DueVisit, due.id, unit_id=winner.unit_id)
        known.add(due.trigger)


def remind(person: Person) -> None:
    """Keep on the person when the next visit is due. Whatever is set, if to the same, the board counts anew: the
    visits due, and who was helped."""
    mine = list(db.session.scalars(select(DueVisit).where(DueVisit.person_id == person.id)))
    for due in mine:
        due.state = due.state
    person.visit_due_at = min((due.due_at for due in mine if due.state == "open"), default=None)


CARRIED.append(Carried(Visit, pgettext("one", "走访")))
CARRIED.append(Carried(DueVisit, _("该走访")))
HANDED.append(hand_over)
SETTLED.append(remind)
