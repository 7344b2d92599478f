"""入会二维码: a sheet to hang up, for each community and cell."""

from flask import Response, url_for
from sqlalchemy import select

from gridunion.db import db
from gridunion.joining.views import bp
from gridunion.rights import allow
from gridunion.tree import Unit
from gridunion.units import scanned
from gridunion.units.scanned import POSTED_IN
from gridunion.web import find_unit, page


@bp.get("/posters")
@allow("register members")
def posters() -> Response:
    """The units somebody hangs posters up for."""
    mine = select(Unit).where(Unit.kind.in_(POSTED_IN), Unit.closed_on.is_(None)).order_by(Unit.path)
    return page("joining/posters.html", units=list(db.session.scalars(mine)))


@bp.get("/posters/<code>")
@allow("register members")
def poster(code: str) -> Response:
    path = url_for("joining.apply", code=code)
    return scanned.poster("joining/poster.html", find_unit(code), path)
