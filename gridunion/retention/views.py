"""The page of a street on which two officers look at what is past its time, and let it be erased."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import and_, not_, select
from werkzeug.exceptions import NotFound

from gridunion import clock, settings
from gridunion.accounts.step_up import proof_status
from gridunion.accounts.trail_words import VALUES
from gridunion.bookmark import opened, seal
from gridunion.box.models import BoxMessage
from gridunion.complaints.listing import looking
from gridunion.complaints.models import Complaint
from gridunion.db import db
from gridunion.exchange.export_forms import PasswordForm
from gridunion.look import day as day_words
from gridunion.menu import ASIDES
from gridunion.retention.classes import CLASSES, WARNED, Class
from gridunion.retention.models import RIGHT, Erasure
from gridunion.retention.nightly import streets
from gridunion.rights import ROLES, Viewer, allow
from gridunion.tree import Unit
from gridunion.visits.models import Visit
from gridunion.web import before, find_unit, go, page, say, viewer

bp = Blueprint("retention", __name__, url_prefix="/retention")
PAGE, MOST_ROUNDS = 50, 24
VALUES["erasure", "first_role"] = VALUES["erasure", "second_role"] = ROLES


def _complaint(case: Complaint) -> tuple[str, str, str, str]:
    words = _("诉求 %(code)s", code=case.code)
    return words, case.topic, day_words(case.closed_at), url_for("complaints.show", uid=case.uid)


def _message(message: BoxMessage) -> tuple[str, str, str, str]:
    href = url_for("boxes.message", uid=message.uid) if viewer().can("open boxes") else ""
    return _("一封信"), "", day_words(message.recorded_at), href


def _visit(visit: Visit) -> tuple[str, str, str, str]:
    return visit.name, visit.words, day_words(visit.happened_at), url_for("visits.show", uid=visit.uid)


LINES: dict[str, Callable[[Any], tuple[str, str, str, str]]] = {
    "complaint": _complaint,
    "visit": _visit,
    "box": _message,
}
"""(what, topic, since when, address) of a record in the list."""


@bp.get("/")
@allow(RIGHT)
def listing() -> Response:
    """The streets of the branch. One alone is shown at once."""
    there = streets()
    if len(there) == 1:
        return go(url_for(".show", code=there[0].code))
    going = select(Erasure.unit_id).where(Erasure.done_at.is_(None))
    return page("retention/listing.html", streets=there, going=set(db.session.scalars(going)))


@bp.get("/<code>")
@allow(RIGHT)
def show(code: str) -> Response:
    return _show(_street(code), PasswordForm(formdata=None))


def _street(code: str) -> Unit:
    unit = find_unit(code)
    if unit.kind != "street_federation":
        raise NotFound
    return unit


def _show(street: Unit, form: PasswordForm, status: int = 200) -> Response:
    done = select(Erasure).where(Erasure.unit_id == street.id, Erasure.done_at.is_not(None))
    rounds = db.session.scalars(done.order_by(Erasure.id.desc()).limit(MOST_ROUNDS))
    going = Erasure.of(street)
    return page(
        "retention/show.html", status, street=street, form=form, lines=[_line(it, street) for it in CLASSES.values()],
        going=going, rounds=list(rounds), roles=ROLES, days=settings.value("keep.answer.days", street.path),
        second=bool(going and going.waits and going.first_id != viewer().account_id),
    )  # fmt: skip


def _line(it: Class, street: Unit) -> dict[str, Any]:
    """A class in the viewer's numbers: what is past its time, and what will be soon."""
    numbers = [it.count(street, day, it.listed, it.shown) for day in (clock.today(), clock.today() + WARNED)]
    years = settings.value(it.setting, street.path)
    return {"it": it, "years": years, "past": numbers[0], "soon": numbers[1] - numbers[0]}


@bp.get("/<code>/<kind>")
@allow(RIGHT)
def records(code: str, kind: str) -> Response:
    """What a number of the page counts, the oldest first."""
    street, it = _street(code), CLASSES.get(kind)
    if it is None:
        raise NotFound
    soon = bool(request.args.get("soon"))
    over = it.past(street, clock.today(), it.listed, it.shown)
    which = and_(it.past(street, clock.today() + WARNED, it.listed, it.shown), not_(over)) if soon else over
    found = select(it.model).join(Unit, Unit.id == it.model.unit_id).where(which)
    if place := opened("old", request.args.get("after", "")):
        found = found.where(it.model.id > place[0])
    rows = list(db.session.scalars(found.order_by(it.model.id).limit(PAGE + 1)))
    more = seal("old", rows[PAGE - 1].id) if len(rows) > PAGE else ""
    total = _line(it, street)["soon" if soon else "past"]
    return page(
        "retention/records.html", street=street, it=it, soon=soon, after=more, total=total,
        rows=[(row.unit.name, LINES[kind](row)) for row in rows[:PAGE]],
    )  # fmt: skip


def _proven(code: str) -> tuple[PasswordForm, int]:
    """The form with the password, and the status of a refusal; 0 when it is one's own."""
    _street(code)
    form = PasswordForm()
    return form, proof_status(form)


@bp.post("/<code>/erasure")
@before(_proven)
@allow(RIGHT)
def erase(code: str) -> Response:
    """The first officer asks, the second confirms."""
    street, (form, status) = _street(code), g.prepared
    if status:
        return _show(street, form, status)
    db.session.refresh(street, with_for_update=True)  # two who press at once are one after the other
    going = Erasure.of(street)
    if going is None:
        db.session.add(going := Erasure(unit=street))
    if going.waits and going.first_id != viewer().account_id:
        going.confirm(viewer())
        say(_("已确认，正在清除"))
    else:
        going.ask(viewer())
        say(_("已提出，等另一个人确认"))
    return go(url_for(".show", code=code))


def remind(who: Viewer) -> tuple[str, str] | None:
    """Beside the lists of the officers: something is past its time or soon will be, or waits for the second one."""
    if not who.can(RIGHT):
        return None
    with looking(who, RIGHT):
        going = db.session.scalars(select(Erasure.id).where(Erasure.done_at.is_(None)).limit(1)).first()
    return (_("有记录快到或已到保存期限"), url_for("retention.listing")) if going else None


ASIDES.append(remind)
