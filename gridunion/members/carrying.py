"""What goes along when two files of one person become one: all records that name the one name the other."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, Select, bindparam, false, func, select, true

from gridunion.db import trusted
from gridunion.files import Attachment
from gridunion.members.consent import Consent
from gridunion.members.gone import EmployerGone
from gridunion.members.ledger import Ledger
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.spans import Span, one_line
from gridunion.members.transfer import Transfer
from gridunion.tree import Unit, branch, width

_m = Membership.__table__
_WHO: Any = bindparam("who")


@dataclass(frozen=True)
class Carried:
    """Records that name a person, and what they are called where a merge tells how many go along."""

    kind: Any
    words: object
    told: Callable[[], ColumnElement[bool]] = true
    """Which of them may be told of; the others go along all the same."""
    column: str = "person_id"

    def counted(self, units: Select[Any]) -> ColumnElement[int]:
        """How many of somebody's the viewer of some units may know of."""
        mine = (
            getattr(self.kind, self.column) == _WHO,
            self.kind.within(units),
            self.kind.visible(),
            self.told(),
        )
        return select(func.count(self.kind.id)).where(*mine).scalar_subquery()


CARRIED = [
    Carried(Consent, lazy_gettext("同意书")),
    Carried(Transfer, lazy_gettext("转会")),
    Carried(Transfer, lazy_gettext("转会"), told=false, column="known_as_id"),
    Carried(EmployerGone, lazy_gettext("单位没了")),
]
"""What goes along; the rooms add theirs."""
HANDED: list[Callable[[Person, Person, Ledger], None]] = []
"""What else changes when records of the second person became the first's."""
SETTLED: list[Callable[..., None]] = []
"""What follows for people whose records changed, by a merge or by its undoing."""


@cache
def _counting(width: int) -> Select[Any]:
    inside = select(Unit.__table__.c.id).where(branch(width))
    counts: list[Any] = [it.counted(inside) for it in CARRIED]
    return select(*counts)


def told_of(person: Person) -> list[tuple[Carried, int]]:
    """What would go along with somebody, and how many of it: as far as the viewer may know."""
    counts = trusted(_counting(width()), {"who": person.id}).one()
    return [(it, count) for it, count in zip(CARRIED, counts, strict=True) if count]


def carry(winner: Person, loser: Person, ledger: Ledger) -> None:
    """All that names the one names the other, in whatever unit it happened and whoever may see it."""
    _tell_as_one(winner, loser, ledger)
    for it in CARRIED:
        ledger.carry(it.kind, it.column, loser.id, winner.id)
    ledger.carry(Attachment, "subject_uid", loser.uid, winner.uid)
    for hand_over in HANDED:
        hand_over(winner, loser, ledger)
    ledger.files["line"] = {"now": line_of(winner.id)}


def _tell_as_one(winner: Person, loser: Person, ledger: Ledger) -> None:
    """Both histories as one line on the file that stays."""
    rows = {row.id: row for row in _spans(winner.id, loser.id)}
    line, left = one_line(Span(row.id, row.status, row.from_on, row.until_on) for row in rows.values())
    told: set[int] = set()
    for piece in line:
        held = {"from_on": piece.from_on, "until_on": piece.until_on, "person_id": winner.id}
        if piece.id in told:
            ledger.make(Membership, **_copy(rows[piece.id]) | held)
        else:
            ledger.set(Membership, rows[piece.id], **held)
        told.add(piece.id)
    for span in left:  # it holds on no day any more, and stays where it can be put back from
        ledger.set(Membership, rows[span.id], person_id=loser.id, until_on=span.from_on)


_SPANS = select(_m).where(_m.c.person_id.in_(bindparam("ids", expanding=True))).order_by(_m.c.id)


def _spans(*numbers: int) -> list[Any]:
    return list(trusted(_SPANS, {"ids": numbers}))


def _copy(row: Any) -> dict[str, Any]:
    """What a second piece of a span says."""
    return {name: value for name, value in row._mapping.items() if name != "id"} | {"uid": uuid4()}


def line_of(number: int) -> list[Any]:
    """The spans of a file, to be compared later."""
    return [[row.id, str(row.from_on), str(row.until_on or "")] for row in _spans(number)]
