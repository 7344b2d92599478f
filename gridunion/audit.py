"""The trail: who changed which row, and who read what matters. Written once, here.

Rows are append-only (triggers in the database), ordered by number and chained by hash, so that a row taken
out or altered later shows. The story of a complaint is business data and lives with the complaint.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from flask import g
from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.orm import Mapped, PassiveFlag, Session
from sqlalchemy.orm.attributes import get_history

from gridunion import clock
from gridunion.db import Base, BigId, Record, Row, UtcDateTime, db, internal, personal, trusted
from gridunion.phones import mask_phone
from gridunion.storing import hears

FIRST = "0" * 64


class Trail(Row):
    """One line of the trail."""

    __tablename__ = "trail"
    __table_args__ = (
        Index("ix_trail_unit_id_id", "unit_id", "id"),
        Index("ix_trail_record_uid", "record_uid"),
    )

    at: Mapped[datetime] = internal(UtcDateTime)
    account_id: Mapped[int | None] = internal(BigId)
    actor: Mapped[str] = personal(String(60), default="")
    action: Mapped[str] = internal(String(40))
    kind: Mapped[str] = internal(String(40), default="")
    record_uid: Mapped[UUID | None] = internal()
    unit_id: Mapped[int | None] = internal(BigId, ForeignKey("unit.id"))
    detail: Mapped[dict[str, Any]] = personal(JSON, default=dict)
    hash: Mapped[str] = internal(String(64))


# The hash the next line is chained to: one row, whose lock also keeps the order on PostgreSQL.
trail_head = Table(
    "trail_head", Base.metadata, Column("id", Integer, primary_key=True), Column("hash", String(64))
)
_HEAD = select(trail_head.c.hash).where(trail_head.c.id == 1).with_for_update()
_CHAIN = update(trail_head).where(trail_head.c.id == 1)
_APPEND = insert(Trail.__table__)  # type: ignore[arg-type]


def note(action: str, record: Record | None = None, unit_id: int | None = None, **detail: Any) -> None:
    """Write a line: something read, refused, or done outside the records. Inside write() only."""
    line = {"action": action, "detail": detail, "unit_id": unit_id or getattr(record, "unit_id", None)}
    if record is not None:
        line |= {"kind": record.__tablename__, "record_uid": record.uid}
    append([line])


def append(lines: Iterable[dict[str, Any]]) -> None:
    """Chain lines to the end of the trail."""
    actor = g.get("actor")
    head = trusted(_HEAD).scalar_one()
    rows = []
    for line in lines:
        row = {"kind": "", "record_uid": None, "unit_id": None, "at": clock.now(), **line}
        row |= {"account_id": actor and actor.account_id, "actor": actor.name if actor else ""}
        head = row["hash"] = chained(head, row)
        rows.append(row)
    if rows:
        trusted(_APPEND, rows)
        trusted(_CHAIN, {"hash": head})


def chained(before: str, row: Any) -> str:
    """The hash of a line, given the one before it."""
    said = [row[name] for name in ("account_id", "action", "kind", "unit_id", "detail")]
    body = [before, row["at"].isoformat(), str(row["record_uid"] or ""), *said]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def broken_at() -> int | None:
    """The number of the first line that does not fit the chain; None when the trail is whole."""
    head = FIRST
    table = Trail.__table__
    for row in db.session.execute(
        select(table).order_by(table.c.id), execution_options={"branch": True}
    ).mappings():
        head = chained(head, row)
        if head != row["hash"]:
            return int(row["id"])
    return None


@hears("before_flush")
def _collect(session: Any) -> None:
    lines = [_line("create", row) for row in session.new if _told(row)]
    changed = [_line("change", row) for row in session.dirty if _told(row) and session.is_modified(row)]
    lines += [line for line in changed if line["detail"]]
    lines += [_line("delete", row) for row in session.deleted if _told(row)]
    session.info.setdefault("trail", []).extend(lines)


def _told(row: Any) -> bool:
    """Records tell of themselves, but for those that only serve a form (`quiet`)."""
    return isinstance(row, Record) and not row.quiet


@hears("after_flush")
def _write(session: Any) -> None:
    lines = session.info.pop("trail", [])
    if lines:
        append(lines)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("trail", None)


def _line(action: str, row: Record) -> dict[str, Any]:
    return {
        "action": action,
        "kind": row.__tablename__,
        "record_uid": row.uid,
        "unit_id": getattr(row, "unit_id", None) or getattr(getattr(row, "unit", None), "id", None),
        "detail": {} if action == "delete" else _changes(row, action == "create"),
    }


def _changes(row: Record, new: bool) -> dict[str, Any]:
    """Column → [old, new]; what is sensitive or sealed is named, never quoted."""
    hides = getattr(row, "sealed", False) is True  # the trail is read by others than may read the row
    changes: dict[str, Any] = {}
    for name, data in _columns(type(row)):
        before, after = (None, row.__dict__.get(name)) if new else _ends(row, name)
        if before != after:
            said = "sealed" if hides else data
            changes[name] = [_quoted(name, said, before), _quoted(name, said, after)]
    return changes


def _ends(row: Record, name: str) -> list[Any]:
    """What a column said and says."""
    history = get_history(row, name, PassiveFlag.PASSIVE_NO_INITIALIZE)
    return [values[0] if values else None for values in (history.deleted, history.added)]


@cache
def _columns(model: type[Record]) -> list[tuple[str, str]]:
    """The columns that say something about what a row is about, with their classes of data."""
    columns = inspect(model).column_attrs
    return [
        (column.key, column.columns[0].info.get("data", "internal"))
        for column in columns if column.key not in ("id", "uid", "version", "recorded_at")
    ]  # fmt: skip


def _quoted(name: str, data: str, value: Any) -> Any:
    if data == "sealed" or (data == "sensitive" and not isinstance(value, bool | int | float | None)):
        return None if value is None else "…"
    if value is None or isinstance(value, bool | int | float):
        return value
    if name == "phone":
        return mask_phone(value)
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
