"""合并: two files of one person become one. The other file is kept as `merged` and leads to the one that stays; for
some days everything can be put back as it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ForeignKey, Index, String, Text, bindparam, func, select
from sqlalchemy.orm import Mapped

from gridunion import audit, clock, settings
from gridunion.db import BigId, Encrypted, Record, db, internal, personal, sensitive, trusted
from gridunion.files import Attachment
from gridunion.members.ledger import Ledger
from gridunion.members.merge_fields import FIELDS
from gridunion.members.models import Consent, Membership, Person, WrongStep
from gridunion.members.spans import Span, one_line
from gridunion.rights import Viewer
from gridunion.tree import Scoped

LIVE = ("known", "applied", "active", "retained")


@dataclass(frozen=True)
class Carried:
    """Records that name a person, and what they are called where a merge tells how many go along."""

    kind: Any
    words: object
    told: Callable[[], Any] | None = None
    """Which of them may be told of; the others go along all the same."""
    column: str = "person_id"

    def count(self, person: Person) -> int:
        """How many the viewer may know of."""
        mine = select(func.count(self.kind.id)).where(getattr(self.kind, self.column) == person.id)
        return int(db.session.scalar(mine.where(self.told()) if self.told else mine) or 0)


CARRIED = [Carried(Consent, lazy_gettext("同意书"))]
"""What goes along; the rooms add theirs."""
HANDED: list[Callable[[Person, Person, Ledger], None]] = []
"""What else changes when records of the second person became the first's."""
SETTLED: list[Callable[[Person], None]] = []
"""What follows for a person whose records changed, by a merge or by its undoing."""


