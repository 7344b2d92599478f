"""年度目标: a line a union with target, what was achieved and what is missing."""

from dataclasses import dataclass

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import and_, or_, select
from wtforms import HiddenField, IntegerField
from wtforms.validators import NumberRange

from gridunion import clock
from gridunion.db import db
from gridunion.fields import Form, optional
from gridunion.members.membership import Impossible
from gridunion.rights import allow
from gridunion.status.measures import MEASURES
from gridunion.status.records import count
from gridunion.status.targets import (
    ACHIEVED,
    MOST,
    SET,
    TARGETED,
    Goal,
    Target,
    counted,
    may_set,
    put,
    stamp,
    targets_of,
    year_of,
)
from gridunion.status.views import bp, crumbs
from gridunion.tree import Unit
from gridunion.web import find_unit, go, page, say, viewer

FIRST_YEAR = 2020
_OUTSIDE = lazy_gettext("目标填 0 到 1000000 的整数，不定就空着")


class TargetForm(Form):
    """The targets of one unit in a year; `seen` tells what stood there when the form was shown."""

    year, seen = HiddenField(""), HiddenField("")
    founded = IntegerField(lazy_gettext("新建会单位（家）"), [optional(), NumberRange(0, MOST, _OUTSIDE)])
    joined = IntegerField(lazy_gettext("新发展会员（人）"), [optional(), NumberRange(0, MOST, _OUTSIDE)])


@dataclass(frozen=True)
class Line:
    """A unit with what it is to achieve and has achieved, and what was set."""

    unit: Unit
    goals: list[Goal]
    targets: list[Target]

    @property
    def latest(self) -> Target | None:
        """What was set last."""
        return max(self.targets, key=lambda target: target.set_at, default=None)


@bp.get("/<code>/targets")
@allow("see board")
def targets(code: str) -> Response:
    """The targets of a unit and of the unions right below it. Cells have none."""
    unit = find_unit(code)
    return go(url_for(".show", code=code)) if unit.is_cell else _page(unit, _year())


def _year() -> int:
    """The year asked for: this one, if none is."""
    said = request.args.get("year", str(clock.today().year))
    return int(said) if said.isascii() and said.isdigit() and int(said) in _years() else abort(404)


def _years() -> range:
    return range(FIRST_YEAR, clock.today().year + 2)


def _page(unit: Unit, year: int, sent: TargetForm | None = None, status: int = 200) -> Response:
    units = [unit, *_below(unit, year)]
    known = targets_of((it.id for it in units), year)
    reached = {name: _reached(unit, name, year) for name in ACHIEVED}
    lines = [_line(it, [target for target in known if target.unit_id == it.id], reached) for it in units]
    asked = unit.code if sent else request.args.get("set", "")
    may = {line.unit.id for line in lines if may_set(line.unit, viewer())}
    chosen = next((line for line in lines if line.unit.code == asked and line.unit.id in may), None)
    return page(
        "status/targets.html", status, unit=unit, lines=lines, year=year, years=list(_years())[-3:], measures=MEASURES,
        chosen=chosen, form=sent or (chosen and _filled(chosen, year)), crumbs=crumbs(unit), may=may, now=clock.now(),
        period=year_of(year), undated=count(unit, "undated"), kinds=[*ACHIEVED, "undated"],
    )  # fmt: skip


def _reached(unit: Unit, name: str, year: int) -> dict[int, int]:
    return counted(name, unit.id, year, within=True) | counted(name, unit.id, year, within=False)


def _below(unit: Unit, year: int) -> list[Unit]:
    """The unions right below that stood at any time of the year."""
    period = year_of(year)
    stood = and_(Unit.opened_on < period.until, or_(Unit.closed_on.is_(None), Unit.closed_on > period.first))
    found = select(Unit).where(Unit.parent_id == unit.id, Unit.kind.in_(TARGETED), stood)
    return list(db.session.scalars(found.order_by(Unit.path)))


def _line(unit: Unit, targets: list[Target], reached: dict[str, dict[int, int]]) -> Line:
    numbers = {target.measure: target.goal for target in targets}
    goals = [Goal(name, numbers.get(name), found.get(unit.id, 0)) for name, found in reached.items()]
    return Line(unit, goals, targets)


def _filled(line: Line, year: int) -> TargetForm:
    """The form of a line as it stands."""
    numbers = {goal.name: goal.goal for goal in line.goals}
    return TargetForm(formdata=None, year=str(year), seen=stamp(line.targets), **numbers)


@bp.post("/<code>/targets")
@allow(SET)
def set_targets(code: str) -> Response:
    """What a unit is to achieve in a year, from the union above it."""
    unit, form = find_unit(code), TargetForm()
    if unit.is_cell:
        raise Impossible(_("网格不定年度目标。"))
    year = next((year for year in _years() if str(year) == form.year.data), clock.today().year)
    if not form.submitted():
        return _page(unit, year, form, 422)
    goals = {name: form[name].data for name in ACHIEVED}
    if not put(unit, year, goals, form.seen.data or "", viewer()):
        form.founded.errors = [_("别人刚改过这里的目标，请看一遍再定")]
        form.seen.data = stamp(targets_of([unit.id], year))
        return _page(unit, year, form, 422)
    say(_("%(place)s %(year)s 年的目标定好了", place=unit.name, year=year))
    return go(url_for(".targets", code=unit.parent.code if unit.parent else code, year=year))
