"""Taking a complaint down: who complains, in whose words, with which pictures."""

from typing import Any

from flask import Response, abort, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
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
from gridunion.visits.visit_form import FOLDED
from gridunion.web import before, find, go, page, say, takes, viewer

MOST_FOUND = 5  # people offered to somebody who looks for the complainant


@bp.get("/new")
@allow("take complaints")
def new() -> Response:
    form, person = TakeForm(formdata=None), _asked()
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
    form, person, pictures = TakeForm(), _asked(), g.prepared
    form.offer(cells("take complaints"), person)
    acceptable = form.submitted()
    if pictures.fault:
        form.photos.errors = [pictures.fault]
    if pictures.fault or not acceptable:
        return _form(form, person, 422)
    words, way = take_down(form, pictures.kept)
    say(words)
    return go(way)


def take_down(form: TakeForm, pictures: list[tuple[str, int]], visit: Visit | None = None) -> tuple[str, str]:
    """Store what the form tells; what is said of it, and where one goes on."""
    complaint = Complaint.take(form.cell, viewer(), visit_id=visit.id if visit else None, **form.told())
    attach(complaint, complaint.unit.id, pictures, viewer().account_id)
    if hands.bound(viewer().account_id, complaint.accused):
        words = _(
            "诉求 %(code)s 已收下。你和被反映的单位有关系，要回避，由别人办。"
            "请告诉本人：受理编号 %(number)s，查询码由办的人给。",
            code=complaint.code, number=complaint.receipt,
        )  # fmt: skip
        return words, url_for("complaints.listing")
    return _("诉求 %(code)s 已收下", code=complaint.code), url_for("complaints.slip", uid=complaint.uid)


def _form(form: TakeForm, person: Person | None, status: int = 200) -> Response:
    return page("complaints/new.html", status, form=form, person=person, asked="", found=[])


def _asked() -> Person | None:
    """The person an address names. Raises NotFound, Forbidden."""
    uid = request.args.get("person")
    return find(Person, read_uid(uid) or abort(404)) if uid else None


class RaiseForm(TakeForm):
    """What somebody complained of in a visit: folded into the form of the visit, stored in the same save."""

    title = lazy_gettext("登记诉求")
    template = "complaints/raise_fields.html"

    def __init__(self, person: Person) -> None:
        super().__init__(prefix="case-")
        self.offer([], person)

    @property
    def typed(self) -> bool:
        said = (self.category, self.text, self.employer_name, self.owed, self.urgent, self.anonymous)
        return any(field.data for field in said) or (self.people.data or 1) > 1

    def told(self) -> dict[str, Any]:
        return super().told() | {"channel": "visit"}

    def store(self, visit: Visit, pictures: list[tuple[str, int]]) -> tuple[str, str]:
        return take_down(self, pictures, visit)


FOLDED["complaint"] = RaiseForm


def left_behind(visit: Visit) -> str:
    """A case stands by itself: taking the visit back does not take it back."""
    raised = db.session.scalar(select(Complaint.id).where(Complaint.visit_id == visit.id).limit(1))
    return str(_("由它登记的诉求还在，不用办的请到诉求里处理")) if raised else ""


LEFT.append(left_behind)
