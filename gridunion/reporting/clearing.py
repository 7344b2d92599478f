"""Many held reports at once: thrown away by the leader, forgotten when their time is over, passed on to an heir."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, update

from gridunion import audit, clock
from gridunion.db import db, write
from gridunion.jobs import periodic
from gridunion.reporting.models import Report
from gridunion.rights import Viewer
from gridunion.tree import Unit
from gridunion.units.models import HEIRS

REMEMBERED = timedelta(days=90)  # how long somebody can read that theirs was not taken
GONE: dict[str, Any] = {"state": "dropped", "told_sealed": None}


def throw_away(upto: int, by: Viewer) -> int:
    """Of what is held back in the viewer's branches, drop all up to a number, at once; how many there were."""
    held = update(Report).where(Report.state == "held", Report.id <= upto).values(GONE)
    done = db.session.execute(held, execution_options={"synchronize_session": False})
    count = int(getattr(done, "rowcount", 0))
    audit.note("drop reports", unit_id=by.holding("decide complaints")[0].unit_id, rows=count)
    return count


@periodic("forget reports", hours=24)
def forget_old() -> None:
    """Nothing is forgotten that still waits for somebody's word. Idempotent."""
    with write():
        old = Report.recorded_at < clock.now() - REMEMBERED
        db.session.execute(delete(Report).where(old, Report.state != "held"))


def pass_on(unit: Unit, heir: Unit, _on: date) -> None:
    """When another unit takes the place of one, what waits there waits with the heir."""
    waits = update(Report).where(Report.unit_id == unit.id, Report.state == "held").values(unit_id=heir.id)
    db.session.execute(waits, execution_options={"synchronize_session": False})


HEIRS.append(pass_on)
