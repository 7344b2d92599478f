"""Moving every encrypted value to the ring's current key, a batch at a time; a stopped run is taken up again."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select, update

from gridunion.db import Base, Encrypted, db, keyring, write

BATCH = 500
TRUSTED = {"branch": True}


def encrypted() -> Iterator[tuple[Any, Encrypted]]:
    """Each mapped class with each of its encrypted texts."""
    for mapper in Base.registry.mappers:
        for part in mapper.class_.__mro__:  # a record may get its texts from a class it stands on
            for value in vars(part).values():
                if isinstance(value, Encrypted):
                    yield mapper.class_, value


def finished() -> bool:
    """No value waits under an older key."""
    return not any(_waiting(cls, text, 1) for cls, text in encrypted())


def run() -> int:
    """Re-encrypt what stands under older keys; returns how many values there were."""
    return sum(_move(cls, text) for cls, text in encrypted())


def _move(cls: Any, text: Encrypted) -> int:
    moved = 0
    while rows := _waiting(cls, text, BATCH):
        ring, table = keyring(), cls.__table__
        with write():
            for number, uid, stored in rows:
                place = f"{table.name}.{text.column}.{uid.hex}"
                fresh = ring.encrypt(ring.decrypt(stored, place), place)
                change = update(table).where(table.c.id == number, table.c[text.column] == stored)
                db.session.execute(change.values({text.column: fresh}), execution_options=TRUSTED)
        moved += len(rows)
    return moved


def _waiting(cls: Any, text: Encrypted, most: int) -> list[Any]:
    table = cls.__table__
    column = table.c[text.column]
    now = f"{keyring().current}."
    old = select(table.c.id, table.c.uid, column).where(
        column.is_not(None), func.substr(column, 1, len(now)) != now
    )
    return list(db.session.execute(old.limit(most), execution_options=TRUSTED))
