"""总览: the board of a unit, the records behind each number, and the rules in plain words."""

from datetime import timedelta

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from gridunion import clock, settings
from gridunion.db import db
from gridunion.rights import allow
from gridunion.status.board import ORDER, Board, board, staff_of, staffed_cells
from gridunion.status.measures import GOALS, INDICATORS, MEASURES
from gridunion.status.models import WINDOW, window
from gridunion.status.records import ALL, PAGE, records
from gridunion.status.trends import by_category, weeks
from gridunion.tree import Unit
from gridunion.web import find_unit, page, viewer

bp = Blueprint("status", __name__, url_prefix="/status")


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
    made = board(unit)
    _name_staff(made)
    start, _end = window()
    light = request.args.get("light")
    lines = [line for line in made.lines if light not in ORDER or line.light == light]
    return page(
        "status/board.html", unit=unit, board=made, lines=lines, light=light, goals=GOALS, indicators=INDICATORS,
        measures=MEASURES, staffed=staffed_cells(unit), own_chips=_others(unit), crumbs=crumbs(unit), window=WINDOW,
        here_url=url_for(".show", code=unit.code), start=clock.local(start).date(), last=clock.today() - timedelta(days=1), now=clock.now(), limits=limits(unit),
    )  # fmt: skip


def _others(unit: Unit) -> list[tuple[str, None, str, bool]]:
    """The boards of one's other postings, as chips; none for most people."""
    held = viewer().holding("see board")
    if len(held) < 2:
        return []
    return [(place.name, None, url_for(".show", code=place.code), place.unit_id == unit.id) for place in held]


def _name_staff(made: Board) -> None:
    role = "grid_worker" if made.unit.kind == "community_union" else "leader"
    names = staff_of([line.unit.id for line in made.lines], role)
    for line in made.lines:
        line.staff = names.get(line.unit.id, "")


def limits(unit: Unit) -> dict[str, int]:
    """The thresholds in force for a unit."""
    names = ("on_time.good", "on_time.poor", "overdue.days", "visits.good", "visits.poor", "echoes.good",
             "echoes.poor", "silent.days", "fewest")  # fmt: skip
    return {name: settings.value(f"light.{name}", unit.path) for name in names}


def crumbs(unit: Unit) -> list[Unit]:
    """The units from the highest one the viewer stands over down to this one."""
    highest = [held.path for held in viewer().holding("see board")]
    return [above for above in unit.lineage() if any(above.path.startswith(path) for path in highest)]


@bp.get("/<code>/<name>")
@allow("see board")
def behind(code: str, name: str) -> Response:
    """Exactly the records a number counts."""
    unit = find_unit(code)
    if name not in ALL or name not in MEASURES:
        abort(404)
    measure, after = MEASURES[name], request.args.get("after", "")
    groups = (
        [(MEASURES[part], light, records(unit, part)) for part, light in measure.parts] if not after else []
    )
    line = board(unit).total
    whole = records(unit, name, after, line.counts.get(name))
    return page(
        "status/records.html", unit=unit, measure=measure, whole=whole, groups=groups, measures=MEASURES,
        crumbs=crumbs(unit), line=line, limits=limits(unit), most=PAGE, now=clock.now(),
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
    """How the lights are computed, for anybody to read."""
    changes = select(settings.Setting).where(settings.Setting.key.like("light.%"))
    dated = db.session.scalars(changes.order_by(settings.Setting.key, settings.Setting.from_on)).all()
    return page("status/rules.html", measures=MEASURES, dated=dated, window=WINDOW)
