"""变动会籍: what may follow for a member, one page a step, and moving to another cell of the union."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion.db import db
from gridunion.members.gone import gone_for
from gridunion.members.membership import STANDINGS, Impossible, history
from gridunion.members.models import Person
from gridunion.members.move_forms import CellForm, ChangeForm
from gridunion.members.movement import MOVEMENTS, Movement, open_to
from gridunion.members.transfer import transfers_of, union_of
from gridunion.members.views import bp
from gridunion.rights import allow
from gridunion.tree import Unit
from gridunion.web import find, go, page, say, viewer

SETTLED = ("known", "applied", "active", "retained")


@bp.get("/<uuid:uid>/membership")
@allow("see members")
def membership(uid: UUID) -> Response:
    """The whole history of somebody's membership, and what may be done next."""
    person = find(Person, uid)
    lines = history(person)
    return page(
        "members/membership.html", person=person, lines=lines, steps=_steps(person), cells=cells_beside(person),
        transfers=transfers_of(person), gone=gone_for(person), standing=STANDINGS[person.status],
    )  # fmt: skip


def _steps(person: Person) -> list[Movement]:
    return [movement for movement in open_to(person.status) if viewer().can(movement.right)]


def cells_beside(person: Person) -> list[Unit]:
    """The other open cells of the union somebody belongs to, as far as the viewer stands over them."""
    beside = select(Unit).where(Unit.parent_id == union_of(person.unit), Unit.kind == "cell")
    beside = beside.where(Unit.closed_on.is_(None), Unit.id != person.unit_id)
    return list(db.session.scalars(beside.order_by(Unit.path)))


def add_movements() -> None:
    for movement in MOVEMENTS.values():
        view = allow(movement.right)(_view(movement))
        address = f"/<uuid:uid>/{movement.name.replace('_', '-')}"
        bp.add_url_rule(address, movement.name, view, methods=["GET", "POST"])


def _view(movement: Movement) -> Callable[[UUID], Response]:
    def view(uid: UUID) -> Response:
        person = find(Person, uid)
        return _take(movement, person) if request.method == "POST" else _show(movement, person)

    return view


def _show(movement: Movement, person: Person, form: ChangeForm | None = None) -> Response:
    if person.status not in movement.sources:
        return go(url_for("members.membership", uid=person.uid))
    form = form or ChangeForm(formdata=None).about(movement, person.since)
    above = person.unit.lineage()[-3].name if movement.filed else ""
    return page(
        "members/change.html",
        422 if form.errors else 200,
        person=person,
        form=form,
        movement=movement,
        above=above,
    )


def _take(movement: Movement, person: Person) -> Response:
    form = ChangeForm().about(movement, person.since)
    if not form.submitted():
        if person.status in movement.sources:
            return _show(movement, person, form)
        form.on.data = person.since  # the verb says why it cannot be
    more = {"filed": True} if movement.filed else {}
    person.change(movement, form.on.data or person.since, viewer(), form.reason.data, form.words.data, **more)
    say(_("已办：%(name)s %(step)s", name=person.name, step=movement.words))
    return go(url_for("members.membership", uid=person.uid))


@bp.get("/<uuid:uid>/cell")
@allow("change memberships")
def cell(uid: UUID) -> Response:
    person = find(Person, uid)
    return page("members/cell.html", person=person, form=CellForm(formdata=None).offer(cells_beside(person)))


@bp.post("/<uuid:uid>/cell")
@allow("change memberships")
def resettle(uid: UUID) -> Response:
    person = find(Person, uid)
    form = CellForm().offer(cells_beside(person))
    if not form.submitted():
        return page("members/cell.html", 422, person=person, form=form)
    if person.status not in SETTLED:
        raise Impossible(_("%(name)s已经不在会，不用换网格。", name=person.name))
    person.resettle(form.chosen, viewer())
    say(_("已换网格：%(name)s，%(place)s", name=person.name, place=person.unit.name))
    return go(url_for("members.show", uid=uid))


@bp.post("/<uuid:uid>/stays")
@allow("change memberships")
def stays(uid: UUID) -> Response:
    """The employer is gone; the membership stays in the community."""
    person = find(Person, uid)
    question = gone_for(person)
    if question is None:
        raise Impossible(_("已经有人办了，或者不用办了。"))
    question.stay(viewer())
    say(_("已记下：%(name)s的会籍留在本社区", name=person.name))
    return go(
        url_for("desk.inbox") if request.form.get("next") == "inbox" else url_for("members.show", uid=uid)
    )


add_movements()
