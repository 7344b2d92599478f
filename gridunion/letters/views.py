"""Letters on screen: the list, a new one from a case, an employer or an earlier letter, and what came back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _

from gridunion import audit, settings
from gridunion.complaints.hands import held_over
from gridunion.complaints.models import Complaint
from gridunion.complaints.steps import opened as opened_case
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.letters.forms import LetterForm, ReplyForm
from gridunion.letters.listing import FILTERS, counts, letters
from gridunion.letters.models import KINDS, Letter, TellsOnSomebody
from gridunion.letters.wording import OFFICE, words_for
from gridunion.rights import allow
from gridunion.tree import Unit
from gridunion.web import before, find, go, page, say, viewer

bp = Blueprint("letters", __name__, url_prefix="/letters")
FIRST = ("reminder", "opinion")  # a proposal goes to an office, once an opinion was of no use


def opened(uid: UUID) -> Letter:
    """The letter; one of a sealed case opens only after the trail has taken it down."""
    letter = find(Letter, uid)
    if letter.sealed:
        with write():
            audit.note("open sealed", find(Letter, uid))
    return find(Letter, uid)


@bp.get("/")
@allow("see letters")
def listing() -> Response:
    kind, chosen = request.args.get("kind", ""), request.args.get("show", "")
    kind, chosen = kind if kind in KINDS else "", chosen if chosen in FILTERS else "waiting"
    rows, after = letters(chosen, kind, request.args.get("after", ""))
    return page(
        "letters/listing.html", rows=rows, after=after, chosen=chosen, kind=kind, kinds=KINDS, counts=counts(kind),
    )  # fmt: skip


@bp.route("/employers/<uuid:uid>", methods=["GET", "POST"])
@allow("send letters")
def to_employer(uid: UUID) -> Response:
    """A letter to an employer of the ledger."""
    employer = find(Employer, uid)
    back = url_for("employers.show", uid=uid), employer.name
    return _write(FIRST, employer.unit, employer.name, back, employer=employer)


@bp.route("/complaints/<uuid:uid>", methods=["GET", "POST"])
@before(opened_case)
@allow("send letters")
def from_case(uid: UUID) -> Response:
    """A letter a case gives rise to. It says what it is about, never who complained."""
    case = opened_case(uid) if request.method == "GET" else find(Complaint, uid)
    back = url_for("complaints.show", uid=uid), _("诉求 %(code)s", code=case.code)
    to = case.employer.name if case.employer else case.complainant.get("employer") or ""
    return _write(FIRST, case.unit, to, back, employer=case.employer, complaint=case)


@bp.route("/<uuid:uid>/next", methods=["GET", "POST"])
@before(opened)
@allow("send letters")
def follow(uid: UUID) -> Response:
    """The stronger letter after one that was of no use: an opinion, then a proposal to an office."""
    letter = opened(uid) if request.method == "GET" else find(Letter, uid)
    back = url_for("letters.show", uid=uid), letter.code
    letter.demand_unfollowed()
    to = "" if letter.kind == "opinion" else letter.addressee
    return _write(
        letter.stronger, letter.unit, to, back, employer=letter.employer, complaint=letter.complaint,
        follows=letter,
    )  # fmt: skip


def _write(kinds: tuple[str, ...], place: Unit, to: str, back: tuple[str, str], **of: Any) -> Response:
    """The form of a letter, and its sending."""
    asked = request.args.get("kind", "")
    kind, union = asked if asked in kinds else kinds[0], _union(place)
    form = LetterForm() if request.method == "POST" else _begun(kind, union, to, **of)
    if form.submitted():
        try:
            letter = Letter.send(
                kind, union, viewer(), form.addressee.data or "", form.words.data or "", **of
            )
        except TellsOnSomebody as problem:
            form.words.errors = [str(problem)]
        else:
            db.session.flush()
            say(_("%(kind)s已编号：%(code)s。请打印、盖章、送达。", kind=letter.kind_words, code=letter.code))
            return go(url_for("letters.show", uid=letter.uid))
    return page(
        "letters/new.html", 422 if request.method == "POST" else 200, form=form, kind=kind, kinds=kinds,
        words=KINDS, back=back, union=union, days=_days(union),
    )  # fmt: skip


def _begun(
    kind: str, union: Unit, to: str, employer: Employer | None = None, complaint: Complaint | None = None,
    follows: Letter | None = None,
) -> LetterForm:  # fmt: skip
    about = employer.name if employer else follows.addressee if follows else ""
    words = words_for(kind, to or str(OFFICE), complaint, _days(union), about)
    return LetterForm(formdata=None, addressee=to, words=words)


def _union(place: Unit) -> Unit:
    """The union that writes: where the viewer sits over a place."""
    held = held_over(viewer(), "send letters", place.path)
    return db.session.get_one(Unit, held[0].unit_id) if held else abort(403)


def _days(union: Unit) -> int:
    return int(settings.value("letter.reply.workdays", union.path))


@bp.get("/<uuid:uid>")
@allow("see letters")
def show(uid: UUID) -> Response:
    letter = opened(uid)
    mine = bool(held_over(viewer(), "send letters", letter.unit.path))
    return page(
        "letters/show.html", letter=letter, kinds=KINDS, stronger=letter.stronger if mine else (),
        may_answer=mine and letter.settled_at is None,
    )  # fmt: skip


@bp.get("/<uuid:uid>/reply")
@allow("send letters")
def reply(uid: UUID) -> Response:
    return _reply(opened(uid), ReplyForm(formdata=None).begin())


@bp.post("/<uuid:uid>/reply")
@before(opened)
@allow("send letters")
def take_reply(uid: UUID) -> Response:
    letter, form = find(Letter, uid), ReplyForm()
    form.sent_on = letter.sent_on
    if not form.submitted() or form.on.data is None:
        return _reply(letter, form, 422)
    letter.take_reply(form.words.data or "", form.on.data)
    say(_("回复已记下：%(code)s", code=letter.code))
    return go(url_for("letters.show", uid=uid))


def _reply(letter: Letter, form: ReplyForm, status: int = 200) -> Response:
    return page("letters/reply.html", status, letter=letter, form=form)
