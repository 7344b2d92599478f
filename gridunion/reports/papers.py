"""A report to take away: a table for Excel and WPS, and the signed document for a union with its own installation."""

import io
from urllib.parse import quote

from flask import Response, abort, request
from flask_babel import gettext as _

from gridunion import clock
from gridunion.reports.models import Report, editions
from gridunion.reports.sheet import Sheet, drawn
from gridunion.reports.travel import document
from gridunion.reports.views import asked_month, bp
from gridunion.reports.words import table
from gridunion.rights import allow
from gridunion.sheetout import MIMES, write_csv, write_xlsx
from gridunion.tree import Unit
from gridunion.web import find_unit, viewer

KINDS = MIMES | {"json": "application/json"}


@bp.get("/<code>/<month>/<kind>")
@allow("see reports")
def take(code: str, month: str, kind: str) -> Response:
    """The report as a file. Only what was signed travels as a document."""
    unit, asked = find_unit(code), asked_month(month)
    report = _edition(editions(unit, asked))
    if kind not in KINDS or (kind == "json" and report is None):
        abort(404)
    if report and kind == "json":
        return _sent(document(report).encode(), kind, unit, str(asked))
    sheet = report.sheet if report else drawn(unit, asked)
    return _sent(_written(sheet, report, kind), kind, unit, str(asked))


def _edition(kept: list[Report]) -> Report | None:
    asked = request.args.get("edition", "")
    return next((report for report in kept if asked in ("", str(report.edition))), None)


def _written(sheet: Sheet, report: Report | None, kind: str) -> bytes:
    out, (head, rows) = io.BytesIO(), table(sheet)
    if kind == "csv":
        write_csv(out, head, rows)
    else:
        write_xlsx(out, sheet["month"], head, rows, _mark(sheet, report), _notes(sheet, report))
    return out.getvalue()


def _mark(sheet: Sheet, report: Report | None) -> str:
    state = _("第 %(n)s 版", n=report.edition) if report else _("没有签报的草稿")
    return _("%(place)s %(month)s，%(state)s", place=sheet["unit"]["name"], month=sheet["month"], state=state)


def _notes(sheet: Sheet, report: Report | None) -> list[tuple[str, str]]:
    now = f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"
    told = [(_("月报"), _mark(sheet, report)), (_("下载的人"), viewer().name), (_("时间"), now)]
    signed = [(_("签报的人"), report.signed_by), (_("校验码"), report.digest)] if report else []
    return [*told, *signed, (_("数据截至"), sheet["as_of"])]


def _sent(body: bytes, kind: str, unit: Unit, month: str) -> Response:
    response = Response(body, mimetype=KINDS[kind])
    name = f"{unit.name}-{month}.{kind}"
    named = {"filename": f"report-{unit.code}-{month}.{kind}", "filename*": f"UTF-8''{quote(name)}"}
    response.headers.set("Content-Disposition", "attachment", **named)
    return response
