"""The ledger of employers: which have a union, which have none yet."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from gridunion import audit
from gridunion.accounts.trail_words import VALUES
from gridunion.employers.forms import STATES, EmployerForm
from gridunion.employers.history import actions, facts, history
from gridunion.employers.listing import FILTERS, cells, communities, counts, employers, found
from gridunion.employers.models import Employer
from gridunion.rights import allow
from gridunion.text import clean_question
from gridunion.web import edited, find, go, page, say, viewer

VALUES["employer", "state"] = STATES
bp = Blueprint("employers", __name__, url_prefix="/employers")


@bp.get("/")
@allow("see employers")
def listing() -> Response:
    chosen = request.args.get("show", "all")
    chosen = chosen if chosen in FILTERS else "all"
    rows, after = employers(chosen, request.args.get("after", ""))
    shown = counts()
    return page(
        "employers/listing.html",
        rows=rows,
        after=after,
        chosen=chosen,
        counts=shown,
        total=shown[chosen],
        asked="",
    )


@bp.post("/search")
@allow("see employers", reads=True)
def search() -> Response:
    asked = clean_question(request.form.get("q", ""))
    if not asked:
        return go(url_for("employers.listing"))
    rows, after, total = found(asked, request.form.get("after", ""))
    return page(
        "employers/listing.html", rows=rows, after=after, chosen="", counts=counts(), total=total, asked=asked
    )


@bp.get("/new")
@allow("edit employers")
def new() -> Response:
    form = EmployerForm(formdata=None, union_state="unorganized").offer(communities(), cells())
    return page("employers/edit.html", form=form, employer=None)


@bp.post("/new")
@allow("edit employers")
def add() -> Response:
    form = EmployerForm().offer(communities(), cells())
    if not form.submitted():
        return page("employers/edit.html", 422, form=form, employer=None)
    employer = Employer.enter(**form.known())
    say(_("已登记：%(name)s", name=employer.name))
    return go(url_for("employers.show", uid=employer.uid))


@bp.get("/<uuid:uid>")
@allow("see workplaces")
def show(uid: UUID) -> Response:
    return _show(find(Employer, uid))


def _show(employer: Employer, **more: Any) -> Response:
    return page(
        "employers/show.html", employer=employer, history=history(employer), facts=facts(employer),
        actions=actions(employer, viewer()), **more,
    )  # fmt: skip


@bp.get("/<uuid:uid>/phone")
@allow("edit employers")
def revealed(uid: UUID) -> Response:
    """The address of the page that showed a number, opened anew: back to the record, with the number hidden again."""
    return go(url_for("employers.show", uid=find(Employer, uid).uid))


@bp.post("/<uuid:uid>/phone")
@allow("edit employers")
def phone(uid: UUID) -> Response:
    """Show a number in full: asked for by POST, and in the trail."""
    employer = find(Employer, uid)
    audit.note("reveal phone", employer)
    return _show(employer, revealed=True)


@bp.get("/<uuid:uid>/edit")
@allow("edit employers")
def edit(uid: UUID) -> Response:
    employer = find(Employer, uid)
    form = EmployerForm(formdata=None).offer(communities(), cells()).show(employer)
    return page("employers/edit.html", form=form, employer=employer)


@bp.post("/<uuid:uid>/edit")
@allow("edit employers")
def save(uid: UUID) -> Response:
    form = EmployerForm().offer(communities(), cells())
    form.record = employer = find(Employer, uid)
    if not form.submitted():
        return page("employers/edit.html", 422, form=form, employer=employer)
    if edited(employer, form):
        theirs = EmployerForm(formdata=None).offer(communities(), cells()).show(employer)
        form.row_version.data = str(employer.version)
        return page("employers/edit.html", 409, form=form, employer=employer, theirs=theirs)
    employer.learn(**form.known())
    say(_("已保存：%(name)s", name=employer.name))
    return go(url_for("employers.show", uid=uid))
