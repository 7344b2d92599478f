"""会员名册: the register as a table of the national template, column by column as an import reads it again."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from gridunion import settings
from gridunion.db import keyring
from gridunion.exchange.template import NationalTemplate
from gridunion.identity import mask_id
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.part import COMMUNITY, Part
from gridunion.phones import mask_phone
from gridunion.tree import Unit

_p, _m = Person.__table__.c, Membership.__table__.c
Value = str | int | None
Show = Callable[[Any], Value]

# Field of the template → the column it is read from.
SOURCES = {name: _p[name] for name in NationalTemplate.columns if name in _p} | {
    "id_number": _p.id_number_sealed,
    "change_type": _m.change_type, "joined_on": _m.from_on, "change_reason": _m.change_reason,
    "community": COMMUNITY.label("community"), "cell": Unit.__table__.c.code.label("cell"),
}  # fmt: skip
FIELDS = tuple(NationalTemplate.columns)
HEADER = ("序号", *(names[0] for names in NationalTemplate.columns.values()))
COLUMNS = (_p.uid, *(SOURCES[name] for name in FIELDS))
YES = {True: "是", False: "否", None: None}


def lines(part: Part, most: int, whole: frozenset[str]) -> Iterator[list[Value]]:
    """The rows of the table; `whole` names the numbers that are written out: id_number, phone."""
    shown = [_shown(name, whole) for name in FIELDS]
    for number, row in enumerate(part.rows(COLUMNS, most), 1):
        yield [number, *_cells(row, shown, "id_number" in whole)]


def _cells(row: Row[Any], shown: list[Show], whole: bool) -> Iterator[Value]:
    uid, values = row[0], tuple[Any, ...](row[1:])
    for name, show, value in zip(FIELDS, shown, values, strict=True):
        if value is None:
            yield None
        else:
            yield _number(uid, value, whole) if name == "id_number" else show(value)


def _number(uid: UUID, sealed: str, whole: bool) -> str:
    number = keyring().decrypt(sealed, f"person.id_number_sealed.{uid.hex}")
    return number if whole else mask_id(number)


def _shown(name: str, whole: frozenset[str]) -> Show:
    """How the values of a column are written: in Chinese, for whatever reader: so an import reads them."""
    if name in CODED:
        return cache(partial(_words, name))
    if name == "phone" and name not in whole:
        return mask_phone
    return YES.__getitem__ if name == "migrant" else str


CODED = frozenset({
    "sex", "work_status", "id_kind", "education", "skill_level", "household_type", "change_type", "change_reason",
    "political_status", "key_group",
})  # fmt: skip


def _words(name: str, code: str) -> str:
    entry = settings.code(name, code)
    return entry.label_zh if entry else code
