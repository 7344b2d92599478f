"""The 60-second form: the duplicate question, and what was put aside half filled."""

from functools import cache
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select

from gridunion.db import db
from gridunion.members.alike import alike
from gridunion.members.forms import RegisterForm
from gridunion.members.models import Person
from gridunion.members.views import bp, done
from gridunion.receipts import Draft
from gridunion.rights import allow
from gridunion.text import read_uid
from gridunion.tree import Unit, branch, width
from gridunion.web import find, go, page, say, viewer

# Consent is not kept: it is asked anew, of the person standing there.
KEPT = ("name", "phone", "key_group", "employer_name", "unit", "sex", "address", "share_birthday")


def cells(right: str) -> list[Unit]:
    """The cells in which the viewer may do something, in the order of the tree."""
    return list(db.session.scalars(_open_cells(width()), execution_options={"branch": True}))


@cache
def _open_cells(branches: int) -> Select[Unit]:
    found = select(Unit).where(branch(branches), Unit.kind == "cell", Unit.closed_on.is_(None))
    return found.order_by(Unit.path)


@bp.get("/new")
@allow("register members")
def new() -> Response:
    form = RegisterForm(formdata=None)
    form.offer(cells("register members"))
    if draft := _draft(request.args.get("draft", "")):
        form.process(formdata=None, data=draft.flat)
        form.offer(cells("register members"))
    return page("members/new.html", form=form, alike=[], draft=draft)


@bp.post("/new")
@allow("register members")
def register() -> Response:
    form = RegisterForm()
    form.offer(cells("register members"))
    if "draft" in request.form:
        return _put_aside()
    if not form.submitted():
        return page("members/new.html", 422, form=form, alike=[])
    same = alike(form.name.data, form.phone.data)
    if same and not form.distinct.data:
        return page("members/new.html", 422, form=form, alike=same)
    person = Person.register(form.cell, viewer(), "grid_visit", **form.known())
    _drop_draft(request.args.get("draft", ""))
    return _applied(person)


@bp.post("/check")
@allow("register members", reads=True)
def check() -> Response:
    """Who in the branch has the same phone or name: asked while the form is filled in."""
    form = RegisterForm()
    form.offer(cells("register members"))
    form.validate()
    same = alike(*(it.data if not it.errors else None for it in (form.name, form.phone)))
    return page("members/new.html", form=form, alike=same)


def _put_aside() -> Response:
    """Keep a half-filled form for later."""
    draft = _draft(request.args.get("draft", "")) or Draft(account_id=viewer().account_id, form="members.new")
    draft.fields = {name: request.form.getlist(name) for name in KEPT if request.form.get(name)}
    draft.title = (request.form.get("name") or _("没写姓名"))[:40]
    db.session.add(draft)
    say(_("先存着了，在“记一笔”里接着填"))
    return go(url_for("desk.new"))


def _draft(uid: str) -> Draft | None:
    asked = read_uid(uid)
    mine = select(Draft).where(Draft.uid == asked, Draft.account_id == viewer().account_id)
    return db.session.scalars(mine).one_or_none() if asked else None


def _drop_draft(uid: str) -> None:
    if draft := _draft(uid):
        db.session.delete(draft)


@bp.post("/<uuid:uid>/application")
@allow("register members")
def apply(uid: UUID) -> Response:
    """Let somebody the register knows ask for membership, again or for the first time."""
    person = find(Person, uid)
    person.apply("grid_visit")
    return _applied(person)


def _applied(person: Person) -> Response:
    return done(person, _("已登记：%(name)s，等社区工会审批", name=person.name))
