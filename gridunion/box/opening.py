"""Opening a box: one officer asks with a password, another confirms with theirs soon after; and what is minuted."""

from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion import settings
from gridunion.accounts.step_up import proof_status
from gridunion.accounts.trail_words import VALUES
from gridunion.bookmark import opened as place_of
from gridunion.bookmark import seal
from gridunion.box.forms import AsideForm, MinutesForm, OpenForm
from gridunion.box.models import RIGHT, BoxMessage, BoxOpening
from gridunion.box.reminding import BOXES, days_shut
from gridunion.db import db
from gridunion.rights import ROLES, allow
from gridunion.text import read_uids
from gridunion.tree import Unit
from gridunion.units import scanned
from gridunion.units.models import closed
from gridunion.units.scanned import community
from gridunion.web import before, find, go, page, say, viewer

officers = Blueprint("boxes", __name__)
PAGE, MOST_OPENINGS = 50, 24
VALUES["box_opening", "first_role"] = VALUES["box_opening", "second_role"] = ROLES


@officers.get("/boxes/")
@allow(RIGHT)
def boxes() -> Response:
    """The boxes of the branch, each with the days since it was opened. One alone is shown at once."""
    (after,) = place_of("boxes", request.args.get("after", "")) or ("",)
    mine = select(Unit).where(BOXES, Unit.path > after)
    units = list(db.session.scalars(mine.order_by(Unit.path).limit(PAGE + 1)))
    if len(units) == 1 and not after:
        return go(url_for("boxes.show", code=units[0].code))
    more = seal("boxes", units[PAGE - 1].path) if len(units) > PAGE else ""
    return page("box/boxes.html", units=units[:PAGE], days=days_shut(units[:PAGE]), after=more, closed=closed)


@officers.get("/boxes/<code>")
@allow(RIGHT)
def show(code: str) -> Response:
    return _show(community(code), OpenForm(formdata=None))


def _show(unit: Unit, form: OpenForm, status: int = 200) -> Response:
    done = select(BoxOpening).where(BoxOpening.unit_id == unit.id, BoxOpening.opened_at.is_not(None))
    asked = _asked(unit)
    newest = done.order_by(BoxOpening.opened_at.desc(), BoxOpening.id.desc()).limit(MOST_OPENINGS)
    return page(
        "box/show.html", status, place=unit, form=form, days=days_shut([unit])[unit.id],
        most=settings.value("box.open.days", unit.path), openings=list(db.session.scalars(newest)),
        asked=asked, second=asked is not None and asked.first_id != viewer().account_id,
        minutes=settings.value("box.second.minutes", unit.path), closed=closed(unit),
    )  # fmt: skip


def _asked(unit: Unit) -> BoxOpening | None:
    """The opening that waits for the second officer."""
    waits = select(BoxOpening).where(BoxOpening.unit_id == unit.id, BoxOpening.opened_at.is_(None))
    last = db.session.scalars(waits.order_by(BoxOpening.id.desc()).limit(1)).one_or_none()
    return last if last and last.waits else None


def _proven(code: str) -> tuple[OpenForm, int]:
    """The form with the password, and the status of a refusal; 0 when it is one's own."""
    community(code)
    form = OpenForm()
    return form, proof_status(form)


@officers.post("/boxes/<code>/opening")
@before(_proven)
@allow(RIGHT)
def open_it(code: str) -> Response:
    unit, (form, status) = community(code), g.prepared
    if status:
        return _show(unit, form, status)
    db.session.refresh(unit, with_for_update=True)  # two who press at once are one after the other
    if (asked := _asked(unit)) is None or asked.first_id == viewer().account_id:
        if asked is None:
            BoxOpening.ask(unit, viewer())
        say(_("等另一个人来确认，%(n)s 分钟内有效", n=settings.value("box.second.minutes", unit.path)))
        return go(url_for("boxes.show", code=code))
    asked.confirm(viewer())
    say(_("信箱开了，有 %(n)s 封", n=asked.messages))
    return go(url_for("boxes.minutes", uid=asked.uid))


@officers.get("/boxes/openings/<uuid:uid>")
@allow(RIGHT)
def minutes(uid: UUID) -> Response:
    """The minutes, to be printed and signed, and what lay in the box."""
    return _minutes(find(BoxOpening, uid))


def _minutes(opening: BoxOpening, status: int = 200, aside: AsideForm | None = None) -> Response:
    inside = select(BoxMessage).where(BoxMessage.opening_id == opening.id).order_by(BoxMessage.id)
    words = MinutesForm(formdata=None, words=opening.words)
    return page(
        "box/minutes.html", status, opening=opening, rows=list(db.session.scalars(inside.limit(500))), words=words,
        aside=aside or AsideForm(formdata=None), roles=ROLES,
        mine=viewer().account_id in (opening.first_id, opening.second_id),
    )  # fmt: skip


@officers.post("/boxes/openings/<uuid:uid>/words")
@allow(RIGHT)
def write_minutes(uid: UUID) -> Response:
    opening, form = find(BoxOpening, uid), MinutesForm()
    if not form.submitted():
        return _minutes(opening, 422)
    opening.minute(form.words.data, viewer())
    say(_("开箱记录已保存"))
    return go(url_for("boxes.minutes", uid=uid))


@officers.post("/boxes/openings/<uuid:uid>/aside")
@allow(RIGHT)
def set_aside(uid: UUID) -> Response:
    """Many at once with one reason: nobody cleans up after a robot one by one."""
    opening, form = find(BoxOpening, uid), AsideForm()
    ticked = BoxMessage.uid.in_(read_uids(request.form.getlist("message")))
    inside = select(BoxMessage).where(BoxMessage.opening_id == opening.id, ticked)
    chosen = list(db.session.scalars(inside.order_by(BoxMessage.id)))
    if not form.submitted() or not chosen:
        form.form_errors += [] if chosen else [_("请至少勾一封")]
        return _minutes(opening, 422, form)
    for message in chosen:
        message.set_aside(form.reason.data or "", viewer())
    say(_("%(n)s 封不办，原因本人查得到", n=len(chosen)), kind="warn")
    return go(url_for("boxes.minutes", uid=uid))


@officers.get("/posters/<code>/box")
@allow(RIGHT)
def poster(code: str) -> Response:
    return scanned.poster("box/poster.html", community(code), url_for("box.write", code=code))
