"""What it costs to keep figures, search row and trail beside a record, and to count all figures anew."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from gridunion import audit, clock
from gridunion.db import db, write
from gridunion.exchange.bulk import insert_search
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.tokens import tokens
from gridunion.status.models import Standing, refresh
from tests.bench.bases import Base

TRUSTED = {"branch": True}
_PERSON, _SPAN = insert(Person.__table__), insert(Membership.__table__)  # type: ignore[arg-type]
ALL_AT_ONCE = 500
GROUPED = (
    "SELECT unit_id, status, count(*) FROM person WHERE status IS NOT NULL GROUP BY unit_id, status",
    "SELECT unit_id, state, count(*) FROM due_visit GROUP BY unit_id, state",
)


def keeping(base: Base, unit_id: int, above: list[int], kept: bool) -> Callable[[], None]:
    """One write transaction with a person in it; `kept` also keeps what the site keeps of a person."""

    def store() -> None:
        with base.inside(), write():
            number, uid = _insert(unit_id)
            if kept:
                lines = [{"action": "create", "kind": kind, "record_uid": uid, "unit_id": unit_id, "detail": {}}
                         for kind in ("person", "membership")]  # fmt: skip
                audit.append(lines)
                insert_search([(number, " ".join(tokens("量一量", "lyl", "13900000000", None, above)))])
                refresh([unit_id], {Person})

    return store


def _insert(unit_id: int) -> tuple[int, Any]:
    """The bare rows: somebody and the span of an application. Phone and name are not looked at."""
    uid, now = uuid4(), clock.now()
    row = {"uid": uid, "unit_id": unit_id, "name": "量一量", "reading": "liangyiliang", "initials": "lyl",
           "phone": "13900000000", "status": "applied", "seen_at": now, "recorded_at": now, "version": 1,
           "share_birthday": False, "new_form": False}  # fmt: skip
    made: Any = db.session.execute(_PERSON, row, execution_options=TRUSTED)
    number = made.inserted_primary_key[0]
    span = {"uid": uuid4(), "unit_id": unit_id, "person_id": number, "status": "applied", "version": 1,
            "from_on": clock.today(), "recorded_at": now}  # fmt: skip
    db.session.execute(_SPAN, span, execution_options=TRUSTED)
    return number, uid


def recount(base: Base) -> None:
    """All figures of all units, in one transaction."""
    numbers = [number for (number,) in base.all(f"SELECT unit_id FROM {Standing.__tablename__}")]
    with base.inside(), write():
        for start in range(0, len(numbers), ALL_AT_ONCE):
            refresh(numbers[start : start + ALL_AT_ONCE])


def grouped(base: Base) -> None:
    """Two bare GROUP BYs, one over the members and one over the visits that are due."""
    for sql in GROUPED:
        base.all(sql)
