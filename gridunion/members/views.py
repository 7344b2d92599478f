"""The register: the list and its search, the 60-second form, a person's page, the real-name file."""

from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion import audit
from gridunion.db import db
from gridunion.members.forms import FileForm, RegisterForm
from gridunion.members.listing import FILTERS, found, marks, members
from gridunion.members.models import Person, alike, id_index
from gridunion.members.timeline import story
from gridunion.receipts import Draft
from gridunion.rights import allow
from gridunion.text import Unacceptable, clean_text
from gridunion.totals import totals
from gridunion.tree import Unit, branch, everywhere, width
from gridunion.web import edited, find, go, page, say, viewer

bp = Blueprint("members", __name__, url_prefix="/members")

LONG = 60  # days after which a member counts as long unseen


@bp.get("/")
@allow("see members")
def listing() -> Response:
    chosen = request.args.get("show", "all")
    chosen = chosen if chosen in FILTERS else "all"
    rows, after = members(chosen, request.args.get("after", ""))
    counts = totals()
    total = counts.get({"all": "members", "due": "visits_open"}.get(chosen, chosen), len(rows))
    return page(
        "members/listing.html", rows=rows, after=after, chosen=chosen, counts=counts, total=total, marks=marks(rows),
        asked="", long=LONG, place=here(),
    )  # fmt: skip


@bp.post("/search")
@allow("see members", reads=True)
def search() -> Response:
    """Words and numbers travel by POST, so that none stands in an address or a log."""
    asked = clean(request.form.get("q", ""))
    if not asked:
        return go(url_for("members.listing"))
    rows, after, total = found(viewer(), asked, request.form.get("after", ""))
    return page(
        "members/listing.html", rows=rows, after=after, chosen="", counts=totals(), total=total, marks=marks(rows),
        asked=asked, long=LONG, place=here(),
    )  # fmt: skip


def clean(asked: str) -> str:
    try:
        return clean_text(asked, 40)
    except Unacceptable:
        return ""


def here() -> str:
    """The name of where the viewer works: one unit, or how many."""
    held = viewer().holding("see members")
    return held[0].name if len(held) == 1 else _("%(n)s 处", n=len(held))


def cells(right: str) -> list[Unit]:
    """The cells in which the viewer may do something, in the order of the tree."""
    statement = select(Unit).where(branch(width()), Unit.kind == "cell", Unit.closed_on.is_(None))
    return list(db.session.scalars(statement.order_by(Unit.path), execution_options={"branch": True}))


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
    say(_("已登记：%(name)s，等社区工会审批", name=person.name))
    return go(url_for("members.show", uid=person.uid))


@bp.post("/check")
@allow("register members", reads=True)
def check() -> Response:
    """Who in the branch has the same phone or name: asked while the form is filled in."""
    form = RegisterForm()
    form.offer(cells("register members"))
    form.validate()
    same = alike(form.name.data, form.phone.data if not form.phone.errors else None)
    return page("members/new.html", form=form, alike=same)


def _put_aside() -> Response:
    """Keep a half-filled form for later."""
    draft = _draft(request.args.get("draft", "")) or Draft(account_id=viewer().account_id, form="members.new")
    kept = ("name", "phone", "key_group", "employer_name", "unit", "sex", "address")
    draft.fields = {name: request.form.getlist(name) for name in kept if request.form.get(name)}
    draft.title = (request.form.get("name") or _("没写姓名"))[:40]
    db.session.add(draft)
    say(_("先存着了，在“记一笔”里接着填"))
    return go(url_for("desk.new"))


def _draft(uid: str) -> Draft | None:
    try:
        mine = select(Draft).where(Draft.uid == UUID(uid), Draft.account_id == viewer().account_id)
    except ValueError:
        return None
    return db.session.scalars(mine).one_or_none()


def _drop_draft(uid: str) -> None:
    if draft := _draft(uid):
        db.session.delete(draft)


@bp.get("/<uuid:uid>")
@allow("see members")
def show(uid: UUID) -> Response:
    person = find(Person, uid)
    return page("members/show.html", person=person, entries=story(person), all=request.args.get("all"))


@bp.post("/<uuid:uid>/phone")
@allow("reveal numbers")
def phone(uid: UUID) -> Response:
    """Show a number in full: asked for by POST, and in the trail."""
    person = find(Person, uid)
    audit.note("reveal phone", person)
    return page("members/show.html", person=person, entries=story(person), revealed=True, all=None)


@bp.get("/<uuid:uid>/edit")
@allow("edit members")
def edit(uid: UUID) -> Response:
    person = find(Person, uid)
    form = FileForm(formdata=None)
    form.show(person)
    return page("members/edit.html", person=person, form=form)


@bp.post("/<uuid:uid>/edit")
@allow("edit members")
def save(uid: UUID) -> Response:
    person, form = find(Person, uid), FileForm()
    if not form.submitted():
        return page("members/edit.html", 422, person=person, form=form)
    if edited(person, form):
        return page("members/edit.html", 409, person=person, form=form, theirs=_theirs(person))
    if form.id_number.data and (problem := _taken(person, form)):
        form.id_number.errors = [problem]
        return page("members/edit.html", 422, person=person, form=form)
    person.learn(**form.known())
    if form.id_number.data:
        person.set_id_number(form.id_kind.data, form.id_number.data)
    person.note_hardship(form.hardship_class.data, form.hardship_note.data)
    say(_("已保存：%(name)s", name=person.name))
    return go(url_for("members.show", uid=uid))


def _theirs(person: Person) -> FileForm:
    """The file as somebody else just saved it."""
    form = FileForm(formdata=None)
    form.show(person)
    return form


def _taken(person: Person, form: FileForm) -> str:
    """What stands against an identity number: known here, or exactly this person known elsewhere."""
    digest = id_index(form.id_kind.data or "resident_id", form.id_number.data or "")
    same = select(Person).where(Person.id_index == digest, Person.id != person.id)
    if known := db.session.scalars(same.limit(1)).first():
        return _("这个证件号码已登记：%(name)s", name=known.name)
    with everywhere():
        elsewhere = db.session.scalars(same.where(Person.name == form.name.data).limit(1)).first()
    return _("已在别处登记，请申请转会") if elsewhere else ""


@bp.get("/approvals")
@allow("approve members")
def approvals() -> Response:
    """The names, before all of them are let in at once."""
    waiting = select(Person).where(Person.status == "applied").order_by(Person.id).limit(100)
    return page("members/approvals.html", people=list(db.session.scalars(waiting)))


@bp.post("/approvals")
@allow("approve members")
def approve() -> Response:
    """Let applicants in, one or many."""
    people = [find(Person, uid) for uid in _uids(request.form.getlist("person"))]
    for person in people:
        person.approve(viewer())
    say(_("已通过 %(n)s 人入会", n=len(people)))
    return go((request.form.get("next") == "inbox" and "/inbox") or url_for("members.approvals"))


@bp.post("/<uuid:uid>/rejection")
@allow("approve members")
def reject(uid: UUID) -> Response:
    person = find(Person, uid)
    reason = clean(request.form.get("reason", ""))
    if not reason:
        return page(
            "members/show.html", 422, person=person, entries=story(person), all=None, reason_missing=True
        )
    person.reject(viewer(), reason)
    say(_("没有通过：%(name)s", name=person.name), kind="warn")
    return go("/inbox")


def _uids(said: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in said]
    except ValueError:
        return []
