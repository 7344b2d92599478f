"""Whom the register may know already: asked while a form is filled in, before one person has two files."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from gridunion.db import db, trusted
from gridunion.members.membership import staged
from gridunion.members.models import Person
from gridunion.tree import Unit, branch, width


def alike(name: str | None, phone: str | None) -> list[Person]:
    """People in the viewer's branch with the same phone or, when nobody has it, with the same name."""
    if same := _same("phone", phone) or _same("name", name):
        return list(db.session.scalars(select(Person).where(Person.id.in_(same)).order_by(Person.id)))
    return []


def _same(column: str, asked: str | None) -> list[int]:
    """Nearly always nobody: only who is found is loaded."""
    if not asked:
        return []
    return list(trusted(_equal(column, width()), {"asked": asked}).scalars())


@cache
def _equal(column: str, branches: int) -> Select[Any]:
    person, unit = Person.__table__.c, Unit.__table__.c
    inside = select(unit.id).where(branch(branches))
    found = select(person.id).where(person[column] == bindparam("asked"), person.unit_id.in_(inside))
    found = found.where(person.status != "merged", ~staged(person.status))
    return found.order_by(person.id).limit(5)
