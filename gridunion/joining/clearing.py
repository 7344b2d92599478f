"""Many applications at once: forgotten when their time is over, thrown away by the leader, passed on to an heir."""

from datetime import date, timedelta

from sqlalchemy import delete, select, update

from gridunion import audit, clock, settings, throttle
from gridunion.db import db, write
from gridunion.jobs import periodic
from gridunion.joining.models import NOBODY, WAITING, Application
from gridunion.rights import Viewer
from gridunion.tree import Unit
from gridunion.units.models import HEIRS

REMEMBERED = timedelta(days=365)  # how long the state can be looked up


@periodic("forget applications", hours=24)
def forget_old() -> None:
    """Forget who sent what nobody verified in time, and in the end that anything came."""
    named = select(Unit).where(Unit.id.in_(select(Application.unit_id).where(Application.phone.is_not(None))))
    with write():
        count = sum(_forget_in(unit) for unit in db.session.scalars(named).all())
        db.session.execute(delete(Application).where(Application.recorded_at < clock.now() - REMEMBERED))
        throttle.sweep()
        if count:
            audit.note("applications expired", rows=count)


def _forget_in(unit: Unit) -> int:
    """Forget the names of a unit; how many nobody verified."""
    before = clock.now() - timedelta(days=settings.value("join.keep.days", unit.path))
    late = update(Application).where(Application.unit_id == unit.id, Application.recorded_at < before)
    expired = db.session.execute(late.where(Application.state.in_(WAITING)).values(state="expired"))
    db.session.execute(late.where(Application.phone.is_not(None)).values(NOBODY))
    return int(getattr(expired, "rowcount", 0))


def throw_away(upto: int, by: Viewer) -> int:
    """Of what is held back in the viewer's branches, drop all up to a number, at once; how many there were."""
    held = update(Application).where(Application.state == "held", Application.id <= upto)
    gone = {"state": "expired", "settled_at": clock.now(), "settled_by_id": by.account_id} | NOBODY
    dropped = db.session.execute(held.values(gone), execution_options={"synchronize_session": False})
    count = int(getattr(dropped, "rowcount", 0))
    audit.note("drop applications", unit_id=by.holding("approve members")[0].unit_id, rows=count)
    return count


def pass_on(unit: Unit, heir: Unit, _on: date) -> None:
    """When another unit takes the place of one, what waits there waits with the heir."""
    waits = update(Application).where(Application.unit_id == unit.id, Application.state.in_(WAITING))
    db.session.execute(waits.values(unit_id=heir.id), execution_options={"synchronize_session": False})


HEIRS.append(pass_on)