class NotMerged(WrongStep):
    """Two files that cannot become one, or one that cannot be taken apart any more."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Merge(Scoped, Record):
    """That two files became one: by whom, when, and all that changed by it, encrypted."""

    quiet = True  # its own line in the trail says more, and nothing of what is sealed
    __tablename__ = "person_merge"
    __table_args__ = (
        Index("ix_person_merge_winner_id", "winner_id"),
        Index("ix_person_merge_loser_id", "loser_id"),
    )

    winner_id: Mapped[int] = internal(BigId, ForeignKey("person.id"))
    loser_id: Mapped[int] = internal(BigId, ForeignKey("person.id"))
    by_id: Mapped[int] = internal(BigId)
    by_name: Mapped[str] = personal(String(60))
    kept_sealed: Mapped[str | None] = sensitive(Text)
    undone_at: Mapped[datetime | None] = internal()
    undone_by_id: Mapped[int | None] = internal(BigId)

    kept = Encrypted("kept_sealed")

    @classmethod
    def of(cls, winner: Person, loser: Person, taken: set[str], by: Viewer) -> "Merge":
        """Make one file of two; `taken` names the fields that come from the second. Raises NotMerged."""
        if winner is loser or not _live(winner, loser):
            raise NotMerged(_("这两份档案不能合并：有一份已经合并、转出或退会了。"))
        merge = cls(unit=winner.unit, winner_id=winner.id, loser_id=loser.id, by_id=by.account_id)
        merge.by_name = by.name
        moved = {it.kind.__tablename__: count for it in CARRIED if (count := it.count(loser))}
        ledger = Ledger()
        _write_files(winner, loser, taken, ledger)
        _carry(winner, loser, ledger)
        merge.kept = str(ledger)
        db.session.add(merge)
        _settle(winner, loser)
        audit.note("merge people", winner, moved=moved)
        return merge

    def undo(self, by: Viewer) -> Person:
        """Put everything back; what came after the merge stays with the file that stayed. Raises NotMerged."""
        if sentence := self.why_not():
            raise NotMerged(sentence)
        winner, loser = self._person(self.winner_id), self._person(self.loser_id)
        assert winner and loser
        ledger = Ledger(self.kept or "")
        ledger.put_file_back("loser", loser)
        ledger.put_file_back("winner", winner)
        db.session.flush()
        ledger.put_rows_back()
        self.undone_at, self.undone_by_id = clock.now(), by.account_id
        _settle(winner, loser)
        audit.note("undo merge", winner)
        return loser

    def why_not(self) -> str:
        """Why it cannot be undone any more; empty when it can."""
        winner, days = self._person(self.winner_id), self._days
        if self.undone_at is not None:
            return _("这次合并已经撤销了。")
        if clock.now() >= self.recorded_at + timedelta(days=days):
            return _("合并已经过了 %(n)s 天，不能撤销了。", n=days)
        if winner is None or self._person(self.loser_id) is None:
            return _("档案后来转到了别的社区，不能撤销合并。")
        if winner.status == "merged" or self._followed():
            return _("后来又有一次合并，先撤销那一次。")
        if winner.status not in LIVE:
            return _("他后来已经转出或退会，不能撤销合并。")
        if Ledger(self.kept or "").files["winner"].get("status", [0, winner.status])[1] != winner.status:
            return _("他的会籍后来变过，不能撤销合并。")
        return "" if self._line_stands() else _("他的会籍后来变过，不能撤销合并。")

    def _followed(self) -> bool:
        later = select(Merge.id).where(Merge.id > self.id, Merge.undone_at.is_(None))
        both = (self.winner_id, self.loser_id)
        return db.session.scalar(later.where(Merge.winner_id.in_(both)).limit(1)) is not None

    def _line_stands(self) -> bool:
        """The spans of the file are those the merge left."""
        return _line_of(self.winner_id) == Ledger(self.kept or "").files["line"]["now"]

    def _person(self, number: int) -> Person | None:
        return db.session.scalars(select(Person).where(Person.id == number)).one_or_none()

    @property
    def _days(self) -> int:
        return int(settings.value("merge.undo.days", self.unit.path))

    @property
    def last_day(self) -> date:
        """The last day on which it can be undone."""
        return clock.local(self.recorded_at + timedelta(days=self._days)).date()


_m, _p = Membership.__table__, Person.__table__
_STANDINGS = select(_p.c.status).where(_p.c.id.in_(bindparam("ids", expanding=True))).order_by(_p.c.id)


def _live(*people: Person) -> bool:
    """Whether all of them still have a file of their own. Locked, or on PostgreSQL two leaders could each merge
    one into the other in the same moment."""
    found = trusted(_STANDINGS.with_for_update(), {"ids": [person.id for person in people]})
    return set(found.scalars()) <= set(LIVE)


def _write_files(winner: Person, loser: Person, taken: set[str], ledger: Ledger) -> None:
    for name in taken & FIELDS.keys():
        values = {column: getattr(loser, column) for column in FIELDS[name].columns}
        ledger.write("winner", winner, **values)
    ledger.write("winner", winner, seen_at=max(winner.seen_at, loser.seen_at))
    ledger.write("loser", loser, status="merged", merged_into_id=winner.id, visit_due_at=None)
    db.session.flush()


def _carry(winner: Person, loser: Person, ledger: Ledger) -> None:
    """All that names the one names the other, in whatever unit it happened and whoever may see it."""
    standing = _tell_as_one(winner, loser, ledger)
    for it in CARRIED:
        ledger.carry(it.kind, it.column, loser.id, winner.id)
    ledger.carry(Attachment, "subject_uid", loser.uid, winner.uid)
    for hand_over in HANDED:
        hand_over(winner, loser, ledger)
    ledger.write("winner", winner, status=standing)
    ledger.files["line"] = {"now": _line_of(winner.id)}


def _tell_as_one(winner: Person, loser: Person, ledger: Ledger) -> str:
    """Both histories as one line on the file that stays; returns the standing it leads to."""
    rows = {row.id: row for row in _spans(winner.id) + _spans(loser.id)}
    line, left = one_line(Span(row.id, row.status, row.from_on, row.until_on) for row in rows.values())
    told: set[int] = set()
    for piece in line:
        held = {"from_on": piece.from_on, "until_on": piece.until_on, "person_id": winner.id}
        if piece.id in told:
            ledger.make(Membership, **_copy(rows[piece.id]) | held)
        else:
            ledger.set(Membership, piece.id, **held)
        told.add(piece.id)
    for span in left:  # it holds on no day any more, and stays where it can be put back from
        ledger.set(Membership, span.id, person_id=loser.id, until_on=span.from_on)
    return line[-1].status if line and line[-1].until_on is None else "known"


def _spans(number: int) -> list[Any]:
    return list(trusted(select(_m).where(_m.c.person_id == number).order_by(_m.c.id)))


def _copy(row: Any) -> dict[str, Any]:
    """What a second piece of a span says."""
    return {name: value for name, value in row._mapping.items() if name != "id"} | {"uid": uuid4()}


def _line_of(number: int) -> list[Any]:
    return [[row.id, str(row.from_on), str(row.until_on or "")] for row in _spans(number)]


def _settle(*people: Person) -> None:
    db.session.flush()
    db.session.expire_all()
    for person in people:
        for follow in SETTLED:
            follow(person)
