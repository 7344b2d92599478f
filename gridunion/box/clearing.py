"""Messages whose time is over, and boxes whose community another one follows."""

from datetime import date, timedelta

from sqlalchemy import delete, update

from gridunion import clock
from gridunion.box.models import BoxMessage
from gridunion.db import db, write
from gridunion.jobs import periodic
from gridunion.tree import Unit
from gridunion.units.models import HEIRS

KEPT = timedelta(days=2 * 365)  # domain.md 5.1, retention


@periodic("forget box messages", hours=24)
def forget_old() -> None:
    """Only what was opened is ever forgotten; the minutes stay. Idempotent."""
    with write():
        old = BoxMessage.recorded_at < clock.now() - KEPT
        db.session.execute(delete(BoxMessage).where(old, BoxMessage.state != "shut"))


def pass_on(unit: Unit, heir: Unit, _on: date) -> None:
    """What nobody opened yet goes into the box of the heir."""
    shut = update(BoxMessage).where(BoxMessage.unit_id == unit.id, BoxMessage.opening_id.is_(None))
    db.session.execute(
        shut.values(unit_id=heir.id), execution_options={"synchronize_session": False, "branch": True}
    )


HEIRS.append(pass_on)
