"""What an import leaves when it was given up or taken back, deleted some at a time: nobody waits for it."""

import time
from typing import Any

from sqlalchemy import and_, bindparam, delete, select, update

from gridunion.db import db, trusted
from gridunion.exchange.heavy import heavy_write
from gridunion.exchange.models import ImportRow, ImportRun
from gridunion.members.consent import Consent
from gridunion.members.indexing import drop
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.visits.due import DueVisit

AT_ONCE = 25
BREATH = 0.01  # seconds in which others come to write

_tables: list[Any] = [it.__table__ for it in (Person, Membership, Consent, ImportRow, DueVisit)]
_people, _spans, _consents, _rows, _due = _tables
_p, _r = _people.c, _rows.c
_SOME: Any = bindparam("some", expanding=True)

_HIDDEN = select(_r.id, _r.person_id).where(
    _r.run_id == bindparam("run"), _r.verdict == "new", _r.person_id.is_not(None)
)
_LET_GO = update(_rows).where(_r.id.in_(_SOME)).values(person_id=None)
_STAGED = select(_p.id).where(_p.id.in_(_SOME), _p.staged.is_not(None))
_GONE = [
    delete(table).where(column.in_(_SOME))
    for table, column in (
        (_due, _due.c.person_id), (_spans, _spans.c.person_id), (_consents, _consents.c.person_id), (_people, _p.id),
    )
]  # fmt: skip


def clear(run_id: int) -> None:
    """Delete the hidden people of an import and what its rows say. Outside write()."""
    while rows := trusted(_HIDDEN.limit(AT_ONCE), {"run": run_id}).all():
        with heavy_write():
            remove([row.person_id for row in rows])
            trusted(_LET_GO, {"some": [row.id for row in rows]})
        time.sleep(BREATH)
    forget(run_id)


def remove(numbers: list[int]) -> None:
    """Delete people nobody ever saw, or nobody sees any more. Inside write()."""
    hidden = list(trusted(_STAGED, {"some": numbers}).scalars())
    if hidden:
        drop(hidden)
        for statement in _GONE:
            trusted(statement, {"some": hidden})


def forget_old() -> None:
    """What rows said is deleted when it serves nothing any more: after the days in which an import may be undone."""
    for run in db.session.scalars(select(ImportRun).where(ImportRun.state == "done")).all():
        if not run.may_be_undone:
            forget(run.id)


def forget(run_id: int) -> None:
    full = and_(_r.run_id == run_id, _r.told_sealed.is_not(None))
    some = select(_r.id).where(full).limit(AT_ONCE * 4)
    while numbers := list(trusted(some).scalars()):
        with heavy_write():
            trusted(update(_rows).where(_r.id.in_(numbers)).values(told_sealed=None))
        time.sleep(BREATH)
