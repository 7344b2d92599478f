"""Storing an import, and taking it back: one short transaction each, whatever the number of people.

The people are in the register already, hidden. Storing shows them, taking back hides them again; what was hidden
for good is deleted afterwards, some at a time.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from gridunion import audit
from gridunion.db import Base, db, trusted, write
from gridunion.exchange.bulk import roomy
from gridunion.exchange.models import ImportRow, ImportRun
from gridunion.exchange.staging import meant, said
from gridunion.members.consent import Consent
from gridunion.members.indexing import drop
from gridunion.members.membership import Membership, WrongStep, staged
from gridunion.members.models import Person
from gridunion.members.suspect_walk import walk_again_from
from gridunion.status.models import refresh
from gridunion.tree import Unit

AT_ONCE = 200

_tables: list[Any] = [it.__table__ for it in (Person, Membership, Consent, ImportRow)]
_people, _spans, _consents, _rows = _tables
_p, _m, _c, _r, _u = _people.c, _spans.c, _consents.c, _rows.c, Unit.__table__.c
_RUN: Any = bindparam("run")
_SOME: Any = bindparam("some", expanding=True)
_NEW = select(_r.person_id).where(_r.run_id == _RUN, _r.verdict == "new", _r.person_id.is_not(None))
_FIRST = select(func.min(_r.person_id)).where(_r.run_id == _RUN, _r.verdict == "new")
_HOMES = select(_u.path, _u.closed_on).where(_u.id.in_(_SOME))
_SHOW = (
    update(_people).where(_p.id.in_(_NEW)).values(status=func.substr(_p.status, 2)),
    update(_spans).where(_m.person_id.in_(_NEW)).values(status=func.substr(_m.status, 2)),
)
_HIDE = (
    update(_people).where(_p.id.in_(_NEW)).values(status=literal("~") + _p.status),
    update(_spans).where(_m.person_id.in_(_NEW)).values(status=literal("~") + _m.status),
)


class Moved(WrongStep):
    """Cells were moved or closed after the sheet was read."""

    def __init__(self) -> None:
        super().__init__("moved")
        self.sentence = _("读过这份表格以后网格有变动，请放弃后重新上传")


def store(run: ImportRun) -> None:
    """Make members of the people of an import, and change the files it changes. Inside write()."""
    run.demand("preview")
    _demand_homes(run)
    _set_aside_twins(run)
    changed = _change(run)
    _turn(run, _SHOW)
    if first := trusted(_FIRST, {"run": run.id}).scalar():
        walk_again_from(first)
    run.finish()
    counts = dict(run.counts)
    audit.note("load", run, what="members", rows={"new": counts.get("new", 0), "changed": changed})


def _turn(run: ImportRun, statements: Sequence[Any]) -> None:
    """Show all the people, or hide them, and count those of their cells."""
    with roomy():
        for statement in statements:
            trusted(statement, {"run": run.id})
        refresh(run.homes, {Person})


def _demand_homes(run: ImportRun) -> None:
    homes, (lo, hi) = trusted(_HOMES, {"some": run.homes}).all(), run.unit.branch
    if any(home.closed_on or not lo <= home.path < hi for home in homes):
        raise Moved


_TWINS = (
    select(_r.id, _r.person_id)
    .select_from(_rows.join(Person.__table__, _p.id_index == _r.id_index))
    .join(Unit.__table__, _u.id == _p.unit_id)
    .where(_r.run_id == _RUN, _r.verdict == "new", _p.id != _r.person_id, Person.visible())
    .where(_u.path >= bindparam("lo"), _u.path < bindparam("hi"))
)


def _set_aside_twins(run: ImportRun) -> None:
    """Somebody else registered them after the sheet was read."""
    lo, hi = run.unit.branch
    twins = trusted(_TWINS, {"run": run.id, "lo": lo, "hi": hi}).all()
    if not twins:
        return
    for row in db.session.scalars(select(ImportRow).where(ImportRow.id.in_([twin.id for twin in twins]))):
        row.verdict, row.person_id = "duplicate", None
        row.told = {"message": _("这个证件号码已登记")}
    db.session.flush()
    remove([twin.person_id for twin in twins])
    counts = dict(run.counts)
    counts["new"] -= len(twins)
    run.counts = counts | {"duplicate": counts.get("duplicate", 0) + len(twins)}


def _change(run: ImportRun) -> int:
    """Let the files learn what the sheet says; what they said before is kept for taking it back."""
    rows, people = _changes(run)
    done = 0
    for row in rows:
        person, told = people.get(row.person_id or 0), row.told
        if person is None:
            continue
        row.told = told | {"old": {name: said(getattr(person, name)) for name in told["new"]}}
        person.learn(**{name: meant(name, value) for name, value in told["new"].items()})
        done += 1
    return done


def _changes(run: ImportRun) -> tuple[list[ImportRow], dict[int, Person]]:
    changed = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.verdict == "changed")
    rows = list(db.session.scalars(changed.order_by(ImportRow.number)))
    numbers = [row.person_id for row in rows if row.person_id]
    people = db.session.scalars(select(Person).where(Person.id.in_(numbers))) if numbers else ()
    return rows, {person.id: person for person in people}


def undo(run: ImportRun) -> None:
    """Take an import back: its people are gone, but for those somebody has to do with since. Inside write()."""
    run.demand("done")
    if not run.may_be_undone:
        raise WrongStep(run.state)
    kept = trusted(_touched(), {"run": run.id}).scalars().all()
    for some in _pieces(list(kept)):
        trusted(_KEEP, {"run": run.id, "some": some})
    _turn(run, _HIDE)
    stayed = len(kept) + _change_back(run)
    run.counts = dict(run.counts) | {"kept": stayed}
    run.take_back()
    audit.note("undo load", run, what="members", rows={"kept": stayed})


_KEEP = update(_rows).where(_r.run_id == _RUN, _r.person_id.in_(_SOME)).values(verdict="kept")


@cache
def _touched() -> Select[Any]:
    """New people who were changed since, or whom any other record names."""
    others = [
        exists().where(key.parent == _p.id)
        for table in Base.metadata.sorted_tables
        if table.name not in ("membership", "consent")
        for key in table.foreign_keys
        if key.column is _p.id
    ]
    return select(_p.id).where(_p.id.in_(_NEW), or_(_p.version > 1, *others))


def _change_back(run: ImportRun) -> int:
    """Give the files back what they said, where nobody wrote something else since; returns how many stay."""
    rows, people = _changes(run)
    stayed = 0
    for row in rows:
        person, told = people.get(row.person_id or 0), row.told
        if person is None:
            continue
        same = [name for name, value in told["new"].items() if said(getattr(person, name)) == value]
        person.learn(**{name: meant(name, told["old"][name]) for name in same})
        if len(same) < len(told["new"]):
            row.verdict, stayed = "kept", stayed + 1
    return stayed


def clear(run: ImportRun) -> None:
    """Delete the hidden people of an import and what its rows say, some at a time. Outside write()."""
    while rows := _hidden(run.id):
        with write():
            remove([row.person_id for row in rows])
            trusted(_LET_GO, {"some": [row.id for row in rows]})
    _forget(run.id)


_HIDDEN = select(_r.id, _r.person_id).where(_r.run_id == _RUN, _r.verdict == "new", _r.person_id.is_not(None))
_LET_GO = update(_rows).where(_r.id.in_(_SOME)).values(person_id=None)
_STAGED = select(_p.id).where(_p.id.in_(_SOME), staged(_p.status))


def _hidden(run_id: int) -> Sequence[Any]:
    return trusted(_HIDDEN.limit(AT_ONCE), {"run": run_id}).all()


def remove(numbers: list[int]) -> None:
    """Delete people nobody ever saw, or nobody sees any more. Inside write()."""
    hidden = list(trusted(_STAGED, {"some": numbers}).scalars())
    if hidden:
        drop(hidden)
        for table, column in ((_spans, _m.person_id), (_consents, _c.person_id), (_people, _p.id)):
            trusted(delete(table).where(column.in_(_SOME)), {"some": hidden})


def forget_old() -> None:
    """What rows said is deleted when it serves nothing any more: after the days in which an import may be undone."""
    for run in db.session.scalars(select(ImportRun).where(ImportRun.state == "done")).all():
        if not run.may_be_undone:
            _forget(run.id)


def _forget(run_id: int) -> None:
    full: ColumnElement[bool] = and_(_r.run_id == run_id, _r.told_sealed.is_not(None))
    some = select(_r.id).where(full).limit(AT_ONCE * 4)
    while numbers := list(trusted(some).scalars()):
        with write():
            trusted(update(_rows).where(_r.id.in_(numbers)).values(told_sealed=None))


def _pieces(numbers: list[int]) -> list[list[int]]:
    return [numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE)]
