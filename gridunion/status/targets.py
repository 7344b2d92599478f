"""年度目标: how many unions are to be founded and members to join in a year, as the union above set it, and how far
it is. What was achieved is counted from records, and no cell has a target: there are no quotas on grid workers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Date, ForeignKey, Index, Select, String, and_, bindparam, func, select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.accounts.trail_words import VALUES
from gridunion.db import BigId, Record, db, internal, personal, public, trusted
from gridunion.employers.models import Employer
from gridunion.members.membership import NEW_MEMBERS, Impossible, Membership
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit, branch, width

SET = "set targets"
TARGETED = ("community_union", "street_federation", "district_federation")
MOST = 1_000_000

_u, _e, _m = Unit.__table__, Employer.__table__.c, Membership.__table__.c
_below = _u.alias("below")
_inside = and_(
    _below.c.path >= _u.c.path,
    _below.c.path < func.substr(_u.c.path, 1, func.length(_u.c.path) - 1).concat("0"),
)
_FIRST: Any = bindparam("first", type_=Date())
_LAST: Any = bindparam("last", type_=Date())
_covered = _e.union_state != "unorganized"


class Kind(NamedTuple):
    """What a target is of: the records that achieve it, its words, what counts, and what is said of it."""

    model: Any
    condition: ColumnElement[bool]
    words: object
    rule: object
    said: object = ""
    missing: object = ""


ACHIEVED = {
    "founded": Kind(
        Employer, _covered & _e.founded_on.between(_FIRST, _LAST), lazy_gettext("新建会单位"),
        lazy_gettext("单位台账上建会日期在这一年、有工会覆盖的单位；后来注销的也算"),
        lazy_gettext("新建会单位目标 %(goal)s 家，完成 %(actual)s 家（%(percent)s%%）"), lazy_gettext("还差 %(n)s 家"),
    ),
    "joined": Kind(
        Membership, NEW_MEMBERS & _m.from_on.between(_FIRST, _LAST), lazy_gettext("新发展会员"),
        lazy_gettext("这一年批准入会的人，算在入会时的网格；转入、换网格、恢复会籍的不算，后来离开的也算"),
        lazy_gettext("新发展会员目标 %(goal)s 人，完成 %(actual)s 人（%(percent)s%%）"), lazy_gettext("还差 %(n)s 人"),
    ),
}  # fmt: skip
UNDATED = Kind(
    Employer, _covered & _e.founded_on.is_(None), lazy_gettext("没填建会日期的已建会单位"),
    lazy_gettext("有工会覆盖、台账上没填建会日期的单位，不知道是哪一年建的，哪一年都没算"),
)  # fmt: skip
COUNTED = ACHIEVED | {"undated": UNDATED}
VALUES["target", "measure"] = {name: kind.words for name, kind in ACHIEVED.items()}


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


def goals_of(unit: Any, year: int, until: date | None = None) -> list[Goal]:
    """The targets of a unit and how far they were on a day of the year, for a line on other pages."""
    if unit.kind not in TARGETED:
        return []
    rows: Any = trusted(_GOALS, {"unit": unit.id, "year": year})
    known = dict(rows.all())
    return [Goal(it, known[it], actual(unit.id, it, year, until)) for it in ACHIEVED if it in known]


def actual(unit_id: int, name: str, year: int, until: date | None = None) -> int:
    return counted(name, unit_id, days_of(year, until), within=False).get(unit_id, 0)


def days_of(year: int, until: date | None = None) -> dict[str, date]:
    """The first and the last day that count."""
    return {"first": date(year, 1, 1), "last": min(until or date.max, date(year, 12, 31))}


@cache
def _counting(name: str, width: int, within: bool) -> Select[Any]:
    kind, place = COUNTED[name], _u.c.parent_id if within else _u.c.id
    table = kind.model.__table__
    joined = _u.join(_below, _inside).join(table, table.c.unit_id == _below.c.id)
    found = select(_u.c.id, func.count(table.c.id)).select_from(joined)
    return found.where(place == bindparam("unit"), kind.condition, branch(width)).group_by(_u.c.id)


def counted(name: str, unit_id: int, days: dict[str, date], within: bool) -> dict[int, int]:
    """How much was achieved under a unit, or under each of the units right below it."""
    given = {"unit": unit_id} | (days if name in ACHIEVED else {})
    rows: Any = trusted(_counting(name, width(), within), given)
    return dict(rows.all())
