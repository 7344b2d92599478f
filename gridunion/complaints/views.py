"""Complaints on screen: the lists, and the page of a case."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion.complaints import narrowing
from gridunion.complaints.alike import mergeable
from gridunion.complaints.conflicts import recusals
from gridunion.complaints.countdown import claim_words, countdown
from gridunion.complaints.hands import held_over
from gridunion.complaints.life import ANSWERS, MEDIATED, REFERRALS, STEPS
from gridunion.complaints.listing import complaints, count_narrowed, counts
from gridunion.complaints.models import Complaint
from gridunion.complaints.readers import reading
from gridunion.complaints.repeats import repeated
from gridunion.complaints.steps import add_steps, opened
from gridunion.complaints.story import life, meetings
from gridunion.complaints.turns import OutOfTurn
from gridunion.db import db
from gridunion.employers.models import Employer
from gridunion.files import Attachment, attachments_of, serve
from gridunion.rights import Viewer, allow
from gridunion.web import find, page, viewer

bp = Blueprint("complaints", __name__, url_prefix="/complaints")
add_steps(bp)

# What stands in the bar at the thumb: the first three that may be done, the most important one last.
BAR = (
    "resolve", "call_back", "confirm", "end_mediation", "assign", "review", "resume", "reply", "minutes", "send_back",
    "progress", "refuse", "heard", "urge",
)  # fmt: skip
DOORS: list[Callable[[Complaint, Viewer], tuple[str, str] | None]] = []
"""(words, address) of what later rooms can do with a case."""
OFFICE = {"supervisor", "district_officer"}


@bp.get("/")
@allow("see complaints")
def listing() -> Response:
    shown, asked = _chips(), request.args.get("show", "")
    held = counts(*(name for name in shown if name not in ("all", "done") or name == asked))
    chosen = asked if asked in shown else _first(shown, held)
    narrow = narrowing.read(request.args)
    rows, after = complaints(chosen, request.args.get("after", ""), narrow)
    total = count_narrowed(chosen, narrow) if narrow.args else held[chosen]
    return page(
        "complaints/listing.html", rows=rows, after=after, chips=shown, chosen=chosen, counts=held, total=total,
        narrow=narrow, ages=narrowing.AGES, about=_employer(narrow),
        handlers=narrowing.handlers() if viewer().can("press complaints") else (),
    )  # fmt: skip


def _employer(narrow: narrowing.Narrow) -> str:
    """The employer a list is narrowed to, by its name."""
    if not narrow.get("employer") or not viewer().can("see employers"):
        return ""
    return find(Employer, narrow.values["employer_uid"]).name


def _chips() -> list[str]:
    """A worker's own open ones stand first, and for the street what waits for it."""
    roles = viewer().roles
    if "supervisor" in roles:
        return ["street", "open", "all", "done"]
    if roles & OFFICE:
        return ["open", "all", "done"]
    return ["mine", "open", "all", "done"] if "grid_worker" in roles else ["open", "mine", "all", "done"]


def _first(shown: list[str], held: dict[str, int]) -> str:
    """What opens when nothing is asked for: where nothing waits for the street, the next list."""
    return shown[1] if shown[0] == "street" and not held["street"] else shown[0]


@bp.get("/overdue")
@allow("press complaints")
def overdue() -> Response:
    rows, after = complaints("overdue", request.args.get("after", ""))
    return page(
        "complaints/overdue.html",
        rows=rows,
        after=after,
        total=counts("overdue")["overdue"],
        press=press_words(),
    )


def press_words() -> str:
    """What pressing a case is called from where the viewer sits."""
    return _("督办") if viewer().roles & OFFICE else _("催办")


@bp.get("/<uuid:uid>")
@allow("see complaints")
def show(uid: UUID) -> Response:
    complaint, who = opened(uid), viewer()
    may, in_hand = complaint.steps_for(who), complaint.in_hand
    if "assign" in may and not in_hand:
        may.remove("urge")  # it waits for nobody but who looks at it
    if "merge" in may and not mergeable(complaint):
        may.remove("merge")
    bar = [name for name in BAR if name in may and not (name == "assign" and in_hand)][:3]
    said = complaint.complainant
    calls = held_over(who, "reveal numbers", complaint.unit.path) or "call_back" in may
    return page(
        "complaints/show.html", complaint=complaint, who=said.get("name") or _("匿名"),
        employer=said.get("employer"), phone=said.get("phone") if calls else None, count=countdown(complaint),
        lines=life(complaint), bar=bar[::-1], others=[name for name in may if name not in bar], steps=STEPS,
        photos=attachments_of(complaint), in_hand=in_hand, referrals=REFERRALS, claim=claim_words(complaint),
        may_print=who.can("decide complaints"), answers=ANSWERS, readers=reading(complaint),
        repeats=repeated(complaint), given_back=recusals(complaint) if "assign" in may else [],
        doors=[door for way in DOORS if (door := way(complaint, who))],
    )  # fmt: skip


@bp.get("/<uuid:uid>/mediation")
@allow("decide complaints")
def mediation(uid: UUID) -> Response:
    """What was said and agreed, on one page to sign."""
    complaint = opened(uid)
    if complaint.mediated_on is None:
        raise OutOfTurn(_("这件诉求没有调解过"))
    ended = complaint.last("end_mediation")
    lineage = complaint.unit.lineage()
    return page(
        "complaints/mediation.html", complaint=complaint, employer=complaint.complainant.get("employer"),
        meetings=meetings(complaint), result=ended.reason if ended else "", outcomes=MEDIATED,
        claim=claim_words(complaint), above=(lineage[-2] if complaint.unit.is_cell else lineage[-1]).name,
    )  # fmt: skip


@bp.get("/<uuid:uid>/photos/<uuid:photo_uid>")
@allow("see complaints")
def photo(uid: UUID, photo_uid: UUID) -> Response:
    complaint = opened(uid)
    wanted = select(Attachment).where(Attachment.subject_uid == complaint.uid, Attachment.uid == photo_uid)
    shown = db.session.scalars(wanted).one_or_none()
    return serve(shown) if shown else abort(404)
