"""Going through the register for pairs in the background: who is new within a minute, so that nobody who registers
somebody waits for it, and once a week everybody, for units may have moved."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.db import BigId, Row, db, internal, trusted, write
from gridunion.jobs import periodic
from gridunion.members.models import Person
from gridunion.members.suspects import look_at, worth_noting

BATCH, BATCHES = 100, 20  # a run of a few seconds: other work waits behind it
AGAIN = timedelta(days=7)

_number = Person.__table__.c.id


class SuspectWalk(Row):
    """How far the register was gone through."""

    __tablename__ = "suspect_walk"

    last_id: Mapped[int] = internal(BigId, default=0)
    began_at: Mapped[datetime] = internal(default=clock.now)


@periodic("find suspects", minutes=1)
def walk() -> None:
    """Go on where the last walk ended."""
    for _nth in range(BATCHES):
        if not _next_batch():
            break


def _next_batch() -> bool:
    """Compare outside the transaction, so that nobody waits for it, and once more inside the few that matter."""
    here = db.session.scalars(select(SuspectWalk.last_id)).first() or 0
    ids = list(trusted(select(_number).where(_number > here).order_by(_number).limit(BATCH)).scalars())
    worth = worth_noting(ids) if ids else []
    with write():
        place = _place()
        look_at(worth)
        if ids and place.last_id == here:
            place.last_id = ids[-1]
        elif not ids and clock.now() - place.began_at > AGAIN:
            place.last_id, place.began_at = 0, clock.now()
    return bool(ids)


def walk_again_from(number: int) -> None:
    """People from a number on became visible only now: an import was published. Inside write()."""
    place = _place()
    place.last_id = min(place.last_id, number - 1)


def _place() -> SuspectWalk:
    found = db.session.scalars(select(SuspectWalk)).first()
    if found is None:
        db.session.add(found := SuspectWalk(last_id=0, began_at=clock.now()))
    return found
