"""Finding people by a piece of a name, its reading or the first letters of it, the end of a phone or of an identity
number, or an employer: a question becomes a condition on the index.

SQLite and PostgreSQL hold the index differently; both give exactly the answers of LIKE, at any size.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    table,
)  # fmt: skip

from gridunion.db import db, is_sqlite
from gridunion.members.models import Person
from gridunion.members.tokens import asks_for_an_end, wanted


@dataclass(frozen=True)
class Question:
    """What is looked for, as a condition built once a shape and the values it takes."""

    groups: list[list[str]]
    units: list[str]
    like: str

    @property
    def condition(self) -> ColumnElement[bool]:
        """On rows of the index joined with Person."""
        return _condition(db.engine.dialect.name, len(self.groups), bool(self.units), bool(self.like))

    @property
    def values(self) -> dict[str, Any]:
        like = {"like": self.like} if self.like else {}
        return like | (self._text() if is_sqlite(db.engine) else self._arrays())

    def _text(self) -> dict[str, Any]:
        asked = " OR ".join(
            "(" + " AND ".join(f'"{token}"' for token in group) + ")" for group in self.groups
        )
        return {"asked": f"({asked}) AND ({' OR '.join(self.units)})" if self.units else asked}

    def _arrays(self) -> dict[str, Any]:
        units = {"units": self.units} if self.units else {}
        return units | {f"group{n}": group for n, group in enumerate(self.groups)}


def question(asked: str, unit_ids: Sequence[int]) -> Question | None:
    """What was asked, narrowed to some units; None when nothing can match."""
    asked = _narrow(asked)
    groups = wanted(asked)
    if not groups:
        return None
    like = "" if asks_for_an_end(asked) else _like(asked)
    return Question(groups, [f"u{unit_id}" for unit_id in unit_ids], like)


def _narrow(asked: str) -> str:
    """Letters as wide as characters, as a Chinese keyboard may type them, are the plain ones."""
    plain = unicodedata.normalize("NFKC", asked)
    return plain if plain.isascii() else asked


_INDEX = {
    "sqlite": table("person_search", column("rowid")),
    "postgresql": table("person_search", column("person_id"), column("tokens")),
}


def index_id() -> ColumnElement[int]:
    """The number of the person a row of the index is about; SQLite walks the index in its order."""
    return next(iter(_INDEX[db.engine.dialect.name].c))


@cache
def _condition(dialect: str, groups: int, units: bool, longer: bool) -> ColumnElement[bool]:
    if dialect == "sqlite":
        held: ColumnElement[bool] = literal_column("person_search").op("MATCH")(bindparam("asked"))
    else:
        held = _in_arrays(_INDEX[dialect].c.tokens, groups, units)
    return and_(held, _exact()) if longer else held


def _in_arrays(tokens: ColumnElement[Any], groups: int, units: bool) -> ColumnElement[bool]:
    held = or_(*(tokens.op("@>")(bindparam(f"group{n}", type_=ARRAY(Text))) for n in range(groups)))
    return and_(held, tokens.op("&&")(bindparam("units", type_=ARRAY(Text)))) if units else held


def _like(asked: str) -> str:
    """The pattern longer questions are checked by; empty for others."""
    said = re.sub(r"\s", "", asked).lower()
    plain = said.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%" if len(said) > 2 else ""


def _exact() -> ColumnElement[bool]:
    """Longer questions are checked on the row: pieces may stand apart."""
    like = bindparam("like", type_=Text)
    return or_(
        Person.initials.like(like, escape="\\"), Person.reading.like(like, escape="\\"),
        func.replace(Person.name, " ", "").ilike(like, escape="\\"),
        func.replace(Person.employer_name, " ", "").ilike(like, escape="\\"),
    )  # fmt: skip
