"""A line of a board: the figures of one unit, its light, and which indicators lit it (design.md 4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _

from gridunion import clock, settings
from gridunion.status.periods import Period
from gridunion.status.walks import COUNTS

ORDER = {"bad": 0, "warn": 1, "ok": 2, "none": 3}
RATES = {
    "on_time": ("on_time", "due", _("按时办结"), 1),
    "visits": ("visits_on_time", "visits_due", _("五必访按时"), 3),
    "echoes": ("echoes_on_time", "echoes_due", _("给本人回音"), 4),
}
"""Indicator → its part, its whole, its words, the number of its rule."""

Rate = tuple[str, str, int, str, int, int | None]
"""What it lights, the address of the part, the part, the address of the whole, the whole, the percent."""

LIMITS = (
    "fewest",
    "silent.days",
    "overdue.days",
    *(f"{name}.{edge}" for name in RATES for edge in ("good", "poor")),
)
_KEYS = tuple(f"light.{name}" for name in LIMITS)
_EDGES = {part: (f"{name}.good", f"{name}.poor") for name, (part, *_rest) in RATES.items()}


def limits(path: str, on: date | None = None) -> dict[str, int]:
    """The thresholds in force for a branch on a day."""
    return dict(zip(LIMITS, settings.values(_KEYS, path, on), strict=True))


class Place(NamedTuple):
    """A unit as a board names it."""

    id: int
    code: str
    name: str
    kind: str
    path: str
    closed_on: date | None

    @classmethod
    def of(cls, unit: Any) -> "Place":
        return cls._make(getattr(unit, name) for name in cls._fields)

    @property
    def is_cell(self) -> bool:
        return self.kind == "cell"

    @property
    def judged(self) -> bool:
        """Streets and districts have no light of their own."""
        return self.kind in ("cell", "community_union")

    @property
    def branch(self) -> tuple[str, str]:
        return self.path, f"{self.path[:-1]}0"


@dataclass(slots=True)
class Line:
    """How one unit stands. `own`: only what happened in the unit itself, not below it.

    `cells`: the open ones; `staffed`: those with a grid worker, known of the board's own unit only.
    `overdue_days`: days on the calendar since the oldest open case should have been done, at least one;
    `silent_days`: days since anybody entered anything, None when nobody ever did. Both are known when judged.
    """

    unit: Place
    own: bool = False
    cells: int = 0
    staffed: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    oldest_due_at: datetime | None = None
    last_entry_at: datetime | None = None
    light: str = "none"
    hits: dict[str, str] = field(default_factory=dict)
    staff: str = ""
    overdue_days: int = 0
    silent_days: int | None = None
    limits: dict[str, int] = field(init=False)
    period: Period | None = None
    """What it looks back over; none is the board's own."""

    def __post_init__(self) -> None:
        self.limits = limits(self.unit.path, self.day)

    @property
    def day(self) -> date | None:
        """The day as of which it is judged; none is today."""
        return self.period.last if self.period and self.period.dated else None

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
    def shown(self) -> bool:
        """A unit that is closed is shown as long as there is something of it to show."""
        return not self.closed or self.speaks

    def opens(self, name: str, **also: str) -> str:
        """Where exactly the records are that a figure counts."""
        address = f"/status/{self.unit.code}/{name}"
        if self.period or also:
            said = also | {"own": "1"} if self.own else also
            return (self.period or Period.lately()).on(address, **said)
        return f"{address}?own=1" if self.own else address

    def rates(self, hits: Mapping[str, str]) -> list[Rate]:
        counts, opens = self.counts, self.opens
        return [
            (
                hits.get(name, ""),
                opens(part),
                counts[part],
                opens(whole),
                counts[whole],
                self.percent(part, whole),
            )
            for name, (part, whole, _words, _rule) in RATES.items()
        ]

    def percent(self, part: str, whole: str) -> int | None:
        """Rounded percent; None below the least number of cases. It never looks better than it is judged."""
        some, every = self.counts[part], self.counts[whole]
        if every < max(1, self.limits["fewest"]):
            return None
        rounded = (200 * some + every) // (2 * every)
        return 100 * some // every if self._is_edge(rounded, part) else rounded

    def _is_edge(self, percent: int, part: str) -> bool:
        """Whether the light changes at a percent, or it says all."""
        return percent == 100 or percent in (self.limits[edge] for edge in _EDGES.get(part, ()))

    def judge(self) -> None:
        """The light is that of the worst indicator, and silence is no data."""
        today = self.day or clock.today()
        if self.oldest_due_at:
            self.overdue_days = max((today - clock.local(self.oldest_due_at).date()).days, 1)
        if self.last_entry_at:
            self.silent_days = (today - clock.local(self.last_entry_at).date()).days
        if self.silent_days is None or self.silent_days >= self.limits["silent.days"]:
            self.light = "none"
            return
        self.hits = {name: self._rate_hit(name, part, whole) for name, (part, whole, *_rest) in RATES.items()}
        self.hits["overdue"] = self._overdue_hit()
        self.light = min(self.hits.values(), key=ORDER.__getitem__)

    def _rate_hit(self, indicator: str, part: str, whole: str) -> str:
        some, every = self.counts[part], self.counts[whole]
        if every < max(1, self.limits["fewest"]):
            return "ok"
        share = 100 * some / every
        if share < self.limits[f"{indicator}.poor"]:
            return "bad"
        return "ok" if share >= self.limits[f"{indicator}.good"] else "warn"

    def _overdue_hit(self) -> str:
        if not self.counts["overdue"]:
            return "ok"
        return "bad" if self.overdue_days >= self.limits["overdue.days"] else "warn"
