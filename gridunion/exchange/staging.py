"""Rows of a sheet somebody sent for a branch, judged by the template and against the register, some at a time.

What is new goes into the register in hidden rows, so a worker that died loses at most one chunk.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import bindparam, select

from gridunion import clock
from gridunion.cells import cell_text
from gridunion.db import keyring, trusted
from gridunion.exchange.bulk import insert, new_uids, stamp
from gridunion.exchange.elsewhere import may_tell
from gridunion.exchange.intake import Cells, Fault, Twin, blank, judge_row
from gridunion.exchange.models import ImportRow, ImportRun, ranges_of
from gridunion.exchange.places import Places
from gridunion.exchange.register import Ready, insert_people, ready_person
from gridunion.exchange.template import NationalTemplate
from gridunion.members.finding import FINDABLE
from gridunion.members.models import Person
from gridunion.members.numbers import ELSEWHERE
from gridunion.members.real_name import id_index
from gridunion.tree import Unit

# What a row may change in a file that is there. Cell and membership are for transfers to change.
COMPARED = (
    "name", "sex", "birth_on", "ethnicity", "work_status", "education", "skill_level", "phone", "household_type",
    "household_place", "political_status", "employer_name", "native_place", "migrant", "key_group",
)  # fmt: skip
UNCHANGED = lazy_gettext("这个证件号码已登记，本人撤回了同意，资料不改")
NUMBERLESS = lazy_gettext("同名同手机号的人已登记，档案里还没有证件号码；选“按表格更新资料”可以补上")
MOST_CHANGED = 1000  # files one import may change: they are stored one by one, in the one transaction
_ROW = ("uid", "unit_id", "run_id", "number", "verdict", "field", "id_index", "person_id", "told_sealed")

_p, _u, _r = Person.__table__.c, Unit.__table__.c, ImportRow.__table__.c
_SOME: Any = bindparam("some", expanding=True)
_KNOWN = (
    select(_p.id, _p.id_index, _p.withdrawn_at, _u.path, *(_p[name] for name in COMPARED))
    .select_from(Person.__table__.join(Unit.__table__, _u.id == _p.unit_id))
    .where(_p.id_index.in_(_SOME), Person.visible(), _p.status != "merged")
    .order_by(_p.id)
)
# Whoever was registered in a minute has no number in the file yet; one name with one phone is one person.
_NUMBERLESS = (
    select(_p.id, _p.withdrawn_at, *(_p[name] for name in COMPARED))
    .select_from(Person.__table__.join(Unit.__table__, _u.id == _p.unit_id))
    .where(_p.phone.in_(_SOME), _p.id_index.is_(None), _p.status.in_(FINDABLE))
    .where(_u.path >= bindparam("lo"), _u.path < bindparam("hi"))
    .order_by(_p.id.desc())
)
_EARLIER = select(_r.id_index, _r.number).where(_r.run_id == bindparam("run"), _r.id_index.in_(_SOME))


@dataclass
class Judged:
    """A row, and what will be kept of it."""

    number: int
    verdict: str
    column: str = ""
    message: str = ""
    index: str | None = None
    person_id: int | None = None
    ready: Ready | None = None
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)
    cells: list[str] = field(default_factory=list)

    @property
    def told(self) -> str | None:
        said = {"message": self.message, "cells": self.cells, "old": self.old, "new": self.new}
        kept = {name: value for name, value in said.items() if value}
        return json.dumps(kept, ensure_ascii=False) if kept else None


class BranchIntake(NationalTemplate):
    """The national template, for people of one branch. Inside everywhere()."""

    def __init__(self, run: ImportRun) -> None:
        super().__init__()
        self.run_id, self.unit_id, self.columns_at = run.id, run.unit_id, dict(run.mapping)
        self.account_id = run.account_id
        self.branch, self.changed = run.unit.branch, run.counts.get("changed", 0)
        self.updates = run.updates
        self.made: dict[int, dict[str, Any]] = {}

    def prepare(self) -> None:
        super().prepare()
        self.places = Places.read(self.branch)
        self.now = clock.now()
        self.recorded = stamp(self.now)

    def take(self, row: int, cells: Cells) -> None:
        self.made[row] = self.judge(cells)

    def judge_some(self, rows: Iterable[tuple[int, Sequence[Any]]]) -> list[Judged]:
        """The verdicts on some rows. Outside write(): encrypting takes long."""
        self.made = {}
        sent = dict(rows)
        lines = [judge_row(self, number, row, self.columns_at) for number, row in sent.items()]
        indexes = {n: id_index(made["id_kind"], made["id_number"]) for n, made in self.made.items()}
        self._look_up(sorted(set(indexes.values())))
        self._elsewhere(indexes)
        judged = []
        for line in lines:
            it = Judged(line.row, line.verdict, line.field, line.message)
            if line.verdict == "ok":
                self._settle(it, indexes[line.row])
            if it.verdict in ("error", "duplicate"):
                it.cells = [cell_text(value) for value in sent[line.row]]
            judged.append(it)
        return judged

    def _look_up(self, indexes: list[str]) -> None:
        self.known: dict[str, list[Any]] = {}
        for person in trusted(_KNOWN, {"some": indexes}):
            self.known.setdefault(person.id_index, []).append(person)
        phones, (lo, hi) = sorted({made["phone"] for made in self.made.values()}), self.branch
        numberless = trusted(_NUMBERLESS, {"some": phones, "lo": lo, "hi": hi})
        self.numberless = {(person.name, person.phone): person for person in numberless}
        earlier = trusted(_EARLIER, {"run": self.run_id, "some": indexes})
        self.earlier: dict[str, int] = {row.id_index: row.number for row in earlier}

    def _elsewhere(self, indexes: dict[int, str]) -> None:
        """The rows of which it is told that somebody with exactly this name and number is registered elsewhere."""
        lo, hi = self.branch
        found = [
            number
            for number, index in indexes.items()
            if (known := self.known.get(index))
            and not any(lo <= person.path < hi for person in known)
            and any(person.name == self.made[number]["name"] for person in known)
        ]
        self.elsewhere = set(found[: may_tell(self.account_id, len(found))])

    def _settle(self, it: Judged, index: str) -> None:
        made = self.made[it.number]
        try:
            if it.number in self.elsewhere:
                raise Fault(self.title("id_number"), ELSEWHERE)
            here = self._here(made, index)
            self._refuse_twin(index)
            if here is None:
                it.verdict, it.ready = "new", ready_person(made, self.recorded)
            else:
                it.verdict, it.person_id = "changed", here.id
                it.new = self._news(made, here)
                it.old = {name: said(getattr(here, name)) for name in it.new}
                if here is self.numberless.get((made["name"], made["phone"])):
                    it.new["id_number"] = [made["id_kind"], made["id_number"]]
                self._count_change()
            it.index, self.earlier[index] = index, it.number
        except Fault as fault:
            it.verdict, it.column, it.message = fault.verdict, fault.field, fault.message

    def _here(self, made: dict[str, Any], index: str) -> Any:
        """Whoever has the number in the branch, when the row may and does say something new. Raises Fault.

        Of another branch it is never told where or who.
        """
        known, (lo, hi) = self.known.get(index, ()), self.branch
        for person in known:
            if lo <= person.path < hi:
                self._demand_consent(person)
                if not self.updates or not self._news(made, person):
                    raise Twin(self.title("id_number"), _("这个证件号码已登记"))
                return person
        if person := self.numberless.get((made["name"], made["phone"])):
            if not self.updates:
                raise Twin(self.title("phone"), NUMBERLESS)
            self._demand_consent(person)
        return person

    def _demand_consent(self, person: Any) -> None:
        if self.updates and person.withdrawn_at:
            raise Twin(self.title("id_number"), UNCHANGED)

    def _refuse_twin(self, index: str) -> None:
        if index in self.earlier:
            row = self.earlier[index]
            raise Twin(self.title("id_number"), _("和第 %(row)s 行是同一个证件号码", row=row))

    def _count_change(self) -> None:
        if self.changed >= MOST_CHANGED:
            raise Fault("", _("一次最多改 %(n)s 个人的资料，请分成几个文件上传", n=MOST_CHANGED))
        self.changed += 1

    def _news(self, made: dict[str, Any], person: Any) -> dict[str, Any]:
        """The fields the row gives that say something else than the file."""
        given = (name for name in COMPARED if not blank(made[name]))
        return {name: said(made[name]) for name in given if made[name] != getattr(person, name)}


def stage(run: ImportRun, judged: list[Judged], intake: BranchIntake) -> None:
    """Keep the rows, and the new people hidden. Inside write()."""
    new = [it for it in judged if it.ready is not None]
    people = insert_people([it.ready for it in new if it.ready], intake.now, hidden=True)
    for it, number in zip(new, people, strict=True):
        it.person_id = number
    run.people = ranges_of(people, run.people)
    uids = new_uids(len(judged))
    insert(ImportRow, _ROW, [_row(run, it, uid) for it, uid in zip(judged, uids, strict=True)])
    run.homes = sorted({*run.homes, *(it.ready.place.id for it in new if it.ready)})
    counts = dict(run.counts)
    for it in judged:
        counts[it.verdict] = counts.get(it.verdict, 0) + 1
    run.counts, run.rows_read, run.beat_at = counts, judged[-1].number, clock.now()


def _row(run: ImportRun, it: Judged, uid: str) -> tuple[Any, ...]:
    told = it.told
    sealed = keyring().encrypt(told, f"import_row.told_sealed.{uid}") if told else None
    return (uid, run.unit_id, run.id, it.number, it.verdict, it.column, it.index, it.person_id, sealed)


def says(person: Person, name: str) -> Any:
    """What a file says in a field, as JSON holds it; the number with its kind."""
    if name == "id_number":
        return [person.id_kind, person.id_number] if person.id_number else None
    return said(getattr(person, name))


def teach(person: Person, told: dict[str, Any]) -> None:
    """Let a file learn what JSON holds."""
    person.learn(**{name: meant(name, value) for name, value in told.items() if name != "id_number"})
    if "id_number" in told:
        person.set_id_number(*(told["id_number"] or (None, None)))


def said(value: Any) -> Any:
    """The value of a field as JSON holds it."""
    return value.isoformat() if isinstance(value, date) else value


def meant(name: str, value: Any) -> Any:
    """The value again."""
    return date.fromisoformat(value) if name == "birth_on" and value else value
