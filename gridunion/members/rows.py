"""A person as every list of people shows them, and the tags other rooms put there."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, select

from gridunion import clock
from gridunion.members.models import Person
from gridunion.members.real_name import work_words
from gridunion.tree import Unit

PAGE = 20
DAY = timedelta(days=1)

_p = Person.__table__.c
JOINED = Unit.__table__.join(Person.__table__, _p.unit_id == Unit.__table__.c.id)

FACTS = (
    _p.id, _p.uid, _p.name, case((_p.withdrawn_at.is_(None), _p.phone)), _p.key_group, _p.work_status,
    _p.hardship_class, _p.new_form, _p.status,
    _p.visit_due_at.is_not(None),
)  # fmt: skip
GREETED_ON = case((_p.share_birthday, _p.birth_on))  # only those who agreed to it


class Row(NamedTuple):
    """A member as the list shows them."""

    id: int
    uid: UUID
    name: str
    phone: str | None
    key_group: str | None
    work_status: str | None
    hardship_class: str | None
    new_form: bool
    status: str
    visit_due: bool
    unseen_days: int
    has_birthday: bool
    tags: list[tuple[object, str]]

    @property
    def work(self) -> str:
        return work_words(self.key_group, self.work_status)


class Mark(NamedTuple):
    """A tag another room puts on people in the list: for whom, to a viewer of so many branches whom something binds
    or not; words and kind."""

    condition: Callable[[int, bool], ColumnElement[bool]]
    tag: tuple[object, str]


MARKS: list[Mark] = []


def listed(width: int, bound: bool, *more: ColumnElement[Any]) -> Select[Any]:
    """What a row is made of, and something more."""
    marks = (mark.condition(width, bound) for mark in MARKS)
    return select(*FACTS, _p.seen_at, GREETED_ON, *marks, *more).select_from(JOINED)


def rows_of(found: Sequence[Any]) -> list[Row]:
    """A page of rows, as seen today."""
    today = clock.today()
    midnight, so_many = clock.midnight(today), len(FACTS)
    rows = []
    for row in found[:PAGE]:
        seen_at, greeted_on, *marked = row[so_many:]
        birthday = bool(greeted_on) and (greeted_on.month, greeted_on.day) == (today.month, today.day)
        tags = [mark.tag for mark, holds in zip(MARKS, marked, strict=False) if holds]
        rows.append(Row._make((*row[:so_many], -((seen_at - midnight) // DAY), birthday, tags)))
    return rows
