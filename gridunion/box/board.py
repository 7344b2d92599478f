"""What becomes of messages, for everybody: the board of answers, and how one's own stands, by its code."""

from datetime import date, timedelta

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from gridunion import throttle
from gridunion.accounts.models import fits
from gridunion.bookmark import opened, seal
from gridunion.box.dropping import bp, tagged
from gridunion.box.forms import CodeForm
from gridunion.box.models import TAG, BoxMessage
from gridunion.db import db
from gridunion.db import write as writing
from gridunion.faults import fault
from gridunion.reporting.telling import told_to
from gridunion.rights import PUBLIC, allow
from gridunion.strangers import for_everybody
from gridunion.units.scanned import scanned, union_of
from gridunion.web import page

PAGE = 20
TRIES, WINDOW = 5, timedelta(minutes=15)


@bp.get("/box/<code>/answers")
@allow(PUBLIC)
@for_everybody
def answers(code: str) -> Response:
    """The answers of a community, the newest first, each under the first digits of its code."""
    unit = union_of(scanned(code))
    said = select(BoxMessage).where(BoxMessage.unit_id == unit.id, BoxMessage.answered_on.is_not(None))
    if place := opened("box answers", request.args.get("after", "")):
        on, number = date.fromisoformat(place[0]), place[1]
        older = and_(BoxMessage.answered_on == on, BoxMessage.id < number)
        said = said.where(or_(BoxMessage.answered_on < on, older))
    rows = list(
        db.session.scalars(said.order_by(BoxMessage.answered_on.desc(), BoxMessage.id.desc()).limit(PAGE + 1))
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    after = seal("box answers", str(last.answered_on), last.id) if last else ""
    return page("box/answers.html", place=unit, rows=rows[:PAGE], after=after)


@bp.get("/box/state")
@allow(PUBLIC)
def ask() -> Response:
    return page("box/state.html", form=CodeForm(formdata=None), found=None)


@bp.post("/box/state")
@allow(PUBLIC, reads=True)
@for_everybody
def look() -> Response:
    form = CodeForm()
    if not form.submitted():
        return page("box/state.html", 422, form=form, found=None)
    found, minutes = _find(form.code.data or "")
    if minutes:
        return fault(429, _("试得太多了，请等 %(n)s 分钟再查。", n=minutes))
    if found is None:
        form.code.errors = [_("没有这个回执码，请核对")]
        return page("box/state.html", 422, form=form, found=None)
    lines = told_to(found.complaint) if found.complaint else []
    return page("box/state.html", form=form, found=found, lines=lines)


def _find(code: str) -> tuple[BoxMessage | None, int]:
    """(the message, minutes to wait). A try is counted before it is looked at, for the first digits of the code: no
    address is needed to make the others unguessable, and none is looked at."""
    key = throttle.key_of("box state", code[:TAG])
    with writing():
        tries = throttle.held(key, WINDOW)
        if tries.wait:
            return None, -(-tries.wait // 60)
        if tries.count() >= TRIES:
            tries.stop_until_over(WINDOW)
    found = next((it for it in tagged(code) if fits(it.code_hash, code)), None)
    if found is None:
        fits(None, code)  # as slow where no message begins like this
    if found:
        with writing():
            throttle.forget(key)
    return found, 0
