"""A sheet on its way into the register: the import as a whole, and what became of each of its rows.

looking → mapping → reading → preview → done → undone; aside: ended (given up) and failed. While it is read its new
people are put into the register in hidden rows (Person.staged), so that storing them is one short step.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped

from gridunion import clock, settings
from gridunion.db import Addressed, BigId, Encrypted, Record, db, internal, personal, sensitive
from gridunion.jobs import enqueue
from gridunion.members.membership import WrongStep
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit

OPEN = ("looking", "mapping", "reading", "preview")
STATES = {
    "looking": _("正在打开"), "mapping": _("等核对列"), "reading": _("正在读"), "preview": _("等保存"),
    "done": _("已导入"), "undone": _("已撤销"), "ended": _("已放弃"), "failed": _("没读成"),
}  # fmt: skip
VERDICTS = {
    "new": _("新会员"), "changed": _("有变化"), "duplicate": _("已有"), "error": _("有错"), "skip": _("跳过"),
    "kept": _("撤销时留下"),
}  # fmt: skip


class ImportRun(Scoped, Record):
    """One sheet somebody sent for a unit. It leaves lines of its own in the trail."""

    quiet = True
    __tablename__ = "import_run"
    __table_args__ = (
        Index("ix_import_run_unit_id_state", "unit_id", "state"),
        Index("ix_import_run_digest", "digest"),
    )

    state: Mapped[str] = internal(String(12), default="mapping")
    account_id: Mapped[int] = internal(BigId)
    account_name: Mapped[str] = personal(String(60))
    file_name_sealed: Mapped[str | None] = personal(Text)
    digest: Mapped[str] = internal(String(64))
    header_row: Mapped[int] = internal(default=0)
    top_sealed: Mapped[str | None] = sensitive(Text)
    mapping: Mapped[dict[str, int]] = internal(JSON, default=dict)
    updates: Mapped[bool] = internal(Boolean, default=False)
    total: Mapped[int] = internal(default=0)
    rows_read: Mapped[int] = internal(default=0)
    counts: Mapped[dict[str, int]] = internal(JSON, default=dict)
    homes: Mapped[list[int]] = internal(JSON, default=list)
    # [first, last] of the numbers of its new people: no others stand between them.
    people: Mapped[list[list[int]]] = internal(JSON, default=list)
    reader: Mapped[str] = internal(String(32), default="")
    beat_at: Mapped[datetime | None] = internal()
    done_at: Mapped[datetime | None] = internal()
    undone_at: Mapped[datetime | None] = internal()
    why: Mapped[str] = internal(String(200), default="")

    file_name = Encrypted("file_name_sealed")
    _top = Encrypted("top_sealed")

    @property
    def top(self) -> list[list[str]]:
        """[name of the column, a masked example] for each column of the sheet."""
        kept: list[list[str]] = json.loads(self._top or "[]")
        return kept

    @top.setter
    def top(self, columns: list[list[str]]) -> None:
        self._top = json.dumps(columns, ensure_ascii=False)

    def look(self) -> None:
        """Have its header found in the background."""
        self.state, self.beat_at = "looking", clock.now()
        enqueue("look at import", number=self.id)

    def take(self, seen: Any) -> None:
        """Its columns, for somebody to look at. Raises WrongStep."""
        self._only("looking", "mapping")
        self.header_row, self.total, self.mapping, self.top = (
            seen.header_row,
            seen.total,
            seen.mapping,
            seen.top,
        )
        self.state = "mapping"

    def read(self, mapping: dict[str, int], updates: bool) -> None:
        """Go on with the columns somebody looked at; `updates` lets it change files that are there. Raises
        WrongStep."""
        self._only("mapping")
        self.mapping, self.updates, self.state = mapping, updates, "reading"
        self.rows_read, self.beat_at = self.header_row, clock.now()
        enqueue("read import", number=self.id)

    def finish_reading(self) -> None:
        self.state, self.reader = "preview", ""

    def fail(self, why: str) -> None:
        """It could not be read after all; what was prepared is taken away again."""
        self.state, self.why = "failed", why[:200]
        enqueue("clear import", number=self.id)

    def end(self) -> None:
        """Give it up before anything was stored. Raises WrongStep."""
        self._only(*OPEN)
        self.state = "ended"
        enqueue("clear import", number=self.id)

    def finish(self) -> None:
        """Its people are members now. Raises WrongStep."""
        self.state, self.done_at = "done", clock.now()

    def take_back(self) -> None:
        self.state, self.undone_at = "undone", clock.now()
        enqueue("clear import", number=self.id)

    def demand(self, *states: str) -> None:
        """Raises WrongStep unless it stands in one of some states."""
        self._only(*states)

    def _only(self, *states: str) -> None:
        if self.state not in states:
            raise WrongStep(self.state)

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be taken back; None when it is not stored."""
        days = settings.value("import.undo.days", self.unit.path)
        return self.done_at + timedelta(days=days) if self.done_at and self.state == "done" else None

    @property
    def may_be_undone(self) -> bool:
        return self.undo_until is not None and clock.now() < self.undo_until

    @property
    def percent(self) -> int:
        return min(100, 100 * self.rows_read // max(self.total, 1))


class ImportRow(Scoped, Addressed):
    """What a row of the sheet is worth; `number` is the one the spreadsheet program shows."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_run_id_verdict_number", "run_id", "verdict", "number"),
        # Twins are looked for in the order of their numbers, which lie near each other in the register's index, too.
        Index("ix_import_row_run_id_id_index", "run_id", "id_index", "verdict", "person_id"),
    )

    run_id: Mapped[int] = internal(BigId, ForeignKey("import_run.id"))
    number: Mapped[int] = internal()
    verdict: Mapped[str] = internal(String(12))
    field: Mapped[str] = internal(String(40), default="")
    id_index: Mapped[str | None] = sensitive(String(64))
    # No foreign key: the person of a row that was taken back is gone.
    person_id: Mapped[int | None] = internal(BigId)
    told_sealed: Mapped[str | None] = sensitive(Text)

    _told = Encrypted("told_sealed")

    @property
    def told(self) -> dict[str, Any]:
        """The message, the cells as they were sent, or the old and new values of a change."""
        kept: dict[str, Any] = json.loads(self._told or "{}")
        return kept

    @told.setter
    def told(self, said: dict[str, Any]) -> None:
        self._told = json.dumps(said, ensure_ascii=False)


def ranges_of(numbers: Iterable[int], ranges: list[list[int]] | None = None) -> list[list[int]]:
    """Numbers as ranges, behind some that are there already."""
    joined = [list(one) for one in ranges or []]
    for number in numbers:
        if joined and joined[-1][1] == number - 1:
            joined[-1][1] = number
        else:
            joined.append([number, number])
    return joined


def without(ranges: list[list[int]], gone: Iterable[int]) -> list[list[int]]:
    """The ranges without some numbers: they may be given to others."""
    left = set(gone)
    return ranges_of(n for first, last in ranges for n in range(first, last + 1) if n not in left)


def open_run(unit: Unit) -> ImportRun | None:
    """The import that is under way for a unit: there is one at a time. On PostgreSQL the second one waits."""
    db.session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update())
    running = select(ImportRun).where(ImportRun.unit_id == unit.id, ImportRun.state.in_(OPEN))
    return db.session.scalars(running.limit(1)).first()


def sent_before(digest: str) -> ImportRun | None:
    """An import of the same file the viewer may see, stored or still under way."""
    same = select(ImportRun).where(ImportRun.digest == digest, ImportRun.state.in_((*OPEN, "done")))
    return db.session.scalars(same.order_by(ImportRun.id.desc()).limit(1)).first()


def begin(unit: Unit, by: Viewer, arrived: Any) -> ImportRun:
    """An import of a sheet that arrived. Inside write()."""
    run = ImportRun(
        uid=arrived.uid, unit=unit, account_id=by.account_id, account_name=by.name, digest=arrived.digest
    )
    run.file_name = arrived.file_name
    db.session.add(run)
    db.session.flush()
    if arrived.seen:
        run.take(arrived.seen)
    else:
        run.look()
    return run


def run_of(number: int) -> ImportRun:
    return db.session.get_one(ImportRun, number, populate_existing=True)
