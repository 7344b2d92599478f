"""The record of a hand-over: to read, to sign, to print."""

from typing import Any
from uuid import UUID

from flask import Response, g, url_for
from flask_babel import gettext as _

from gridunion.accounts.step_up import proof_status
from gridunion.db import db
from gridunion.leaving.forms import SignForm
from gridunion.leaving.models import HandOver
from gridunion.leaving.views import bp
from gridunion.rights import allow
from gridunion.tree import Unit, everywhere
from gridunion.web import before, find, go, page, say, viewer


@bp.get("/records/<uuid:uid>")
@allow("hand over")
def record(uid: UUID) -> Response:
    return _record(find(HandOver, uid), SignForm(formdata=None))


def _record(made: HandOver, form: SignForm, status: int = 200) -> Response:
    with everywhere():  # names of units are public
        place = db.session.get_one(Unit, made.unit_id).name
    who = viewer()
    return page(
        "leaving/record.html", status, made=made, form=form, place=place, may_sign=made.may_sign(who),
        may_withdraw=made.may_withdraw(who),
    )  # fmt: skip


def _proved(uid: UUID) -> tuple[SignForm, int]:
    """The form with the password, and the status of a refusal; 0 when it is one's own."""
    find(HandOver, uid)
    form: Any = SignForm()
    return form, proof_status(form)


@bp.post("/records/<uuid:uid>/sign")
@allow("hand over")
@before(_proved)
def sign(uid: UUID) -> Response:
    made, (form, status) = find(HandOver, uid), g.prepared
    if status:
        return _record(made, form, status)
    made.sign(viewer())
    say(_("已交接给%(name)s", name=made.to_name) if made.state == "done" else _("已签字，等另一方签"))
    return go(url_for(".record", uid=uid))


@bp.post("/records/<uuid:uid>/withdraw")
@allow("hand over")
def withdraw(uid: UUID) -> Response:
    made = find(HandOver, uid)
    made.withdraw(viewer())
    say(_("已撤回交接单"))
    return go(url_for(".record", uid=uid))
