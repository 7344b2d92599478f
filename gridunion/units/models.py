"""What administrators ask of the tree: finding by code, counting below, closing without losing anybody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, func, or_, select

from gridunion import clock
from gridunion.audit import Trail
from gridunion.bookmark import opened, seal
from gridunion.db import db
from gridunion.rights import Viewer
from gridunion.tree import KINDS, BadMove, Unit, everywhere

PAGE = 50
MOST_FOUND = 50
CODE_DIGITS = {"cell": 15}  # the statistical code has 12, a cell adds three
OTHER_DIGITS = 12

KIND_NAMES = {
    "city_federation": _("市总工会"),
    "district_federation": _("区总工会"),
    "street_federation": _("街道工会联合会"),
    "community_union": _("社区工会"),
    "cell": _("网格"),
}

Standing = Callable[[Unit, date], str]
STANDING: list[Standing] = []
"""Asked before a unit closes: what a room still has in it from a day on, in words; empty when nothing."""

Heir = Callable[[Unit, Unit, date], None]
HEIRS: list[Heir] = []
"""Told when a unit closes and another takes its place."""


class StillNeeded(ValueError):
    """A unit cannot close yet; the words say what stands in the way."""


def open_unit(code: str) -> Unit | None:
    """The unit of a code typed into a form, if the viewer stands over it and it is not closed."""
    found = db.session.scalars(select(Unit).where(Unit.code == code)).one_or_none()
    return found if found and not closed(found) else None


def closed(unit: Unit, on: date | None = None) -> bool:
    """Whether a unit has ended by a day, today when none is given."""
    return unit.closed_on is not None and unit.closed_on <= (on or clock.today())


def code_taken(code: str) -> bool:
    """Whether any unit, seen by the viewer or not, open or not, has the code: codes are never reused."""
    with everywhere():
        return db.session.scalar(select(Unit.id).where(Unit.code == code)) is not None


def tops(viewer: Viewer) -> list[Unit]:
    """Where an administrator's branches begin."""
    ids = {held.unit_id for held in viewer.holding("manage units")}
    return list(db.session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.path)))


def over_all(viewer: Viewer, right: str) -> bool:
    """Whether the viewer holds a right at the top of the tree."""
    return any(held.path.count("/") == 1 for held in viewer.holding(right))


def below(unit: Unit, after: str = "") -> tuple[list[Unit], str]:
    """A page of the units right below one, closed ones last, and where the next page begins."""
    here = select(Unit).where(Unit.parent_id == unit.id)
    (path,) = opened("units", after) or ("",)
    found = list(db.session.scalars(here.where(Unit.path > path).order_by(Unit.path).limit(PAGE + 1)))
    return found[:PAGE], seal("units", found[PAGE - 1].path) if len(found) > PAGE else ""


def count_below(units: Iterable[Unit]) -> dict[int, int]:
    """How many open units hang right below each, in one query."""
    ids = [unit.id for unit in units]
    open_ones = or_(Unit.closed_on.is_(None), Unit.closed_on > clock.today())
    counted = select(Unit.parent_id, func.count()).where(Unit.parent_id.in_(ids), open_ones)
    rows = db.session.execute(counted.group_by(Unit.parent_id)).all() if ids else []
    return {number: count for number, count in rows if number is not None}


def found(asked: str) -> tuple[list[Unit], int]:
    """Units by a part of their name or the beginning of their code, and how many there are."""
    condition = _like(asked)
    total = db.session.scalar(select(func.count(Unit.id)).where(condition)) or 0
    return list(
        db.session.scalars(select(Unit).where(condition).order_by(Unit.path).limit(MOST_FOUND))
    ), total


def _like(asked: str) -> ColumnElement[bool]:
    return or_(Unit.name.contains(asked, autoescape=True), Unit.code.startswith(asked, autoescape=True))


def kinds_below(unit: Unit) -> list[str]:
    """The kinds of unit that may hang below one; the usual one first."""
    lower = KINDS[KINDS.index(unit.kind) + 1 :]
    return [kind for kind in lower if kind != "cell" or unit.kind == "community_union"]


