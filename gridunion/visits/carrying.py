"""Visits go along when two files of one person become one."""

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext
from sqlalchemy import bindparam, select

from gridunion.db import db, trusted
from gridunion.members.carrying import CARRIED, HANDED, SETTLED, Carried
from gridunion.members.ledger import Ledger
from gridunion.members.models import Person
from gridunion.visits.due import OPEN, DueVisit
from gridunion.visits.models import Visit

_d = DueVisit.__table__
_WAITING = select(_d).where(_d.c.person_id == bindparam("who"), OPEN).order_by(_d.c.due_at, _d.c.id)


def hand_over(winner: Person, loser: Person, ledger: Ledger) -> None:
    """What is due is due where the person is; of two for the same reason the earlier one stays, and none of who took
    the consent back."""
    left = {loser.unit_id, *ledger.files.get("winner", {}).get("unit_id", [])}
    known: set[str] = set()
    for due in trusted(_WAITING, {"who": winner.id}).all():
        if due.trigger in known or winner.withdrawn_at:
            ledger.set(DueVisit, due, state="cancelled")
        elif due.unit_id in left:
            ledger.set(DueVisit, due, unit_id=winner.unit_id)
        known.add(due.trigger)


def remind(*people: Person) -> None:
    """Keep on people when the next visit is due. Whatever is set, if to the same, the board counts anew: the visits
    due, and who was helped."""
    theirs = select(DueVisit).where(DueVisit.person_id.in_([person.id for person in people]))
    every = list(db.session.scalars(theirs))
    for due in every:
        due.state = due.state
    for person in people:
        mine = (due.due_at for due in every if due.person_id == person.id and due.state == "open")
        person.visit_due_at = min(mine, default=None)


CARRIED.append(Carried(Visit, pgettext("one", "走访")))
CARRIED.append(Carried(DueVisit, _("该走访")))
HANDED.append(hand_over)
SETTLED.append(remind)
