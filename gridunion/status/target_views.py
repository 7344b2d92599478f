"""年度目标: a line a union with target, what was achieved and what is missing, and the records behind each number."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload
from wtforms import HiddenField, IntegerField
from wtforms.validators import NumberRange

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.db import Bytewise, db
from gridunion.employers.models import Employer
from gridunion.fields import Form, optional
from gridunion.look import day
from gridunion.members.membership import Impossible, Membership
from gridunion.rights import allow
from gridunion.status.rows import Shown, shown
from gridunion.status.targets import (
    ACHIEVED,
    COUNTED,
    MOST,
    SET,
    TARGETED,
    Goal,
    Target,
    counted,
    days_of,
    may_set,
    put,
    stamp,
    targets_of,
)
from gridunion.status.views import bp, crumbs
from gridunion.tree import Unit
from gridunion.web import find_unit, go, page, say, viewer

PAGE = 20
FIRST_YEAR = 2020
_OUTSIDE = lazy_gettext("目标填 0 到 1000000 的整数，不定就空着")
_lo, _hi = bindparam("lo", type_=Bytewise), bindparam("hi", type_=Bytewise)


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
        "status/targets.html", status, unit=unit, lines=lines, year=year, years=list(_years())[-3:], kinds=COUNTED,
        chosen=chosen, form=sent or (chosen and _filled(chosen, year)), crumbs=crumbs(unit), may=may, now=clock.now(),
        undated=counted("undated", unit.id, {}, within=False).get(unit.id, 0),
    )  # fmt: skip


def _reached(unit: Unit, name: str, year: int) -> dict[int, int]:
    days = days_of(year)
    return counted(name, unit.id, days, within=True) | counted(name, unit.id, days, within=False)


def _below(unit: Unit, year: int) -> list[Unit]:
    """The unions right below that stood at any time of the year."""
    days = days_of(year)
    stood = and_(
        Unit.opened_on <= days["last"], or_(Unit.closed_on.is_(None), Unit.closed_on > days["first"])
    )
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


@bp.get("/<code>/targets/<name>")
@allow("see board")
def achieved(code: str, name: str) -> Response:
    """Exactly the records that a number counts."""
    unit, year = find_unit(code), _year()
    if name not in COUNTED:
        abort(404)
    rows, after = _records(unit, name, year, request.args.get("after", ""))
    days = days_of(year)
    return page(
        "status/target_records.html", unit=unit, kind=COUNTED[name], year=year, rows=rows, after=after, name=name,
        total=counted(name, unit.id, days, within=False).get(unit.id, 0), crumbs=crumbs(unit), as_row=_shown,
        now=clock.now(), me=viewer().account_id, press="",
    )  # fmt: skip


def _records(unit: Unit, name: str, year: int, after: str) -> tuple[list[Any], str]:
    """A page of records in the order of the tree, and where the next one begins."""
    at = opened(f"target {name}", after)
    lo, hi = unit.branch
    given = {"lo": lo, "hi": hi} | (days_of(year) if name in ACHIEVED else {})
    given |= dict(zip(("path", "number"), at, strict=True)) if at else {}
    found = db.session.execute(_listing(name, bool(at)), given).all()
    last = found[PAGE - 1] if len(found) > PAGE else None
    return [row[0] for row in found[:PAGE]], seal(f"target {name}", last[1], last[0].id) if last else ""


@cache
def _listing(name: str, going_on: bool) -> Select[Any]:
    kind = COUNTED[name]
    model, unit = kind.model, Unit.__table__.alias("place")
    found = select(model, unit.c.path).join(unit, unit.c.id == model.unit_id).options(*_WITH[model])
    found = found.where(unit.c.path >= _lo, unit.c.path < _hi, kind.condition)
    if going_on:
        further = and_(unit.c.path == bindparam("path", type_=Bytewise), model.id > bindparam("number"))
        found = found.where(or_(unit.c.path > bindparam("path", type_=Bytewise), further))
    return found.order_by(unit.c.path, model.id).limit(PAGE + 1)


_WITH: dict[Any, Any] = {
    Membership: (joinedload(Membership.person), joinedload(Membership.unit)),
    Employer: (joinedload(Employer.unit),),
}


def _shown(record: Any) -> Shown:
    """A row as in other lists, but of an employer when its union was founded."""
    if not isinstance(record, Employer):
        return shown(record)
    founded = _("%(day)s建会", day=day(record.founded_on)) if record.founded_on else _("建会日期没填")
    return replace(shown(record), facts=[record.unit.name, founded])
