"""全部指标: every indicator of a unit with its formula, on a page, and as a table to take away."""

import io
import json
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from gridunion import clock, money
from gridunion.rights import allow
from gridunion.sheetout import MIMES, NOTES, Table, handed, write_csv, write_xlsx
from gridunion.status.measures import MEASURES
from gridunion.status.periods import NoPeriod, Period, asked, choices
from gridunion.status.small import CLASSES, KEPT_BACK, SMALL, is_few, told
from gridunion.status.values import Value, Values
from gridunion.status.views import bp, chosen, crumbs
from gridunion.tree import Unit
from gridunion.web import find_unit, page, viewer

SCHEMA = "gridunion.measures/1"
_RULE = lazy_gettext("困难职工和劳动争议，1 到 4 写成“<5”；减得出准数的，写“—”。")


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
    if kind not in MIMES:
        abort(404)
    groups = Values(unit, period).groups()
    body = _document(unit, period, groups) if kind == "json" else _table(unit, period, groups, kind)
    return handed(body, kind, f"{unit.name}-{_('指标')}-{period.days}", f"measures-{unit.code}")


Groups = list[tuple[object, list[Value]]]


def _kept_back(groups: Groups) -> list[tuple[object, Value, list[Any]]]:
    """Each indicator with its number, what it is over and the rate, as a file that leaves the house may say them."""
    values = [(words, value) for words, some in groups for value in some]
    few_of_a_class = any(is_few(it.number) for _words, it in values if it.it.part[0] in CLASSES)
    return [(words, it, _leaves(it, few_of_a_class)) for words, it in values]


def _leaves(value: Value, few_of_a_class: bool) -> list[Any]:
    """What the rest of a whole would tell is kept back with it, and the sum with one of its parts."""
    names = {*value.it.part, *value.it.whole}
    numbers = [value.number, *([value.over] if value.it.whole else [])]
    if names & {*CLASSES}:
        return [told(value.number), None, None]
    few = any(map(is_few, (*numbers, value.over - value.number if value.it.whole else 0)))
    if names & {*SMALL} and (few or ("hardship" in names and few_of_a_class)):
        said = [told(it) if is_few(it) else KEPT_BACK for it in numbers]
        return [*said, None, None][:3]
    return [value.number, value.over if value.it.whole else None, value.rate or None]


def _document(unit: Unit, period: Period, groups: Groups) -> bytes:
    """Each indicator by its code: the number, and what it is over; null where a count of a few is kept back."""
    said = [
        {
            "code": value.it.code, "words": str(value.it.words), "formula": str(value.it.formula),
            "number": number if isinstance(number, int) else None, "over": over if isinstance(over, int) else None,
        }
        for _words, value, (number, over, _rate) in _kept_back(groups)
    ]  # fmt: skip
    document = {
        "schema": SCHEMA, "unit": {"code": unit.code, "name": unit.name}, "from": str(period.first),
        "to": str(period.last), "as_of": clock.now().isoformat(), "indicators": said,
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _table(unit: Unit, period: Period, groups: Groups, kind: str) -> bytes:
    head = [_("类别"), _("编号"), _("指标"), _("数"), _("占多少"), _("比例"), _("怎么算")]
    rows = [
        [str(words), value.it.code, str(value.it.words), *numbers, str(value.it.formula)]
        for words, value, numbers in _kept_back(groups)
    ]
    out, mark = io.BytesIO(), _("%(place)s %(when)s", place=unit.name, when=period.days)
    if kind == "csv":
        write_csv(out, head, rows)
    else:
        notes = [
            (_("指标"), mark),
            (_("下载的人"), viewer().name),
            (_("数据截至"), clock.stamp()),
            (_("小数目"), str(_RULE)),
        ]
        write_xlsx(out, [Table(str(_("指标")), head, rows), Table(NOTES, (), notes)], mark)
    return out.getvalue()
