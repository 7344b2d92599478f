"""反映问题二维码: a sheet to hang up, for each community and cell."""

from flask import Response, url_for
from werkzeug.exceptions import NotFound

from gridunion.qr import drawn, outside
from gridunion.reporting.views import bp
from gridunion.rights import allow
from gridunion.units.scanned import POSTED_IN
from gridunion.web import find_unit, page


@bp.get("/posters/<code>/report")
@allow("take complaints")
def poster(code: str) -> Response:
    unit = find_unit(code)
    if unit.kind not in POSTED_IN:
        raise NotFound
    address = outside(url_for("reporting.write", code=code))
    union = unit.lineage()[-2] if unit.is_cell else None  # a public name, though a worker stands below it
    return page("reporting/poster.html", place=unit, union=union, address=address, code=drawn(address))
