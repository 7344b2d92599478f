"""Going through the register for pairs in the background: who is new within a minute, so that nobody who registers
somebody waits for it, and once a week everybody, for units may have moved."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.db import BigId, Row, db, internal, trusted, write, writing
from gridunion.jobs import periodic
from gridunion.members.models import Person
from gridunion.members.suspects import look_at, worth_noting

BATCH, BATCHES = 100, 20  # a run of a few seconds: other work waits behind it
AGAIN = timedelta(days=7)

_number = Person.__table__.c.id


class SuspectWalk(Row):
    """How far the register was gone through: up to whom everybody was met when they were new, and how far the round
    of the week has come (nothing between two rounds)."""

    __tablename__ = "suspect_walk"

    met_id: Mapped[int] = internal(BigId, default=0)
    round_id: Mapped[int | None] = internal(BigId)
    began_at: Mapped[datetime] = internal(default=clock.now)


@periodic("find suspects", minutes=1)
def walk() -> None:
    """Meet who is new, then go on with the round."""
    place = _place()
    if place.round_id is None and clock.now() - place.began_at > AGAIN:
        with write():
            place = _place()
            place.round_id, place.began_at = 0, clock.now()
    for _nth in range(BATCHES):
        if not (_next_batch("met_id") or _next_batch("round_id")):
            break


def _next_batch(pointer: str) -> bool:
    """Compare outside the transaction, so that nobody waits for it, and once more inside the few that matter."""
    here = getattr(_place(), pointer)
    if here is None:
        return False
    ids = list(trusted(select(_number).where(_number > here).order_by(_number).limit(BATCH)).scalars())
    if not ids and pointer == "met_id":
        return False
    worth = worth_noting(ids) if ids else []
    with write():
        look_at(worth)
        place = _place()
        if getattr(place, pointer) == here:
            setattr(place, pointer, ids[-1] if ids else None)
    return bool(ids)


def walk_again_from(number: int) -> None:
    """People from a number on became visible only now: an import was published. Inside write()."""
    place = _place()
    place.met_id = min(place.met_id, number - 1)


def _place() -> SuspectWalk:
    """Where the walk stands; before the first one, at the beginning."""
    found = db.session.scalars(select(SuspectWalk).execution_options(populate_existing=True)).first()
    if found is None:
        found = SuspectWalk(met_id=0, began_at=clock.now())
        if writing():
            db.session.add(found)
    return found
