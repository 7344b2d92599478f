"""Finding people by a piece of a name, its reading or the first letters of it, the end of a phone or of an identity
number, or an employer.

Each person has a row of tokens: name pieces of one to three characters, pieces of the initials, beginnings of the
reading of the name and of the given name, phone endings, a keyed digest of the last four signs of the identity
number, pairs of characters of the employer, and the units the person stands under. SQLite keeps them in FTS5,
PostgreSQL in an array with a GIN index; both give exactly the answers of LIKE, at any size.
This module holds the product's raw SQL.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
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
    event,
    func,
    inspect,
    literal_column,
    or_,
    select,
    table,
    text,
)  # fmt: skip
from sqlalchemy.orm import Session

from gridunion.db import db, is_sqlite, keyring, trusted, write
from gridunion.jobs import enqueue, job, periodic
from gridunion.members.models import Person
from gridunion.names import syllables
from gridunion.text import clean_code
from gridunion.tree import Unit

LONGEST, LONGEST_INITIALS, LONGEST_READING = 3, 8, 8
TAIL = re.compile(r"[0-9]{3}[0-9X]")  # the end of an identity number
MOST_STARTS = 3  # the family name, of one character or two, and the given name
TRUSTED = {"branch": True}

_DELETE = {
    "sqlite": text("DELETE FROM person_search WHERE rowid = :id"),
    "postgresql": text("DELETE FROM person_search WHERE person_id = :id"),
}
_INSERT = {
    "sqlite": text("INSERT INTO person_search (rowid, tokens) VALUES (:id, :tokens)"),
    "postgresql": text("INSERT INTO person_search (person_id, tokens) VALUES (:id, :tokens)"),
}


def tokens(
    name: str,
    initials: str,
    phone: str | None,
    employer: str | None,
    unit_ids: Iterable[int],
    id_number: str | None = None,
) -> list[str]:
    """All the tokens of a person."""
    made = {f"n{piece}" for piece in _pieces(_plain(name), LONGEST)}
    made |= {f"p{piece}" for piece in _pieces(_plain(initials), LONGEST_INITIALS)}
    made |= {f"t{(phone or '')[-size:]}" for size in range(1, len(phone or "") + 1)}
    made |= {f"e{pair}" for pair in _pieces(_plain(employer or ""), 2) if len(pair) == 2}
    made |= {f"r{beginning}" for beginning in _beginnings(name)}
    made |= {f"u{unit_id}" for unit_id in unit_ids}
    if id_number:
        made.add(tail_token(id_number))
    return sorted(made)


def tail_token(id_number: str) -> str:
    """The last four signs of an identity number, as the index holds them.

    They stand on every screen that shows the number masked, so finding by them tells staff nothing new. In the
    base there are only 11,000 of them to try, so they are kept under the key that lies outside it (safety.md 11).
    """
    return f"d{keyring().digest(id_number[-4:].upper(), 'identity tail')[:12]}"


def _beginnings(name: str) -> set[str]:
    """How the reading of a name may be typed: from its first letter on, or from the first of the given name."""
    parts = [_plain(part) for part in syllables(name)] if name else []
    whole = ["".join(parts[start:])[:LONGEST_READING] for start in range(min(len(parts), MOST_STARTS))]
    return {text[:size] for text in whole for size in range(2, len(text) + 1)}


def _plain(text: str) -> str:
    """Lower case, without blanks; signs at which SQLite would cut a token become letters of no language."""
    return re.sub(r"\s", "", text).lower().translate(_UNCUT)


_UNCUT = {sign: 0xE000 + sign for sign in range(128) if not chr(sign).isalnum()}


def _pieces(whole: str, longest: int) -> set[str]:
    return {whole[a : a + size] for size in range(1, longest + 1) for a in range(len(whole) - size + 1)}


def wanted(asked: str) -> list[list[str]]:
    """What a question asks for: any of the groups, every token of a group. Empty when nothing can match."""
    if number := _number(asked):
        return [[f"t{number}"], *_tail(number)]
    if tail := _tail(clean_code(asked)):
        return tail
    said = _plain(asked)
    groups = [[f"n{piece}" for piece in _cover(said, LONGEST)]] if said else []
    if said.isascii() and said.isalpha():
        groups.append([f"p{said[:LONGEST_INITIALS]}"])
    if said.isascii() and len(said) >= 2:
        groups.append([f"r{said[:LONGEST_READING]}"])
    if len(said) >= 2:
        groups.append([f"e{piece}" for piece in _cover(said, 2)])
    return groups


def _number(asked: str) -> str:
    """The end of a phone number, however it is written; empty when something else was asked."""
    digits = clean_code(asked, "-()+")
    return digits[-11:] if digits.isascii() and digits.isdigit() else ""


def _tail(digits: str) -> list[list[str]]:
    """Four signs may be the end of an identity number, too."""
    return [[tail_token(digits)]] if TAIL.fullmatch(digits) else []


def _cover(said: str, size: int) -> list[str]:
    """The longest pieces that together cover what was said."""
    if len(said) <= size:
        return [said]
    return [said[a : a + size] for a in range(len(said) - size + 1)]


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
    return Question(groups, [f"u{unit_id}" for unit_id in unit_ids], "" if _is_tail(asked) else _like(asked))


def _narrow(asked: str) -> str:
    """Letters as wide as characters, as a Chinese keyboard may type them, are the plain ones."""
    plain = unicodedata.normalize("NFKC", asked)
    return plain if plain.isascii() else asked


def _is_tail(asked: str) -> bool:
    """The end of a number was asked for, not words."""
    return bool(_number(asked) or _tail(clean_code(asked)))


def matching(asked: str, unit_ids: Sequence[int]) -> ColumnElement[bool] | None:
    """The condition on Person alone of a question; None when nothing can match."""
    if found := question(asked, unit_ids):
        return Person.id.in_(select(index_id()).where(found.condition).params(found.values))
    return None


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


def put(people: Iterable[Person], new: bool = False) -> None:
    """Index people anew, or for the first time. Inside write()."""
    dialect = db.engine.dialect.name
    rows = [{"id": person.id, "tokens": _stored(dialect, _tokens_of(person))} for person in people]
    if rows and not new:
        trusted(_DELETE[dialect], rows)
    if rows:
        trusted(_INSERT[dialect], rows)


def drop(numbers: Sequence[int]) -> None:
    """Take people out of the index. Inside write()."""
    if numbers:
        trusted(_DELETE[db.engine.dialect.name], [{"id": number} for number in numbers])


def _stored(dialect: str, made: list[str]) -> Any:
    return " ".join(made) if dialect == "sqlite" else made


def _tokens_of(person: Person) -> list[str]:
    above = _above(person.unit)
    return tokens(person.name, person.initials, person.phone, person.employer_name, above, person.id_number)


_ABOVE = select(Unit.__table__.c.id).where(Unit.__table__.c.code.in_(bindparam("codes", expanding=True)))


def _above(unit: Unit) -> list[int]:
    """The numbers of a unit and of those it stands under."""
    codes = unit.path.strip("/").split("/")
    return list(trusted(_ABOVE, {"codes": codes}).scalars())


NAMED = ("name", "phone", "employer_name", "unit_id", "id_index")


@event.listens_for(Session, "after_flush")
def _index(session: Session, *_: Any) -> None:
    session.info.setdefault("new people", []).extend(row for row in session.new if isinstance(row, Person))
    people = [row for row in session.dirty if isinstance(row, Person) and _renamed(row)]
    moved = [
        row
        for row in session.dirty
        if isinstance(row, Unit) and inspect(row).attrs.path.history.has_changes()
    ]
    session.info.setdefault("to index", []).extend(people)
    session.info.setdefault("moved", []).extend(moved)


def _renamed(person: Person) -> bool:
    state = inspect(person)
    return any(state.attrs[name].history.has_changes() for name in NAMED)


@event.listens_for(Session, "before_commit")
def _store(session: Session) -> None:
    session.flush()
    new = {person.id: person for person in session.info.pop("new people", [])}
    put(new.values(), new=True)
    changed = {person.id: person for person in session.info.pop("to index", [])}
    put(person for number, person in changed.items() if number not in new)
    if moved := session.info.pop("moved", []):
        highest = min(moved, key=lambda unit: len(unit.path))
        enqueue("reindex people", unit_id=highest.id)
        session.flush()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    for kept in ("new people", "to index", "moved"):
        session.info.pop(kept, None)


@job("reindex people")
def reindex(unit_id: int) -> None:
    """Index everybody under a unit anew, a cell at a time: after the unit moved."""
    unit = db.session.get_one(Unit, unit_id)
    lo, hi = unit.branch
    for cell_id in db.session.scalars(select(Unit.id).where(Unit.path >= lo, Unit.path < hi)).all():
        with write():
            put(db.session.scalars(select(Person).where(Person.unit_id == cell_id)))


_MERGE = text("INSERT INTO person_search (person_search, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")
PAGES_MERGED = 100  # at a time: other writers wait for some 30 ms


@periodic("tidy search", hours=24)
def tidy() -> None:
    """Put the pieces together by which SQLite's index grew: a search asks each of them, and twenty cost it five
    times as much as one. A step that changes nothing but the order for it was the last."""
    pages = -PAGES_MERGED  # below zero it begins: with all pieces, large or small
    while is_sqlite(db.engine) and _merge(pages) > 1:
        pages = PAGES_MERGED


def _merge(pages: int) -> int:
    with write():
        before = db.session.scalar(_CHANGES, execution_options=TRUSTED)
        db.session.execute(_MERGE, {"pages": pages}, execution_options=TRUSTED)
        return int(db.session.scalar(_CHANGES, execution_options=TRUSTED) - before)
