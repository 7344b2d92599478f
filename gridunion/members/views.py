"""The register: the list and its search, and a person's page."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from gridunion import audit, settings
from gridunion.accounts.trail_words import COLUMNS
from gridunion.faults import fault
from gridunion.look import day
from gridunion.members.filters import AGES, EMPTY, MIGRANT, UNSEEN, Filters
from gridunion.members.finding import MOST_FOUND, found
from gridunion.members.gone import gone_for
from gridunion.members.listing import LOOKED_AT, members, number
from gridunion.members.membership import STANDINGS
from gridunion.members.models import Person
from gridunion.members.numbers import may_show
from gridunion.members.reads import saw
from gridunion.members.suspect_list import count_for
from gridunion.members.timeline import CHANNELS, story
from gridunion.members.transfer import transfers_of
from gridunion.menu import asides
from gridunion.rights import allow
from gridunion.text import clean_question
from gridunion.totals import totals
from gridunion.web import before, find, go, page, say, viewer
from gridunion.words import english

bp = Blueprint("members", __name__, url_prefix="/members")

# Where in the form a column of the file is filled in.
FIELDS = {"work": "employer_name", "id_index": "id_number"}
LONG = 60  # days after which a member counts as long unseen


@cache
def offered(_english: bool) -> dict[str, tuple[tuple[str, str], ...]]:
    """What the filters offer, in one of the two languages."""
    ages = {value: words for value, (_youngest, _older, words) in AGES.items()}
    unseen = {value: _("%(n)s 天以上没联系", n=days) for value, days in UNSEEN.items()}
    choices: dict[str, dict[str, Any]] = {"age": ages, "unseen": unseen, "migrant": MIGRANT, "lack": EMPTY}
    return {
        name: tuple((value, str(words)) for value, words in several.items())
        for name, several in choices.items()
    }


@bp.get("/")
@allow("see members")
def listing() -> Response:
    chosen, place, counts = Filters.asked(), request.args.get("after", ""), totals()
    rows, after, stopped = members(chosen, place)
    saw(viewer(), [row.id for row in rows])
    return page(
        "members/listing.html", rows=rows, after=after, chosen=chosen.show, counts=counts, asked="", long=LONG,
        place=here(), total=_total(chosen, counts, len(rows), bool(place or after)), filters=chosen,
        stopped=LOOKED_AT if stopped else 0, offered=offered(english()), twins=count_for(viewer()),
        asides=asides(viewer()),
    )  # fmt: skip


def _total(chosen: Filters, counts: Mapping[str, int], shown: int, goes_on: bool) -> int | None:
    """How many the list holds: from the figures kept, or because all of them are here; None when nobody counted."""
    if not chosen.narrows:
        return counts.get({"all": "members", "due": "people_due"}.get(chosen.show, chosen.show), shown)
    return number(chosen) if goes_on else shown


@bp.post("/search")
@allow("see members", reads=True)
def search() -> Response:
    """Words and numbers travel by POST, so that none stands in an address or a log."""
    asked = clean_question(request.form.get("q", ""))
    if not asked:
        return go(url_for("members.listing"))
    rows, after, total = found(viewer(), asked, request.form.get("after", ""))
    saw(viewer(), [row.id for row in rows])
    return page(
        "members/listing.html", rows=rows, after=after, chosen="", counts=totals(), total=total, asked=asked, long=LONG,
        place=here(), most=MOST_FOUND, filters=Filters(), stopped=0, offered=offered(english()),
        asides=[],
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
    saw(viewer(), [person.id])
    return file_page(person, all=request.args.get("all"))


def done(person: Person, sentence: str) -> Response:
    """What was just stored of somebody, said on their page."""
    say(sentence)
    return go(url_for("members.show", uid=person.uid))


# The columns of the file that stand nowhere else on the page: codes of a list, and words.
CODED = (
    "ethnicity", "work_status", "education", "skill_level", "political_status", "household_type", "id_kind",
)  # fmt: skip
SAID = {"household_place": lazy_gettext("户籍所在地"), "native_place": lazy_gettext("籍贯")}


def file_page(person: Person, status: int = 200, **more: Any) -> Response:
    """Somebody's page."""
    context = {"all": None} | more
    return page(
        "members/show.html", status, person=person, entries=story(person), facts=_facts(person), empty=EMPTY,
        fields=FIELDS, consents=person.consents[::-1], channels=CHANNELS, standing=STANDINGS[person.status],
        transfers=transfers_of(person), gone=gone_for(person), **context,
    )  # fmt: skip


def _facts(person: Person) -> list[tuple[str, str]]:
    """What the file says beside what the head of the page shows."""
    coded = [(str(COLUMNS[name]), settings.label(name, getattr(person, name))) for name in CODED]
    said = [(str(words), getattr(person, name) or "") for name, words in SAID.items()]
    born = day(person.birth_on) if person.birth_on else ""
    migrant = "" if person.migrant is None else str(MIGRANT["yes" if person.migrant else "no"])
    told = [(_("出生日期"), born), *coded, (_("农民工"), migrant), *said]
    return [(words, value) for words, value in told if value]


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
    person = find(Person, uid).agreed()
    audit.note("reveal phone", person)
    return _revealed(person, "phone")


def _count_reveal(uid: UUID) -> int:
    """Minutes to wait before another identity number is shown."""
    return may_show(find(Person, uid).agreed(), viewer().account_id)


@bp.post("/<uuid:uid>/id-number")
@allow("reveal numbers")
@before(_count_reveal)
def id_number(uid: UUID) -> Response:
    """Show an identity number in full: asked for by POST, counted, and in the trail."""
    if g.prepared:
        return fault(429, _("这一小时看过的证件号码太多了，请等 %(n)s 分钟再看。", n=g.prepared))
    person = find(Person, uid).agreed()
    audit.note("reveal number", person)
    return _revealed(person, "id_number")


def _revealed(person: Person, what: str) -> Response:
    response = file_page(person, revealed=what)
    response.location = url_for("members.show", uid=person.uid)  # where the same post, sent again, leads
    return response
