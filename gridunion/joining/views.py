"""The public page of a community or a cell: what the union does with the data, the form, and the receipt."""

from uuid import UUID

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion import settings
from gridunion.db import db
from gridunion.doors import token_of_request
from gridunion.joining.forms import JoinForm
from gridunion.joining.limits import more_than_usual
from gridunion.joining.models import Application
from gridunion.rights import PUBLIC, allow
from gridunion.strangers import for_everybody, minutes_to_wait
from gridunion.tree import Unit
from gridunion.units.scanned import scanned, union_of
from gridunion.web import go, page

bp = Blueprint("joining", __name__)


@bp.get("/join/<code>")
@allow(PUBLIC)
@for_everybody
def apply(code: str) -> Response:
    unit = scanned(code)
    if unit.code != code:
        return go(url_for("joining.apply", code=unit.code))
    return _page(unit, JoinForm(formdata=None).at(unit))


@bp.post("/join/<code>")
@allow(PUBLIC)
@for_everybody
def send(code: str) -> Response:
    unit = scanned(code)
    form = JoinForm().at(unit)
    if not form.submitted():
        return _page(unit, form, 422)
    if minutes := minutes_to_wait("join", form.cell.path, form.phone.data):
        form.form_errors.append(_("申请得太多了，请等 %(n)s 分钟再来，或直接找网格员登记。", n=minutes))
        return _page(unit, form, 429)
    made = Application.receive(form.cell, token_of_request(), more_than_usual(form.cell), **form.known())
    return go(url_for("joining.received", uid=made.uid))


@bp.get("/join/received/<uuid:uid>")
@allow(PUBLIC)
@for_everybody
def received(uid: UUID) -> Response:
    """The receipt, for the browser that sent the form and for half an hour; after that the code is not known here."""
    made = db.session.scalars(select(Application).where(Application.uid == uid)).one_or_none()
    if made is None or not (code := made.code_for(token_of_request())):
        return go(url_for("joining.state"))
    return page("joining/received.html", number=made.receipt, code=code, place=made.unit.name)


@bp.get("/join/<code>/notice")
@allow(PUBLIC)
@for_everybody
def notice(code: str) -> Response:
    """What the union does with the data, in plain words.

    Source: 个人信息保护法 第十七条.
    """
    unit = scanned(code)
    days = settings.value("join.keep.days", unit.path)
    return page("joining/notice.html", place=unit, union=union_of(unit), days=days)


def _page(unit: Unit, form: JoinForm, status: int = 200) -> Response:
    return page("joining/apply.html", status, place=unit, union=union_of(unit), form=form)
