"""The public page of a community or a cell: what happens with what is written, the form, and the receipt."""

from uuid import UUID

from flask import Blueprint, Response, g, url_for
from flask_babel import gettext as _

from gridunion import settings
from gridunion.complaints.models import Complaint
from gridunion.doors import token_of_request
from gridunion.files import MOST_SENT, Pictures, attach, store_pictures
from gridunion.qr import drawn, outside
from gridunion.reporting.forms import ReportForm
from gridunion.reporting.limits import by_uid, more_than_usual
from gridunion.reporting.models import Report
from gridunion.rights import PUBLIC, allow
from gridunion.strangers import for_everybody, minutes_to_wait, stopped
from gridunion.tree import Unit
from gridunion.units.scanned import scanned, union_of
from gridunion.web import before, go, page, takes

bp = Blueprint("reporting", __name__)


@bp.get("/report/<code>")
@allow(PUBLIC)
@for_everybody
def write(code: str) -> Response:
    unit = scanned(code)
    if unit.code != code:
        return go(url_for("reporting.write", code=unit.code))
    return _page(unit, ReportForm(formdata=None).at(unit))


@for_everybody
def _pictures(code: str) -> Pictures:
    """Pictures are kept only of what will be taken: what a robot sends fills no disk."""
    fine = ReportForm().at(scanned(code)).submitted() and not stopped("report")
    return store_pictures() if fine else Pictures([])


@bp.post("/report/<code>")
@takes(MOST_SENT)
@before(_pictures)
@allow(PUBLIC)
@for_everybody
def send(code: str) -> Response:
    unit, pictures = scanned(code), g.prepared
    form = ReportForm().at(unit)
    fine = form.submitted()
    if pictures.fault:
        form.photos.errors = [pictures.fault]
    if pictures.fault or not fine:
        return _page(unit, form, 422)
    if minutes := minutes_to_wait("report", form.cell.path, form.phone.data):
        form.form_errors.append(_("反映得太多了，请等 %(n)s 分钟再来，或直接找网格员。", n=minutes))
        return _page(unit, form, 429)
    made = _take(form)
    attach(made, form.cell.id, pictures.kept, None)
    return go(url_for("reporting.received", uid=made.uid))


def _take(form: ReportForm) -> Complaint | Report:
    """A complaint at once; when more comes than usual, one that waits until somebody has looked."""
    if more_than_usual(form.cell):
        return Report.hold(form.cell, form.told())
    return Complaint.take(form.cell, None, channel="online", **form.told())


@bp.get("/report/received/<uuid:uid>")
@allow(PUBLIC)
@for_everybody
def received(uid: UUID) -> Response:
    """The receipt, for the browser that sent the form and for half an hour; after that the code is not known here."""
    made = by_uid(uid)
    if made is None or not (code := made.code_for(token_of_request())):
        return go(url_for("reporting.track"))
    address = outside(url_for("reporting.track"))
    return page(
        "reporting/received.html", number=made.receipt, code=code, union=union_of(made.unit),
        address=address, drawn=drawn(address),
    )  # fmt: skip


@bp.get("/report/<code>/notice")
@allow(PUBLIC)
@for_everybody
def notice(code: str) -> Response:
    """What the union does with the data, in plain words.

    Source: 个人信息保护法 第十七条; never to the one complained of: 信访工作条例 第三十条.
    """
    unit = scanned(code)
    years = settings.value("keep.complaint.years", unit.path)
    return page("reporting/notice.html", place=unit, union=union_of(unit), years=years)


def _page(unit: Unit, form: ReportForm, status: int = 200) -> Response:
    return page("reporting/write.html", status, place=unit, union=union_of(unit), form=form)
