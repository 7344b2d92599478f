"""A report as tables to take away, in the words in which it may leave the house."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from gridunion.reports.sheet import Sheet, goals_in
from gridunion.reports.words import BELOW, HEADS, LIGHTS, NAMES, items_of, name_of
from gridunion.sheetout import Table
from gridunion.status.lights import RATES
from gridunion.status.measures import MEASURES

RULE = lazy_gettext(
    "困难职工、有走访的困难职工、劳动争议、调解过的争议，1 到 4 写成“<5”；合计减得出准数的，合计写“—”。"
)


def units(sheet: Sheet) -> Table:
    """Each unit of the report, and the sum."""
    head = [
        str(BELOW[sheet["unit"]["kind"]]), str(_("编码")), str(HEADS[0]), *map(str, NAMES.values()),
        *(f"{words}%" for _part, _whole, words, _rule in RATES.values()), str(_("最长超期天数")),
    ]  # fmt: skip
    lines = [*sheet["lines"], sheet["total"]]
    rows: list[list[Any]] = [
        [
            name_of(line), line["code"], str(LIGHTS[line["light"]]), *(line["figures"][name] for name in NAMES),
            *(line["percents"][part] for part, *_said in RATES.values()), line["overdue_days"],
        ]
        for line in lines
    ]  # fmt: skip
    rows[-1][0], rows[-1][2] = str(_("合计")), ""
    return Table(str(_("各%(below)s情况", below=BELOW[sheet["unit"]["kind"]])), head, rows)


def totals(sheet: Sheet) -> Table:
    rows = [[str(words), sheet["total"]["figures"][name]] for name, words in NAMES.items()]
    return Table(str(_("合计")), [str(_("哪个数")), str(_("多少"))], rows)


def items(sheet: Sheet) -> Table:
    """What the meeting should decide."""
    rows: list[list[Any]] = [[n, said] for n, said in enumerate(items_of(sheet["lines"]), 1)]
    return Table(str(_("要会上定的事")), [str(_("序号")), str(_("事项"))], rows)


def targets(sheet: Sheet) -> Table:
    """What the unit is to achieve in the year, and how far it was at the end of the month."""
    head = [_("年度目标"), _("目标数"), _("完成"), _("完成率"), _("还差")]
    rows: list[list[Any]] = [
        [str(MEASURES[it.name].words), it.goal, it.actual, it.percent, it.missing] for it in goals_in(sheet)
    ]
    return Table(str(_("年度目标")), [str(words) for words in head], rows)
