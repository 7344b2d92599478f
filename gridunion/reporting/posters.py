"""反映问题二维码: a sheet to hang up, for each community and cell."""

from flask import Response, url_for

from gridunion.reporting.views import bp
from gridunion.rights import allow
from gridunion.units import scanned
from gridunion.web import find_unit


@bp.get("/posters/<code>/report")
@allow("take complaints")
def poster(code: str) -> Response:
    path = url_for("reporting.write", code=code)
    return scanned.poster("reporting/poster.html", find_unit(code), path)
