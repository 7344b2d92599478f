"""Putting something into the box: the public page, and the code that is shown once.

No address, no browser and no moment is kept. The code follows from the form's own key, which is stored nowhere, so the
same form sent twice is one message with one code, though no receipt of it is kept.
"""

from typing import NamedTuple

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from gridunion import clock, settings
from gridunion.accounts.models import fits, hash_password
from gridunion.box.forms import DropForm
from gridunion.box.models import CODE_DIGITS, TAG, BoxMessage, box_of
from gridunion.db import db, keyring
from gridunion.files import MOST_SENT, rebuilt
from gridunion.qr import drawn, outside
from gridunion.rights import PUBLIC, allow
from gridunion.strangers import FLOOD, for_everybody
from gridunion.tree import Unit
from gridunion.units.scanned import scanned, union_of
from gridunion.web import before, go, page, takes, untraced

bp = Blueprint("box", __name__)


class Prepared(NamedTuple):
    """The pictures rebuilt, what is wrong with them, the code and its slow hash."""

    pictures: list[bytes]
    fault: str
    code: str
    hashed: str


@bp.get("/box/<code>")
@allow(PUBLIC)
@for_everybody
def write(code: str) -> Response:
    unit = union_of(scanned(code))
    if unit.code != code:
        return go(url_for("box.write", code=unit.code))
    return _page(unit, DropForm(formdata=None))


def _prepare(code: str) -> Prepared:
    form = DropForm()
    if not form.submitted():
        return Prepared([], "", "", "")
    made = _code(request.form.get("client_key", ""), form.text.data or "")
    return Prepared(*rebuilt(), made, hash_password(made))


def _code(key: str, text: str) -> str:
    made = int(keyring().digest(f"{key}:{text}", "box code"), 16)
    return f"{made % 10**CODE_DIGITS:0{CODE_DIGITS}}"


@bp.post("/box/<code>")
@takes(MOST_SENT)
@before(_prepare)
@untraced
@allow(PUBLIC)
@for_everybody
def drop(code: str) -> Response:
    unit, form, made = union_of(scanned(code)), DropForm(), g.prepared
    if not form.submitted() or made.fault:
        form.photos.errors = [made.fault] if made.fault else []
        return _page(unit, form, 422)
    if not _is_in(made.code):
        box, pictures = box_of(unit), made.pictures
        if (today := _today(box)) >= FLOOD * (most := settings.value("box.daily", box.path)):
            form.form_errors.append(_("今天信箱满了，请明天再投，或者打电话、上门找工会。"))
            return _page(unit, form, 429)
        BoxMessage.drop(box, form.text.data or "", pictures if today < most else [], made.code, made.hashed)
    address = outside(url_for("box.ask"))
    return page("box/dropped.html", place=unit, code=made.code, address=address, drawn=drawn(address))


def _is_in(code: str) -> bool:
    """The same form came before."""
    return any(fits(message.code_hash, code) for message in tagged(code))


def tagged(code: str) -> list[BoxMessage]:
    """The messages whose code may be this one. For everybody's eyes."""
    return list(db.session.scalars(select(BoxMessage).where(BoxMessage.tag == code[:TAG])))


def _today(unit: Unit) -> int:
    """How many came today. A flood first costs its pictures; only ten times as much shuts the box for the day."""
    day = BoxMessage.recorded_at == clock.midnight(clock.today())
    return db.session.scalar(select(func.count(BoxMessage.id)).where(BoxMessage.unit_id == unit.id, day)) or 0


def _page(unit: Unit, form: DropForm, status: int = 200) -> Response:
    years = settings.value("keep.box.years", unit.path)
    return page("box/write.html", status, place=unit, form=form, years=years)
