"""全部指标: every indicator of a unit with its formula, on a page, and as a table to take away."""

import io
import json
from urllib.parse import quote

from flask import Response, abort, request
from flask_babel import gettext as _

from gridunion import clock, money
from gridunion.rights import allow
from gridunion.sheetout import MIMES, write_csv, write_xlsx
from gridunion.status.measures import MEASURES
from gridunion.status.periods import NoPeriod, Period, asked, choices
from gridunion.status.values import Value, Values
from gridunion.status.views import bp, chosen, crumbs
from gridunion.tree import Unit
from gridunion.web import find_unit, page, viewer

KINDS = MIMES | {"json": "application/json"}
SCHEMA = "gridunion.measures/1"


@bp.get("/<code>/measures")
@allow("see board")
def measures(code: str) -> Response:
    try:
        return _drawn(find_unit(code), asked(request.args))
    except NoPeriod as wrong:
        return _drawn(find_unit(code), Period.lately(), str(wrong))


def _drawn(unit: Unit, period: Period, wrong: str = "") -> Response:
    now, before = Values(unit, period), None
    if "compare" in request.args:
        before = Values(unit, period.before)
    return page(
        "status/measures.html", 422 if wrong else 200, unit=unit, period=period, values=now, earlier=before,
        said=said, figures_named=MEASURES, choices=choices(), wrong=wrong, crumbs=crumbs(unit), now=clock.now(),
    )  # fmt: skip


def said(value: Value) -> str:
    """The number of an indicator in words: of a rate the percent, or what it is of."""
    if value.it.whole:
        return value.rate or f"{value.number}/{value.over}" if value.over else "—"
    if value.took:
        days = value.took
        return "—" if days.median is None else str(_("%(a)s / %(b)s 天", a=days.median, b=days.ninth))
    if value.it.adds is not None:
        return str(_("%(n)s 元", n=money.words(value.number)))
    number = f"{value.number:+d}" if value.it.less else str(value.number)
    return str(value.it.unit) % {"n": number}


@bp.get("/<code>/measures.<kind>")
@allow("see board")
def take_measures(code: str, kind: str) -> Response:
    """The same numbers as a table, or for another program."""
    unit, period = find_unit(code), chosen()
    if kind not in KINDS:
        abort(404)
    groups = Values(unit, period).groups()
    body = _document(unit, period, groups) if kind == "json" else _table(unit, period, groups, kind)
    response = Response(body, mimetype=KINDS[kind])
    name = quote(f"{unit.name}-{_('指标')}-{period.days}.{kind}")
    named = {"filename": f"measures-{unit.code}.{kind}", "filename*": f"UTF-8''{name}"}
    response.headers.set("Content-Disposition", "attachment", **named)
    return response


Groups = list[tuple[object, list[Value]]]


def _document(unit: Unit, period: Period, groups: Groups) -> bytes:
    """Each indicator by its code: the number, what it is over, and the figures of both by name."""
    told = [
        {
            "code": value.it.code, "words": str(value.it.words), "formula": str(value.it.formula),
            "number": value.number, "over": value.over if value.it.whole else None,
            "figures": dict([*value.part, *value.less, *value.whole]),
        }
        for _words, some in groups for value in some
    ]  # fmt: skip
    document = {
        "schema": SCHEMA, "unit": {"code": unit.code, "name": unit.name}, "from": str(period.first),
        "to": str(period.last), "as_of": clock.now().isoformat(), "indicators": told,
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _table(unit: Unit, period: Period, groups: Groups, kind: str) -> bytes:
    head = [_("类别"), _("编号"), _("指标"), _("数"), _("占多少"), _("比例"), _("怎么算")]
    rows = [
        [str(words), it.it.code, str(it.it.words), it.number, it.over if it.it.whole else None, it.rate or None,
         str(it.it.formula)]
        for words, some in groups for it in some
    ]  # fmt: skip
    out, mark = io.BytesIO(), _("%(place)s %(when)s", place=unit.name, when=period.days)
    if kind == "csv":
        write_csv(out, head, rows)
    else:
        now = f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"
        notes = [(_("指标"), mark), (_("下载的人"), viewer().name), (_("数据截至"), now)]
        write_xlsx(out, str(_("指标")), head, rows, mark, notes)
    return out.getvalue()
