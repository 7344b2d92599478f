"""Identity numbers, asked about and shown sparingly.

Whether a number is registered somewhere else is told only for an exact name and number, never where or who,
and not any more after 20 questions an hour that found nothing: nobody learns who is a member by trying.
"""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import case, select

from gridunion import audit, throttle
from gridunion.db import db, write
from gridunion.members.models import Person
from gridunion.tree import everywhere

MOST_MISSES = MOST_SHOWN = 20
HOUR = timedelta(hours=1)
ELSEWHERE = lazy_gettext("已在别处登记，请申请转会")


def objection(person: Person, name: str, digest: str | None, asker: int) -> tuple[str, int]:
    """(sentence, status) for what stands against a name with a number, ("", 0) when nothing does.

    Asked anew whenever one of the two changes, whichever it is. Outside write().
    """
    if digest is None or (name, digest) == (person.name, person.id_index):
        return "", 0
    if told := told_here(person, digest):
        return told, 422
    return _ask_elsewhere(person, name, digest, asker)


def told_here(person: Person, digest: str) -> str:
    """Who else of the viewer's branch has the number."""
    same = select(Person).where(Person.id_index == digest, Person.id != person.id, Person.status != "merged")
    known = db.session.scalars(same.order_by(Person.id).limit(1)).first()
    return (
        _("这个证件号码已登记：%(name)s，%(place)s", name=known.name, place=known.unit.name) if known else ""
    )


def _ask_elsewhere(person: Person, name: str, digest: str, asker: int) -> tuple[str, int]:
    known, wait = registered_elsewhere(person, name, digest, asker)
    if wait:
        return too_many(wait), 429
    return (str(ELSEWHERE), 422) if known else ("", 0)


def registered_elsewhere(person: Person, name: str, digest: str, asker: int) -> tuple[int | None, int]:
    """(number of somebody else with this name and number, minutes to wait when too much was asked).

    A question that finds nothing is counted, in the moment it is answered. Outside write().
    """
    with write():
        row = throttle.held(throttle.key_of("identity", str(asker)), HOUR)
        if row.wait:
            audit.note("lookups stopped", person)
            return None, minutes(row.wait)
        if known := _elsewhere(person, name, digest):
            return known, 0
        if row.count() >= MOST_MISSES:
            row.stop_until_over(HOUR)
    return None, 0


def too_many(wait: int) -> str:
    """What somebody is told who asked too often, with the minutes to wait."""
    return str(_("这一小时核对的证件号码太多了，请等 %(n)s 分钟再填号码或改姓名，别的可以先存", n=wait))


def may_show(person: Person, asker: int) -> int:
    """Count a reveal before it is made; returns the minutes to wait when there were too many. Outside write()."""
    with write():
        row = throttle.held(throttle.key_of("reveal", str(asker)), HOUR)
        if row.wait:
            audit.note("reveals stopped", person)
        elif row.count() >= MOST_SHOWN:
            row.stop_until_over(HOUR)
            return 0
        return minutes(row.wait)


def _elsewhere(person: Person, name: str, digest: str) -> int | None:
    """The file another branch keeps; of several the one of a member."""
    same = select(Person.id).where(Person.id_index == digest, Person.id != person.id, Person.name == name)
    same = same.where(
        Person.status != "merged", Person.visible()
    )  # the guard, which hides the staged, is lifted
    members_first = case((Person.status.in_(("active", "retained")), 0), else_=1)
    with everywhere():
        return db.session.scalars(same.order_by(members_first, Person.id).limit(1)).first()


def minutes(seconds: int) -> int:
    """Whole minutes, rounded up."""
    return -(-seconds // 60)
