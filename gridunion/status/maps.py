"""网格图: the board of a unit as tiles, each with its light, the figure asked for and the way to its own board."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Response, abort, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from gridunion import clock
from gridunion.fields import Form
from gridunion.members.membership import Impossible
from gridunion.rights import allow
from gridunion.status.board import board_of, cell_lines
from gridunion.status.lights import ORDER, Line, Place
from gridunion.status.telling import Telling
from gridunion.status.tiles import COLUMNS, MOST_ROWS, MapTile, Spot, laid_out, move, tiles_of
from gridunion.status.views import BELOW, bp, crumbs
from gridunion.tree import Unit
from gridunion.web import find_unit, go, page, say, viewer

SHOWS = {
    "light": lazy_gettext("灯号"),
    "overdue": lazy_gettext("超期诉求"),
    "visits": lazy_gettext("必访"),
    "members": lazy_gettext("会员数"),
}
_OUTSIDE = lazy_gettext("列填 1 到 %(columns)s，行填 1 到 %(rows)s", columns=COLUMNS, rows=MOST_ROWS)


class SpotForm(Form):
    """Where a tile is to lie."""

    tile = HiddenField("")
    column = IntegerField(
        lazy_gettext("第几列"), [InputRequired(_OUTSIDE), NumberRange(1, COLUMNS, _OUTSIDE)]
    )
    row = IntegerField(lazy_gettext("第几行"), [InputRequired(_OUTSIDE), NumberRange(1, MOST_ROWS, _OUTSIDE)])


class Tile(NamedTuple):
    """A unit on a map. `before` and `after` are the parts of its name that the map's heading says already."""

    line: Line
    before: str
    name: str
    after: str
    said: str
    spot: Spot


class Map(NamedTuple):
    """One map: its tiles row by row, with None where nothing lies."""

    unit: Place
    columns: int
    rows: list[list[Tile | None]]

    @property
    def tiles(self) -> list[Tile]:
        return [tile for row in self.rows for tile in row if tile]


@bp.get("/map")
@allow("see board")
def own_map() -> Response:
    """That of the unit one is posted to; of several, the first."""
    return go(url_for(".cell_map", code=viewer().holding("see board")[0].code))


@bp.get("/<code>/map")
@allow("see board")
def cell_map(code: str) -> Response:
    """What is below a unit, as tiles. A cell has nothing below it: its board says all."""
    unit = find_unit(code)
    if unit.is_cell:
        return go(url_for(".show", code=code))
    return _page(unit, request.args.get("arrange", ""), SpotForm(formdata=None))


@bp.post("/<code>/map")
@allow("arrange map")
def arrange(code: str) -> Response:
    """Put a tile in another place."""
    unit, form = find_unit(code), SpotForm()
    if unit.is_cell:
        raise Impossible(gettext("网格下面没有图可排。"))
    units = _units(unit)
    tile = next((it for it in units if it.code == form.tile.data), None)
    if not form.submitted() or tile is None:
        return _page(unit, form.tile.data or "", form, 422)
    spot = form.column.data or 1, form.row.data or 1
    move(unit, [it.id for it in units], tile.id, spot, viewer())
    say(gettext("%(place)s放到了第 %(column)s 列第 %(row)s 行", place=tile.name, column=spot[0], row=spot[1]))
    return go(url_for(".cell_map", code=code, arrange=tile.code))


def _units(unit: Unit) -> list[Place]:
    """Whose tiles lie on the map of a unit, in the order of their codes."""
    return sorted((line.unit for line in board_of(unit.code).lines if not line.own), key=lambda it: it.path)


