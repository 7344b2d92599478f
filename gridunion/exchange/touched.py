"""Who of the people of an import anybody has to do with since: they stay when it is taken back."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from gridunion.db import Base, trusted
from gridunion.members.gone import EmployerGone
from gridunion.members.models import Person
from gridunion.visits.due import DueVisit

_p, _g, _d = Person.__table__.c, EmployerGone.__table__.c, DueVisit.__table__.c
_OWN = ("membership", "consent")  # what the import itself wrote beside them; and questions nobody answered
_FIRST: Any = bindparam("first")
_LAST: Any = bindparam("last")


def touched(ranges: list[list[int]]) -> set[int]:
    """The numbers of those who were changed, or whom any other record names."""
    return {
        number
        for first, last in ranges
        for asked in _asked()
        for number in trusted(asked, {"first": first, "last": last}).scalars()
    }


@cache
def _asked() -> list[Select[Any]]:
    """One walk through each table: there are far fewer records about new people than new people."""
    others = [
        key.parent
        for table in Base.metadata.sorted_tables
        if table.name not in _OWN
        for key in table.foreign_keys
        if key.column is _p.id
    ]
    others = [it for it in others if it is not _d.person_id]
    changed = select(_p.id).where(_p.id.between(_FIRST, _LAST), _p.version > 1)
    visited = select(_d.person_id).where(_d.person_id.between(_FIRST, _LAST), ~by_itself())
    return [changed, visited, *(_named(it) for it in others)]


def _named(column: Any) -> Select[Any]:
    named = select(column).where(column.between(_FIRST, _LAST)).distinct()
    return named.where(_g.state != "open") if column is _g.person_id else named


def by_itself() -> ColumnElement[bool]:
    """A due visit that a rhythm planned and nobody made: nobody had to do with the person for that."""
    return _d.recorded_by_id.is_(None) & (_d.state != "done")
