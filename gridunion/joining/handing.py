"""Applications that wait for the only worker of a cell to call."""

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import bindparam, func, select

from gridunion.accounts.open_work import KINDS, Kind, Line, counted, page_of
from gridunion.db import written
from gridunion.joining.models import Application
from gridunion.look import ago

_a = Application.__table__.c
_WAITS = _a.state == written("received")
_COUNT = select(_a.unit_id, func.count()).where(_WAITS, _a.unit_id.in_(bindparam("ids", expanding=True)))
_COUNT = _COUNT.group_by(_a.unit_id)


def counts(unit_ids: list[int]) -> dict[int, int]:
    return counted(_COUNT, unit_ids)


def lines(unit_ids: list[int], after: str) -> tuple[list[Line], str]:
    found = select(Application).where(_WAITS, Application.unit_id.in_(unit_ids))
    rows, following = page_of(found, Application, after)
    return [_line(row) for row in rows], following


def _line(row: Application) -> Line:
    said = str(_("%(ago)s收到", ago=f"{ago(row.recorded_at)} "))
    return Line(
        row.uid, row.name or "", "", [said], url_for("joining.show", uid=row.uid), str(_("自己申请入会"))
    )


KINDS.append(Kind("verify", _("等核实的申请"), counts, lines, role="grid_worker"))
