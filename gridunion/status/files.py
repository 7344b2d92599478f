"""How complete the real-name files of a unit are: counted from the stored figures of the branch, and what exactly
is missing where there are few enough to look at them, in a community and in its cells."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, func, literal_column, select, text

from gridunion.db import Bytewise, trusted
from gridunion.members.models import Person
from gridunion.members.real_name import FILE, LACKING
from gridunion.status.models import Standing
from gridunion.tree import Unit, branch, width

_u, _s, _p = Unit.__table__, Standing.__table__, Person.__table__.c
_below = _u.alias("below")
_lo, _hi = bindparam("lo", type_=Bytewise), bindparam("hi", type_=Bytewise)
_top = func.substr(_u.c.path, 1, func.length(_u.c.path) - 1).concat("0")
_one: Any = literal_column("1")


@dataclass(frozen=True)
class Files:
    """The files of a unit's members: how many, how many of them are incomplete, how many columns are empty in all."""

    code: str
    name: str
    kind: str
    members: int
    incomplete: int
    gaps: int

    @property
    def complete(self) -> int:
        return self.members - self.incomplete

    @property
    def average(self) -> int | None:
        """Percent of the columns that are filled, on average; never said to be all while one is empty."""
        if not self.members:
            return None
        whole = self.members * len(FILE)
        return min(round(100 * (whole - self.gaps) / whole), 99 if self.gaps else 100)


@cache
def _sums(width: int, within: bool) -> Select[Any]:
    """A unit, or the units right below it, each with the sums of all that stands below."""
    sums = [
        func.coalesce(func.sum(_s.c[name]), 0, type_=Integer) for name in ("members", "incomplete", "gaps")
    ]
    below = and_(_below.c.path >= _u.c.path, _below.c.path < _top)
    joined = _u.join(_below, below).join(_s, _s.c.unit_id == _below.c.id, isouter=True)
    place = _u.c.parent_id if within else _u.c.id
    found = select(_u.c.code, _u.c.name, _u.c.kind, *sums).select_from(joined)
    return found.where(place == bindparam("unit"), branch(width)).group_by(_u.c.id).order_by(_u.c.path)


def files_of(unit: Unit) -> Files:
    """How complete the files of everybody under a unit are."""
    return Files(*tuple(trusted(_sums(width(), False), {"unit": unit.id}).one()))


def files_below(unit: Unit) -> list[Files]:
    """The units right below that have members, the least complete first."""
    found = [Files(*tuple(row)) for row in trusted(_sums(width(), True), {"unit": unit.id})]
    return sorted((it for it in found if it.members), key=lambda it: it.average or 0)


@cache
def _missing(width: int) -> Select[Any]:
    counts = [func.coalesce(func.sum(case((text(LACKING[name]), _one))), 0) for name in LACKING]
    found = select(*counts).select_from(_u.join(Person.__table__, _p.unit_id == _u.c.id))
    inside = (_u.c.path >= _lo, _u.c.path < _hi, branch(width))
    return found.where(*inside, _p.status == literal_column("'active'"), _p.gaps != literal_column("0"))


def missing(unit: Unit) -> list[tuple[str, int]]:
    """(column, how many members lack it) of a community or a cell, the most wanted first."""
    lo, hi = unit.branch
    counts = trusted(_missing(width()), {"lo": lo, "hi": hi}).one()
    found = [(name, int(count)) for name, count in zip(LACKING, counts, strict=True) if count]
    return sorted(found, key=lambda it: -it[1])
