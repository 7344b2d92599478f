"""年度目标: how many unions are to be founded and members to join in a year, as the union above set it, and how far
it is. What was achieved is counted from records, and no cell has a target: there are no quotas on grid workers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ForeignKey, Index, Select, String, and_, bindparam, func, select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.accounts.trail_words import VALUES
from gridunion.db import BigId, Record, db, internal, personal, public, trusted
from gridunion.members.membership import Impossible
from gridunion.rights import Viewer
from gridunion.status.indicators import Indicator
from gridunion.status.measures import MEASURES
from gridunion.status.periods import Period
from gridunion.status.records import figure
from gridunion.tree import Scoped, Unit, branch, width

SET = "set targets"
TARGETED = ("community_union", "street_federation", "district_federation")
MOST = 1_000_000

_u = Unit.__table__
_below = _u.alias("below")
_inside = and_(
    _below.c.path >= _u.c.path,
    _below.c.path < func.substr(_u.c.path, 1, func.length(_u.c.path) - 1).concat("0"),
)


class Kind(NamedTuple):
    """What is said of a target and of what is missing to it."""

    said: object
    missing: object


ACHIEVED = {
    "founded": Kind(
        lazy_gettext("新建会单位目标 %(goal)s 家，完成 %(actual)s 家（%(percent)s%%）"), lazy_gettext("还差 %(n)s 家")
    ),
    "joined": Kind(
        lazy_gettext("新发展会员目标 %(goal)s 人，完成 %(actual)s 人（%(percent)s%%）"), lazy_gettext("还差 %(n)s 人")
    ),
}  # fmt: skip
"""The figures that have targets."""
RATE = Indicator(
    "T1", lazy_gettext("任务完成率"),
    lazy_gettext("本年新建会单位、新发展会员 ÷ 上一级工会定的年度目标；条最多画满，数写真的"), tuple(ACHIEVED),
)  # fmt: skip
"""How the rate of a target is made. Its whole is what was set for the unit itself, never a sum over those below."""
VALUES["target", "measure"] = {name: MEASURES[name].words for name in ACHIEVED}


class Target(Scoped, Record):
    """What one unit is to achieve in a year."""

    __tablename__ = "target"
    __table_args__ = (Index("ix_target_unit_id_year_measure", "unit_id", "year", "measure", unique=True),)

    year: Mapped[int] = public()
    measure: Mapped[str] = public(String(12))
    goal: Mapped[int] = public()
    set_by_id: Mapped[int | None] = internal(BigId, ForeignKey("account.id"))
    set_by: Mapped[str] = personal(String(40))
    set_at: Mapped[datetime] = public(default=clock.now)


@dataclass(frozen=True)
class Goal:
    """A target beside what was achieved; without a target only the latter."""

    name: str
    goal: int | None
    actual: int

    @property
    def percent(self) -> int:
        """Whole percent, never rounded up; it may be more than 100."""
        return 100 * self.actual // self.goal if self.goal else 0

    @property
    def missing(self) -> int:
        return max((self.goal or 0) - self.actual, 0)

    @property
    def sentence(self) -> str:
        """The target, how far it is, and what is missing."""
        kind, ends = ACHIEVED[self.name], gettext("，完成了")
        said = str(kind.said) % {"goal": self.goal, "actual": self.actual, "percent": self.percent}
        return said + (gettext("，") + self.gap if self.missing else ends)

    @property
    def gap(self) -> str:
        return str(ACHIEVED[self.name].missing) % {"n": self.missing}


def may_set(unit: Any, by: Viewer) -> bool:
    """A union above sets it, never the unit for itself."""
    above = (held.path for held in by.holding(SET) if held.path != unit.path)
    return unit.kind in TARGETED and any(unit.path.startswith(path) for path in above)


def put(unit: Unit, year: int, goals: dict[str, int | None], seen: str, by: Viewer) -> bool:
    """Set what a unit is to achieve; nothing takes a target back. False when somebody did so after it was `seen`.
    Inside write(). Raises WrongStep."""
    if not may_set(unit, by):
        raise Impossible(gettext("年度目标由上一级工会定。"))
    db.session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update())  # one hand at a time
    targets = targets_of([unit.id], year)
    if seen != stamp(targets):
        return False
    known = {target.measure: target for target in targets}
    for name, goal in goals.items():
        _set(known.get(name) or Target(unit_id=unit.id, year=year, measure=name), goal, by)
    return True


def _set(target: Target, goal: int | None, by: Viewer) -> None:
    if goal is None:
        if target.goal is not None:
            db.session.delete(target)
    elif target.goal != goal:
        target.goal, target.set_by, target.set_by_id, target.set_at = (
            goal,
            by.name,
            by.account_id,
            clock.now(),
        )
        db.session.add(target)


def stamp(targets: Iterable[Target]) -> str:
    """Tells apart what was set and what was set later."""
    return " ".join(f"{target.measure}{target.version}" for target in targets)


def targets_of(unit_ids: Iterable[int], year: int) -> list[Target]:
    """The targets of some units in a year, in the order in which they are named everywhere."""
    found = select(Target).where(Target.unit_id.in_(list(unit_ids)), Target.year == year)
    return sorted(db.session.scalars(found), key=lambda target: list(ACHIEVED).index(target.measure))


_t = Target.__table__.c
_GOALS: Any = select(_t.measure, _t.goal).where(_t.unit_id == bindparam("unit"), _t.year == bindparam("year"))


def goals_of(unit: Any, year: int, until: date = date.max) -> list[Goal]:
    """The targets of a unit and how far they were on a day of the year, for a line on other pages."""
    if unit.kind not in TARGETED:
        return []
    rows: Any = trusted(_GOALS, {"unit": unit.id, "year": year})
    known = dict(rows.all())
    found = {
        name: counted(name, unit.id, year, within=False, until=until) for name in ACHIEVED if name in known
    }
    return [Goal(name, known[name], actual.get(unit.id, 0)) for name, actual in found.items()]


@cache
def _counting(name: str, width: int, within: bool) -> Select[Any]:
    way, place = figure(name, dated=True), _u.c.parent_id if within else _u.c.id
    table = way.kind.__table__
    joined = _u.join(_below, _inside).join(table, table.c.unit_id == _below.c.id)
    found = select(_u.c.id, func.count(table.c.id)).select_from(joined)
    return found.where(place == bindparam("unit"), way.condition, branch(width)).group_by(_u.c.id)


def year_of(year: int) -> Period:
    return Period.of_months("year", date(year, 1, 1))


def counted(name: str, unit_id: int, year: int, within: bool, until: date = date.max) -> dict[int, int]:
    """How much was achieved in a year, until a day, under a unit or under each of the units right below it."""
    period = year_of(year)
    given = {"unit": unit_id, "first": period.first, "last": min(period.last, until)}
    rows: Any = trusted(_counting(name, width(), within), given)
    return dict(rows.all())
