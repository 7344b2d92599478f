"""Taking a complaint down: who complains, in whose words, with which pictures."""

from uuid import UUID

from flask import Response, abort, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion.complaints import hands
from gridunion.complaints.forms import TakeForm
from gridunion.complaints.models import Complaint
from gridunion.complaints.views import bp
from gridunion.db import db
from gridunion.files import MOST_SENT, attach, store_pictures
from gridunion.members.finding import found
from gridunion.members.models import Person
from gridunion.members.registering import cells
from gridunion.rights import allow
from gridunion.text import clean_question, read_uid
from gridunion.visits.models import LEFT, Visit
from gridunion.web import before, find, go, page, say, takes, viewer

MOST_FOUND = 5  # people offered to somebody who looks for the complainant


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
    asked = clean_question(request.form.get("q", ""))
    rows, _after, _total = found(viewer(), asked) if asked else ([], "", 0)
    return page("complaints/new.html", form=form, person=None, asked=asked, found=rows[:MOST_FOUND])


@bp.post("/new")
@takes(MOST_SENT)
@before(store_pictures)
@allow("take complaints")
def take() -> Response:
    form, (person, visit), pictures = TakeForm(), _asked(), g.prepared
    form.offer(cells("take complaints"), person)
    acceptable = form.submitted()
    if pictures.fault:
        form.photos.errors = [pictures.fault]
    if pictures.fault or not acceptable:
        return _form(form, person, 422)
    complaint = Complaint.take(form.cell, viewer(), visit_id=visit.id if visit else None, **form.told())
    attach(complaint, complaint.unit.id, pictures.kept, viewer().account_id)
    if hands.bound(viewer().account_id, complaint.accused):
        say(_("诉求 %(code)s 已收下。你和被反映的单位有关系，要回避，由别人办。", code=complaint.code))
        return go(url_for(".listing"))
    say(_("诉求 %(code)s 已收下", code=complaint.code))
    return go(url_for(".slip", uid=complaint.uid))


def _form(form: TakeForm, person: Person | None, status: int = 200) -> Response:
    return page("complaints/new.html", status, form=form, person=person, asked="", found=[])


def _asked() -> tuple[Person | None, Visit | None]:
    """The person and the visit an address names. Raises NotFound, Forbidden."""
    visit = find(Visit, _uid("visit")) if request.args.get("visit") else None
    if visit is not None:
        return visit.person, visit
    return (find(Person, _uid("person")) if request.args.get("person") else None), None


def left_behind(visit: Visit) -> str:
    """A case stands by itself: taking the visit back does not take it back."""
    raised = db.session.scalar(select(Complaint.id).where(Complaint.visit_id == visit.id).limit(1))
    return str(_("由它登记的诉求还在，不用办的请到诉求里处理")) if raised else ""


LEFT.append(left_behind)


def _uid(name: str) -> UUID:
    return read_uid(request.args[name]) or abort(404)
