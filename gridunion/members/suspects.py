"""疑似重复: pairs of files that may be one person, each with the reason, found when a file changes or a walk meets it.

A file is compared with the few that share its number, its phone, or its birthday and the sound of its name, in the
same street, and with those of the same sound in the same community, never with all of them: what it costs does not
grow with the register. A pair of one community is its leader's to decide, one of two communities the street's,
which alone sees both sides; across streets nobody does, so nothing is noted.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import uuid4

from sqlalchemy import (
    Index,
    Select,
    String,
    Table,
    bindparam,
    case,
    delete,
    event,
    inspect,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session

from gridunion import clock
from gridunion.db import (
    BigId,
    Record,
    db,
    internal,
    is_sqlite,
    keyring,
    personal,
    trusted,
)
from gridunion.members.merging import LIVE
from gridunion.members.models import Person
from gridunion.members.twins import COLUMNS, reasons
from gridunion.storing import hears
from gridunion.tree import Scoped, Unit

MOST_OF_A_PHONE = 4  # people with one phone; more share that of a family or an employer, which says nothing
MOST_OF_A_NAME = 50  # people of one name in a community that are compared


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


class Alike(NamedTuple):
    """Somebody like another one: their row, why, and in which unit both of them are seen."""

    row: Any
    why: str
    place: int


Found = dict[int, Alike]
"""By the number of the other."""

_p, _u, _s = Person.__table__.c, Unit.__table__.c, cast(Table, Suspect.__table__)
_home, _street = Unit.__table__.alias("home"), Unit.__table__.alias("street")
_live = _p.status.in_(LIVE)
_ROWS = (
    select(
        *(_p[name] for name in COLUMNS), _p.status, _home.c.id.label("home"),
        case((_street.c.kind == "street_federation", _street.c.id)).label("street"),
    )
    .join_from(Person.__table__, Unit.__table__, _u.id == _p.unit_id)
    .join(_home, _home.c.id == case((_u.kind == "cell", _u.parent_id), else_=_u.id))
    .outerjoin(_street, _street.c.id == _home.c.parent_id)
)  # fmt: skip
"""People, each with the community they belong to, and its street."""

_WHO_OF = _ROWS.where(_p.id.in_(bindparam("ids", expanding=True)))
_SOUNDS = (
    _ROWS.where(_p.unit_id.in_(bindparam("units", expanding=True)), _p.reading == bindparam("asked"), _live)
    .order_by(_p.id.desc()).limit(MOST_OF_A_NAME)
)  # fmt: skip
_BORN = (
    _ROWS.where(_p.reading == bindparam("asked"), _p.birth_on == bindparam("born"), _live)
    .order_by(_p.id.desc()).limit(MOST_OF_A_NAME)
)  # fmt: skip
_PLACES = select(_u.id).where(or_(_u.parent_id == bindparam("home"), _u.id == bindparam("home")))


@cache
def _same(column: str) -> Select[Any]:
    """Others with the same number or phone: one more than would be looked at."""
    return _ROWS.where(_p[column] == bindparam("asked"), _live).order_by(_p.id).limit(MOST_OF_A_PHONE + 1)


def place_of(one: Any, other: Any) -> int | None:
    """Where two people are seen together: in their community, else in their street."""
    if one.home == other.home:
        return int(one.home)
    return int(one.street) if one.street and one.street == other.street else None


def look_at(ids: Iterable[int]) -> None:
    """Compare some people with those like them, and note what is found. Inside write()."""
    for row, found in _compared(ids):
        _note(row, found)


def worth_noting(ids: list[int]) -> list[int]:
    """Those of some people who are like somebody, or were."""
    like = {row.id for row, found in _compared(ids) if found}
    known = trusted(select(_s.c.low_id, _s.c.high_id).where(or_(_s.c.low_id.in_(ids), _s.c.high_id.in_(ids))))
    return sorted((like | {number for pair in known for number in pair}) & set(ids))


def _compared(ids: Iterable[int]) -> Iterator[tuple[Any, Found]]:
    """Each of some people, and who is like them. Who was merged or has gone is left alone: lists leave their pairs
    out, and a merge that is undone finds them as they were."""
    places: dict[int, list[int]] = {}
    for row in trusted(_WHO_OF, {"ids": sorted(ids)}).all():
        if row.status in LIVE:
            if row.home not in places:
                places[row.home] = list(trusted(_PLACES, {"home": row.home}).scalars())
            yield row, _found(row, places[row.home])


def _found(row: Any, units: list[int]) -> Found:
    """Who is like somebody, and why."""
    near = {it.id: it for it in _near(row, units) if it.id != row.id}
    judged = (Alike(it, reasons(row, it), place_of(row, it) or 0) for it in near.values())
    return {it.row.id: it for it in judged if it.why and it.place}


def _near(row: Any, units: list[int]) -> Iterator[Any]:
    """Who shares something with somebody."""
    for column in ("phone", "id_index"):
        yield from _sharing(column, getattr(row, column))
    if row.reading and row.birth_on:
        yield from trusted(_BORN, {"asked": row.reading, "born": row.birth_on})
    if row.reading:
        yield from trusted(_SOUNDS, {"units": units, "asked": row.reading})


def _sharing(column: str, asked: str | None) -> list[Any]:
    """Others with the same phone or number; nobody when they are many."""
    found = trusted(_same(column), {"asked": asked}).all() if asked else []
    return list(found) if len(found) <= MOST_OF_A_PHONE else []


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

WATCHED = ("name", "phone", "birth_on", "id_index", "unit_id", "status")


@hears("after_flush")
def _collect(session: Any) -> None:
    """Who is new is met by the next walk: nobody waits for it."""
    changed = session.info.setdefault("to compare", set())
    changed.update(row.id for row in session.dirty if isinstance(row, Person) and _differs(row))


def _differs(person: Person) -> bool:
    state = inspect(person)
    return any(state.attrs[name].history.has_changes() for name in WATCHED)


@event.listens_for(Session, "before_commit")
def _compare(session: Session) -> None:
    session.flush()
    if changed := session.info.pop("to compare", None):
        look_at(changed)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("to compare", None)
