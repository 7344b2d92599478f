"""What a report says: plain values, computed from records, in the form in which it is signed, kept and sent on."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from gridunion import clock
from gridunion.db import db, trusted
from gridunion.reports.month import FIGURES, Month, Stood, nothing, standings
from gridunion.settings import EVER, Setting
from gridunion.status.lights import ORDER, RATES, Line, Place, limits
from gridunion.tree import Unit, everywhere

SCHEMA = "gridunion.report/1"
Sheet = dict[str, Any]
_u = Unit.__table__.c


def of_the_union(unit: Unit, month: Month) -> Sheet:
    """What is signed: all of it counts, also what whoever signs keeps away from."""
    with everywhere():
        return drawn(unit, month)


def drawn(unit: Unit, month: Month) -> Sheet:
    """The report of a unit for a month, as its records say it now to who looks."""
    lo, hi = unit.branch
    below = trusted(
        select(*[_u[name] for name in Place._fields], _u.opened_on).where(_u.path >= lo, _u.path < hi)
    )
    places = [(Place._make(row[:-1]), row.opened_on) for row in below]
    stood = standings([place.id for place, _day in places], month)
    own, children = _place(unit), _children(unit, places, month)
    lines = [
        _line(child, [stood[it.id] for it, _day in places if it.path.startswith(child.path)], month)
        for child in children
    ]
    lines.append(_line(own, [stood[unit.id]], month, own=True))
    total = _line(own, stood.values(), month)
    return {
        "schema": SCHEMA,
        "unit": {"code": unit.code, "name": unit.name, "kind": unit.kind},
        "month": str(month), "from": str(month.first), "to": str(month.last), "as_of": clock.now().isoformat(),
        "limits": limits(unit.path, month.last), "limits_from": str(_limits_from(unit, month)),
        "cells": _cells(places, month),
        "lines": sorted(filter(_speaks, lines), key=lambda line: (ORDER[line["light"]], line["code"])),
        "total": total,
    }  # fmt: skip


def _place(unit: Unit) -> Place:
    return Place._make(getattr(unit, name) for name in Place._fields)


def _children(unit: Unit, places: list[Any], month: Month) -> list[Place]:
    """The units directly below that stood at any time of the month."""
    depth = unit.path.count("/") + 1
    return [
        place for place, opened in places if place.path.count("/") == depth and _stood(place, opened, month)
    ]


def _stood(place: Place, opened: date, month: Month) -> bool:
    return opened <= month.last and (place.closed_on is None or place.closed_on > month.first)


def _cells(places: list[Any], month: Month) -> int:
    return sum(place.is_cell and _stood(place, opened, month) for place, opened in places)


def _line(place: Place, parts: Iterable[Stood], month: Month, own: bool = False) -> Sheet:
    whole = nothing()
    for part in parts:
        whole.add(part)
    line = Line(
        place, own, oldest_due_at=whole.oldest_due_at, last_entry_at=whole.last_entry_at, day=month.last
    )
    line.counts.update({name: count for name, count in whole.figures.items() if name in line.counts})
    line.judge()
    return {
        "code": place.code, "name": place.name, "kind": place.kind, "own": own, "light": line.light, "hits": line.hits,
        "overdue_days": line.overdue_days, "silent_days": line.silent_days, "figures": whole.figures,
        "percents": {part: line.percent(part, every) for part, every, *_said in RATES.values()},
    }  # fmt: skip


def _speaks(line: Sheet) -> bool:
    """A unit's own line is shown when anything happened in it itself; a ledger of employers alone is nobody's work."""
    return not line["own"] or any(
        n for name, n in line["figures"].items() if name not in ("employers", "organized")
    )


def _limits_from(unit: Unit, month: Month) -> date:
    """The day from which the thresholds hold by which the month is judged."""
    codes = unit.path.strip("/").split("/")
    here = or_(Setting.unit_id.is_(None), Setting.unit_id.in_(select(_u.id).where(_u.code.in_(codes))))
    found = select(func.max(Setting.from_on)).where(
        Setting.key.like("light.%"), Setting.from_on <= month.last, here
    )
    return db.session.scalar(found, execution_options={"branch": True}) or EVER


def text_of(sheet: Sheet) -> str:
    """The one way in which a report is written down: what is signed and what its digest is of."""
    return json.dumps(sheet, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def differences(old: Sheet, new: Sheet) -> list[tuple[str, str, int, int]]:
    """(unit, figure, signed, recounted) of all figures that are not the same."""
    before, after = _by_line(old), _by_line(new)
    return [
        (before.get(key, after.get(key, ("", {})))[0], name, was, now)
        for key in dict.fromkeys([*before, *after])
        for name in FIGURES
        if (was := before.get(key, ("", {}))[1].get(name, 0))
        != (now := after.get(key, ("", {}))[1].get(name, 0))
    ]


def _by_line(sheet: Sheet) -> dict[tuple[str, bool], tuple[str, dict[str, int]]]:
    lines = [*sheet["lines"], sheet["total"] | {"code": ""}]
    return {(line["code"], line["own"]): (line["name"], line["figures"]) for line in lines}
