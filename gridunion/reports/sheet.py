"""What a report says: plain values, computed from records, in the form in which it is signed, kept and sent on."""

import json
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from gridunion import clock
from gridunion.db import db
from gridunion.reports.month import FIGURES, Month
from gridunion.settings import EVER, Setting
from gridunion.status.board import board_in
from gridunion.status.lights import RATES, Line, limits
from gridunion.status.small import SMALL, kept_back
from gridunion.status.targets import Goal, goals_of
from gridunion.tree import Unit, everywhere

SCHEMA = "gridunion.report/2"
Sheet = dict[str, Any]
_u = Unit.__table__.c


def of_the_union(unit: Unit, month: Month) -> Sheet:
    """What is signed: all of it counts, also what whoever signs keeps away from."""
    with everywhere():
        return drawn(unit, month)


def drawn(unit: Unit, month: Month) -> Sheet:
    """The report of a unit for a month, as its records say it now to who looks."""
    board = board_in(unit, month)
    return {
        "schema": SCHEMA,
        "unit": {"code": unit.code, "name": unit.name, "kind": unit.kind},
        "month": str(month), "from": str(month.first), "to": str(month.last), "as_of": clock.now().isoformat(),
        "limits": limits(unit.path, month.last), "limits_from": str(_limits_from(unit, month)),
        "cells": board.total.cells, "targets": _targets(unit, month),
        "lines": [_line(line) for line in board.lines],
        "total": _line(board.total),
    }  # fmt: skip


def _line(line: Line) -> Sheet:
    place = line.unit
    return {
        "code": place.code, "name": place.name, "kind": place.kind, "own": line.own, "light": line.light,
        "hits": line.hits, "overdue_days": line.overdue_days, "silent_days": line.silent_days,
        "figures": {name: line.counts[name] for name in FIGURES},
        "percents": {part: line.percent(part, every) for part, every, *_said in RATES.values()},
    }  # fmt: skip


def _targets(unit: Unit, month: Month) -> list[Sheet]:
    """What the unit is to achieve in the year, and how far it was at the end of the month."""
    year = month.first.year
    return [
        {"measure": it.name, "year": year, "goal": it.goal, "actual": it.actual}
        for it in goals_of(unit, year, month.last)
    ]


def outside(sheet: Sheet) -> Sheet:
    """The same report as it may leave the house: how few people a figure counts is kept back."""
    *lines, total = [line | {"figures": {**line["figures"]}} for line in (*sheet["lines"], sheet["total"])]
    for name in SMALL:
        said = kept_back([line["figures"][name] for line in lines], total["figures"][name])
        for line, word in zip((*lines, total), said, strict=True):
            line["figures"][name] = word
    return sheet | {"lines": lines, "total": total}


def goals_in(sheet: Sheet) -> list[Goal]:
    """The targets a report tells of; those signed before there were any tell of none."""
    return [Goal(it["measure"], it["goal"], it["actual"]) for it in sheet.get("targets", ())]


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
