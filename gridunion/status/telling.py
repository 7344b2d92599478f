"""What a board says of its lines in words: names, causes, what is missing to a goal."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext, ngettext

from gridunion.look import ago
from gridunion.status.lights import ORDER, RATES, Line, Rate
from gridunion.status.measures import goals
from gridunion.words import english

Goal = tuple[str, str, int, str, int, int | None, str, str]
"""Words, address and number of the part, of the whole, the percent; address and words of what is lacking."""

Late = tuple[str, str, str, str]
"""What it lights, its address, how many in words, for how long; no words when nothing is overdue."""

Figures = tuple[str, Rate, Late, list[Rate], str, int]
"""The light; the rate with a bar; what is overdue; the other rates; address and number of the members."""

Row = tuple[str, bool, str, str, bool, str, str, Figures]
"""Code; whether it is the unit's own line; name, what stands beside it; whether it unfolds; light; the last
entry; the figures."""


class Telling:
    """The words of one page. Texts are written in Chinese; for others each is looked up once, whoever says it."""

    def __init__(self) -> None:
        self.english = english()
        self._texts: dict[str, str] = {}
        self._days: dict[int, str] = {}

    def gettext(self, text: str, **named: Any) -> str:
        if self.english and text not in self._texts:
            self._texts[text] = gettext(text)
        return self._texts.get(text, text) % named

    def goals(self, total: Line) -> list[Goal]:
        return [self._goal(total, *goal) for goal in goals(self.english)]

    def _goal(self, total: Line, part: str, whole: str, lacking: str, words: str, gap: str) -> Goal:
        some, every = total.counts[part], total.counts[whole]
        lacks = (total.opens(lacking), gap % {"n": every - some}) if some < every else ("", "")
        return words, total.opens(part), some, total.opens(whole), every, total.percent(part, whole), *lacks

    def rows(self, lines: Iterable[Line]) -> list[Row]:
        """All that the rows of a table show, so that a template only has to set it."""
        return [
            (line.unit.code, line.own, self.name(line), self.about(line), not line.own and not line.unit.is_cell,
             line.light, ago(line.last_entry_at), self.figures(line))
            for line in lines
        ]  # fmt: skip

    def figures(self, line: Line, judged: bool = True) -> Figures:
        """Where nothing is judged, nothing lights up."""
        light, hits = (line.light, line.hits) if judged else ("", {})
        done, *others = line.rates(hits)
        late = (hits.get("overdue", ""), line.opens("overdue"), *self._late(line))
        return light, done, late, others, line.opens("members"), line.counts["members"]

    def _late(self, line: Line) -> tuple[str, str]:
        late = line.counts["overdue"]
        return (self.gettext("%(n)s 件", n=late), self.oldest(line)) if late else ("", "")

    def cards(self, lines: Iterable[Line]) -> list[tuple[str, bool, str, str, str, list[str]]]:
        """The same for a narrow screen, where causes are said: code, own, name, beside it, light, causes."""
        return [
            (line.unit.code, line.own, self.name(line), self.about(line), line.light, self.reasons(line))
            for line in lines
        ]

    def name(self, line: Line) -> str:
        return self.gettext("%(place)s本级", place=line.unit.name) if line.own else line.unit.name

    def about(self, line: Line) -> str:
        """What stands beside the name: who works in a cell, how many cells there are elsewhere."""
        if line.closed:
            return self.gettext("已撤销")
        if line.unit.is_cell:
            return line.staff or self.gettext("空缺")
        return self.gettext("%(n)s 格", n=line.cells) if line.cells and not line.own else ""

    def oldest(self, line: Line) -> str:
        """For how long the oldest case is overdue."""
        days = line.overdue_days
        if days not in self._days:
            self._days[days] = str(ngettext("最长 %(num)s 天", "最长 %(num)s 天", days))
        return self._days[days]

    def why(self, line: Line, indicator: str) -> str:
        """What lights one indicator, with the rule's number on the page of the rules."""
        if indicator == "overdue":
            late, oldest = line.counts["overdue"], self.oldest(line)
            return self.gettext("超期没办完 %(n)s 件，%(oldest)s（规则 2）", n=late, oldest=oldest)
        part, whole, words, rule = RATES[indicator]
        said = {"what": words, "a": line.counts[part], "b": line.counts[whole], "rule": rule}
        if line.hits[indicator] == "bad":
            poor = line.limits[f"{indicator}.poor"]
            return self.gettext("%(what)s %(a)s/%(b)s，低于 %(limit)s%%（规则 %(rule)s）", limit=poor, **said)
        good = line.limits[f"{indicator}.good"]
        return self.gettext("%(what)s %(a)s/%(b)s，没到 %(limit)s%%（规则 %(rule)s）", limit=good, **said)

    def gap(self, line: Line, indicator: str) -> str:
        """How many things are missing to the goal; empty when none are."""
        if indicator not in RATES:
            return ""
        part, whole, _words, _rule = RATES[indicator]
        goal = line.limits[f"{indicator}.good"]
        missing = -(-goal * line.counts[whole] // 100) - line.counts[part]
        return self.gettext("离目标 %(goal)s%% 还差 %(n)s 件", goal=goal, n=missing) if missing > 0 else ""

    def reasons(self, line: Line) -> list[str]:
        """Why the light is what it is, in a few words, for a narrow screen; the worst first."""
        if line.light == "none":
            return [self._silence(line), *([self._overdue(line)] if line.counts["overdue"] else [])]
        lit = [name for name in _SAID if line.hits[name] != "ok"]
        worst = sorted(lit, key=lambda name: ORDER[line.hits[name]])[:2]
        return [_SAID[name](self, line) for name in worst] or [self.gettext("都到目标"), self._on_time(line)]

    def _silence(self, line: Line) -> str:
        days = line.silent_days
        return self.gettext("%(n)s 天没有上报", n=days) if days else self.gettext("从来没有上报")

    def _overdue(self, line: Line) -> str:
        return self.gettext("超期 %(n)s 件，%(oldest)s", n=line.counts["overdue"], oldest=self.oldest(line))

    def _on_time(self, line: Line) -> str:
        return self.gettext("办结 %(a)s/%(b)s", a=line.counts["on_time"], b=line.counts["due"])

    def _visits(self, line: Line) -> str:
        return self.gettext("必访 %(a)s/%(b)s", a=line.counts["visits_on_time"], b=line.counts["visits_due"])

    def _echoes(self, line: Line) -> str:
        return self.gettext("回音 %(a)s/%(b)s", a=line.counts["echoes_on_time"], b=line.counts["echoes_due"])


_SAID: dict[str, Callable[[Telling, Line], str]] = {
    "overdue": Telling._overdue, "on_time": Telling._on_time, "visits": Telling._visits, "echoes": Telling._echoes,
}  # fmt: skip
