"""Complaints on screen: the lists, taking one down, and the page of a case."""

from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response, abort, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from gridunion.complaints.forms import MOST_PHOTOS, TakeForm
from gridunion.complaints.hands import held_over
from gridunion.complaints.life import STEPS
from gridunion.complaints.listing import complaints, counts
from gridunion.complaints.models import Complaint
from gridunion.complaints.steps import add_steps, opened
from gridunion.complaints.story import countdown, life
from gridunion.db import db
from gridunion.files import Attachment, BadPicture, attach, attachments_of, keep, rebuild, serve
from gridunion.members.listing import found
from gridunion.members.models import Person
from gridunion.members.views import cells, clean
from gridunion.rights import allow
from gridunion.visits.models import Visit
from gridunion.web import before, find, go, page, say, takes, viewer

bp = Blueprint("complaints", __name__, url_prefix="/complaints")
add_steps(bp)

MOST_BYTES = 26 * 1024 * 1024  # three pictures of 8 MB, and the form
MOST_FOUND = 5  # people offered to somebody who looks for the complainant

# What stands in the bar at the thumb: the first three that may be done, the most important one last.
BAR = ("resolve", "call_back", "confirm", "assign", "reply", "send_back", "progress", "refuse", "urge")
OFFICE = {"supervisor", "district_officer"}


class Pictures(NamedTuple):
    """What became of the pictures of a form: digest and bytes of each, or what is wrong with them."""

    kept: list[tuple[str, int]]
    fault: str = ""


@bp.get("/")
@allow("see complaints")
def listing() -> Response:
    shown = _chips()
    chosen = request.args.get("show", shown[0])
    chosen = chosen if chosen in shown else shown[0]
    rows, after = complaints(chosen, request.args.get("after", ""))
    cheap = [name for name in shown if name not in ("all", "done") or name == chosen]
    held = counts(*cheap)
    return page(
        "complaints/listing.html",
        rows=rows,
        after=after,
        chips=shown,
        chosen=chosen,
        counts=held,
        total=held[chosen],
    )


def _chips() -> list[str]:
    """A worker's own open ones stand first; the street's own where there is a street."""
    if "supervisor" in viewer().roles:
        return ["open", "street", "all", "done"]
    return ["open", "all", "done"] if viewer().roles & OFFICE else ["mine", "open", "all", "done"]


@bp.get("/overdue")
@allow("press complaints")
def overdue() -> Response:
    rows, after = complaints("overdue", request.args.get("after", ""))
    office = bool(viewer().roles & OFFICE)
    return page(
        "complaints/overdue.html", rows=rows, after=after, total=counts("overdue")["overdue"], office=office
    )


# ── taking one down ──


@bp.get("/new")
@allow("take complaints")
def new() -> Response:
    form, (person, visit) = TakeForm(formdata=None), _asked()
    if visit is not None:
        form.channel.data, form.text.data = "visit", visit.note
    form.offer(cells("take complaints"), person)
    return _form(form, person)


@bp.post("/people")
@allow("take complaints", reads=True)
def people() -> Response:
    """Who of the register complains: found by name, pinyin or the end of the phone."""
    form = TakeForm(formdata=None)
    form.offer(cells("take complaints"))
    asked = clean(request.form.get("q", ""))
    rows, _after, _total = found(viewer(), asked) if asked else ([], "", 0)
    return page("complaints/new.html", form=form, person=None, asked=asked, found=rows[:MOST_FOUND])


def _store_pictures() -> Pictures:
    """Rebuild and store what was sent, before the transaction that will name it."""
    sent = [file for file in request.files.getlist("photos") if file.filename]
    if len(sent) > MOST_PHOTOS:
        return Pictures([], _("最多 %(n)s 张照片", n=MOST_PHOTOS))
    try:
        return Pictures([_store(file) for file in sent])
    except BadPicture as problem:
        return Pictures([], str(problem))


def _store(file: FileStorage) -> tuple[str, int]:
    data = rebuild(file)
    file.stream.seek(0)  # the receipt is made over the whole body
    return keep(data), len(data)


@bp.post("/new")
@takes(MOST_BYTES)
@before(_store_pictures)
@allow("take complaints")
def take() -> Response:
    form, (person, _visit), pictures = TakeForm(), _asked(), g.prepared
    form.offer(cells("take complaints"), person)
    acceptable = form.submitted()
    if pictures.fault:
        form.photos.errors = [pictures.fault]
    if pictures.fault or not acceptable:
        return _form(form, person, 422)
    complaint = Complaint.take(form.cell, viewer(), **form.told())
    attach(complaint, complaint.unit.id, pictures.kept, viewer().account_id)
    say(_("诉求 %(code)s 已收下", code=complaint.code))
    return go(url_for(".show", uid=complaint.uid))


def _form(form: TakeForm, person: Person | None, status: int = 200) -> Response:
    return page("complaints/new.html", status, form=form, person=person, asked="", found=[])


def _asked() -> tuple[Person | None, Visit | None]:
    """The person and the visit an address names. Raises NotFound, Forbidden."""
    visit = find(Visit, _uid("visit")) if request.args.get("visit") else None
    if visit is not None:
        return visit.person, visit
    return (find(Person, _uid("person")) if request.args.get("person") else None), None


def _uid(name: str) -> UUID:
    try:
        return UUID(request.args[name])
    except ValueError:
        abort(404)


# ── the page of a case ──


@bp.get("/<uuid:uid>")
@allow("see complaints")
def show(uid: UUID) -> Response:
    complaint, who = opened(uid), viewer()
    may = complaint.steps_for(who)
    bar = [name for name in BAR if name in may and not (name == "assign" and complaint.in_hand)][:3]
    said = complaint.complainant
    calls = held_over(who, "reveal numbers", complaint.unit.path) or "call_back" in may
    return page(
        "complaints/show.html", complaint=complaint, who=said.get("name") or _("匿名"),
        employer=said.get("employer"), phone=said.get("phone") if calls else None, count=countdown(complaint),
        lines=life(complaint), bar=bar[::-1], others=[name for name in may if name not in bar], steps=STEPS,
        photos=attachments_of(complaint),
    )  # fmt: skip


@bp.get("/<uuid:uid>/photos/<uuid:photo_uid>")
@allow("see complaints")
def photo(uid: UUID, photo_uid: UUID) -> Response:
    complaint = opened(uid)
    wanted = select(Attachment).where(Attachment.subject_uid == complaint.uid, Attachment.uid == photo_uid)
    shown = db.session.scalars(wanted).one_or_none()
    return serve(shown) if shown else abort(404)
