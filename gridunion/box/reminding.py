"""Boxes that were not opened for more than a month, and openings that wait for the second officer."""

from datetime import timedelta
from functools import cache
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Date, Select, bindparam, exists, func, or_, select

from gridunion import clock, settings
from gridunion.box.models import RIGHT, BoxOpening
from gridunion.complaints.listing import looking
from gridunion.db import UtcDateTime, db, trusted, written
from gridunion.menu import ASIDES
from gridunion.rights import Viewer
from gridunion.tree import ME, Unit, branch, width

_o, _u = BoxOpening.__table__.c, Unit.__table__.c
_month, _fresh = (bindparam(name, type_=UtcDateTime) for name in ("month", "fresh"))
_TODAY = bindparam("today", type_=Date(), callable_=clock.today)

_last = exists().where(_o.unit_id == _u.id, _o.opened_at >= _u.closed_on).correlate(Unit.__table__)
BOXES = (_u.kind == written("community_union")) & or_(
    _u.closed_on.is_(None), _u.closed_on > _TODAY, _u.replaced_by_id.is_(None) & ~_last
)
"""The units whose box is to be opened: also one that closed and that nobody follows, a last time. Whether anything
lies in it nobody is told."""


def days_shut(units: list[Unit]) -> dict[int, int]:
    """Days since each box was opened; since the unit is here when it never was."""
    last = select(BoxOpening.unit_id, func.max(BoxOpening.opened_at)).group_by(BoxOpening.unit_id)
    rows = db.session.execute(last.where(BoxOpening.unit_id.in_([unit.id for unit in units]))).all()
    opened: dict[int, Any] = {unit_id: at for unit_id, at in rows if at}
    return {unit.id: _days(opened.get(unit.id, unit.recorded_at)) for unit in units}


def _days(since: Any) -> int:
    return (clock.today() - clock.local(since).date()).days


@cache
def _waiting(width: int) -> Select[Any]:
    lately = exists().where(_o.unit_id == _u.id, _o.opened_at >= _month)
    here = branch(width), BOXES
    late = select(func.count(_u.id)).where(*here, _u.recorded_at < _month, ~lately)
    asks = (
        (_o.opened_at.is_(None)) & (_o.asked_at > _fresh) & (_o.first_id.is_distinct_from(ME))
    )  # somebody else stands there and waits
    asked = select(func.min(_u.code)).join(BoxOpening.__table__, _o.unit_id == _u.id).where(*here, asks)
    return select(late.scalar_subquery().label("late"), asked.scalar_subquery().label("asked"))


def remind(who: Viewer) -> tuple[str, str] | None:
    """Beside the lists of who may open boxes. How much lies in one nobody is told."""
    if not who.can(RIGHT):
        return None
    path, now = who.holding(RIGHT)[0].path, clock.now()
    minutes, days = settings.values(("box.second.minutes", "box.open.days"), path)
    moments = {"month": now - timedelta(days=days + 1), "fresh": now - timedelta(minutes=minutes)}
    with looking(who, RIGHT):
        found = trusted(_waiting(width()), moments).mappings().one()
    late, asked = found["late"], found["asked"]
    if asked:
        return _("有人等你一起开匿名信箱"), url_for("boxes.show", code=asked)
    words = ngettext("%(num)s 个匿名信箱一个多月没开了", "%(num)s 个匿名信箱一个多月没开了", late)
    return (words, url_for("boxes.boxes")) if late else None


ASIDES.append(remind)
