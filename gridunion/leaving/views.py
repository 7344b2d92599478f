"""离岗交接: everything open in somebody's name on one page, each number with its list, and the way to move it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion.accounts.listing import account_of
from gridunion.accounts.models import Account
from gridunion.accounts.open_work import KINDS, blocking, lines_of, open_of, still_open
from gridunion.accounts.step_up import password_refused
from gridunion.accounts.unsent import lost_of
from gridunion.db import db
from gridunion.leaving import offering
from gridunion.leaving.forms import HandOverForm
from gridunion.leaving.models import HandOver, waits_for
from gridunion.leaving.offering import faults, home_of, leaver_of, offered, successors
from gridunion.leaving.waiting import expired
from gridunion.rights import allow
from gridunion.web import before, go, page, say, viewer

bp = Blueprint("leaving", __name__, url_prefix="/handover")

LATEST = 20


@bp.get("/")
@allow("hand over")
def listing() -> Response:
    """What waits for one's signature, whose posting ran out with work left, and the latest hand-overs."""
    mine = select(HandOver).where(waits_for(viewer().account_id)).order_by(HandOver.id)
    latest = select(HandOver).order_by(HandOver.id.desc()).limit(LATEST)
    return page(
        "leaving/listing.html", to_sign=db.session.scalars(mine).all(), gone=expired(viewer()),
        latest=db.session.scalars(latest).all(),
    )  # fmt: skip


@bp.get("/<uuid:uid>")
@allow("hand over")
def show(uid: UUID) -> Response:
    """How much of each kind is open in somebody's name, each number with its list."""
    account = leaver_of(uid, viewer())
    found = open_of([account.id])[account.id]
    here = sum(found.get(kind.id, 0) for kind in KINDS if kind.blocks)
    past = select(HandOver).where(HandOver.from_id == account.id).order_by(HandOver.id.desc()).limit(LATEST)
    return page(
        "leaving/show.html", account=account, found=found, kinds=KINDS, me=_is_me(account), blocks=here,
        elsewhere=sum(blocking(account.id).values()) - here, past=db.session.scalars(past).all(), lost=lost_of(account),
    )  # fmt: skip


def _is_me(account: Account) -> bool:
    return account.id == viewer().account_id


@bp.get("/<uuid:uid>/left")
@allow("manage accounts")
def left(uid: UUID) -> Response:
    """Whether something keeps an account from being switched off: what it is, an administrator never reads."""
    account = account_of(uid)
    return page("leaving/left.html", account=account, waits=still_open(account.id))


@bp.get("/<uuid:uid>/open/<name>")
@allow("hand over")
def lines(uid: UUID, name: str) -> Response:
    """What is open of one kind."""
    account = leaver_of(uid, viewer())
    kind = next((kind for kind in KINDS if kind.id == name), None) or abort(404)
    rows, after = lines_of(kind, account.id, request.args.get("after", ""))
    total = open_of([account.id])[account.id].get(kind.id, 0)
    return page("leaving/lines.html", account=account, kind=kind, rows=rows, after=after, total=total)


@bp.get("/<uuid:uid>/new")
@allow("hand over")
def new(uid: UUID) -> Response:
    account = leaver_of(uid, viewer())
    return _new(account, _offer(HandOverForm(formdata=None), account))


def _offer(form: HandOverForm, account: Account) -> HandOverForm:
    return form.offer(successors(account), *offered(account))


def _proved(uid: UUID) -> tuple[str, int] | None:
    """A refusal of the password, looked at before anything is written."""
    leaver_of(uid, viewer())
    return password_refused(request.form.get("password", "")[:200]) if request.form.get("password") else None


@bp.post("/<uuid:uid>/new")
@allow("hand over")
@before(_proved)
def begin(uid: UUID) -> Response:
    account, refusal = leaver_of(uid, viewer()), g.prepared
    form = _offer(HandOverForm(), account)
    if not form.submitted():
        return _new(account, form, 422)
    if refusal:
        form.password.errors = [refusal[0]]
        return _new(account, form, refusal[1])
    to = form.people[form.to.data]
    if wrong := faults(form.chosen, account, to, viewer()):
        form.items.errors = wrong
        return _new(account, form, 422)
    in_place = bool(form.gone.data) and not _is_me(account)
    made = HandOver.begin(account, to, home_of(account), form.chosen, viewer(), in_place)
    say(_("已交接给%(name)s", name=to.name) if made.state == "done" else _("交接单已填好，等签字"))
    return go(url_for(".record", uid=made.uid))


def _new(account: Account, form: HandOverForm, status: int = 200) -> Response:
    return page(
        "leaving/new.html", status, account=account, form=form, me=_is_me(account), wrong=_wrong(form),
        most=offering.MOST,
    )  # fmt: skip


def _wrong(form: HandOverForm) -> Any:
    """All the sentences about what cannot go to somebody, not only the first."""
    return form.items.errors[1:] if form.items.errors else []
