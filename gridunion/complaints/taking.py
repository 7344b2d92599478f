"""Taking a complaint down: who complains, in whose words, with which pictures."""

from typing import NamedTuple
from uuid import UUID

from flask import Response, abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from gridunion.complaints.forms import MOST_PHOTOS, TakeForm
from gridunion.complaints.models import Complaint
from gridunion.complaints.views import bp
from gridunion.files import BadPicture, attach, keep, rebuild
from gridunion.members.listing import found
from gridunion.members.models import Person
from gridunion.members.registering import cells
from gridunion.members.views import clean
from gridunion.rights import allow
from gridunion.visits.models import Visit
from gridunion.web import before, find, go, page, say, takes, viewer

MOST_BYTES = 26 * 1024 * 1024  # three pictures of 8 MB, and the form
MOST_FOUND = 5  # people offered to somebody who looks for the complainant


class Pictures(NamedTuple):
    """What became of the pictures of a form: digest and bytes of each, or what is wrong with them."""

    kept: list[tuple[str, int]]
    fault: str = ""


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
