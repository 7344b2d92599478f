"""What an administrator may do to a unit: its name, its place, its end, two out of one."""

from datetime import date

from flask import Response, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from gridunion import clock
from gridunion.db import db
from gridunion.rights import allow
from gridunion.tree import BadMove, Unit
from gridunion.units.forms import CloseForm, MoveForm, RenameForm, SplitForm
from gridunion.units.models import StillNeeded, end_unit, hang, lying_in, next_code
from gridunion.units.views import bp, form_page
from gridunion.web import edited, find_unit, go, say


@bp.get("/units/<code>/rename")
@allow("manage units")
def rename(code: str) -> Response:
    unit = find_unit(code)
    return form_page(
        unit, RenameForm(formdata=None, name=unit.name, row_version=str(unit.version)), _("改名"), _("改名")
    )


@bp.post("/units/<code>/rename")
@allow("manage units")
def save_name(code: str) -> Response:
    unit, form = find_unit(code), RenameForm()
    if not form.submitted():
        return form_page(unit, form, _("改名"), _("改名"), 422)
    if edited(unit, form):
        form.row_version.data = str(unit.version)
        told = _("在你填写的时候，别人改过它，现在叫“%(name)s”。要用你填的，再点一次改名。", name=unit.name)
        return form_page(unit, form, _("改名"), _("改名"), 409, told)
    unit.name = form.name.data or ""
    say(_("已改名：%(name)s", name=unit.name))
    return go(url_for("units.show", code=code))


@bp.get("/units/<code>/move")
@allow("manage units")
def move(code: str) -> Response:
    return _move(find_unit(code), MoveForm(formdata=None))


@bp.post("/units/<code>/move")
@allow("manage units")
def save_move(code: str) -> Response:
    unit, form = find_unit(code), MoveForm()
    if not form.submitted() or form.parent.unit is None:
        return _move(unit, form, 422)
    try:
        hang(unit, form.parent.unit)
    except BadMove as problem:
        form.parent.errors = [str(problem)]
        return _move(unit, form, 422)
    say(_("已移到“%(parent)s”下面", parent=form.parent.unit.name))
    return go(url_for("units.show", code=code))


def _move(unit: Unit, form: MoveForm, status: int = 200) -> Response:
    about = _("连同下面的一起移走。里面的会员和记录不变，按新的上级查看和统计。")
    return form_page(unit, form, _("换上级"), _("换上级"), status, about)


@bp.get("/units/<code>/close")
@allow("manage units")
def close(code: str) -> Response:
    return _close(find_unit(code), CloseForm(formdata=None, on=clock.today()))


@bp.post("/units/<code>/close")
@allow("manage units")
def save_close(code: str) -> Response:
    unit, form = find_unit(code), CloseForm()
    if not form.submitted() or form.on.data is None:
        return _close(unit, form, 422)
    try:
        end_unit(unit, form.on.data, form.heir.unit)
    except StillNeeded as problem:
        form.heir.errors = [str(problem)]
        return _close(unit, form, 422)
    undo = "" if form.heir.unit else url_for("units.reopen", code=code)
    say(_("已撤销：%(name)s", name=unit.name) + _stays(unit, form.on.data), undo=undo)
    return go(url_for("units.show", code=code))


def _close(unit: Unit, form: CloseForm, status: int = 200) -> Response:
    about = _("撤销后不能再往里登记，记录留在原处，仍由上级查看。还有人或岗位的，要有单位接替。")
    if left := lying_in(unit, form.on.data or clock.today()):
        about = _("现在这里还有%(left)s。", left=left) + about
    return form_page(unit, form, _("撤销"), _("撤销"), status, about)


def _stays(unit: Unit, on: date) -> str:
    """What is left in a closed unit, so that somebody looks after it."""
    left = lying_in(unit, on)
    return _("。里面还有%(left)s，在原处接着办", left=left) if left else ""


@bp.post("/units/<code>/reopen")
@allow("manage units")
def reopen(code: str) -> Response:
    unit = find_unit(code)
    unit.closed_on, unit.replaced_by = None, None
    say(_("已恢复：%(name)s", name=unit.name))
    return go(url_for("units.show", code=code))


@bp.get("/units/<code>/split")
@allow("manage units")
def split(code: str) -> Response:
    unit, form = _splittable(code), SplitForm(formdata=None, on=clock.today())
    form.code.data = next_code(_above(unit), unit.kind)
    return _split(unit, form)


@bp.post("/units/<code>/split")
@allow("manage units")
def save_split(code: str) -> Response:
    """The unit ends, a new one beside it takes its place; more of them are made as new ones."""
    form = SplitForm()
    form.old = unit = _splittable(code)
    form.parent = parent = _above(unit)
    if not form.submitted() or form.on.data is None:
        return _split(unit, form, 422)
    heir = Unit.under(
        parent, code=form.code.data, name=form.name.data, kind=unit.kind, opened_on=form.on.data
    )
    db.session.add(heir)
    db.session.flush()
    try:
        end_unit(unit, form.on.data, heir)
    except StillNeeded as problem:
        form.code.errors = [str(problem)]
        return _split(unit, form, 422)
    say(_("已拆分：%(name)s接替", name=heir.name) + _stays(unit, form.on.data))
    return go(url_for("units.show", code=heir.code))


def _splittable(code: str) -> Unit:
    unit = find_unit(code)
    if unit.parent_id is None or unit.closed_on:
        raise NotFound
    return unit


def _above(unit: Unit) -> Unit:
    parent = db.session.get(Unit, unit.parent_id)
    if parent is None:  # it lies above the administrator's own branch
        raise NotFound
    return parent


def _split(unit: Unit, form: SplitForm, status: int = 200) -> Response:
    about = _("原来的撤销，由新单位接替，岗位在新单位接着算。要拆成几个，先在上级新建其余的。")
    if left := lying_in(unit, form.on.data or clock.today()):
        about = _("现在这里还有%(left)s。", left=left) + about
    return form_page(unit, form, _("拆分"), _("拆分"), status, about)
