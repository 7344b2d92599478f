"""Applications: let in, one or many, or turned down with a reason."""

from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion.db import db
from gridunion.members.consent import Consent
from gridunion.members.models import Person
from gridunion.members.views import bp, file_page
from gridunion.menu import home_of
from gridunion.rights import allow
from gridunion.text import Unacceptable, clean_text, read_uids
from gridunion.web import find, go, page, say, viewer

MOST = 100  # names on one page


@bp.get("/approvals")
@allow("approve members")
def approvals() -> Response:
    """The names, before all of them are let in at once."""
    return page("members/approvals.html", people=_waiting(), told=_by_themselves())


@bp.post("/approvals/check")
@allow("approve members", reads=True)
def check_approvals() -> Response:
    """The names of those ticked, once more, before they are let in or turned down."""
    if not (people := _ticked()):
        return page("members/approvals.html", 422, people=_waiting(), told=_by_themselves(), nobody=True)
    act = "reject" if request.form.get("act") == "reject" else "approve"
    return page("members/approvals_check.html", people=people, act=act)


@bp.post("/approvals")
@allow("approve members")
def approve() -> Response:
    """Let applicants in, one or many."""
    if not (people := _ticked()):
        return page("members/approvals.html", 422, people=_waiting(), told=_by_themselves(), nobody=True)
    for person in people:
        person.approve(viewer())
    say(_("已通过 %(n)s 人入会", n=len(people)))
    return go(home_of(viewer()) if request.form.get("next") == "inbox" else url_for("members.approvals"))


@bp.post("/approvals/rejection")
@allow("approve members")
def reject_many() -> Response:
    """Turn applicants down, all of them with one reason."""
    people, said = _ticked(), request.form.get("reason", "")
    if not people:
        return page("members/approvals.html", 422, people=_waiting(), told=_by_themselves(), nobody=True)
    reason, wrong = _read(said)
    if wrong:
        return page(
            "members/approvals_check.html", 422, people=people, act="reject", reason=said, wrong=wrong
        )
    for person in people:
        person.reject(viewer(), reason)
    say(_("没有通过 %(n)s 人", n=len(people)), kind="warn")
    return go(url_for("members.approvals"))


def _ticked() -> list[Person]:
    return [find(Person, uid) for uid in read_uids(request.form.getlist("person"))]


def _by_themselves() -> set[int]:
    """Those of the waiting who sent their application themselves."""
    sent = select(Consent.person_id).join(Consent.person)
    return set(db.session.scalars(sent.where(Consent.channel == "self", Person.status == "applied")))


def _waiting() -> list[Person]:
    waiting = select(Person).where(Person.status == "applied")
    return list(db.session.scalars(waiting.order_by(Person.id).limit(MOST)))


@bp.post("/<uuid:uid>/rejection")
@allow("approve members")
def reject(uid: UUID) -> Response:
    person = find(Person, uid)
    said = request.form.get("reason", "")
    reason, wrong = _read(said)
    if wrong:
        return file_page(person, 422, reason=said, wrong=wrong)
    person.reject(viewer(), reason)
    say(_("没有通过：%(name)s", name=person.name), kind="warn")
    return go(home_of(viewer()))


def _read(said: str) -> tuple[str, str]:
    """The reason, or what is wrong with it."""
    if not said.strip():
        return "", _("请写明原因")
    try:
        return clean_text(said, 40), ""
    except Unacceptable as fault:
        return "", str(fault)
