"""What may be tried only so often: passwords, identity numbers, reveals. Counted in the database, so that a limit
holds for all processes together."""

from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.db import Row, db, internal, keyring

SLIP = timedelta(minutes=1)  # how far a clock may be set back before counting begins anew


class Throttle(Row):
    """Tries of one kind, by one account or from one address."""

    __tablename__ = "throttle"

    key: Mapped[str] = internal(String(64), unique=True)
    tries: Mapped[int] = internal(default=0)
    since: Mapped[datetime] = internal(default=clock.now)
    until: Mapped[datetime] = internal(default=clock.now)

    def count(self) -> int:
        """One more try; returns how many there were in the window."""
        self.tries += 1
        return self.tries

    def stop_for(self, seconds: float) -> None:
        self.until = clock.now() + timedelta(seconds=seconds)

    def stop_until_over(self, window: timedelta) -> None:
        """No more until the window that began with the first try has passed."""
        self.until = self.since + window

    @property
    def wait(self) -> int:
        """Seconds until the next try; 0 when it may be made now."""
        return _seconds(self.until)


def key_of(kind: str, whom: str) -> str:
    """What is counted, as a keyed digest: the table tells nobody who was asked about."""
    return keyring().digest(whom, f"throttle {kind}")


def waiting(keys: tuple[str, ...], longest: int) -> int:
    """Seconds to wait for the slowest of some keys. No delay is longer than `longest`: one that seems so was
    noted before the clock was set back."""
    left = [_seconds(until) for until in db.session.scalars(_UNTIL, {"keys": keys})]
    return max((seconds for seconds in left if seconds <= longest + 1), default=0)


def held(key: str, window: timedelta) -> Throttle:
    """The row of a key, locked, and begun anew when its window has passed. Inside write()."""
    row = db.session.scalars(_LOCKED, {"key": key}).one_or_none() or _begun(key)
    if not -SLIP <= clock.now() - row.since <= window:
        row.tries, row.since, row.until = 0, clock.now(), clock.now()
    return row


def forget(key: str) -> None:
    """Count from nothing again. Inside write()."""
    db.session.execute(delete(Throttle).where(Throttle.key == key))


def sweep() -> None:
    """Forget counts of another day: none is looked at so long. Inside write()."""
    old = clock.now() - timedelta(days=1)
    db.session.execute(delete(Throttle).where(Throttle.since < old, Throttle.until < old))


def _begun(key: str) -> Throttle:
    """A fresh row; on PostgreSQL another request may have made it in this very moment."""
    try:
        with db.session.begin_nested():
            db.session.add(row := Throttle(key=key, tries=0, since=clock.now(), until=clock.now()))
    except IntegrityError:
        return db.session.scalars(_LOCKED, {"key": key}).one()
    return row


def _seconds(until: datetime) -> int:
    left = (until - clock.now()).total_seconds()
    return int(left) + 1 if left > 0 else 0


_LOCKED = select(Throttle).where(Throttle.key == bindparam("key")).with_for_update()
_UNTIL = select(Throttle.until).where(Throttle.key.in_(bindparam("keys", expanding=True)))
