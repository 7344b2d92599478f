"""Storing an import, and taking it back: one short transaction each, whatever the number of people.

The people are in the register already, hidden. Storing shows them, taking back hides them again; what was hidden
for good is deleted afterwards (gridunion.exchange.clearing).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import bindparam, delete, null, select, update

from gridunion import audit
from gridunion.db import db, trusted
from gridunion.exchange.clearing import remove
from gridunion.exchange.heavy import roomy
from gridunion.exchange.models import ImportRow, ImportRun, without
from gridunion.exchange.staging import UNCHANGED, says, teach
from gridunion.exchange.touched import by_itself, touched
from gridunion.members.gone import EmployerGone, ask_about_newcomers
from gridunion.members.membership import Membership, WrongStep
from gridunion.members.models import Person
from gridunion.members.numbers import told_here
from gridunion.members.real_name import id_index
from gridunion.members.suspect_walk import walk_again_from
from gridunion.status.models import refresh
from gridunion.tree import Unit
from gridunion.visits.due import DueVisit

AT_ONCE = 200
TAKEN = lazy_gettext("这个证件号码已登记")

_tables: list[Any] = [it.__table__ for it in (Person, Membership, ImportRow)]
_people, _spans, _rows = _tables
_p, _m, _r, _u, _d = _people.c, _spans.c, _rows.c, Unit.__table__.c, DueVisit.__table__.c
_RUN: Any = bindparam("run")
_SOME: Any = bindparam("some", expanding=True)
_FIRST: Any = bindparam("first")
_LAST: Any = bindparam("last")
_KEPT = select(_r.person_id).where(_r.run_id == _RUN, _r.verdict == "kept", _r.person_id.is_not(None))
_HOMES = select(_u.path, _u.closed_on).where(_u.id.in_(_SOME))

# A row keeps its length when what it says moves from one column to the other, and so its place in the base. FAIL
# spares SQLite a copy of all pages in memory, by which it would undo this statement alone: all is undone anyway.
_TURNED = [(table, column, table.c.status, table.c.staged)
           for table, column in ((_people, _p.id), (_spans, _m.person_id))]  # fmt: skip
_SHOW = [
    update(table)
    .prefix_with("OR FAIL", dialect="sqlite")
    .where(column.between(_FIRST, _LAST), staged.is_not(None))
    .values(status=staged, staged=null())
    for table, column, _status, staged in _TURNED
]
_HIDE = [
    update(table)
    .prefix_with("OR FAIL", dialect="sqlite")
    .where(column.between(_FIRST, _LAST), status.is_not(None), column.not_in(_KEPT))
    .values(status=null(), staged=status)
    for table, column, status, _staged in _TURNED
]
_g: Any = EmployerGone.__table__.c
_UNASK = delete(EmployerGone.__table__).where(  # type: ignore[arg-type]
    _g.person_id.between(_FIRST, _LAST), _g.state == "open", _g.person_id.not_in(_KEPT)
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
    for first, last in run.people:
        ask_about_newcomers(first, last)
    if run.people:
        walk_again_from(run.people[0][0])
    run.finish()
    audit.note("load", run, what="members", rows={"new": run.counts.get("new", 0), "changed": changed})


def _turn(run: ImportRun, statements: Sequence[Any]) -> None:
    """Show all the people, or hide them, and count those of their cells."""
    with roomy():
        for statement in statements:
            for first, last in run.people:
                trusted(statement, {"run": run.id, "first": first, "last": last})
        refresh(run.homes, {Person, DueVisit})


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
    twins = {row.id: row.person_id for row in trusted(_TWINS, {"run": run.id, "lo": lo, "hi": hi})}
    if not twins:
        return
    for row in db.session.scalars(select(ImportRow).where(ImportRow.id.in_(twins))):
        row.verdict, row.person_id = "duplicate", None
        row.told = {"message": str(TAKEN)}
    db.session.flush()
    remove(list(twins.values()))
    run.people = without(run.people, twins.values())
    counts = dict(run.counts)
    counts["new"] -= len(twins)
    run.counts = counts | {"duplicate": counts.get("duplicate", 0) + len(twins)}


def _change(run: ImportRun) -> int:
    """Let the files learn what the sheet says; what they said before is kept for taking it back. Whoever took the
    consent back since keeps the file as it is."""
    done = 0
    for row, person, new, _old in _changes(run):
        if why := _why_not(person, new):
            _leave(run, row, why)
            continue
        row.told = row.told | {"old": {name: says(person, name) for name in new}}
        teach(person, new)
        done += 1
    return done


def _why_not(person: Person, new: dict[str, Any]) -> str:
    """What happened to a file since the sheet was read that forbids to change it."""
    if person.withdrawn_at:
        return str(UNCHANGED)
    if "id_number" not in new:
        return ""
    return str(TAKEN) if person.id_index else told_here(person, id_index(*new["id_number"]))


def _leave(run: ImportRun, row: ImportRow, why: str) -> None:
    row.verdict, row.person_id = "duplicate", None
    row.told = {"message": why}
    counts = run.counts | {"changed": run.counts["changed"] - 1}
    run.counts = counts | {"duplicate": counts.get("duplicate", 0) + 1}


def _changes(run: ImportRun) -> Iterator[tuple[ImportRow, Person, dict[str, Any], dict[str, Any]]]:
    """The rows that change a file, with the file, and what it shall say and said before."""
    changed = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.verdict == "changed")
    rows = list(db.session.scalars(changed.order_by(ImportRow.number)))
    numbers = [row.person_id for row in rows if row.person_id]
    people = {it.id: it for it in db.session.scalars(select(Person).where(Person.id.in_(numbers)))}
    for row in rows:
        if person := people.get(row.person_id or 0):
            yield row, person, row.told["new"], row.told.get("old", {})


def undo(run: ImportRun) -> None:
    """Take an import back: its people are gone, but for those somebody has to do with since. Inside write()."""
    run.demand("done")
    if not run.may_be_undone:
        raise WrongStep(run.state)
    kept = sorted(touched(run.people))
    for at in range(0, len(kept), AT_ONCE):
        trusted(_KEEP, {"run": run.id, "some": kept[at : at + AT_ONCE]})
    _turn(run, [_UNPLAN, _UNASK, *_HIDE])
    stayed = len(kept) + _change_back(run)
    run.counts = dict(run.counts) | {"kept": stayed}
    run.take_back()
    audit.note("undo load", run, what="members", rows={"kept": stayed})


_UNPLAN = (
    update(DueVisit.__table__)  # type: ignore[arg-type]
    .where(_d.person_id.between(_FIRST, _LAST), _d.state == "open", by_itself(), _d.person_id.not_in(_KEPT))
    .values(state="cancelled")
)
_KEEP = update(_rows).where(_r.run_id == _RUN, _r.person_id.in_(_SOME)).values(verdict="kept")


def _change_back(run: ImportRun) -> int:
    """Give the files back what they said, where nobody wrote something else since; returns how many stay."""
    stayed = 0
    for row, person, new, old in _changes(run):
        same = [name for name, value in new.items() if says(person, name) == value]
        teach(person, {name: old[name] for name in same})
        if len(same) < len(new):
            row.verdict, stayed = "kept", stayed + 1
    return stayed
