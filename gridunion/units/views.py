"""The tree, one level at a time, and a new unit in it."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from gridunion import clock
from gridunion.db import db
from gridunion.menu import notices
from gridunion.rights import allow
from gridunion.text import clean_question
from gridunion.tree import Unit
from gridunion.units.forms import NewForm
from gridunion.units.models import (
    below,
    count_below,
    found,
    history,
    kinds_below,
    tops,
)  # fmt: skip
from gridunion.web import find_unit, go, page, say, viewer

bp = Blueprint("units", __name__)


@bp.get("/units/")
@allow("manage units")
def listing() -> Response:
    units = tops(viewer())
    if len(units) == 1:
        units += below(units[0])[0]
    return _listed(units, len(units))


@bp.post("/units/search")
@allow("manage units", reads=True)
def search() -> Response:
    asked = clean_question(request.form.get("q", ""))
    if not asked:
        return go(url_for("units.listing"))
    units, total = found(asked)
    return _listed(units, total, asked)


def _listed(units: list[Unit], total: int, asked: str = "") -> Response:
    return page(
        "units/listing.html", units=units, counts=count_below(units), asked=asked, total=total,
        notices=notices(viewer()),
    )  # fmt: skip


@bp.get("/units/<code>")
@allow("manage units")
def show(code: str) -> Response:
    unit = find_unit(code)
    children, after = below(unit, request.args.get("after", ""))
    return page(
        "units/show.html", unit=unit, lineage=_seen(unit), children=children, after=after,
        counts=count_below([unit, *children]), history=history(unit), may_have=kinds_below(unit),
    )  # fmt: skip


def _seen(unit: Unit) -> list[tuple[str, str]]:
    """The way down to a unit; above the viewer's own branch there is nothing to open."""
    paths = [held.path for held in viewer().holding("manage units")]
    above = [one for one in unit.lineage() if any(one.path.startswith(path) for path in paths)]
    way = [(one.name, url_for("units.show", code=one.code)) for one in above]
    return [(_("组织"), url_for("units.listing")), *way]


def form_page(unit: Unit, form: Any, title: str, button: str, status: int = 200, about: str = "") -> Response:
    """The page of a form about one unit."""
    return page(
        "units/change.html", status, form=form, title=title, button=button, about=about, current="units",
        back=(url_for("units.show", code=unit.code), unit.name),
    )  # fmt: skip


@bp.get("/units/<code>/new")
@allow("manage units")
def new(code: str) -> Response:
    return _new(parent := _parent(code), NewForm(formdata=None).below(parent))


@bp.post("/units/<code>/new")
@allow("manage units")
def add(code: str) -> Response:
    form = NewForm().below(parent := _parent(code))
    if not form.submitted():
        return _new(parent, form, 422)
    unit = Unit.under(parent, code=form.code.data, name=form.name.data, kind=form.kind.data)
    unit.opened_on = form.opened_on.data or clock.today()
    db.session.add(unit)
    say(_("已新建：%(name)s", name=unit.name))
    return go(url_for("units.show", code=unit.code))


def _parent(code: str) -> Unit:
    unit = find_unit(code)
    if not kinds_below(unit) or unit.closed_on:
        raise NotFound
    return unit


def _new(parent: Unit, form: NewForm, status: int = 200) -> Response:
    return form_page(parent, form, _("新建下级"), _("新建"), status)
