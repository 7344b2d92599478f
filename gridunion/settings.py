"""Limits, thresholds and code lists: dated rows, overridable for a branch, with words in both languages.

A value holds from its first day until a later row replaces it; a row for a unit holds in that unit's branch
and beats the rows above it.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import JSON, Date, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.db import BigId, Row, db, internal, public
from gridunion.tree import Unit
from gridunion.words import english

FRESH_SECONDS = 5
EVER = date(2000, 1, 1)


class Setting(Row):
    """One value of one setting from a day on."""

    __tablename__ = "setting"
    __table_args__ = (Index("ix_setting_key_unit_id_from_on", "key", "unit_id", "from_on", unique=True),)

    key: Mapped[str] = public(String(60))
    unit_id: Mapped[int | None] = internal(BigId, ForeignKey("unit.id"))
    value: Mapped[Any] = public(JSON)
    from_on: Mapped[date] = public(Date, default=EVER)
    label_zh: Mapped[str] = public(String(80))
    label_en: Mapped[str] = public(String(120))


class Code(Row):
    """One entry of a code list."""

    __tablename__ = "code"
    __table_args__ = (
        Index("ix_code_list_code_unit_id_from_on", "list", "code", "unit_id", "from_on", unique=True),
    )

    list: Mapped[str] = public(String(40))
    code: Mapped[str] = public(String(40))
    position: Mapped[int] = public()
    label_zh: Mapped[str] = public(String(60))
    label_en: Mapped[str] = public(String(80))
    tags: Mapped[dict[str, Any]] = public(JSON, default=dict)
    unit_id: Mapped[int | None] = internal(BigId, ForeignKey("unit.id"))
    from_on: Mapped[date] = public(Date, default=EVER)
    until_on: Mapped[date | None] = public(Date)


@dataclass(frozen=True)
class Entry:
    """A code as pages and rules use it."""

    code: str
    label_zh: str
    label_en: str
    tags: dict[str, Any]
    path: str
    from_on: date
    until_on: date | None

    @property
    def label(self) -> str:
        return self.label_en if english() else self.label_zh


@dataclass
class _Known:
    """All settings and codes, read together and kept for a few seconds."""

    read_at: float
    values: dict[str, list[tuple[str, date, Any]]]
    lists: dict[str, dict[str, list[Entry]]]
    answers: dict[tuple[str | tuple[str, ...], str, date], Any] = field(default_factory=dict)
    in_force: dict[tuple[str, str, date], list[Entry]] = field(default_factory=dict)
    tagged: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    words: dict[tuple[str, bool], dict[str | None, str]] = field(default_factory=dict)


def value(key: str, path: str = "", on: date | None = None) -> Any:
    """What a setting says for a branch on a day. Raises KeyError for a setting nobody defined."""
    known, asked = _known(), (key, path, on or clock.today())
    if asked not in known.answers:
        known.answers[asked] = _strongest(known.values[key], *asked[1:])
    return known.answers[asked]


def values(keys: tuple[str, ...], path: str = "", on: date | None = None) -> tuple[Any, ...]:
    """What several settings say, found together: a page of many units asks for many."""
    known, asked = _known(), (keys, path, on or clock.today())
    if asked not in known.answers:
        known.answers[asked] = tuple(value(key, path, on) for key in keys)
    found: tuple[Any, ...] = known.answers[asked]
    return found


def _strongest(rows: list[tuple[str, date, Any]], path: str, day: date) -> Any:
    """What the lowest unit said last."""
    fitting = [row for row in rows if path.startswith(row[0]) and row[1] <= day]
    return max(fitting, key=lambda row: (len(row[0]), row[1]))[2]


def codes(name: str, path: str = "", on: date | None = None) -> list[Entry]:
    """The entries of a code list in force for a branch on a day, in their order."""
    known, asked = _known(), (name, path, on or clock.today())
    if asked not in known.in_force:
        found = (_in_force(rows, *asked[1:]) for rows in known.lists[name].values())
        known.in_force[asked] = [it for it in found if it and (it.until_on is None or it.until_on > asked[2])]
    return list(known.in_force[asked])


def code(name: str, key: str | None) -> Entry | None:
    """One entry of a list, whether or not it is still in force."""
    rows = _known().lists[name].get(key or "")
    return rows[-1] if rows else None


def codes_tagged(name: str, tag: str) -> list[str]:
    """The codes of a list that bear a tag, also those no longer in force: records may still name them."""
    known, asked = _known(), (name, tag)
    if asked not in known.tagged:
        known.tagged[asked] = [key for key, rows in known.lists[name].items() if rows[-1].tags.get(tag)]
    return known.tagged[asked]


def codes_in(name: str, part: str) -> list[str]:
    """The codes of a list that stand in one of its sets, also those no longer in force."""
    lists = _known().lists[name]
    return [key for key, rows in lists.items() if part in rows[-1].tags.get("sets", ())]


def label(name: str, key: str | None) -> str:
    """The words for a code in the reader's language; the code itself when the list lost it."""
    entry = code(name, key)
    return entry.label if entry else (key or "")


def labels(name: str) -> Mapping[str | None, str]:
    """All the words of a list, for a page with many rows; none for no code."""
    known, asked = _known(), (name, english())
    if asked not in known.words:
        inverse = "label_en" if asked[1] else "label_zh"
        words = {key: getattr(rows[-1], inverse) for key, rows in known.lists[name].items()}
        known.words[asked] = {None: ""} | words
    return known.words[asked]


def choices(name: str) -> tuple[tuple[str | None, str], ...]:
    """The same to choose from."""
    return tuple(labels(name).items())


def title(key: str) -> str:
    """What a setting is called in the reader's language; its key when nobody defined it."""
    words = select(Setting.label_en if english() else Setting.label_zh).where(Setting.key == key).limit(1)
    return db.session.scalar(words) or key


def forget() -> None:
    """Read settings anew at the next question."""
    current_app.extensions.pop("gridunion.settings", None)


def _in_force(rows: list[Entry], path: str, day: date) -> Entry | None:
    fitting = [row for row in rows if path.startswith(row.path) and row.from_on <= day]
    return max(fitting, key=lambda row: (len(row.path), row.from_on)) if fitting else None


def _known() -> _Known:
    known: _Known | None = current_app.extensions.get("gridunion.settings")
    if known is None or time.monotonic() - known.read_at > FRESH_SECONDS:
        known = current_app.extensions["gridunion.settings"] = _read()
    return known


def _read() -> _Known:
    known = _Known(time.monotonic(), {}, {})
    s, c, u = (table.__table__.c for table in (Setting, Code, Unit))
    at = func.coalesce(u.path, "")
    rows = select(s.key, at, s.from_on, s.value).outerjoin(Unit.__table__, u.id == s.unit_id)
    for key, *said in db.session.execute(rows, execution_options={"branch": True}):
        known.values.setdefault(key, []).append(tuple(said))
    entries = select(c.list, c.code, c.label_zh, c.label_en, c.tags, at, c.from_on, c.until_on)
    entries = entries.outerjoin(Unit.__table__, u.id == c.unit_id).order_by(c.position, c.id)
    for name, *said in db.session.execute(entries, execution_options={"branch": True}):
        known.lists.setdefault(name, {}).setdefault(said[0], []).append(Entry(*said))
    return known
