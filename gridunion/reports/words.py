"""A report in words: its general part, its table, what the meeting should decide. From the signed values alone."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from gridunion.look import day
from gridunion.reports.month import FIGURES
from gridunion.reports.sheet import Sheet, goals_in
from gridunion.settings import EVER
from gridunion.status.lights import RATES
from gridunion.status.measures import MEASURES

LIGHTS = {
    "bad": lazy_gettext("预警"),
    "warn": lazy_gettext("关注"),
    "ok": lazy_gettext("正常"),
    "none": lazy_gettext("无数据"),
}
HEADS = (
    lazy_gettext("灯号"), lazy_gettext("按时办结/到期"), lazy_gettext("月末超期"), lazy_gettext("必访按时/到期"),
    lazy_gettext("回音率"), lazy_gettext("会员"),
)  # fmt: skip
BELOW = {
    "cell": lazy_gettext("网格"),
    "community_union": lazy_gettext("网格"), "street_federation": lazy_gettext("社区"),
    "district_federation": lazy_gettext("街道"), "city_federation": lazy_gettext("区"),
}  # fmt: skip
NAMES: dict[str, Any] = {
    "before": lazy_gettext("月初会员"), "joined": lazy_gettext("新发展会员"), "retained": lazy_gettext("保留会籍"),
    "open": lazy_gettext("月末没办完"), "overdue": lazy_gettext("月末超期"),
}  # fmt: skip
NAMES = {name: NAMES[name] if name in NAMES else MEASURES[name].words for name in FIGURES}
"""What the figures are called, in the order in which tables give them."""
MOST_ITEMS = 8


@dataclass(frozen=True)
class Told:
    """The paper of a report."""

    general: list[str]
    below: str
    rows: list[tuple[str, str, str, list[str]]]
    """(name, light, its word, the cells)."""
    total: list[str]
    items: list[str]
    rules: str


def told(sheet: Sheet) -> Told:
    lines = sheet["lines"]
    return Told(
        _general(sheet), str(BELOW[sheet["unit"]["kind"]]),
        [(name_of(line), line["light"], str(LIGHTS[line["light"]]), _cells(line)) for line in lines],
        _cells(sheet["total"], silent=False), items_of(lines), rules_of(sheet),
    )  # fmt: skip


def _general(sheet: Sheet) -> list[str]:
    """Who there is, what came, and how far it is from the goals."""
    n, limits = sheet["total"]["figures"], sheet["limits"]
    said = [
        _places(sheet),
        _("会员 %(n)s 人，其中本月新发展 %(joined)s 人，净增 %(net)s 人。",
          n=n["members"], joined=n["joined"], net=n["members"] - n["before"]),
        _("本月收到职工诉求 %(n)s 件，先由工会知道的 %(ours)s 件；劳动争议 %(d)s 件，调解过 %(m)s 件。",
          n=n["received"], ours=n["ours_first"], d=n["disputes"], m=n["mediated"]),
    ]  # fmt: skip
    for indicator, words in _RATED.items():
        part, whole, *_said = RATES[indicator]
        counted = {"a": n[part], "b": n[whole], "share": _share(sheet["total"], part, whole)}
        said.append(str(words) % counted + _gap(n[part], n[whole], limits[f"{indicator}.good"]))
    said.append(_("困难职工 %(n)s 人，本月走访到 %(h)s 人；用人单位 %(e)s 家，已建会 %(o)s 家。",
                  n=n["hardship"], h=n["helped"], e=n["employers"], o=n["organized"]))  # fmt: skip
    said += [_("本年%(target)s。", target=goal.sentence) for goal in goals_in(sheet)]
    return said


def _places(sheet: Sheet) -> str:
    """How many units there are below, and how many cells in all."""
    kind = sheet["unit"]["kind"]
    below = sum(not line["own"] for line in sheet["lines"])
    cells = str(_("%(n)s 个网格，", n=sheet["cells"])) if kind != "cell" else ""
    return (
        cells
        if kind in ("cell", "community_union")
        else _("%(n)s 个%(below)s，", n=below, below=BELOW[kind]) + cells
    )


_RATED = {
    "on_time": lazy_gettext("到期应办结 %(b)s 件，按时办结 %(a)s 件%(share)s"),
    "visits": lazy_gettext("五必访到期 %(b)s 次，按时走访 %(a)s 次%(share)s"),
    "echoes": lazy_gettext("应给本人回音 %(b)s 次，按时 %(a)s 次%(share)s"),
}


def _share(line: Sheet, part: str, whole: str) -> str:
    percent = line["percents"][part]
    return "" if percent is None or not line["figures"][whole] else str(_("，占 %(n)s%%", n=percent))


def _gap(some: int, every: int, goal: int) -> str:
    missing = -(-goal * every // 100) - some
    return str(_("，距目标（%(goal)s%%）还差 %(n)s。", goal=goal, n=missing)) if missing > 0 else str(_("。"))


def name_of(line: Sheet) -> str:
    return str(_("%(place)s本级", place=line["name"])) if line["own"] else str(line["name"])


def _cells(line: Sheet, silent: bool = True) -> list[str]:
    n = line["figures"]
    if silent and line["light"] == "none" and not n["due"] and not n["visits_due"]:
        return [str(_("没有上报")), "—", "—", "—", str(n["members"])]
    echoes = line["percents"]["echoes_on_time"]
    return [
        _rate(line, "on_time", "due"),
        str(_("%(n)s 件，最长 %(d)s 天", n=n["overdue"], d=line["overdue_days"])) if n["overdue"] else "0",
        _rate(line, "visits_on_time", "visits_due"),
        f"{n['echoes_on_time']}/{n['echoes_due']}"
        if echoes is None and n["echoes_due"]
        else _percent(echoes),
        str(n["members"]),
    ]


def _rate(line: Sheet, part: str, whole: str) -> str:
    some, every, percent = line["figures"][part], line["figures"][whole], line["percents"][part]
    if not every:
        return "—"
    return (
        f"{some}/{every}" if percent is None else str(_("%(a)s/%(b)s（%(p)s%%）", a=some, b=every, p=percent))
    )


def _percent(percent: int | None) -> str:
    return "—" if percent is None else f"{percent}%"


def items_of(lines: list[Sheet]) -> list[str]:
    """What asks for a decision: who is overdue for longest, and who is silent."""
    late = sorted(
        (line for line in lines if line["figures"]["overdue"]), key=lambda line: -line["overdue_days"]
    )
    words = str(lazy_gettext("%(place)s超期 %(n)s 件，最长 %(d)s 天。"))
    said = [
        words % {"place": name_of(line), "n": line["figures"]["overdue"], "d": line["overdue_days"]}
        for line in late
    ]
    said += [
        _("%(place)s %(n)s 天没有上报。", place=name_of(line), n=line["silent_days"]) if line["silent_days"]
        else _("%(place)s从来没有上报。", place=name_of(line))
        for line in lines if line["light"] == "none"
    ]  # fmt: skip
    return said[:MOST_ITEMS]


def rules_of(sheet: Sheet) -> str:
    limit = {name.replace(".", "_"): value for name, value in sheet["limits"].items()}
    since = (
        _("（%(day)s起）", day=day(start))
        if (start := date.fromisoformat(sheet["limits_from"])) > EVER
        else ""
    )
    return str(_(
        "灯号规则%(since)s：预警＝按时办结低于 %(on_time_poor)s%%、必访按时低于 %(visits_poor)s%%、回音低于 "
        "%(echoes_poor)s%%，或有一件超期满 %(overdue_days)s 天；关注＝没到目标（办结 %(on_time_good)s%%、必访 "
        "%(visits_good)s%%、回音 %(echoes_good)s%%），或有超期；无数据＝%(silent_days)s 天没有上报。不足 %(fewest)s "
        "件不算比例。各级按记录重算，不取下级平均。",
        since=since, **limit,
    ))  # fmt: skip
