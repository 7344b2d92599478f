"""网格页: one cell on one page, and the records behind each of its numbers."""

from typing import Any
from uuid import UUID

from flask import Response, abort, request, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement

from gridunion import clock
from gridunion.members.models import Person
from gridunion.rights import allow
from gridunion.status import cell
from gridunion.status.board import board_of
from gridunion.status.staffing import staff_of
from gridunion.status.views import bp
from gridunion.status.walks import CONDITIONS
from gridunion.tree import Unit
from gridunion.web import find_unit, go, page

LISTS = {"members": _("会员"), "hardship": _("困难职工"), "people_due": _("该走访的会员")}
WORDS = {
    "people": _("在这里上班的人"),
    "members": _("会员"),
    "migrants": _("外来职工"),
    "unasked": _("没问过是不是外来"),
}


@bp.get("/cell")
@allow("see today")
def my_cells() -> Response:
    """The cell somebody works in; of several, each to choose."""
    found = cell.cells(clock.today())
    if len(found) == 1:
        return go(url_for(".one_cell", code=found[0].code))
    return page("status/my_cells.html", cells=found)


@bp.get("/cell/<code>")
@allow("see members")
def one_cell(code: str) -> Response:
    unit = _cell(code)
    rows, total, after = cell.places(unit, request.args.get("after", ""))
    return page(
        "status/cell.html", unit=unit, counts=board_of(code).total.counts, rows=rows, total=total, after=after,
        staff=staff_of([unit.id], "grid_worker").get(unit.id, ""),
    )  # fmt: skip


def _cell(code: str) -> Unit:
    unit = find_unit(code)
    return unit if unit.is_cell else abort(404)


@bp.get("/cell/<code>/<name>")
@allow("see members")
def in_cell(code: str, name: str) -> Response:
    """Who a number of the cell counts; of those in hardship since when, and why."""
    unit = _cell(code)
    if name not in LISTS:
        abort(404)
    base = url_for(".in_cell", code=code, name=name)
    return _people(unit, CONDITIONS[name], title=LISTS[name], base=base, why=name == "hardship")


@bp.get("/cell/<code>/at/<uuid:uid>/<name>")
@allow("see members")
def at_employer(code: str, uid: UUID, name: str) -> Response:
    """Who of the cell works for an employer: all we know of, members, members from outside."""
    unit = _cell(code)
    employer = cell.employer_of(unit, uid)
    if employer is None or name not in WORDS:
        abort(404)
    condition = (Person.employer_id == employer.id) & cell.WHO[name]
    base = url_for(".at_employer", code=code, uid=uid, name=name)
    return _people(unit, condition, title=WORDS[name], base=base, employer=employer.name)


@bp.get("/cell/<code>/unlisted/<name>")
@allow("see members")
def unlisted(code: str, name: str) -> Response:
    """The same for all whose employer the ledger does not have."""
    unit = _cell(code)
    if name not in WORDS:
        abort(404)
    base = url_for(".unlisted", code=code, name=name)
    return _people(
        unit, cell.UNLISTED & cell.WHO[name], title=WORDS[name], base=base, employer=_("台账上没有的单位")
    )


def _people(unit: Unit, condition: ColumnElement[bool], **said: Any) -> Response:
    rows, total, after = cell.people(unit, condition, request.args.get("after", ""))
    return page("status/cell_people.html", unit=unit, rows=rows, total=total, after=after, **said)
