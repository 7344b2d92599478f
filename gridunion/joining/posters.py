"""入会二维码: a sheet to hang up, for each community and cell."""

from flask import Response, url_for
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from gridunion.db import db
from gridunion.joining.views import bp
from gridunion.qr import drawn, outside
from gridunion.rights import allow
from gridunion.tree import Unit
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
    unit = find_unit(code)
    if unit.kind not in POSTED_IN:
        raise NotFound
    address = outside(url_for("joining.apply", code=code))
    union = unit.lineage()[-2] if unit.is_cell else None  # a public name, though a worker stands below it
    return page("joining/poster.html", place=unit, union=union, address=address, code=drawn(address))
