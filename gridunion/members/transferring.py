"""A transfer, from either side: released, asked for, answered, taken back."""

from uuid import UUID

from flask import Response, g, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion.db import db
from gridunion.members.models import Person
from gridunion.members.move_forms import TRANSFER_REASONS, AskForm, CellForm, RefusalForm, ReleaseForm
from gridunion.members.numbers import registered_elsewhere, told_here, too_many
from gridunion.members.real_name import id_index
from gridunion.members.timeline import TRANSFER_STATES
from gridunion.members.transfer import Transfer
from gridunion.members.views import bp
from gridunion.menu import home_of
from gridunion.rights import allow
from gridunion.tree import Unit, everywhere
from gridunion.web import before, find, go, page, say, viewer


@bp.get("/<uuid:uid>/release")
@allow("change memberships")
def releasing(uid: UUID) -> Response:
    person = find(Person, uid)
    return page("members/release.html", person=person, form=ReleaseForm(formdata=None).offer(person.unit))


@bp.post("/<uuid:uid>/release")
@allow("change memberships")
def release(uid: UUID) -> Response:
    person = find(Person, uid)
    form = ReleaseForm().offer(person.unit)
    if not form.submitted() or form.to.unit is None:
        return page("members/release.html", 422, person=person, form=form)
    Transfer.release(person, form.to.unit, viewer(), form.reason.data, form.words.data)
    say(_("已发给%(place)s，等对方接收", place=form.to.unit.name))
    return go(url_for("members.show", uid=uid))


@bp.get("/<uuid:uid>/ask")
@allow("register members")
def asking(uid: UUID) -> Response:
    person = find(Person, uid)
    form = AskForm(formdata=None, name=person.name)
    form.among(TRANSFER_REASONS)
    return page("members/ask.html", person=person, form=form)


def _look(uid: UUID) -> tuple[int | None, int]:
    """Who it is, looked up before the transaction, so that asking is counted."""
    person, form = find(Person, uid), AskForm()
    form.among(TRANSFER_REASONS)
    if not form.submitted() or told_here(person, id_index(form.id_kind.data, form.id_number.data or "")):
        return None, 0
    digest = id_index(form.id_kind.data, form.id_number.data or "")
    return registered_elsewhere(person, form.name.data or "", digest, viewer().account_id)


@bp.post("/<uuid:uid>/ask")
@allow("register members")
@before(_look)
def ask(uid: UUID) -> Response:
    person, form = find(Person, uid), AskForm()
    form.among(TRANSFER_REASONS)
    if not form.submitted():
        return page("members/ask.html", 422, person=person, form=form)
    known, wait = g.prepared
    if known is None:
        here = told_here(person, id_index(form.id_kind.data, form.id_number.data or ""))
        told = here or _("没有查到同名同号的会员，请核对；没有登记过的，直接填在档案里就行")
        form.id_number.errors = [too_many(wait) if wait else told]
        return page("members/ask.html", 429 if wait else 422, person=person, form=form)
    Transfer.ask(known, person, viewer(), form.reason.data, form.words.data)
    say(_("已申请转会：%(name)s，等对方工会答复", name=person.name))
    return go(url_for("members.show", uid=uid))


@bp.get("/transfers/<uuid:uid>")
@allow("see members")
def transfer(uid: UUID) -> Response:
    return _page(find(Transfer, uid))


def _page(transfer: Transfer, status: int = 200, refusal: RefusalForm | None = None) -> Response:
    who = viewer()
    refusal = refusal or RefusalForm(formdata=None)
    return page(
        "members/transfer.html", status, transfer=transfer, refusal=refusal, form=_cell_form(transfer), who=who,
        states=TRANSFER_STATES, person=_seen(transfer), file=_file(transfer) if transfer.may_answer(who) else None,
    )  # fmt: skip


def _cells(transfer: Transfer) -> list[Unit]:
    """Into which cells the viewer may take somebody; none when it was asked for a cell."""
    to = transfer.to_unit_now
    there = select(Unit).where(Unit.parent_id == to.id, Unit.kind == "cell", Unit.closed_on.is_(None))
    return list(db.session.scalars(there.order_by(Unit.path))) if not to.is_cell else []


def _cell_form(transfer: Transfer, sent: bool = False) -> CellForm | None:
    cells = _cells(transfer)
    form = CellForm() if sent else CellForm(formdata=None)
    return form.offer(cells) if cells else None


def _seen(transfer: Transfer) -> Person | None:
    """The person, or who was registered in their name here, where the viewer may open the file."""
    theirs = select(Person).where(Person.id.in_([transfer.person_id, transfer.known_as_id or 0]))
    return db.session.scalars(theirs.order_by(Person.id).limit(1)).first()


def _file(transfer: Transfer) -> Person:
    """What whoever answers is shown of the person: what they do and where, no number."""
    with everywhere():
        return db.session.get_one(Person, transfer.person_id)


@bp.post("/transfers/<uuid:uid>/accept")
@allow("change memberships")
def accept(uid: UUID) -> Response:
    transfer = find(Transfer, uid)
    form = _cell_form(transfer, sent=True)
    if form and not form.submitted():
        return _page(transfer, 422)
    transfer.accept(viewer(), form.chosen if form else None)
    say(_("已同意转会：%(name)s，%(place)s", name=transfer.name, place=transfer.to_union))
    return go(home_of(viewer()))


@bp.post("/transfers/<uuid:uid>/refuse")
@allow("change memberships")
def refuse(uid: UUID) -> Response:
    transfer, form = find(Transfer, uid), RefusalForm()
    if not form.submitted():
        return _page(transfer, 422, form)
    transfer.refuse(viewer(), form.words.data or "")
    say(_("没有同意转会：%(name)s，原因会告诉对方", name=transfer.name), kind="warn")
    return go(home_of(viewer()))


@bp.post("/transfers/<uuid:uid>/withdraw")
@allow("register members")
def withdraw(uid: UUID) -> Response:
    transfer = find(Transfer, uid)
    transfer.withdraw(viewer())
    say(_("已撤回转会：%(name)s", name=transfer.name))
    return go(home_of(viewer()))
