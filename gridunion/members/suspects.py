"""疑似重复: pairs of files that may be one person, each with the reason, found when a file changes or a walk meets it.

A pair of one community is its leader's to decide, one of two communities the street's, which alone sees both sides;
across streets nobody does, so nothing is noted.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import Index, String, Table, bindparam, delete, event, inspect, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session

from gridunion import clock
from gridunion.db import BigId, Record, db, internal, is_sqlite, keyring, personal, trusted
from gridunion.members.likeness import Found, compared
from gridunion.members.merging import LIVE
from gridunion.members.models import Person
from gridunion.storing import hears
from gridunion.tree import Scoped


class Suspect(Scoped, Record):
    """Two files that may be one person: in the community of both, else in their street; the lower number first."""

    quiet = True  # the people themselves have the line in the trail
    __tablename__ = "suspect"
    __table_args__ = (
        Index("ix_suspect_low_id_high_id", "low_id", "high_id", unique=True),
        Index("ix_suspect_high_id", "high_id"),
        Index("ix_suspect_unit_id_state_id", "unit_id", "state", "id"),
    )

    low_id: Mapped[int] = internal(BigId)
    high_id: Mapped[int] = internal(BigId)
    reasons: Mapped[str] = internal(String(60))
    compared: Mapped[str] = internal(String(64))
    """A digest of what was compared: a pair that was dismissed comes back only when that changed."""
    state: Mapped[str] = internal(String(12), default="open")
    dismissed_at: Mapped[datetime | None] = internal()
    dismissed_by: Mapped[str | None] = personal(String(60))

    def dismiss(self, by: str) -> None:
        """They are two people, for good."""
        self.state, self.dismissed_at, self.dismissed_by = "dismissed", clock.now(), by


_s = cast(Table, Suspect.__table__)


def look_at(ids: Iterable[int]) -> None:
    """Compare some people with those like them, and note what is found. Inside write()."""
    for row, found in compared(ids):
        _note(row, found)


def worth_noting(ids: list[int]) -> list[int]:
    """Those of some people who are like somebody, or were."""
    like = {row.id for row, found in compared(ids) if found}
    known = trusted(select(_s.c.low_id, _s.c.high_id).where(or_(_s.c.low_id.in_(ids), _s.c.high_id.in_(ids))))
    return sorted((like | {number for pair in known for number in pair}) & set(ids))


_OF = select(_s).where(or_(_s.c.low_id == bindparam("number"), _s.c.high_id == bindparam("number")))


def _note(row: Any, found: Found) -> None:
    """Keep the pairs of somebody as they are now."""
    known = {it.high_id if it.low_id == row.id else it.low_id: it for it in trusted(_OF, {"number": row.id})}
    for number, (other, why, place) in found.items():
        said = {"reasons": why, "compared": _digest(row, other), "unit_id": place}
        if number not in known:
            _begin(row.id, number, said)
        elif known[number].compared != said["compared"]:
            _change(known[number].id, said | {"state": "open", "dismissed_at": None, "dismissed_by": None})
        elif (known[number].reasons, known[number].unit_id) != (why, place):
            _change(known[number].id, {"reasons": why, "unit_id": place})
    gone = [it.id for number, it in known.items() if number not in found and it.state == "open"]
    if gone:
        trusted(delete(_s).where(_s.c.id.in_(gone)))


def _digest(one: Any, other: Any) -> str:
    """Of what the rules look at; the order of the two does not matter."""
    said = sorted([it.id, it.name, it.phone, str(it.birth_on), it.id_index] for it in (one, other))
    return keyring().digest(str(said), "suspect")


def _begin(one: int, other: int, said: dict[str, Any]) -> None:
    """On PostgreSQL somebody may note the same pair in this very moment."""
    dialect = sqlite if is_sqlite(db.engine) else postgresql
    pair = {
        "low_id": min(one, other),
        "high_id": max(one, other),
        "state": "open",
        "uid": uuid4(),
        "version": 1,
    }
    pair |= {"recorded_at": clock.now()} | said
    trusted(dialect.insert(_s).values(pair).on_conflict_do_nothing())


def _change(number: int, said: dict[str, Any]) -> None:
    trusted(update(_s).where(_s.c.id == number).values(said))


# ── at each write ──

WATCHED = ("name", "phone", "birth_on", "id_index", "unit_id")


@hears("after_flush")
def _collect(session: Any) -> None:
    """Who is new is met by the next walk: nobody waits for it."""
    changed = session.info.setdefault("to compare", set())
    changed.update(row.id for row in session.dirty if isinstance(row, Person) and _differs(row))


def _differs(person: Person) -> bool:
    attributes = inspect(person).attrs
    return any(attributes[name].history.has_changes() for name in WATCHED) or _came(attributes.status.history)


def _came(statuses: Any) -> bool:
    """Whether a file came into use: the standing it has there makes nobody more alike, and one that goes is left
    alone."""
    before, after = (any(it in LIVE for it in each) for each in (statuses.deleted, statuses.added))
    return after and not before


@event.listens_for(Session, "before_commit")
def _compare(session: Session) -> None:
    session.flush()
    if changed := session.info.pop("to compare", None):
        look_at(changed)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("to compare", None)
