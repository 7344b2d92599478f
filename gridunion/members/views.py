"""The register: the list and its search, and a person's page."""

from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from gridunion import audit
from gridunion.faults import fault
from gridunion.members.listing import FILTERS, MOST_FOUND, found, members
from gridunion.members.models import Person
from gridunion.members.numbers import may_show
from gridunion.members.suspect_list import count_for
from gridunion.members.timeline import story
from gridunion.rights import allow
from gridunion.text import clean_question
from gridunion.totals import totals
from gridunion.web import before, find, go, page, viewer

bp = Blueprint("members", __name__, url_prefix="/members")

LONG = 60  # days after which a member counts as long unseen


@bp.get("/")
@allow("see members")
def listing() -> Response:
    chosen = request.args.get("show", "all")
    chosen = chosen if chosen in FILTERS else "all"
    rows, after = members(chosen, request.args.get("after", ""))
    counts = totals()
    total = counts.get({"all": "members", "due": "people_due"}.get(chosen, chosen), len(rows))
    return page(
        "members/listing.html", rows=rows, after=after, chosen=chosen, counts=counts, total=total, asked="", long=LONG,
        place=here(), twins=count_for(viewer()),
    )  # fmt: skip


@bp.post("/search")
@allow("see members", reads=True)
def search() -> Response:
    """Words and numbers travel by POST, so that none stands in an address or a log."""
    asked = clean_question(request.form.get("q", ""))
    if not asked:
        return go(url_for("members.listing"))
    rows, after, total = found(viewer(), asked, request.form.get("after", ""))
    return page(
        "members/listing.html", rows=rows, after=after, chosen="", counts=totals(), total=total, asked=asked, long=LONG,
        place=here(), most=MOST_FOUND,
    )  # fmt: skip


def here() -> str:
    """The name of where the viewer works: one unit, or how many."""
    held = viewer().holding("see members")
    return held[0].name if len(held) == 1 else _("%(n)s 处", n=len(held))


@bp.get("/<uuid:uid>")
@allow("see members")
def show(uid: UUID) -> Response:
    person = find(Person, uid)
    if person.uid != uid:  # the file went into this one
        return go(url_for("members.show", uid=person.uid))
    if person.status == "merged":
        return fault(410, _("这份档案并入了另一份，那一份现在不归你管。"), _("档案已合并"))
    return page("members/show.html", person=person, entries=story(person), all=request.args.get("all"))


@bp.get("/<uuid:uid>/phone")
@bp.get("/<uuid:uid>/id-number")
@allow("reveal numbers")
def revealed(uid: UUID) -> Response:
    """The address of a page that showed a number, opened anew: back to the file, with the number hidden again."""
    return go(url_for("members.show", uid=find(Person, uid).uid))


@bp.post("/<uuid:uid>/phone")
@allow("reveal numbers")
def phone(uid: UUID) -> Response:
    """Show a phone number in full: asked for by POST, and in the trail."""
    person = find(Person, uid)
    audit.note("reveal phone", person)
    return _revealed(person, "phone")


def _count_reveal(uid: UUID) -> int:
    """Minutes to wait before another identity number is shown."""
    return may_show(find(Person, uid), viewer().account_id)


@bp.post("/<uuid:uid>/id-number")
@allow("reveal numbers")
@before(_count_reveal)
def id_number(uid: UUID) -> Response:
    """Show an identity number in full: asked for by POST, counted, and in the trail."""
    if g.prepared:
        return fault(429, _("这一小时看过的证件号码太多了，请等 %(n)s 分钟再看。", n=g.prepared))
    person = find(Person, uid)
    audit.note("reveal number", person)
    return _revealed(person, "id_number")


def _revealed(person: Person, what: str) -> Response:
    response = page("members/show.html", person=person, entries=story(person), revealed=what, all=None)
    response.location = url_for("members.show", uid=person.uid)  # where the same post, sent again, leads
    return response
