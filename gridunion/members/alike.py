"""Whom the register may know already: asked while a form is filled in, before one person has two files."""

from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, bindparam, literal, select, union_all

from gridunion.db import db, trusted, written
from gridunion.members.models import Person
from gridunion.tree import Unit, branch, width


def alike(name: str | None, phone: str | None) -> list[Person]:
    """People in the viewer's branch with the same phone or, when nobody has it, with the same name."""
    found = trusted(_equal(width()), {"name": name or None, "phone": phone or None}).all()
    if not found:  # nearly always: only who is found is loaded
        return []
    by = "phone" if any(row.by == "phone" for row in found) else "name"
    same = [row.id for row in found if row.by == by]
    return list(db.session.scalars(select(Person).where(Person.id.in_(same)).order_by(Person.id)))


@cache
def _equal(branches: int) -> CompoundSelect[Any]:
    """Both questions in one statement."""
    return union_all(_first_with("phone", branches), _first_with("name", branches))


def _first_with(column: str, branches: int) -> Select[Any]:
    person, unit = Person.__table__.c, Unit.__table__.c
    inside = select(unit.id).where(branch(branches))
    found = select(person.id, literal(column).label("by")).where(
        person[column] == bindparam(column), person.unit_id.in_(inside)
    )
    found = found.where(person.status != "merged")
    return select(found.order_by(person.id).limit(written(5)).subquery())
