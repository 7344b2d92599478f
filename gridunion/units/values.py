"""What a setting says: today everywhere, from a day on, and in units that have a value of their own."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from gridunion import audit, clock, settings
from gridunion.db import db
from gridunion.settings import Setting
from gridunion.tree import Unit, branch, width
from gridunion.words import english


@dataclass(frozen=True)
class Value:
    """One row of a setting, as the page shows it."""

    value: Any
    from_on: date
    place: str
    code: str

    @property
    def coming(self) -> bool:
        return self.from_on > clock.today()


@dataclass
class Line:
    """A setting: what it says today everywhere, what comes, what units have of their own."""

    key: str
    label: str
    now: Any
    since: date
    others: list[Value] = field(default_factory=list)

    def coming(self, on: str, code: str) -> Value | None:
        """The value that is to hold from a day on, everywhere or in a unit."""
        found = (it for it in self.others if it.coming and (it.from_on.isoformat(), it.code) == (on, code))
        return next(found, None)


def lines_of(key: str | None = None) -> list[Line]:
    """Settings with the rows that matter: in force, coming, and those of units the viewer stands over."""
    unit = Unit.__table__.c
    rows = select(Setting, unit.name, unit.code).outerjoin(Unit.__table__, unit.id == Setting.unit_id)
    rows = rows.where(Setting.unit_id.is_(None) | branch(width()))
    rows = rows.where(Setting.key == key) if key else rows
    found: dict[str, Line] = {}
    ordered = rows.order_by(Setting.unit_id.is_not(None), Setting.from_on, Setting.id)
    for row, place, code in db.session.execute(ordered, execution_options={"branch": True}):
        _take(found, row, place or "", code or "")
    return list(found.values())


def _take(found: dict[str, Line], row: Setting, place: str, code: str) -> None:
    label = row.label_en if english() else row.label_zh
    line = found.setdefault(row.key, Line(row.key, label, row.value, row.from_on))
    if place or row.from_on > clock.today():
        line.others.append(Value(row.value, row.from_on, place, code))
    else:
        line.now, line.since = row.value, row.from_on


def clash(line: Line, said: Any, on: date, unit: Unit | None) -> str:
    """What stands against a value beside its neighbor: the alarm must lie below what is good."""
    stem, _dot, end = line.key.rpartition(".")
    if end not in ("good", "poor"):
        return ""
    other = settings.value(f"{stem}.{'poor' if end == 'good' else 'good'}", unit.path if unit else "", on)
    good, poor = (said, other) if end == "good" else (other, said)
    return "" if poor < good else _("预警线要低于正常线，另一条现在是 %(other)s", other=other)


def put(line: Line, said: Any, on: date, unit: Unit | None) -> str:
    """Store a value from a day on; a coming one for that day is replaced. A sentence when it cannot be."""
    unit_id = unit.id if unit else None
    known = db.session.scalars(_stored(line.key, on, unit_id)).one_or_none()
    if known is not None and on <= clock.today():
        return str(_("今天已经改过一次，请从明天起"))
    if known is None:
        known = _new(line.key, on, unit_id)
    known.value = said
    audit.note("set value", unit_id=unit_id, setting=line.key, value=said, from_on=on.isoformat())
    settings.forget()
    return ""


def take_back(line: Line, value: Value) -> None:
    """Cancel a value whose day has not come."""
    unit_id = db.session.scalar(select(Unit.id).where(Unit.code == value.code)) if value.code else None
    db.session.delete(db.session.scalars(_stored(line.key, value.from_on, unit_id)).one())
    audit.note("cancel value", unit_id=unit_id, setting=line.key, from_on=value.from_on.isoformat())
    settings.forget()


def _stored(key: str, on: date, unit_id: int | None) -> Select[Setting]:
    same = select(Setting).where(Setting.key == key, Setting.from_on == on)
    return same.where(Setting.unit_id.is_(None) if unit_id is None else Setting.unit_id == unit_id)


def _new(key: str, on: date, unit_id: int | None) -> Setting:
    """A row of a setting there is, called as its others are."""
    first = db.session.scalars(select(Setting).where(Setting.key == key).limit(1)).one()
    made = Setting(key=key, from_on=on, unit_id=unit_id, label_zh=first.label_zh, label_en=first.label_en)
    db.session.add(made)
    return made
