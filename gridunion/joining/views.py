"""The public page of a community or a cell: what the union does with the data, the form, and the receipt."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from gridunion import clock, settings
from gridunion.db import db
from gridunion.doors import token_of_request
from gridunion.joining.forms import JoinForm
from gridunion.joining.limits import minutes_to_wait, more_than_usual
from gridunion.joining.models import Application
from gridunion.rights import PUBLIC, allow
from gridunion.tree import Unit, everywhere
from gridunion.units.models import closed
from gridunion.web import go, page

bp = Blueprint("joining", __name__)

JOINED_IN = ("community_union", "cell")
SHOWN = timedelta(minutes=30)  # how long the phone that applied can read its query code


def for_everybody(view: Callable[..., Response]) -> Callable[..., Response]:
    """A page for people without an account: the room's only lift of the guard. What such a view shows is the name
    of a unit, and an application to the browser that sent it or to whoever has its number and code."""

    @wraps(view)
    def lifted(*args: Any, **values: Any) -> Response:
        with everywhere():
            return view(*args, **values)

    return lifted


@bp.get("/join/<code>")
@allow(PUBLIC)
@for_everybody
def apply(code: str) -> Response:
    unit = _open(code)
    if unit.code != code:
        return go(url_for("joining.apply", code=unit.code))
    return _page(unit, JoinForm(formdata=None).at(unit))


@bp.post("/join/<code>")
@allow(PUBLIC)
@for_everybody
def send(code: str) -> Response:
    unit = _open(code)
    form = JoinForm().at(unit)
    if not form.submitted():
        return _page(unit, form, 422)
    if minutes := minutes_to_wait(form.cell, form.phone.data or ""):
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
    code = made.query_code(token_of_request()) if made else ""
    if made is None or not made.opens_with(code) or clock.now() - made.recorded_at > SHOWN:
        return go(url_for("joining.state"))
    return page("joining/received.html", number=made.number, code=code, place=made.unit.name)


@bp.get("/join/<code>/notice")
@allow(PUBLIC)
@for_everybody
def notice(code: str) -> Response:
    """What the union does with the data, in plain words.

    Source: 个人信息保护法 第十七条.
    """
    unit = _open(code)
    days = settings.value("join.keep.days", unit.path)
    return page("joining/notice.html", place=unit, union=_union(unit), days=days)


def _page(unit: Unit, form: JoinForm, status: int = 200) -> Response:
    return page("joining/apply.html", status, place=unit, union=_union(unit), form=form)


def _open(code: str) -> Unit:
    """The unit whose poster was scanned, or the one that took its place: what was printed stays good."""
    unit = db.session.scalars(select(Unit).where(Unit.code == code, Unit.kind.in_(JOINED_IN))).one_or_none()
    while unit is not None and closed(unit):
        unit = unit.replaced_by
    if unit is None:
        raise NotFound
    return unit


def _union(unit: Unit) -> Unit:
    """The community union somebody would join."""
    return unit.parent if unit.is_cell and unit.parent else unit
