"""Applications as the worker finds them: called, corrected and verified, or turned down, one or many."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select, true

from gridunion.bookmark import opened, seal
from gridunion.db import db
from gridunion.joining.forms import ReasonForm, VerifyForm
from gridunion.joining.models import Application
from gridunion.joining.views import bp
from gridunion.joining.waiting import stuck
from gridunion.members.alike import alike
from gridunion.members.models import Person
from gridunion.members.registering import cells
from gridunion.rights import allow
from gridunion.text import read_uids
from gridunion.web import find, go, page, say, viewer

PAGE = 50


def page_of(state: str, after: str = "", lies: bool = False) -> tuple[list[Application], int, str]:
    """Those of a state in the viewer's branches, the oldest first; how many there are, and where the next begin.
    `lies` leaves those only that no worker sees to."""
    here = (Application.state == state) & (stuck() if lies else true())
    (last,) = opened("applications", after) or (0,)
    found = select(Application).where(here, Application.id > last).order_by(Application.id).limit(PAGE + 1)
    rows = list(db.session.scalars(found))
    total = db.session.scalar(select(func.count(Application.id)).where(here)) or 0
    return rows[:PAGE], total, seal("applications", rows[PAGE - 1].id) if len(rows) > PAGE else ""


def chosen() -> list[Application]:
    """The applications ticked in a form. Raises NotFound for one that is not the viewer's."""
    said = list(dict.fromkeys(request.form.getlist("application")))
    return [find(Application, uid) for uid in read_uids(said)]


@bp.get("/applications/")
@allow("register members")
def listing() -> Response:
    chosen = "stuck" if request.args.get("show") == "stuck" else ""
    here = request.args.get("after", "")
    rows, total, after = page_of("received", here, bool(chosen))
    return page(
        "joining/listing.html", rows=rows, total=total, after=after, ticked=bool(request.args.get("all")),
        chosen=chosen, here_after=here,
    )  # fmt: skip


@bp.get("/applications/<uuid:uid>")
@allow("register members")
def show(uid: UUID) -> Response:
    application = find(Application, uid)
    form = VerifyForm(formdata=None).offer(cells("register members"))
    return _show(application, form.show(application))


def _show(application: Application, form: VerifyForm, status: int = 200) -> Response:
    waits = application.state == "received"
    told = (None if it.errors else it.data for it in (form.name, form.phone))
    same = alike(*told) if waits else []
    twins: list[Any] = application.twins() if waits else []
    return page("joining/show.html", status, application=application, form=form, alike=same, twins=twins)


@bp.post("/applications/<uuid:uid>/verification")
@allow("register members")
def verify(uid: UUID) -> Response:
    application, form = find(Application, uid), VerifyForm().offer(cells("register members"))
    if not form.submitted():
        return _show(application, form, 422)
    if alike(form.name.data, form.phone.data) and not form.distinct.data and application.state == "received":
        return _show(application, form, 422)
    person = application.verify(viewer(), form.cell, **form.known())
    say(_("已核实：%(name)s，等社区工会审批", name=person.name))
    return go(url_for("joining.listing"))


@bp.post("/applications/<uuid:uid>/person")
@allow("register members")
def recognize(uid: UUID) -> Response:
    """It is somebody the register knows: one of those the duplicate question showed."""
    application = find(Application, uid)
    same = read_uids(request.form.getlist("person"))
    if not same:
        return go(url_for("joining.show", uid=uid))
    person = find(Person, same[0])
    application.recognize(person, viewer())
    say(_("已核实：就是%(name)s", name=person.name))
    return go(url_for("joining.listing"))


@bp.post("/applications/check")
@allow("register members", reads=True)
def check() -> Response:
    """The names, before all of them are turned down."""
    if not (rows := chosen()):
        return page("joining/refuse.html", 422, rows=[], form=ReasonForm(formdata=None))
    return page("joining/refuse.html", rows=rows, form=ReasonForm(formdata=None))


@bp.post("/applications/refusal")
@allow("register members")
def refuse() -> Response:
    rows, form = chosen(), ReasonForm()
    if not rows or not form.submitted():
        return page("joining/refuse.html", 422, rows=rows, form=form)
    for application in rows:
        application.refuse(viewer(), form.reason.data or "")
    say(_("没有通过 %(n)s 份申请", n=len(rows)), kind="warn")
    return go(url_for("joining.listing"))
