"""A board: the units below one, how each stands, and its light with the cause.

Every level is summed from records' own units, never averaged from the level below.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Integer, Select, and_, bindparam, func, select

from gridunion import clock, settings
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.db import Bytewise, UtcDateTime, db
from gridunion.status.models import COUNTS, LIVE, Standing, moment
from gridunion.tree import Unit, branch, width

TRUSTED = {"branch": True}
ORDER = {"bad": 0, "warn": 1, "ok": 2, "none": 3}

_s = Standing.__table__.c
_child, _below = Unit.__table__.alias("child"), Unit.__table__.alias("below")
_top = func.substr(_child.c.path, 1, func.length(_child.c.path) - 1).concat("0")
_now = bindparam("now", type_=UtcDateTime)


@dataclass
class Line:
    """How one unit stands: its figures, its light, and which indicators lit it."""

    unit: Unit
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
    def overdue_days(self) -> int:
        """Full days since the oldest open case should have been done."""
        return (clock.now() - self.oldest_due_at).days if self.oldest_due_at else 0

    @property
    def silent_days(self) -> int | None:
        """Days since anybody entered anything; None when nobody ever did."""
        return (clock.today() - clock.local(self.last_entry_at).date()).days if self.last_entry_at else None

    def percent(self, part: str, whole: str) -> int | None:
        """Rounded percent; None below the least number of cases."""
        if self.counts[whole] < settings.value("light.fewest", self.unit.path):
            return None
        return round(100 * self.counts[part] / self.counts[whole])

    def judge(self) -> None:
        """The light is that of the worst indicator, and silence is no data (design.md 4)."""
        path = self.unit.path
        if self.silent_days is None or self.silent_days >= settings.value("light.silent.days", path):
            self.light = "none"
            return
        for indicator, part, whole in RATES:
            self.hits[indicator] = _rate(self.counts[part], self.counts[whole], indicator, path)
        self.hits["overdue"] = self._overdue_hit(path)
        self.light = min(self.hits.values(), key=ORDER.__getitem__)

    @property
    def reasons(self) -> list[str]:
        """Why the light is what it is, in a few words, for a narrow screen."""
        if self.light == "none":
            return [_("%(n)s 天没有上报", n=self.silent_days) if self.silent_days else _("从来没有上报")]
        said = [_SAID[name](self) for name, hit in self.hits.items() if hit in ("bad", "warn")]
        return said[:2] or [
            _("都到目标"),
            _("办结 %(a)s/%(b)s", a=self.counts["on_time"], b=self.counts["due"]),
        ]

    def _overdue_hit(self, path: str) -> str:
        if not self.counts["overdue"]:
            return "ok"
        return "bad" if self.overdue_days >= settings.value("light.overdue.days", path) else "warn"


RATES = (
    ("on_time", "on_time", "due"),
    ("visits", "visits_on_time", "visits_due"),
    ("echoes", "echoes_on_time", "echoes_due"),
)


_SAID: dict[str, Callable[[Line], str]] = {
    "on_time": lambda line: _("办结 %(a)s/%(b)s", a=line.counts["on_time"], b=line.counts["due"]),
    "overdue": lambda line: _("超期 %(n)s 件，最长 %(d)s 天", n=line.counts["overdue"], d=line.overdue_days),
    "visits": lambda line: _(
        "必访 %(a)s/%(b)s", a=line.counts["visits_on_time"], b=line.counts["visits_due"]
    ),
    "echoes": lambda line: _(
        "回音 %(a)s/%(b)s", a=line.counts["echoes_on_time"], b=line.counts["echoes_due"]
    ),
}


def _rate(part: int, whole: int, indicator: str, path: str) -> str:
    if whole < settings.value("light.fewest", path):
        return "ok"
    share = 100 * part / whole
    if share < settings.value(f"light.{indicator}.poor", path):
        return "bad"
    return "ok" if share >= settings.value(f"light.{indicator}.good", path) else "warn"


def _summed() -> Select[Any]:
    """Stored figures that still hold, summed for each child of a unit."""
    sums = [func.coalesce(func.sum(_s[name]), 0, type_=Integer) for name in COUNTS]
    oldest, latest = (
        func.min(_s.oldest_due_at, type_=UtcDateTime),
        func.max(_s.last_entry_at, type_=UtcDateTime),
    )
    below = and_(_below.c.path >= _child.c.path, _below.c.path < _top)
    found = select(_child.c.id, *sums, oldest, latest).select_from(
        _child.join(_below, below).join(
            Standing.__table__, and_(_s.unit_id == _below.c.id, _s.fresh_until > _now)
        )
    )
    return found.where(_child.c.parent_id == bindparam("unit_id")).group_by(_child.c.id)


_CHILDREN = _summed()
_OWN = select(
    *(_s[name] for name in COUNTS), _s.oldest_due_at, _s.last_entry_at
).where(_s.unit_id == bindparam("unit_id"), _s.fresh_until > _now)  # fmt: skip
_STALE = (
    select(_below.c.id, _below.c.path)
    .select_from(_below.outerjoin(Standing.__table__, _s.unit_id == _below.c.id))
    .where(
        _below.c.path >= bindparam("lo", type_=Bytewise), _below.c.path < bindparam("hi", type_=Bytewise),
        (_s.fresh_until <= _now),
    )
)  # fmt: skip
_CELLS = (
    select(_child.c.id, func.count())
    .select_from(_child.join(_below, and_(_below.c.path >= _child.c.path, _below.c.path < _top)))
    .where(_child.c.parent_id == bindparam("unit_id"), _below.c.kind == "cell", _below.c.closed_on.is_(None))
    .group_by(_child.c.id)
)


@dataclass
class Board:
    """The lines of a unit's children, and the total over all its records."""

    unit: Unit
    lines: list[Line]
    total: Line

    def at(self, light: str) -> int:
        return sum(line.light == light for line in self.lines)


