"""Visits: whom to visit, writing a visit down, looking at it, taking it back; and events that ask for one."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, abort, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import Forbidden

from gridunion import clock
from gridunion.db import db
from gridunion.files import MOST_SENT, Attachment, attach, attachments_of, serve, store_pictures
from gridunion.members.finding import MOST_FOUND, found
from gridunion.members.models import Person
from gridunion.menu import home_of
from gridunion.rights import allow
from gridunion.text import clean_question, read_uid
from gridunion.visits.due import TooLate, long_unseen, open_visits
from gridunion.visits.forms import VisitForm
from gridunion.visits.listing import FILTERS, MOST_COUNTED, visits_due, visits_made
from gridunion.visits.models import FINDINGS, OUTCOMES, Visit
from gridunion.web import before, find, go, page, say, takes, viewer

bp = Blueprint("visits", __name__, url_prefix="/visits")

OFFERED = 8  # due visits shown to somebody who looks for whom to visit
AHEAD = timedelta(days=14)


@bp.get("/")
@allow("see visits")
def listing() -> Response:
    chosen = request.args.get("show", "all")
    chosen = chosen if chosen in FILTERS else "all"
    rows, after, total = visits_made(chosen, request.args.get("after", ""))
    return page("visits/listing.html", rows=rows, after=after, total=total, chosen=chosen, most=MOST_COUNTED,
                outcomes=OUTCOMES)  # fmt: skip


@bp.route("/find", methods=["GET", "POST"], endpoint="find")
@allow("log visits", reads=True)
def choose() -> Response:
    """Whom to visit: what a search finds, or who is due and who was longest unseen."""
    asked, after = clean_question(request.form.get("q", "")), request.form.get("after", "")
    rows, after, total = found(viewer(), asked, after) if asked else ([], "", 0)
    due = [] if asked else visits_due(clock.now() + AHEAD)[:OFFERED]
    unseen = [] if asked else long_unseen(most=5)
    return page("visits/find.html", asked=asked, rows=rows, after=after, total=total, most=MOST_FOUND, due=due,
                unseen=unseen)  # fmt: skip


@bp.get("/new")
@allow("log visits")
def new() -> Response:
    if not request.args.get("person"):
        return go(url_for("visits.find"))
    person, form = asked_person(), VisitForm(formdata=None)
    form.offer(open_visits(person), request.args.get("due", ""))
    return _form(person, form)


@bp.post("/new")
@takes(MOST_SENT)
@before(store_pictures)
@allow("log visits")
def log() -> Response:
    person, form, pictures = asked_person(), VisitForm(), g.prepared
    form.offer(open_visits(person), request.args.get("due", ""))
    acceptable = form.submitted()
    if pictures.fault:
        form.photos.errors = [pictures.fault]
    if pictures.fault or not acceptable:
        return _form(person, form, 422)
    visit = Visit.log(person, viewer(), form.outcome.data, form.due_visit, form.happened.data, **form.said())
    attach(visit, person.unit_id, pictures.kept, viewer().account_id)
    text = _("已记下：%(name)s %(topic)s", name=person.name, topic=visit.topic)
    say(text, undo=url_for(".undo", uid=visit.uid))
    return go(_next_step(visit))


def _form(person: Person, form: VisitForm, status: int = 200) -> Response:
    return page("visits/new.html", status, person=person, form=form, chosen=request.args.get("due", ""),
                icons={code: icon for code, (_words, icon) in OUTCOMES.items()},
                subs={code: sub for code, (_words, sub) in FINDINGS.items()})  # fmt: skip


def asked_person() -> Person:
    """The person an address names. Raises NotFound, Forbidden; Withdrawn for who wants no visits."""
    uid = read_uid(request.args.get("person", ""))
    return find(Person, uid).agreed() if uid else abort(404)


def _next_step(visit: Visit) -> str:
    """What was found is dealt with at once: a complaint is taken down, a file brought up to date."""
    if "complaint" in visit.findings:
        return url_for("complaints.new", person=visit.person.uid, visit=visit.uid)
    if "changed" in visit.findings:
        return url_for("members.edit", uid=visit.person.uid)
    return home_of(viewer())


@bp.get("/<uuid:uid>")
@allow("see visits")
def show(uid: UUID) -> Response:
    visit = find(Visit, uid)
    return page("visits/show.html", visit=visit, photos=attachments_of(visit), mine=_is_mine(visit))


@bp.get("/<uuid:uid>/photos/<uuid:photo_uid>")
@allow("see visits")
def photo(uid: UUID, photo_uid: UUID) -> Response:
    visit = find(Visit, uid)
    wanted = select(Attachment).where(Attachment.subject_uid == visit.uid, Attachment.uid == photo_uid)
    shown = db.session.scalars(wanted).one_or_none()
    return serve(shown) if shown else abort(404)


def _is_mine(visit: Visit) -> bool:
    return visit.visitor_id == viewer().account_id


@bp.post("/<uuid:uid>/undo")
@allow("log visits")
def undo(uid: UUID) -> Response:
    """Take a visit back: only who wrote it down, and within ten minutes."""
    visit = find(Visit, uid)
    if not _is_mine(visit):
        raise Forbidden
    try:
        visit.undo()
    except TooLate:
        say(too_late(visit.voided_at is not None), kind="warn")
        return go(url_for(".show", uid=uid))
    say(_("已撤销：%(name)s %(topic)s", name=visit.person.name, topic=visit.topic))
    return go(home_of(viewer()))


def too_late(gone: bool) -> str:
    return str(_("已经撤销过了") if gone else _("过了 10 分钟，不能撤销了"))
