"""Messages whose time is over, and boxes whose community another one follows."""

from datetime import date

from sqlalchemy import delete, update

from gridunion.box.models import BoxMessage
from gridunion.db import db, trusted
from gridunion.tree import Unit
from gridunion.units.models import HEIRS

_m = BoxMessage.__table__.c
KEPT = _m.state != "shut"
"""Only what was opened is ever forgotten; the minutes stay."""


def erase(message_ids: list[int]) -> None:
    """Forget some messages. Inside write()."""
    trusted(delete(BoxMessage.__table__).where(_m.id.in_(message_ids)))  # type: ignore[arg-type]


def pass_on(unit: Unit, heir: Unit, _on: date) -> None:
    """What nobody opened yet goes into the box of the heir."""
    shut = update(BoxMessage).where(BoxMessage.unit_id == unit.id, BoxMessage.opening_id.is_(None))
    db.session.execute(
        shut.values(unit_id=heir.id), execution_options={"synchronize_session": False, "branch": True}
    )


HEIRS.append(pass_on)
