"""总览: the board of a unit, the cells in it, and the rules in plain words."""

from collections.abc import Sequence
from datetime import date
from functools import cache, partial
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, bindparam, select

from gridunion import clock, settings
from gridunion.db import db, trusted
from gridunion.rights import allow
from gridunion.status import force, trends
from gridunion.status.board import Board, board, board_of
from gridunion.status.indicators import GROUPS
from gridunion.status.lights import ORDER, Line, Place, limits
from gridunion.status.measures import INDICATORS, MEASURES
from gridunion.status.past import AS_NOW
from gridunion.status.periods import WINDOW, NoPeriod, Period, asked, choices
from gridunion.status.staffing import cells_of, open_cells, staff_of
from gridunion.status.targets import RATE, goals_of
from gridunion.status.telling import Telling
from gridunion.tree import Unit, branch, everywhere, width
from gridunion.web import find_unit, page, viewer

bp = Blueprint("status", __name__, url_prefix="/status")
_u = Unit.__table__.c

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
    return _board(viewer().holding("see board")[0].code)


@bp.get("/<code>")
@allow("see board")
def show(code: str) -> Response:
    return _board(code)


def chosen() -> Period:
    """The period the address asks for. Raises NotFound."""
    try:
        return asked(request.args)
    except NoPeriod:
        abort(404)


def _board(code: str) -> Response:
    """A board over the period the address asks for; of none that can be, over the board's own, and says so."""
    try:
        return _drawn(code, asked(request.args))
    except NoPeriod as wrong:
        return _drawn(code, Period.lately(), str(wrong))


def _drawn(code: str, period: Period, wrong: str = "") -> Response:
    made = name_staff(board_of(code) if period.stored else board(find_unit(code), period))
    earlier = board(made.unit, period.before).total if "compare" in request.args else None
    tell, light = Telling(), request.args.get("light", "")
    light = light if light in ORDER else ""
    lines = [line for line in made.lines if not light or line.light == light]
    return page(
        "status/board.html", 422 if wrong else 200, unit=made.unit, board=made, lines=lines, light=light,
        indicators=INDICATORS, below=_below(made.unit.kind, tell.english), tell=tell, opened=_opened(lines, period),
        own_chips=_others(made.unit), crumbs=crumbs(made.unit), period=period, earlier=earlier, choices=choices(),
        wrong=wrong, now=clock.now(), limits=made.total.limits, waiting=force.waiting(),
        goals=goals_of(made.unit, clock.today().year),
    )  # fmt: skip


@cache
def _below(kind: str, _english: bool) -> list[str]:
    """What stands below a unit of a kind, in one of the two languages."""
    return [str(words) for words in BELOW[kind]]


def _opened(lines: list[Line], period: Period) -> dict[str, list[Line]]:
    """The lines below a line the reader unfolded."""
    code = request.args.get("open")
    unfolded = [line.unit for line in lines if line.unit.code == code and not line.own]
    return {unit.code: name_staff(board(unit, period)).lines for unit in unfolded}


def _others(unit: Place) -> list[tuple[str, None, str, bool]]:
    """The boards of one's other postings, as chips; none for most people."""
    held = viewer().holding("see board")
    if len(held) < 2:
        return []
    return [(place.name, None, url_for(".show", code=place.code), place.unit_id == unit.id) for place in held]


def name_staff(made: Board) -> Board:
    """Write beside each cell who works there."""
    if made.unit.kind == "community_union":
        names = staff_of([line.unit.id for line in made.lines if not line.own], "grid_worker")
        for line in made.lines:
            line.staff = names.get(line.unit.id, "")
    return made


@cache
def _named(width: int) -> Select[Any]:
    """The names of some units in the viewer's branches, from the top down."""
    found = select(_u.code, _u.name).where(_u.code.in_(bindparam("codes", expanding=True)), branch(width))
    return found.order_by(_u.path)


def crumbs(unit: Unit | Place, right: str = "see board") -> list[Any]:
    """The units from the highest one in which the viewer holds a right down to this one."""
    highest = min(held.path for held in viewer().holding(right) if unit.path.startswith(held.path))
    if unit.path == highest:
        return [unit]
    codes = unit.path.strip("/").split("/")[highest.count("/") - 1 :]
    return list(trusted(_named(width()), {"codes": codes}))


@bp.get("/<code>/cells")
@allow("see board")
def cells(code: str) -> Response:
    """The open cells of a branch, those with a grid worker, or those without."""
    unit, show = find_unit(code), request.args.get("show", "cells")
    if show not in CELLS:
        abort(404)
    found, total, after = cells_of(unit, show, request.args.get("after", ""))
    return page(
        "status/cells.html", unit=unit, found=found, total=total, after=after, show=show, words=CELLS,
        counts={name: open_cells(unit, name) for name in CELLS}, crumbs=crumbs(unit),
        names=staff_of([cell.id for cell in found], "grid_worker"),
    )  # fmt: skip


@bp.get("/<code>/trend")
@allow("see board")
def trend(code: str) -> Response:
    """Twelve weeks or months of what came, what was done and what was late; what it was about; who the members are."""
    unit, period, monthly = find_unit(code), chosen(), request.args.get("by") == "month"
    starts = trends.months() if monthly else trends.weeks()
    labels = [f"{day.month}/{day.day}" for day in starts[:-1]] + [gettext("本周")]
    names = [_month(day) for day in trends.months()]
    return page(
        "status/trend.html", unit=unit, moves=trends.moves(unit, starts), labels=names if monthly else labels,
        months=names, monthly=monthly, categories=trends.by_category(unit, period), crumbs=crumbs(unit), period=period,
        members=partial(trends.members, unit), groups=partial(trends.by_group, unit),
    )  # fmt: skip


def _month(first: date) -> str:
    return gettext("%(n)s 月", n=first.month)


def _mine(dated: Sequence[settings.Setting]) -> dict[int, str]:
    """The thresholds to come that the viewer may take back: their numbers, and the codes of their units."""
    if not viewer().can("edit thresholds"):
        return {}
    coming = {it.id: it.unit_id for it in dated if it.from_on > clock.today()}
    codes = dict(
        db.session.execute(select(Unit.id, Unit.code).where(Unit.id.in_(filter(None, coming.values())))).all()
    )
    return {number: codes[unit_id] for number, unit_id in coming.items() if unit_id in codes}


@bp.get("/rules")
@allow("read rules")
def rules() -> Response:
    """How the lights are computed where the reader works, for anybody to read; limits of one place name it."""
    place = viewer().holding("read rules")[0]
    changes = select(settings.Setting).where(settings.Setting.key.like("light.%"))
    dated = db.session.scalars(changes.order_by(settings.Setting.from_on, settings.Setting.id)).all()
    ids = {setting.unit_id for setting in dated if setting.unit_id}
    with everywhere():  # names of units are public
        named = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all()
    return page(
        "status/rules.html", measures=MEASURES, groups=GROUPS, mine=_mine(dated), dated=dated,
        window=WINDOW, places=dict(named), as_now=[MEASURES[name].words for name in AS_NOW],
        limits=limits(place.path), place=place, target=RATE,
    )  # fmt: skip
