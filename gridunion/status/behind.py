"""The page behind a figure: exactly the records it counts, how they are judged, and why."""

from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _

from gridunion import clock
from gridunion.complaints.views import press_words
from gridunion.rights import allow
from gridunion.status.board import board
from gridunion.status.lights import ORDER, RATES, Line, Place
from gridunion.status.measures import MEASURES, Measure
from gridunion.status.periods import Period
from gridunion.status.records import ALL, count, records
from gridunion.status.rows import shown
from gridunion.status.staffing import staff_of
from gridunion.status.telling import Telling
from gridunion.status.views import bp, chosen, crumbs
from gridunion.tree import Unit
from gridunion.web import find_unit, page, viewer


@bp.get("/<code>/<name>")
@allow("see board")
def behind(code: str, name: str) -> Response:
    """`own`: only what happened in the unit itself, as the board's line of that name counts."""
    unit, own, period = find_unit(code), "own" in request.args, chosen()
    if name not in ALL or name not in MEASURES:
        abort(404)
    measure, after = MEASURES[name], request.args.get("after", "")
    line = _line(unit, own, period, measure)
    whole = records(unit, name, period, after, line.counts.get(name), own)
    parts = measure.parts if not after else ()
    groups = [(MEASURES[part], light, records(unit, part, period, own=own)) for part, light in parts]
    beside = [(MEASURES[each], count(unit, each, period, own)) for each in measure.beside]
    return page(
        "status/records.html", unit=unit, beside=beside, measure=measure, whole=whole, groups=groups, measures=MEASURES,
        crumbs=crumbs(unit), line=line, own=own, light=_light(line, measure), why=_why(line, measure),
        staff=_staff(unit), as_row=shown, press=press_words(), me=viewer().account_id, now=clock.now(), period=period,
        at=line.opens,
    )  # fmt: skip


def _line(unit: Unit, own: bool, period: Period, measure: Measure) -> Line:
    """The line of a board the page opens; where nothing is stored and nothing judged, only what the page shows."""
    place = Place.of(unit)
    if period.stored or (measure.lights and place.judged):
        made = board(unit, period)
        return made.own if own else made.total
    line = Line(place, own, period=period)
    rates = {name for light in measure.lights if light in RATES for name in RATES[light][:2]}
    for name in {measure.name, measure.rate[1], *rates} - {""}:
        line.counts[name] = count(unit, name, period, own)
    return line


def _has_light(line: Line) -> bool:
    return line.unit.judged and bool(line.hits)


def _light(line: Line, measure: Measure) -> str:
    if not _has_light(line) or not measure.lights:
        return ""
    return min((line.hits[name] for name in measure.lights), key=ORDER.__getitem__)


def _why(line: Line, measure: Measure) -> list[str]:
    """What makes the light, or how much is missing to the goal."""
    tell = Telling()
    if _has_light(line):
        return [tell.why(line, name) for name in measure.lights if line.hits[name] != "ok"]
    return [gap for name in measure.lights if (gap := tell.gap(line, name))]


def _staff(unit: Unit) -> list[str]:
    """Who answers for a cell or a community."""
    said: list[tuple[str, str]] = []
    if unit.is_cell:
        said.append((_("网格员"), staff_of([unit.id], "grid_worker").get(unit.id, "")))
    community: Any = unit.parent_id if unit.is_cell else unit.id
    if unit.kind in ("cell", "community_union"):
        said.append((_("社区工会主席"), staff_of([community], "leader").get(community, "")))
    return [f"{role}{names or _('空缺')}" for role, names in said]
