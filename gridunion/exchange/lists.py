"""The rows of an import, some at a time, as its pages show them."""

from typing import Any, NamedTuple

from sqlalchemy import select

from gridunion import settings
from gridunion.bookmark import opened, seal
from gridunion.cells import cell_text
from gridunion.db import db, trusted
from gridunion.exchange.models import ImportRow, ImportRun
from gridunion.exchange.staging import meant
from gridunion.exchange.template import NationalTemplate
from gridunion.identity import mask_id
from gridunion.look import day
from gridunion.members.models import Person
from gridunion.phones import mask_phone
from gridunion.tree import Unit

PAGE = 50
_LISTS = {
    "sex", "work_status", "education", "skill_level", "household_type", "political_status", "key_group",
}  # fmt: skip
_p, _u = Person.__table__.c, Unit.__table__.c


class Shown(NamedTuple):
    """A row of the sheet: whom it is about where that is known, and what is to be said of it."""

    number: int
    name: str
    place: str
    field: str
    message: str
    changes: list[tuple[str, str, str]]


def listed(run: ImportRun, verdict: str, after: str) -> tuple[list[Shown], str]:
    """A page of the rows with a verdict, and where the next one begins."""
    begun = (opened(f"import {verdict}", after) or [0])[0]
    found = select(ImportRow).where(
        ImportRow.run_id == run.id, ImportRow.verdict == verdict, ImportRow.number > begun
    )
    rows = list(db.session.scalars(found.order_by(ImportRow.number).limit(PAGE + 1)))
    people = _people([row.person_id for row in rows[:PAGE] if row.person_id])
    shown = [_shown(row, people) for row in rows[:PAGE]]
    return shown, seal(f"import {verdict}", shown[-1].number) if len(rows) > PAGE else ""


def _people(numbers: list[int]) -> dict[int, Any]:
    """Names and cells, also of people still hidden: they stand in the branch of the import, which the viewer sees."""
    found = select(_p.id, _p.name, _u.name.label("place")).where(_p.id.in_(numbers), _u.id == _p.unit_id)
    return {row.id: row for row in trusted(found)} if numbers else {}


def _shown(row: ImportRow, people: dict[int, Any]) -> Shown:
    person, told = people.get(row.person_id or 0), row.told
    name, place = (person.name, person.place) if person else ("", "")
    olds, news = told.get("old", {}), told.get("new", {})
    changes = [(title(field), worded(field, olds.get(field)), worded(field, news[field])) for field in news]
    return Shown(row.number, name, place, row.field, told.get("message", ""), changes)


def title(field: str) -> str:
    return NationalTemplate.columns[field][0]


def worded(field: str, value: Any) -> str:
    """What a field says, as people read it."""
    if value in (None, ""):
        return ""
    if field in _LISTS:
        return settings.label(field, value)
    if field == "birth_on":
        return day(meant(field, value))
    if field == "id_number":
        return mask_id(value[1])
    if field == "phone":
        return mask_phone(value)
    return cell_text(value)