def board(unit: Unit) -> Board:
    """How a unit and what is below it stand, now."""
    lines = {child.id: Line(child) for child in _children(unit)}
    total, own = Line(unit), Line(unit)
    given = {"unit_id": unit.id, "now": clock.now()}
    for number, *counts, oldest, latest in db.session.execute(_CHILDREN, given, execution_options=TRUSTED):
        lines[number].add(counts, oldest, latest)
    for *counts, oldest, latest in db.session.execute(_OWN, given, execution_options=TRUSTED):
        own.add(counts, oldest, latest)
    _add_stale(unit, lines, own)
    for number, cells in db.session.execute(_CELLS, given, execution_options=TRUSTED):
        lines[number].cells = cells
    return _finished(unit, lines, own, total)


def _finished(unit: Unit, lines: dict[int, Line], own: Line, total: Line) -> Board:
    kept = [line for line in lines.values() if line.unit.closed_on is None or any(line.counts.values())]
    for line in (*kept, own):
        total.add(line.counts.values(), line.oldest_due_at, line.last_entry_at)
        total.cells += line.cells or line.unit.is_cell
        line.judge()
    if any(own.counts.values()) and not unit.is_cell:
        kept.append(own)
    total.judge()
    return Board(unit, sorted(kept, key=lambda line: (ORDER[line.light], line.unit.path)), total)


def _children(unit: Unit) -> list[Unit]:
    statement = select(Unit).where(Unit.parent_id == unit.id).order_by(Unit.path)
    return list(db.session.scalars(statement))


def _add_stale(unit: Unit, lines: dict[int, Line], own: Line) -> None:
    """Compute anew, for this reading only, what no longer holds."""
    lo, hi = unit.branch
    given = {"lo": lo, "hi": hi, "now": clock.now()}
    paths = dict(db.session.execute(_STALE, given, execution_options=TRUSTED))
    numbers = list(paths)
    for start in range(0, len(numbers), 500):
        asked = {"ids": numbers[start : start + 500], **moment()}
        for number, *counts, oldest, latest, _fresh in db.session.execute(
            LIVE, asked, execution_options=TRUSTED
        ):
            _line_of(paths[number], lines, own).add(counts, oldest, latest)


def _line_of(path: str, lines: dict[int, Line], own: Line) -> Line:
    return next((line for line in lines.values() if path.startswith(line.unit.path)), own)


def staff_of(unit_ids: list[int], role: str) -> dict[int, str]:
    """The names of who is posted to some units in a role today."""
    posted = select(Posting.unit_id, Account.name).join(Account, Account.id == Posting.account_id)
    posted = posted.where(
        Posting.unit_id.in_(unit_ids), Posting.role == role, in_force(clock.today()), Account.active
    )
    names: dict[int, list[str]] = {}
    for unit_id, name in db.session.execute(posted.order_by(Posting.id)):
        names.setdefault(unit_id, []).append(name)
    return {unit_id: "、".join(found) for unit_id, found in names.items()}


def staffed_cells(unit: Unit) -> tuple[int, int]:
    """Cells with an active grid worker, and all open cells of a branch."""
    lo, hi = unit.branch
    cell = Unit.__table__.c
    cells = select(cell.id).where(
        cell.path >= lo, cell.path < hi, cell.kind == "cell", cell.closed_on.is_(None)
    )
    posted = select(func.count(Posting.unit_id.distinct())).join(Account, Account.id == Posting.account_id)
    posted = posted.where(Posting.unit_id.in_(cells), Posting.role == "grid_worker", in_force(clock.today()))
    counted = select(func.count()).select_from(cells.subquery())
    staffed = db.session.execute(posted.where(Account.active), execution_options=TRUSTED).scalar_one()
    return staffed, db.session.execute(counted, execution_options=TRUSTED).scalar_one()


_TOTALS: dict[int, Select[Any]] = {}
WANTED = (
    "members",
    "applied",
    "new_form",
    "hardship",
    "people_due",
    "visits_open",
    "open",
    "employers",
    "organized",
)


def totals() -> dict[str, int]:
    """Counts over the viewer's branches, for lists of other rooms."""
    wide = width()
    if wide not in _TOTALS:
        sums = [func.coalesce(func.sum(_s[name]), 0, type_=Integer) for name in WANTED]
        joined = Unit.__table__.join(Standing.__table__, _s.unit_id == Unit.__table__.c.id)
        _TOTALS[wide] = select(*sums).select_from(joined).where(branch(wide)).execution_options(branch=True)
    return dict(zip(WANTED, db.session.execute(_TOTALS[wide]).one(), strict=True))
