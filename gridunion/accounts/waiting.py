"""A phone says how many entries it still holds, and a hand-over tells of it: they are open in somebody's name."""

import re

from flask import Response, abort, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from gridunion.accounts.open_work import KINDS, Kind, Line, page_of
from gridunion.accounts.unsent import Unsent
from gridunion.accounts.views import bp
from gridunion.db import db
from gridunion.look import moment
from gridunion.rights import SIGNED_IN, allow
from gridunion.web import page, untraced, viewer


@bp.get("/unsent")
@allow(SIGNED_IN)
def outbox() -> Response:
    """Where a phone shows what waits, for a page on which nothing can be added to it."""
    return page("outbox.html")


@bp.post("/unsent")
@allow(SIGNED_IN)
@untraced
def tell_unsent() -> Response:
    """The same number said twice is one number, so no receipt is kept."""
    phone, entries = request.form.get("phone", ""), request.form.get("entries", "")
    if not re.fullmatch("[0-9a-f]{32}", phone) or not re.fullmatch("[0-9]{1,3}", entries):
        abort(422)
    Unsent.tell(viewer(), phone, int(entries))
    return Response(status=204)


def counts(account_ids: list[int]) -> dict[int, int]:
    found = select(Unsent.account_id, func.count()).where(Unsent.account_id.in_(account_ids))
    rows = db.session.execute(found.where(Unsent.lost_at.is_(None)).group_by(Unsent.account_id))
    return {row[0]: row[1] for row in rows}


def lines(account_ids: list[int], after: str) -> tuple[list[Line], str]:
    found = select(Unsent).where(Unsent.account_id.in_(account_ids), Unsent.lost_at.is_(None))
    rows, following = page_of(found, Unsent, after)
    return [_line(it) for it in rows], following


def _line(it: Unsent) -> Line:
    """Who stands above signs for what is lost; the owner only has to go where there is a line."""
    facts = [gettext("%(at)s 说的", at=moment(it.told_at))]
    if it.too_late:
        facts.append(gettext("过了 72 小时，传不上来了"))
    above = viewer().account_id != it.account_id and viewer().can("hand over for others")
    href = url_for("leaving.lost", uid=it.uid) if above else ""
    return Line(it.uid, gettext("一部手机"), it.words, facts, href, it.words)


KINDS.append(Kind("phones", _("手机里还没传的记录"), counts, lines))
