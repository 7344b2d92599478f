"""总览: the board of a unit, the cells in it, and the rules in plain words."""

from datetime import timedelta

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from gridunion import clock, settings
from gridunion.db import db
from gridunion.rights import allow
from gridunion.status.board import Board, board
from gridunion.status.lights import ORDER, Line
from gridunion.status.measures import GOALS, INDICATORS, MEASURES
from gridunion.status.models import WINDOW, window
from gridunion.status.staffing import cells_of, staff_of, staffed_cells
from gridunion.status.trends import by_category, weeks
from gridunion.tree import Unit, everywhere
from gridunion.web import find_unit, page, viewer

bp = Blueprint("status", __name__, url_prefix="/status")

# What stands below a unit of a kind, and what the sum over it is called.
BELOW = {
    "city_federation": (_("区"), _("%(n)s 个区，先管哪里"), _("全市合计")),
    "district_federation": (_("街道"), _("%(n)s 个街道，先管哪里"), _("全区合计")),
    "street_federation": (_("社区"), _("%(n)s 个社区，先管哪里"), _("街道合计")),
    "community_union": (_("网格"), _("%(n)s 个网格，先管哪里"), _("社区合计")),
    "cell": (_("网格"), _("这个网格"), _("合计")),
}
CELLS = {"cells": _("全部"), "staffed": _("有网格员"), "vacant": _("空缺")}


@bp.get("/")
@allow("see board")
def own() -> Response:
    """The board of the unit one is posted to; of several, the first and links to the others."""
    held = viewer().holding("see board")
    return _board(find_unit(held[0].code))


@bp.get("/<code>")
@allow("see board")
def show(code: str) -> Response:
    return _board(find_unit(code))


def _board(unit: Unit) -> Response:
    made = name_staff(board(unit))
    start, _end = window()
    light = request.args.get("light", "")
    light = light if light in ORDER else ""
    lines = [line for line in made.lines if not light or line.light == light]
    return page(
        "status/board.html", unit=unit, board=made, lines=lines, light=light, goals=GOALS,
        indicators=INDICATORS, below=BELOW[unit.kind], opened=_opened(lines), staffed=staffed_cells(unit),
        own_chips=_others(unit), crumbs=crumbs(unit), window=WINDOW, start=clock.local(start).date(),
        last=clock.today() - timedelta(days=1), now=clock.now(), limits=limits(unit),
    )  # fmt: skip


def _opened(lines: list[Line]) -> dict[int, list[Line]]:
    """The lines below a line the reader unfolded."""
    asked = request.args.get("open")
    unfolded = [line.unit for line in lines if line.unit.code == asked and not line.own]
    return {unit.id: name_staff(board(unit)).lines for unit in unfolded}


def _others(unit: Unit) -> list[tuple[str, None, str, bool]]:
    """The boards of one's other postings, as chips; none for most people."""
    held = viewer().holding("see board")
    if len(held) < 2:
        return []
    return [(place.name, None, url_for(".show", code=place.code), place.unit_id == unit.id) for place in held]


def name_staff(made: Board) -> Board:
    """Write beside each line who works there."""
    role = "grid_worker" if made.unit.kind == "community_union" else "leader"
    names = staff_of([line.unit.id for line in made.lines if not line.own], role)
    for line in made.lines:
        line.staff = names.get(line.unit.id, "")
    return made


def limits(unit: Unit) -> dict[str, int]:
    """The thresholds in force for a unit."""
    names = ("on_time.good", "on_time.poor", "overdue.days", "visits.good", "visits.poor", "echoes.good",
             "echoes.poor", "silent.days", "fewest")  # fmt: skip
    return {name: settings.value(f"light.{name}", unit.path) for name in names}


def crumbs(unit: Unit) -> list[Unit]:
    """The units from the highest one the viewer stands over down to this one."""
    highest = [held.path for held in viewer().holding("see board")]
    return [above for above in unit.lineage() if any(above.path.startswith(path) for path in highest)]


@bp.get("/<code>/cells")
@allow("see board")
def cells(code: str) -> Response:
    """The open cells of a branch, those with a grid worker, or those without."""
    unit, show = find_unit(code), request.args.get("show", "cells")
    if show not in CELLS:
        abort(404)
    found, total, after = cells_of(unit, show, request.args.get("after", ""))
    staffed, every = staffed_cells(unit)
    return page(
        "status/cells.html", unit=unit, found=found, total=total, after=after, show=show, words=CELLS,
        counts={"cells": every, "staffed": staffed, "vacant": every - staffed}, crumbs=crumbs(unit),
        names=staff_of([cell.id for cell in found], "grid_worker"),
    )  # fmt: skip


@bp.get("/<code>/trend")
@allow("see board")
def trend(code: str) -> Response:
    """Twelve weeks of what came, what was done and what was late; and what it was about."""
    unit = find_unit(code)
    twelve = weeks(unit)
    labels = [f"{monday.month}/{monday.day}" for monday in twelve.mondays[:-1]] + [gettext("本周")]
    return page(
        "status/trend.html", unit=unit, weeks=twelve, week_labels=labels, categories=by_category(unit),
        crumbs=crumbs(unit),
    )  # fmt: skip


@bp.get("/rules")
@allow("read rules")
def rules() -> Response:
    """How the lights are computed, for anybody to read; limits of one place name it."""
    changes = select(settings.Setting).where(settings.Setting.key.like("light.%"))
    dated = db.session.scalars(changes.order_by(settings.Setting.from_on, settings.Setting.id)).all()
    ids = {setting.unit_id for setting in dated if setting.unit_id}
    with everywhere():  # names of units are public
        named = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all()
    return page(
        "status/rules.html", measures=MEASURES, dated=dated, window=WINDOW, places=dict(named),
        limits={setting.key.removeprefix("light."): settings.value(setting.key) for setting in dated},
    )  # fmt: skip
