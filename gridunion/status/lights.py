"""A line of a board: the figures of one unit, its light, and which indicators lit it (design.md 4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_babel import ngettext

from gridunion import clock, settings
from gridunion.status.models import COUNTS
from gridunion.tree import Unit

ORDER = {"bad": 0, "warn": 1, "ok": 2, "none": 3}
RATES = {
    "on_time": ("on_time", "due", _lazy("按时办结"), 1),
    "visits": ("visits_on_time", "visits_due", _lazy("五必访按时"), 3),
    "echoes": ("echoes_on_time", "echoes_due", _lazy("给本人回音"), 4),
}
"""Indicator → its part, its whole, its words, the number of its rule."""


@dataclass
class Line:
    """How one unit stands. `own`: only what happened in the unit itself, not below it."""

    unit: Unit
    own: bool = False
    cells: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    oldest_due_at: datetime | None = None
    last_entry_at: datetime | None = None
    light: str = "none"
    hits: dict[str, str] = field(default_factory=dict)
    staff: str = ""

    def add(self, counts: Iterable[int], oldest: datetime | None, latest: datetime | None) -> None:
        for name, count in zip(COUNTS, counts, strict=True):
            self.counts[name] += count or 0
        self.oldest_due_at = min(filter(None, (self.oldest_due_at, oldest)), default=None)
        self.last_entry_at = max(filter(None, (self.last_entry_at, latest)), default=None)

    @property
    def closed(self) -> bool:
        return self.unit.closed_on is not None and self.unit.closed_on <= clock.today()

    @property
    def speaks(self) -> bool:
        """Whether there is anything to judge or to show; a ledger of employers alone is nobody's work."""
        return any(count for name, count in self.counts.items() if name not in ("employers", "organized"))

    @property
    def overdue_days(self) -> int:
        """Days on the calendar since the oldest open case should have been done, at least one."""
        if self.oldest_due_at is None:
            return 0
        return max((clock.today() - clock.local(self.oldest_due_at).date()).days, 1)

    @property
    def oldest_words(self) -> str:
        return str(ngettext("最长 %(num)s 天", "最长 %(num)s 天", self.overdue_days))

    @property
    def silent_days(self) -> int | None:
        """Days since anybody entered anything; None when nobody ever did."""
        return (clock.today() - clock.local(self.last_entry_at).date()).days if self.last_entry_at else None

    def percent(self, part: str, whole: str) -> int | None:
        """Rounded percent; None below the least number of cases. It never looks better than it is judged."""
        some, every = self.counts[part], self.counts[whole]
        if every < max(1, settings.value("light.fewest", self.unit.path)):
            return None
        rounded = (200 * some + every) // (2 * every)
        return 100 * some // every if rounded in self._edges(part) else rounded

    def _edges(self, part: str) -> set[int]:
        """The percents at which the light changes, and the one that says all."""
        named = {name for name, rate in RATES.items() if rate[0] == part}
        path = self.unit.path
        return {100} | {
            settings.value(f"light.{name}.{edge}", path) for name in named for edge in ("good", "poor")
        }

    def judge(self) -> None:
        """The light is that of the worst indicator, and silence is no data."""
        path = self.unit.path
        if self.silent_days is None or self.silent_days >= settings.value("light.silent.days", path):
            self.light = "none"
            return
        for name, (part, whole, _words, _rule) in RATES.items():
            self.hits[name] = _rate(self.counts[part], self.counts[whole], name, path)
        self.hits["overdue"] = self._overdue_hit(path)
        self.light = min(self.hits.values(), key=ORDER.__getitem__)

    def _overdue_hit(self, path: str) -> str:
        if not self.counts["overdue"]:
            return "ok"
        return "bad" if self.overdue_days >= settings.value("light.overdue.days", path) else "warn"

    def why(self, indicator: str) -> str:
        """What lights one indicator, with the rule's number on the page of the rules."""
        if indicator == "overdue":
            return str(
                _(
                    "超期没办完 %(n)s 件，%(oldest)s（规则 2）",
                    n=self.counts["overdue"],
                    oldest=self.oldest_words,
                )
            )
        part, whole, words, rule = RATES[indicator]
        said = {"what": words, "a": self.counts[part], "b": self.counts[whole], "rule": rule}
        if self.hits[indicator] == "bad":
            poor = settings.value(f"light.{indicator}.poor", self.unit.path)
            return str(_("%(what)s %(a)s/%(b)s，低于 %(limit)s%%（规则 %(rule)s）", limit=poor, **said))
        good = settings.value(f"light.{indicator}.good", self.unit.path)
        return str(_("%(what)s %(a)s/%(b)s，没到 %(limit)s%%（规则 %(rule)s）", limit=good, **said))

    def gap(self, indicator: str) -> str:
        """How many things are missing to the goal; empty when none are."""
        if indicator not in RATES:
            return ""
        part, whole, _words, _rule = RATES[indicator]
        goal = settings.value(f"light.{indicator}.good", self.unit.path)
        missing = -(-goal * self.counts[whole] // 100) - self.counts[part]
        return str(_("离目标 %(goal)s%% 还差 %(n)s 件", goal=goal, n=missing)) if missing > 0 else ""

    @property
    def reasons(self) -> list[str]:
        """Why the light is what it is, in a few words, for a narrow screen; the worst first."""
        if self.light == "none":
            silent = _("%(n)s 天没有上报", n=self.silent_days) if self.silent_days else _("从来没有上报")
            return [silent, *([_SAID["overdue"](self)] if self.counts["overdue"] else [])]
        worst = sorted(_SAID, key=lambda name: ORDER[self.hits[name]])
        said = [_SAID[name](self) for name in worst if self.hits[name] != "ok"]
        return said[:2] or [_("都到目标"), _SAID["on_time"](self)]


_SAID: dict[str, Callable[[Line], str]] = {
    "overdue": lambda line: _(
        "超期 %(n)s 件，%(oldest)s", n=line.counts["overdue"], oldest=line.oldest_words
    ),
    "on_time": lambda line: _("办结 %(a)s/%(b)s", a=line.counts["on_time"], b=line.counts["due"]),
    "visits": lambda line: _(
        "必访 %(a)s/%(b)s", a=line.counts["visits_on_time"], b=line.counts["visits_due"]
    ),
    "echoes": lambda line: _(
        "回音 %(a)s/%(b)s", a=line.counts["echoes_on_time"], b=line.counts["echoes_due"]
    ),
}


def _rate(part: int, whole: int, indicator: str, path: str) -> str:
    if whole < max(1, settings.value("light.fewest", path)):
        return "ok"
    share = 100 * part / whole
    if share < settings.value(f"light.{indicator}.poor", path):
        return "bad"
    return "ok" if share >= settings.value(f"light.{indicator}.good", path) else "warn"
