"""The union above takes a report, or sends it back with a reason."""

from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _

from gridunion.reports.models import ANSWER, Report
from gridunion.reports.month import Month
from gridunion.reports.views import ReturnForm, SignForm, bp, paper
from gridunion.rights import allow
from gridunion.web import find, go, say, viewer


@bp.post("/<uuid:uid>/accept")
@allow(ANSWER)
def accept(uid: UUID) -> Response:
    report = find(Report, uid)
    report.accept(viewer())
    say(_("已收：%(place)s的月报", place=report.unit.name))
    return go(_list_of(report))


@bp.post("/<uuid:uid>/return")
@allow(ANSWER)
def send_back(uid: UUID) -> Response:
    report, form = find(Report, uid), ReturnForm()
    if not form.submitted():
        return paper(report.unit, Month(report.month), SignForm(formdata=None), form, 422)
    report.send_back(viewer(), form.reason.data or "")
    say(_("已退回：%(place)s的月报", place=report.unit.name), kind="warn")
    return go(_list_of(report))


def _list_of(report: Report) -> str:
    return url_for("reports.listing", month=Month(report.month))
