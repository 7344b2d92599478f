"""回执: what the worker takes along, printed or photographed: the receipt number, the query code, where to look."""

from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _

from gridunion import audit
from gridunion.complaints.models import Complaint
from gridunion.complaints.steps import held, opened
from gridunion.complaints.views import bp
from gridunion.doors import token_of_request
from gridunion.qr import drawn, outside
from gridunion.rights import allow
from gridunion.web import before, go, page, say


@bp.get("/<uuid:uid>/slip")
@allow("take complaints")
def slip(uid: UUID) -> Response:
    """The code stands on it for who took the case down, and for half an hour."""
    return _page(opened(uid))


def _page(complaint: Complaint) -> Response:
    address = outside(url_for("reporting.track"))
    return page(
        "complaints/slip.html", complaint=complaint, number=complaint.receipt,
        code=complaint.code_for(token_of_request()), address=address, drawn=drawn(address),
    )  # fmt: skip


@bp.post("/<uuid:uid>/code")
@before(opened)
@allow("take complaints")
def new_code(uid: UUID) -> Response:
    """Another query code, for who lost the slip and came to ask. The trail keeps who gave it."""
    complaint = held(uid)
    complaint.give_code()
    audit.note("new query code", complaint)
    say(_("换了新的查询码，原来的不能用了"))
    return go(url_for("complaints.slip", uid=uid))
