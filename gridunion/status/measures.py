"""What the figures are called, what they count, and which belong together: one list for board, records and rules."""

from dataclasses import dataclass
from functools import cache

from flask_babel import lazy_gettext as _

from gridunion.status.further import FURTHER


@dataclass(frozen=True)
class Measure:
    """One figure: its words, what it is a part of, and the words of what it counts."""

    name: str
    words: object
    rule: object
    whole: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    """(figure, light) of the groups the records of a whole are listed in."""
    beside: tuple[str, ...] = ()
    """Figures that are told beside it: what it leaves out, what it does not ask about."""
    lights: tuple[str, ...] = ()
    """The indicators that judge it; their light stands beside it."""
    rate: tuple[object, str] = ("", "")
    """Of a whole: what its rate is called, and the figure that is the good part of it."""


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("members", _("会员"), _("现在是会员的人")),
        Measure("hardship", _("困难职工"), _("现在标为困难的会员"), parts=(("unhelped", "bad"), ("helped", "ok")),
                rate=(_("困难职工全帮扶"), "helped")),
        Measure("helped", _("困难职工有走访"), _("困难职工里，期内联系上的"), "hardship"),
        Measure("unhelped", _("困难职工还没走访"), _("困难职工里，期内没联系上的"), "hardship"),
        Measure("incomplete", _("档案不全"), _("会员里，实名档案十二项没填齐的"), "members"),
        Measure("employers", _("用人单位"), _("现在开业的用人单位"), parts=(("unorganized", "bad"), ("organized", "ok")),
                rate=(_("工会组织全覆盖"), "organized")),
        Measure("organized", _("已建会单位"), _("自己建会或联合工会覆盖的用人单位"), "employers"),
        Measure("unorganized", _("未建会单位"), _("还没有工会覆盖的用人单位"), "employers"),
        Measure("received", _("收到的诉求"), _("期内收到的诉求"), parts=(("from_outside", "warn"), ("ours_first", "ok")),
                rate=(_("职工诉求全掌握"), "ours_first")),
        Measure("ours_first", _("先由工会知道的诉求"), _("期内收到、不是由热线转来的诉求"), "received"),
        Measure("from_outside", _("热线转来的诉求"), _("期内由热线转来的诉求"), "received"),
        Measure("disputes", _("劳动争议"), _("期内受理的劳动争议；并案的不算"), parts=(("not_mediated", "bad"), ("mediated", "ok")),
                rate=(_("劳资矛盾全调解"), "mediated")),
        Measure("mediated", _("调解过的争议"), _("其中组织过调解的"), "disputes"),
        Measure("not_mediated", _("还没调解的争议"), _("其中还没组织调解的"), "disputes"),
        Measure(
            "due", _("到期诉求"), _("期内到期的诉求，按第一次期限；不予受理、撤回、并案的不算"),
            parts=(("late_open", "bad"), ("late_done", "warn"), ("on_time", "ok")),
            beside=("left_out", "extended"), lights=("on_time", "overdue"), rate=(_("诉求按时办结"), "on_time"),
        ),
        Measure("left_out", _("没算进去"), _("期内到期、不予受理或撤回或并案的诉求，不算按时不按时"), "due"),
        Measure("extended", _("延过期的"), _("到期诉求里，批准过延期的；按不按时还是看第一次期限"), "due"),
        Measure("on_time", _("按时办结"), _("到期诉求里，在第一次期限前办结的"), "due", lights=("on_time", "overdue")),
        Measure("late_open", _("超期没办完"), _("到期诉求里，现在还没办完的"), "due", lights=("on_time", "overdue")),
        Measure("late_done", _("超期才办结"), _("到期诉求里，过了期限才办结的"), "due", lights=("on_time", "overdue")),
        Measure("overdue", _("超期没办完"), _("现在还没办完、已过期限的诉求"), lights=("overdue",)),
        Measure("open", _("没办完的诉求"), _("现在还没办完的诉求")),
        Measure(
            "visits_due", _("到期必访"), _("期内到期的必访；取消的不算"),
            parts=(("visits_missed", "bad"), ("visits_late", "warn"), ("visits_on_time", "ok")),
            lights=("visits",), rate=(_("五必访按时"), "visits_on_time"),
        ),
        Measure("visits_on_time", _("必访按时"), _("到期必访里，期限前联系上的"), "visits_due", lights=("visits",)),
        Measure("visits_missed", _("超期没走访"), _("到期必访里，现在还没联系上的"), "visits_due", lights=("visits",)),
        Measure("visits_late", _("超期才走访"), _("到期必访里，过了期限才联系上的"), "visits_due", lights=("visits",)),
        Measure(
            "echoes_due", _("应回音"), _("期内该给本人回音的次数"),
            parts=(("echoes_missed", "bad"), ("echoes_late", "warn"), ("echoes_on_time", "ok")),
            lights=("echoes",), rate=(_("给本人回音"), "echoes_on_time"),
        ),
        Measure("echoes_on_time", _("按时回音"), _("该回音的里，期限前告诉本人的"), "echoes_due", lights=("echoes",)),
        Measure("echoes_missed", _("超期没回音"), _("该回音的里，现在还没告诉本人的"), "echoes_due", lights=("echoes",)),
        Measure("echoes_late", _("超期才回音"), _("该回音的里，过了期限才告诉本人的"), "echoes_due", lights=("echoes",)),
        Measure("visits_open", _("该走访"), _("还没做的走访")),
    )
}  # fmt: skip
MEASURES |= {it.name: Measure(it.name, it.words, it.rule) for it in FURTHER if it.name not in MEASURES}

# The four goals of the headline strip: part, whole, what is missing, words, and the gap in words.
GOALS = (
    ("organized", "employers", "unorganized", _("工会组织全覆盖"), _("%(n)s 家没建会")),
    ("ours_first", "received", "from_outside", _("职工诉求全掌握"), _("%(n)s 件由热线转来")),
    ("mediated", "disputes", "not_mediated", _("劳资矛盾全调解"), _("%(n)s 件没调解")),
    ("helped", "hardship", "unhelped", _("困难职工全帮扶"), _("%(n)s 人没走访")),
)


@cache
def goals(_english: bool) -> list[tuple[str, str, str, str, str]]:
    """The goals in one of the two languages."""
    return [(part, whole, lacking, str(words), str(gap)) for part, whole, lacking, words, gap in GOALS]


# The indicators of the table, in the order of the rules: id, part, whole, heading.
INDICATORS = (
    ("on_time", "on_time", "due", _("诉求按时办结")),
    ("overdue", "overdue", "", _("超期没办完")),
    ("visits", "visits_on_time", "visits_due", _("必访按时")),
    ("echoes", "echoes_on_time", "echoes_due", _("给本人回音")),
)
