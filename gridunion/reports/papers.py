"""A report to take away: tables for Excel and WPS, and the signed document for a union with its own installation."""

import io
from datetime import datetime

from flask import Response, abort
from flask_babel import gettext as _

from gridunion import clock
from gridunion.reports.models import Report, editions
from gridunion.reports.sheet import Sheet, drawn, outside
from gridunion.reports.tables import RULE, items, targets, totals, units
from gridunion.reports.travel import document
from gridunion.reports.views import asked_edition, asked_month, bp
from gridunion.reports.words import rules_of
from gridunion.rights import allow
from gridunion.sheetout import MIMES, NOTES, Table, handed, write_csv, write_xlsx
from gridunion.tree import Unit
from gridunion.web import find_unit, viewer


@bp.get("/<code>/<month>/<kind>")
@allow("see reports")
def take(code: str, month: str, kind: str) -> Response:
    """The report as a file. Only what was signed travels as a document."""
    unit, asked = find_unit(code), asked_month(month)
    report = asked_edition(editions(unit, asked))
    if kind not in MIMES or (kind == "json" and report is None):
        abort(404)
    if report and kind == "json":
        return _sent(document(report).encode(), kind, unit, str(asked), False)
    sheet = report.outside if report else outside(drawn(unit, asked))
    return _sent(_written(sheet, report, kind), kind, unit, str(asked), report is None)


def _written(sheet: Sheet, report: Report | None, kind: str) -> bytes:
    out, table = io.BytesIO(), units(sheet)
    if kind == "csv":
        head = [*table.header, _("月份"), _("签报")]
        write_csv(out, head, [[*row, sheet["month"], _state(report)] for row in table.rows])
    else:
        notes = Table(NOTES, (), _notes(sheet, report))
        book = [notes, totals(sheet), table, items(sheet)] + (
            [targets(sheet)] if sheet.get("targets") else []
        )
        write_xlsx(out, book, _mark(sheet, report))
    return out.getvalue()


def _state(report: Report | None) -> str:
    return _("第 %(n)s 版", n=report.edition) if report else _("草稿，未签报")


def _mark(sheet: Sheet, report: Report | None) -> str:
    return _(
        "%(place)s %(month)s，%(state)s",
        place=sheet["unit"]["name"], month=sheet["month"], state=_state(report),
    )  # fmt: skip


def _notes(sheet: Sheet, report: Report | None) -> list[tuple[str, str]]:
    """What the tables are of, who answers for them, and what they keep back."""
    unit = sheet["unit"]
    told = [
        (_("单位"), unit["name"]), (_("编码"), unit["code"]), (_("月份"), sheet["month"]), (_("签报"), _state(report)),
        *_signed(report), (_("数据截至"), clock.stamp(datetime.fromisoformat(sheet["as_of"]))),
        (_("小数目"), str(RULE)), (_("灯号"), rules_of(sheet)),
    ]  # fmt: skip
    if sheet.get("comment"):
        told.append((_("补充说明"), sheet["comment"]))
    return [*told, (_("下载的人"), viewer().name), (_("下载时间"), clock.stamp())]


def _signed(report: Report | None) -> list[tuple[str, str]]:
    if report is None:
        return []
    return [
        (_("签报的人"), report.signed_by), (_("签报时间"), clock.stamp(report.signed_at)), (_("校验码"), report.digest),
    ]  # fmt: skip


def _sent(body: bytes, kind: str, unit: Unit, month: str, draft: bool) -> Response:
    name = f"{unit.name}-{month}{f'-{_state(None)}' if draft else ''}"
    return handed(body, kind, name, f"report-{unit.code}-{month}")
