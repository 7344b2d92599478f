"""Visits: whom to visit, looking at what was written down, taking it back."""

from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import Forbidden

from gridunion import clock
from gridunion.accounts.trail_words import COLUMNS
from gridunion.db import db
from gridunion.files import Attachment, attachments_of, serve
from gridunion.members.finding import MOST_FOUND, found
from gridunion.members.models import Person
from gridunion.menu import home_of
from gridunion.rights import allow
from gridunion.text import clean_question, read_uid
from gridunion.visits.checks import check_of
from gridunion.visits.due import TooLate, long_unseen, undo_time
from gridunion.visits.life import LIFE, OUTCOMES
from gridunion.visits.listing import AHEAD, FILTERS, MOST_COUNTED, visits_due, visits_made
from gridunion.visits.models import LEFT, Visit
from gridunion.visits.versions import may_edit, versions_of
from gridunion.web import find, go, page, say, viewer

bp = Blueprint("visits", __name__, url_prefix="/visits")

OFFERED = 8  # due visits shown to somebody who looks for whom to visit


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


def asked_person() -> Person:
    """The person an address names. Raises NotFound, Forbidden; Withdrawn for who wants no visits."""
    uid = read_uid(request.args.get("person", ""))
    return find(Person, uid).agreed() if uid else abort(404)


@bp.get("/<uuid:uid>")
@allow("see visits")
def show(uid: UUID) -> Response:
    visit = find(Visit, uid)
    check = check_of(visit)
    state = LIFE[visit.state]
    return page("visits/show.html", visit=visit, photos=attachments_of(visit), mine=_is_mine(visit),
                state=state if str(state.words) != visit.words else None,
                whole=visit.whole, versions=versions_of(visit), check=check, columns=COLUMNS,
                editable=viewer().can("log visits") and may_edit(visit, viewer()))  # fmt: skip


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
    """Take an entry back: only who wrote it down, and within minutes."""
    visit = find(Visit, uid)
    if not _is_mine(visit):
        raise Forbidden
    try:
        entry = visit.undo()
    except TooLate:
        say(too_late(visit.voided_at is not None, visit.unit.path), kind="warn")
        return go(url_for(".show", uid=uid))
    left = [words for visit in entry for tell in LEFT if (words := tell(visit))]
    say(_("。").join((_("已撤销：%(name)s", name=told_of(entry)), *left)), kind="warn" if left else "ok")
    return go(home_of(viewer()))


def told_of(entry: list[Visit]) -> str:
    """Whom an entry is about, and what it was for: 王秀兰 住院走访; 王秀兰等 3 人."""
    first = entry[0]
    if len(entry) == 1:
        return f"{first.name} {first.topic}"
    return str(_("%(name)s等 %(n)s 人", name=first.name, n=len(entry)))


def too_late(gone: bool, path: str) -> str:
    minutes = int(undo_time(path).total_seconds() // 60)
    return str(_("已经撤销过了") if gone else _("过了 %(n)s 分钟，不能撤销了", n=minutes))