def fault_of_code(code: str, kind: str, parent: Unit) -> str:
    """What is wrong with the code of a new unit, as a sentence; empty when nothing is."""
    digits = CODE_DIGITS.get(kind, OTHER_DIGITS)
    if not (code.isascii() and code.isdigit() and len(code) == digits):
        return str(gettext("编码应为 %(n)s 位数字，现在 %(now)s 位", n=digits, now=len(code)))
    if kind == "cell" and len(parent.code) == OTHER_DIGITS and not code.startswith(parent.code):
        return str(gettext("网格编码应以社区编码 %(code)s 开头", code=parent.code))
    if code_taken(code):
        return str(gettext("这个编码已经用过，编码不能重复"))
    return ""


def next_code(parent: Unit, kind: str) -> str:
    """The code a new cell would have: the community's and the next three digits."""
    if kind != "cell" or len(parent.code) != OTHER_DIGITS:
        return ""
    with everywhere():
        last = db.session.scalar(select(func.max(Unit.code)).where(Unit.code.like(f"{parent.code}___")))
    number = int(last[-3:]) + 1 if last and last[-3:].isdigit() else 1
    return f"{parent.code}{number:03d}" if number < 1000 else ""


def lying_in(unit: Unit, on: date) -> str:
    """What still stands in a unit from a day on, in words; empty when nothing does."""
    said = [words.strip() for ask in STANDING if (words := ask(unit, on))]
    return f" {gettext('、').join(said)}" if said else ""


def end_unit(unit: Unit, on: date, heir: Unit | None) -> None:
    """Close a unit on a day: when nothing stands in it any more, or another one of its kind takes its place.

    Never while open units hang below it. Raises StillNeeded with the reason in words.
    """
    if lower := count_below([unit]).get(unit.id):
        raise StillNeeded(gettext("下面还有 %(n)s 个没撤销的，请先移走或撤销", n=lower))
    if heir is None and (left := lying_in(unit, on)):
        raise StillNeeded(gettext("这里还有%(left)s，请填由哪个单位接替", left=left))
    if heir is not None:
        _check_heir(unit, heir, on)
    unit.close(on, heir)
    if heir is not None:
        for tell in HEIRS:
            tell(unit, heir, on)


def _check_heir(unit: Unit, heir: Unit, on: date) -> None:
    if heir.id == unit.id or heir.kind != unit.kind or closed(heir, on):
        raise StillNeeded(gettext("接替的单位要是另一个没撤销的%(kind)s", kind=KIND_NAMES[unit.kind]))


def hang(unit: Unit, parent: Unit) -> None:
    """Hang a unit under another parent. Raises BadMove with the reason in words."""
    if parent.id == unit.parent_id:
        raise BadMove(gettext("它现在就在这里"))
    if closed(parent):
        raise BadMove(gettext("上级已经撤销，请换一个"))
    try:
        unit.move(parent)
    except BadMove:
        raise BadMove(
            gettext("%(kind)s不能放在“%(parent)s”下面", kind=KIND_NAMES[unit.kind], parent=parent.name)
        ) from None


@dataclass(frozen=True)
class Happening:
    """A line of a unit's own history."""

    at: datetime
    actor: str
    words: str


def history(unit: Unit) -> list[Happening]:
    """What was done to a unit, newest first."""
    lines = select(Trail.at, Trail.actor, Trail.action, Trail.detail)
    lines = lines.where(Trail.record_uid == unit.uid).order_by(Trail.id.desc()).limit(20)
    told = ((at, actor, _told(action, detail)) for at, actor, action, detail in db.session.execute(lines))
    return [Happening(at, actor, words) for at, actor, words in told if words]


def _told(action: str, detail: dict[str, Any]) -> str:
    if action == "create":
        return str(gettext("新建"))
    old, new = detail.get("name", ("", ""))
    if new:
        return str(gettext("改名：%(old)s，改为%(new)s", old=old, new=new))
    if "closed_on" in detail:
        return str(gettext("撤销")) if detail["closed_on"][1] else gettext("恢复")
    return str(gettext("换了上级")) if "parent_id" in detail else ""
