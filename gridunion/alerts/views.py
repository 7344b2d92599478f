"""Alerts on screen: what waits, one of them with its answers, and one raised by hand."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion.alerts.forms import AlertForm, AnswerForm, CloseForm
from gridunion.alerts.listing import FILTERS, alerts, counts
from gridunion.alerts.models import Alert
from gridunion.complaints.models import Complaint
from gridunion.db import db
from gridunion.employers.listing import communities
from gridunion.employers.models import Employer, named
from gridunion.rights import allow
from gridunion.text import read_uid
from gridunion.web import find, go, page, say, viewer

bp = Blueprint("alerts", __name__, url_prefix="/alerts")


@bp.get("/")
@allow("see alerts")
def listing() -> Response:
    held, asked = counts(), request.args.get("show", "")
    chosen = asked if asked in FILTERS else "mine" if held["mine"] else "open"
    rows, after = alerts(chosen, request.args.get("after", ""))
    return page("alerts/listing.html", rows=rows, after=after, chosen=chosen, counts=held)


@bp.get("/new")
@allow("raise alerts")
def new() -> Response:
    form = AlertForm(formdata=None).offer(communities())
    if uid := read_uid(request.args.get("employer", "")):
        employer = find(Employer, uid)
        form.employer_name.data, form.unit.data = employer.name, employer.unit.uid.hex
    return page("alerts/new.html", form=form)


@bp.post("/new")
@allow("raise alerts")
def sound() -> Response:
    form = AlertForm().offer(communities())
    if not form.submitted():
        return page("alerts/new.html", 422, form=form)
    name = form.employer_name.data or ""
    alert = Alert.sound(
        form.community, form.level.data, "hand", form.words.data or "", viewer().name,
        employer=named(name, form.community), employer_name=name,
    )  # fmt: skip
    db.session.flush()
    say(_("%(level)s预警已发出：%(name)s", level=alert.level_words, name=alert.about))
    return go(url_for("alerts.show", uid=alert.uid))


@bp.get("/<uuid:uid>")
@allow("see alerts")
def show(uid: UUID) -> Response:
    return _show(find(Alert, uid))


def _show(alert: Alert, status: int = 200, **forms: Any) -> Response:
    who = viewer()
    shown = {"answer": AnswerForm(formdata=None), "closing": CloseForm(formdata=None)} | forms
    return page(
        "alerts/show.html", status, alert=alert, may_answer=alert.stop_of(who),
        may_close=alert.may_close(who), may_rise=alert.may_rise(who), case=_case(alert), **shown,
    )  # fmt: skip


def _case(alert: Alert) -> Complaint | None:
    """The dispute it rests on, if the viewer may open it."""
    if alert.complaint_id is None:
        return None
    return db.session.scalars(select(Complaint).where(Complaint.id == alert.complaint_id)).one_or_none()


@bp.post("/<uuid:uid>/answer")
@allow("answer alerts")
def answer(uid: UUID) -> Response:
    alert, form = find(Alert, uid), AnswerForm()
    if not form.submitted():
        return _show(alert, 422, answer=form)
    alert.answer(viewer(), form.words.data or "")
    say(_("答复已记下：%(name)s", name=alert.about))
    return go(url_for("alerts.show", uid=uid))


@bp.post("/<uuid:uid>/rise")
@allow("answer alerts")
def rise(uid: UUID) -> Response:
    """The level it reached cannot deal with it alone."""
    alert = find(Alert, uid)
    alert.rise(viewer())
    say(_("已报%(name)s", name=alert.stops[-1].name))
    return go(url_for("alerts.show", uid=uid))


@bp.post("/<uuid:uid>/close")
@allow("answer alerts")
def close(uid: UUID) -> Response:
    alert, form = find(Alert, uid), CloseForm()
    if not form.submitted():
        return _show(alert, 422, closing=form)
    alert.close(viewer(), form.words.data or "")
    say(_("预警已解除：%(name)s", name=alert.about))
    return go(url_for("alerts.show", uid=uid))
