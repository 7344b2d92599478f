"""A part of the register: what the filters of the list leave of the viewer's branches, or whom its search found.

What is exported and what is printed is read from here, cell by cell and in the order of the readings of names.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Self

from flask import request
from flask_babel import lazy_gettext as _
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Result,
    Select,
    and_,
    bindparam,
    case,
    func,
    select,
)

from gridunion.accounts.trail_words import VALUES
from gridunion.db import trusted
from gridunion.members.filters import AGES, EMPTY, MIGRANT, QUICK, SHOWN, SLOW, Filters
from gridunion.members.finding import IS_FINDABLE, scope
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.search import Question, index_id, question
from gridunion.text import clean_question
from gridunion.tree import Unit, branch, width
from gridunion.web import viewer

# What the filters of the list are called on paper and in the trail.
SHOWS = {
    "all": _("全部会员"), "due": _("该走访的会员"), "hardship": _("困难会员"), "new_form": _("新就业形态会员"),
    "incomplete": _("档案不全的会员"), "applied": _("等审批的人"),
}  # fmt: skip
FOUND = "found"
VALUES["", "filter"] = SHOWS | {FOUND: _("搜索找到的人")}
VALUES["", "migrant"], VALUES["", "lack"] = MIGRANT, EMPTY
VALUES["", "age"] = {name: words for name, (_from, _to, words) in AGES.items()}

_p, _m, _u = Person.__table__.c, Membership.__table__.c, Unit.__table__.c
_above = Unit.__table__.alias("above")
_MOST: BindParameter[int] = bindparam("most")

COMMUNITY = case((_u.kind == "cell", _above.c.name), else_=_u.name)
"""The union somebody belongs to: that of the cell, or the unit itself where nobody is in a cell."""


class Shape(NamedTuple):
    """A name of SHOWN, and those of QUICK and SLOW; or the condition of a search."""

    show: str
    names: tuple[str, ...]
    search: ColumnElement[bool] | None = None


MOST_NAMED = 3  # places of one viewer

PLACED = Person.__table__.join(Unit.__table__, _u.id == _p.unit_id)
IN_UNION = PLACED.outerjoin(_above, _above.c.id == _u.parent_id)
# One span of a person runs; where none does, the columns of membership stay empty.
_WHOLE = IN_UNION.outerjoin(Membership.__table__, and_(_m.person_id == _p.id, _m.until_on.is_(None)))


@dataclass(frozen=True)
class Part:
    """Whom a list, a table or a heap of cards is about."""

    filters: Filters
    unit_id: int
    name: str
    words: str = ""
    question: Question | None = None

    @classmethod
    def asked(cls, right: str) -> Self:
        """The part the address of the request names; all there is where it names none. Raises NotFound."""
        filters = Filters.asked()
        if unit := filters.unit:
            return cls(filters, unit.id, unit.name)
        held = viewer().holding(right)
        return cls(filters, held[0].unit_id, "、".join(place.name for place in held[:MOST_NAMED]))

    @classmethod
    def found(cls, right: str) -> Self:
        """Whom the words that were posted find; the part the address names where there are none."""
        part, words = cls.asked(right), clean_question(request.form.get("q", ""))
        looked_for = question(words, scope(viewer(), right)) if words else None
        return replace(part, filters=Filters(), words=words, question=looked_for) if words else part

    @property
    def show(self) -> str:
        """What was chosen, as the trail names it. The words of a search are no business of the trail."""
        return FOUND if self.words else self.filters.show

    @property
    def who(self) -> str:
        """The same, in words."""
        return str(_("搜“%(words)s”找到的人", words=self.words) if self.words else SHOWS[self.show])

    @property
    def code(self) -> str:
        return self.filters.unit.code if self.filters.unit else ""

    @property
    def args(self) -> dict[str, Any]:
        """What the part is called in an address."""
        return {"show": self.show} | self.filters.address

    @property
    def narrowed(self) -> dict[str, str]:
        """What else was chosen in the list, as the trail tells it."""
        chosen = {name: said for name, said in self.filters.address.items() if name not in ("show", "unit")}
        return {"key_group" if name == "group" else name: said for name, said in chosen.items()}

    @property
    def shape(self) -> Shape:
        """What its conditions are, whatever they compare with: a statement is built once for each."""
        return Shape(self.show, self.filters.names, self.question.condition if self.question else None)

    @property
    def values(self) -> dict[str, Any]:
        return self.filters.values | (self.question.values if self.question else {})

    @property
    def nobody(self) -> bool:
        """Words no name can hold were looked for."""
        return bool(self.words) and self.question is None

    def count(self, most: int) -> int:
        """How many people, counted to one above `most`."""
        if self.nobody:
            return 0
        return int(trusted(_counted(width(), self.shape), self.values | {"most": most + 1}).scalar() or 0)

    def rows(self, columns: tuple[ColumnElement[Any], ...], most: int) -> Result[Any]:
        """The people, a few at a time, however many they are."""
        return trusted(_listed(width(), self.shape, columns), self.values | {"most": most})


def inside(width: int, shape: Shape) -> ColumnElement[bool]:
    """The condition of a part: what the viewer may see, of that what was chosen. Who took the consent back is in
    none: their data is only kept."""
    if shape.search is not None:
        return and_(branch(width), IS_FINDABLE, _p.withdrawn_at.is_(None), shape.search)
    chosen = ((QUICK | SLOW)[name] for name in shape.names)
    return and_(branch(width), SHOWN[shape.show], _p.withdrawn_at.is_(None), *chosen)


def _among(people: FromClause, shape: Shape) -> FromClause:
    """Of a search only who its index holds."""
    number = index_id()
    return people if shape.search is None else people.join(number.table, _p.id == number)


@cache
def _counted(width: int, shape: Shape) -> Select[Any]:
    some = select(_p.id).select_from(_among(PLACED, shape)).where(inside(width, shape)).limit(_MOST)
    return select(func.count()).select_from(some.subquery())


@cache
def _listed(width: int, shape: Shape, columns: tuple[ColumnElement[Any], ...]) -> Select[Any]:
    found = select(*columns).select_from(_among(_WHOLE, shape)).where(inside(width, shape))
    ordered = found.order_by(_u.path, _p.reading, _p.id).limit(_MOST)
    return ordered.execution_options(stream_results=True, yield_per=500)


def below(part: Part, right: str) -> list[tuple[str, str]]:
    """(code, name) of the units a part may be narrowed to: one step down from it, or from where the viewer stands."""
    codes = [part.code] if part.code else [held.code for held in viewer().holding(right)]
    return [(row.code, row.name) for row in trusted(_children(width()), {"codes": codes})]


@cache
def _children(width: int) -> Select[Any]:
    found = select(_u.code, _u.name).join(_above, _above.c.id == _u.parent_id)
    chosen = _above.c.code.in_(bindparam("codes", expanding=True))
    return found.where(chosen, branch(width), _u.closed_on.is_(None)).order_by(_u.path)
