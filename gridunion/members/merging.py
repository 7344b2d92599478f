"""合并: two files of one person become one. The other file is kept as `merged` and leads to the one that stays; for
some days everything can be put back as it was."""

from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import ForeignKey, Index, String, Text, bindparam, inspect, or_, select
from sqlalchemy.orm import Mapped

from gridunion import audit, clock, settings
from gridunion.db import BigId, Encrypted, Record, db, internal, personal, sensitive, trusted
from gridunion.members.carrying import SETTLED, carry, line_of, told_of
from gridunion.members.ledger import Ledger
from gridunion.members.membership import WrongStep
from gridunion.members.merge_fields import choices
from gridunion.members.merge_files import make_room, write_files
from gridunion.members.models import Person
from gridunion.members.transfer import DOUBLES, Transfer
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit

LIVE = ("known", "applied", "active", "retained")


_NOT_LIVE = lazy_gettext("这两份档案不能合并：有一份已经合并、转出或退会了。")


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
        _lock(winner, loser)
        if sentence := why_apart(winner, loser):
            raise NotMerged(sentence)
        merge = cls(unit=winner.unit, winner_id=winner.id, loser_id=loser.id, by_id=by.account_id)
        merge.by_name = by.name
        moved = {it.kind.__tablename__: count for it, count in told_of(loser)}
        ledger = Ledger()
        write_files(winner, loser, taken, ledger)
        carry(winner, loser, ledger)
        merge.kept = str(ledger)
        db.session.add(merge)
        _settle(winner, loser)
        audit.note("merge people", winner, moved=moved)
        return merge

    def undo(self, by: Viewer) -> Person:
        """Put everything back; what came after the merge stays with the file that stayed. Raises NotMerged."""
        if sentence := self.why_not():
            raise NotMerged(sentence)
        winner, loser = self._people()
        assert winner and loser
        ledger = self._ledger
        ledger.put_file_back("winner", winner)
        make_room(ledger)
        ledger.put_file_back("loser", loser)
        db.session.flush()
        ledger.put_rows_back()
        self.undone_at, self.undone_by_id = clock.now(), by.account_id
        _settle(winner, loser)
        audit.note("undo merge", winner)
        return loser

    def why_not(self) -> str:
        """Why it cannot be undone any more; empty when it can."""
        (winner, loser), days = self._people(), self._days
        if self.undone_at is not None:
            return _("这次合并已经撤销了。")
        if clock.now() >= self.recorded_at + timedelta(days=days):
            return _("合并已经过了 %(n)s 天，不能撤销了。", n=days)
        if winner is None or loser is None:
            return _("档案后来转到了别的社区，不能撤销合并。")
        if winner.status == "merged" or self._followed():
            return _("后来又有一次合并，先撤销那一次。")
        if winner.status not in LIVE:
            return _("他后来已经转出或退会，不能撤销合并。")
        if self._ledger.files["winner"].get("status", [0, winner.status])[1] != winner.status:
            return _("他的会籍后来变过，不能撤销合并。")
        return "" if self._line_stands() else _("他的会籍后来变过，不能撤销合并。")

    def _followed(self) -> bool:
        later = select(Merge.id).where(Merge.id > self.id, Merge.undone_at.is_(None))
        both = (self.winner_id, self.loser_id)
        return db.session.scalar(later.where(Merge.winner_id.in_(both)).limit(1)) is not None

    def _line_stands(self) -> bool:
        """The spans of the file are those the merge left."""
        return line_of(self.winner_id) == self._ledger.files["line"]["now"]

    @property
    def _ledger(self) -> Ledger:
        return Ledger(self.kept or "")

    def _people(self) -> list[Person | None]:
        """The file that stayed and the other, where the viewer may see them."""
        both = (self.winner_id, self.loser_id)
        found = {
            person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(both)))
        }
        return [found.get(number) for number in both]

    @property
    def _days(self) -> int:
        return int(settings.value("merge.undo.days", self.unit.path))

    @property
    def last_day(self) -> date:
        """The last day on which it can be undone."""
        return clock.local(self.recorded_at + timedelta(days=self._days)).date()


_p = Person.__table__
_STANDINGS = (
    select(_p.c.id, _p.c.status).where(_p.c.id.in_(bindparam("ids", expanding=True))).order_by(_p.c.id)
)


def _lock(*people: Person) -> None:
    """On PostgreSQL two leaders could each merge one into the other in the same moment: the second one waits, and
    reads what became of them. Raises NotMerged."""
    found = trusted(_STANDINGS.with_for_update(), {"ids": [person.id for person in people]}).all()
    if {(person.id, person.status) for person in people} != {(row.id, row.status) for row in found}:
        raise NotMerged(str(_NOT_LIVE))


def why_apart(winner: Person, loser: Person) -> str:
    """Why two files cannot become one now; empty when they can."""
    if winner is loser or not {winner.status, loser.status} <= set(LIVE):
        return str(_NOT_LIVE)
    both = (winner.id, loser.id)
    named_in = or_(Transfer.person_id.in_(both), Transfer.known_as_id.in_(both))
    waits = db.session.scalar(select(Transfer.id).where(Transfer.state == "asked", named_in).limit(1))
    return _("有一份正在办转会，等有了答复，或撤回以后再合并。") if waits else ""


def _settle(*people: Person) -> None:
    """Rows moved behind the session's back, whichever it had read; the two files and units did not."""
    db.session.flush()
    for row in db.session:
        if isinstance(row, Person) and row in people:
            db.session.expire(row, [it.key for it in inspect(Person).relationships])
        elif not isinstance(row, Unit):
            db.session.expire(row)
    for follow in SETTLED:
        follow(*people)


def _one_after_transfer(person: Person, double: Person, by: Viewer) -> None:
    """Somebody came by a transfer and had been registered here anew meanwhile: asked for by the exact name and number,
    so nobody need be asked again whether they are one."""
    if not double.withdrawn_at:
        Merge.of(person, double, {choice.name for choice in choices(person, double) if choice.take}, by)


DOUBLES.append(_one_after_transfer)
