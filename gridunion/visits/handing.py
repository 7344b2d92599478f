"""Visits that wait for the only worker of a cell, for whoever hands the cell over."""

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from gridunion.accounts.open_work import KINDS, Kind, Line, counted, page_of
from gridunion.look import day
from gridunion.visits.due import OPEN, DueVisit

_d = DueVisit.__table__.c
_COUNT = (
    select(_d.unit_id, func.count())
    .where(OPEN, _d.unit_id.in_(bindparam("ids", expanding=True)))
    .group_by(_d.unit_id)
)


def counts(unit_ids: list[int]) -> dict[int, int]:
    return counted(_COUNT, unit_ids)


def lines(unit_ids: list[int], after: str) -> tuple[list[Line], str]:
    found = select(DueVisit).where(OPEN, DueVisit.unit_id.in_(unit_ids)).options(joinedload(DueVisit.person))
    rows, following = page_of(found, DueVisit, after)
    return [_line(due) for due in rows], following


def _line(due: DueVisit) -> Line:
    until = str(_("%(day)s 前去", day=day(due.due_at)))
    if (whom := due.whom) is None:
        return Line(due.uid, str(_("已转走的会员")), due.topic, [until], "", due.topic)
    href = url_for("members.show" if due.person_id else "employers.show", uid=whom.uid)
    return Line(due.uid, whom.name, due.topic, [until], href, due.topic)


KINDS.append(Kind("visits", _("该走访"), counts, lines, role="grid_worker"))