def _page(unit: Unit, arranged: str, form: SpotForm, status: int = 200) -> Response:
    show, by = request.args.get("show", "light"), request.args.get("by", "")
    if show not in SHOWS or by not in ("", "cells") or (by and unit.kind != "street_federation"):
        abort(404)
    made, tell = board_of(unit.code), Telling()
    lines = [line for line in made.lines if not line.own]
    shown = cell_lines(unit) if by else lines
    put = tiles_of(line.unit.id for line in shown)
    drawn = _by_community(lines, shown) if by else [(made.unit, shown)]
    maps = [_drawn(place, inside, put, _SAID[show], tell) for place, inside in drawn if inside]
    held = next(
        (it for drawn in maps for it in drawn.tiles if it.line.unit.code == arranged and not by), None
    )
    return page(
        "status/map.html", status, unit=unit, board=made, maps=maps, show=show, by=by, shows=SHOWS, tell=tell,
        lines=sorted(shown, key=lambda line: (ORDER[line.light], line.unit.path)), held=held, form=form,
        ways=_ways(held), crumbs=crumbs(unit), below=str(BELOW["community_union" if by else unit.kind][0]),
        latest=_latest(put), may=viewer().can("arrange map"), now=clock.now(),
        lights={light: sum(line.light == light for line in shown) for light in ORDER},
    )  # fmt: skip


def _by_community(communities: list[Line], cells: list[Line]) -> list[tuple[Place, list[Line]]]:
    found = sorted((line.unit for line in communities), key=lambda it: it.path)
    return [(it, [line for line in cells if line.unit.path.startswith(it.path)]) for it in found]


def _drawn(
    above: Place, lines: list[Line], put: dict[int, MapTile], said: Callable[[Telling, Line], str], tell: Telling
) -> Map:  # fmt: skip
    lines = sorted(lines, key=lambda line: line.unit.path)
    spots = laid_out([line.unit.id for line in lines], put)
    tiles = {
        spot: Tile(line, *_parts(line.unit.name, above.name), said(tell, line), spot)
        for line in lines
        if (spot := spots[line.unit.id])
    }
    columns, deep = max(column for column, _row in tiles), max(row for _column, row in tiles)
    rows = [[tiles.get((column, row)) for column in range(1, columns + 1)] for row in range(1, deep + 1)]
    return Map(above, columns, rows)


def _parts(name: str, above: str) -> tuple[str, str, str]:
    """A name in three, of which the middle is enough where a heading says the rest: of 明珠社区第1网格 第1网格."""
    stem = _bare(above)
    if name.startswith(stem) and name != stem:
        return stem, name[len(stem) :], ""
    return "", _bare(name), name[len(_bare(name)) :]


def _bare(name: str) -> str:
    return next((name.removesuffix(kind) for kind in _KINDS if name.endswith(kind)), name) or name


_KINDS = ("工会联合会", "总工会", "工会")  # the longer ones first


def _ways(held: Tile | None) -> list[tuple[str, int, int]]:
    """Words, column and row of the spots beside a tile."""
    if held is None:
        return []
    (column, row) = held.spot
    ways = (
        (gettext("← 往左"), column - 1, row), (gettext("↑ 往上"), column, row - 1),
        (gettext("↓ 往下"), column, row + 1), (gettext("→ 往右"), column + 1, row),
    )  # fmt: skip
    return [way for way in ways if 1 <= way[1] <= COLUMNS and 1 <= way[2] <= MOST_ROWS]


def _latest(put: dict[int, MapTile]) -> MapTile | None:
    """What was put in its place last."""
    return max(put.values(), key=lambda tile: tile.placed_at, default=None)


def _light(tell: Telling, line: Line) -> str:
    return tell.reasons(line)[0]


def _overdue(_tell: Telling, line: Line) -> str:
    late = line.counts["overdue"]
    return str(gettext("超期 %(n)s 件", n=late) if late else gettext("没有超期"))


def _visits(_tell: Telling, line: Line) -> str:
    some, every = line.counts["visits_on_time"], line.counts["visits_due"]
    return str(gettext("必访 %(a)s/%(b)s", a=some, b=every) if every else gettext("没有到期的"))


def _members(_tell: Telling, line: Line) -> str:
    return str(gettext("会员 %(n)s 人", n=line.counts["members"]))


_SAID: dict[str, Callable[[Telling, Line], Any]] = {
    "light": _light, "overdue": _overdue, "visits": _visits, "members": _members,
}  # fmt: skip
