"""Entries on a phone that is broken or gone: signed as lost, with the reason, so that somebody can leave."""

from typing import Any
from uuid import UUID

from flask import Response, g, url_for
from flask_babel import gettext as _

from gridunion.accounts.models import Account
from gridunion.accounts.step_up import proof_status
from gridunion.accounts.unsent import Unsent
from gridunion.db import db
from gridunion.leaving.forms import LostForm
from gridunion.leaving.offering import leaver_of
from gridunion.leaving.views import bp
from gridunion.members.membership import Impossible
from gridunion.rights import allow
from gridunion.web import before, find, go, page, say, viewer


@bp.get("/phones/<uuid:uid>")
@allow("hand over for others")
def lost(uid: UUID) -> Response:
    return _lost(*_asked(uid), LostForm(formdata=None))


def _asked(uid: UUID) -> tuple[Unsent, Account]:
    """What a phone said, and whose it is. Raises NotFound, Forbidden."""
    told = find(Unsent, uid)
    return told, leaver_of(db.session.get_one(Account, told.account_id).uid, viewer())


def _lost(told: Unsent, account: Account, form: LostForm, status: int = 200) -> Response:
    return page("leaving/lost.html", status, told=told, account=account, form=form)


def _proved(uid: UUID) -> tuple[LostForm, int]:
    _asked(uid)
    form: Any = LostForm()
    return form, proof_status(form)


@bp.post("/phones/<uuid:uid>")
@allow("hand over for others")
@before(_proved)
def give_up(uid: UUID) -> Response:
    (told, account), (form, status) = _asked(uid), g.prepared
    if status:
        return _lost(told, account, form, status)
    if account.id == viewer().account_id or told.lost_at:
        raise Impossible(_("这里现在不用你签字。"))
    told.give_up(viewer(), form.reason.data)
    say(_("已签字：%(what)s，算丢了", what=told.words))
    return go(url_for(".show", uid=account.uid))
