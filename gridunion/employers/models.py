"""用人单位: who employs people in a community, and whether a union covers them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Date, ForeignKey, Index, Select, String, or_, select
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock
from gridunion.db import BigId, Record, db, internal, keyring, personal, public
from gridunion.text import clean_code
from gridunion.tree import Scoped, Unit, everywhere
from gridunion.units.models import HEIRS

TURNED: list[Callable[["Employer"], None]] = []
"""What other rooms do when an employer closes, works again, or moves to another community."""

PLACED: list[Callable[["Employer"], None]] = []
"""What other rooms do when more became known of an employer: it may lie in another cell than it did, or be closed."""


class Named(NamedTuple):
    """An employer as the ledger of a community has it from now on."""

    id: int
    name: str
    community_id: int


NAMED: list[Callable[[list[Named]], None]] = []
"""What other rooms do when employers came into a ledger or have another name there: they may know of them by it."""


class Employer(Scoped, Record):
    """One employer; it belongs to a community, and may have no credit code (small shops have none).

    The cell it lies in, once somebody said so, may see it too: whoever works there goes to see it.
    """

    __tablename__ = "employer"
    __table_args__ = (
        Index("ix_employer_unit_id_name", "unit_id", "name"),
        Index("ix_employer_name", "name"),
        Index("ix_employer_uscc", "uscc", unique=True),
        Index("ix_employer_cell_id", "cell_id"),
        Index("ix_employer_unit_id_state_seen_at", "unit_id", "state", "seen_at", "id"),
    )

    name: Mapped[str] = public(String(80))
    uscc: Mapped[str | None] = public(String(18))
    ownership: Mapped[str | None] = public(String(40))
    headcount: Mapped[int | None] = public()
    women: Mapped[int | None] = public()
    union_state: Mapped[str] = public(String(20), default="unorganized")
    founded_on: Mapped[date | None] = public(Date)
    contact: Mapped[str | None] = personal(String(40))
    phone: Mapped[str | None] = personal(String(20))
    state: Mapped[str] = public(String(20), default="active")
    cell_id: Mapped[int | None] = public(BigId, ForeignKey("unit.id"))
    seen_at: Mapped[datetime] = internal(
        default=clock.now
    )  # when somebody was last there, or first wrote it down
    visit_due_at: Mapped[datetime | None] = internal()

    cell: Mapped[Unit | None] = relationship(foreign_keys=[cell_id])

    @classmethod
    def within(cls, units: Any) -> ColumnElement[bool]:
        return or_(cls.unit_id.in_(units), cls.cell_id.in_(units))

    @property
    def places(self) -> tuple[Unit | None, ...]:
        with everywhere():  # the cell must know its community, and the community what lies below it
            community = self.unit or db.session.get(Unit, self.unit_id)
            return community, self.cell or (db.session.get(Unit, self.cell_id) if self.cell_id else None)

    @property
    def home(self) -> Unit:
        """Where one goes to see it: its cell while that stands in its community, else the community."""
        community, cell = self.places
        assert community
        fits = cell and cell.closed_on is None and cell.parent_id == community.id
        return cell if cell and fits else community

    @classmethod
    def enter(cls, **known: Any) -> "Employer":
        """Write one into the ledger. Inside write()."""
        db.session.add(employer := cls(**known))
        employer._tell_its_name()
        return employer

    def learn(self, **known: Any) -> None:
        """Take over what became known, and what follows when it closes, moves or has another name."""
        before, called = (self.state, self.unit), (self.name, self.unit)
        for name, value in known.items():
            setattr(self, name, value)
        if self.cell and self.cell.parent_id != self.unit.id:
            self.cell = None  # it moved away from there
        for follow in PLACED:
            follow(self)
        if (self.name, self.unit) != called:
            self._tell_its_name()
        if (self.state, self.unit) != before:
            for follow in TURNED:
                follow(self)

    def _tell_its_name(self) -> None:
        db.session.flush()
        for listen in NAMED:
            listen([Named(self.id, self.name, self.unit.id)])

    def seen(self, at: datetime) -> None:
        """Somebody was there."""
        self.seen_at = max(self.seen_at or at, at)

    @property
    def organized(self) -> bool:
        return self.union_state != "unorganized"


def name_index(name: str | None) -> str | None:
    """The name of an employer as it can be compared without being read, for what was said of one is encrypted: the
    same for one name whatever its blanks, its width and its case. Half of the digest, since a million files bear it.
    """
    return keyring().digest(clean_code(name), "employer name")[:32] if name else None


def named(name: str, unit: Unit) -> Employer | None:
    """The employer of that name in a unit's community, if the ledger has it."""
    community_id = unit.parent_id if unit.is_cell else unit.id
    found = select(Employer).where(Employer.name == name, Employer.unit_id == community_id).limit(1)
    return db.session.scalars(found, execution_options={"branch": True}).one_or_none()


def taken_name(name: str, community: Unit, but: Employer | None) -> bool:
    """Whether another employer of that name stands in the community."""
    same = select(Employer.id).where(Employer.name == name, Employer.unit_id == community.id)
    return db.session.scalar(_other(same, but).limit(1)) is not None


def taken_uscc(uscc: str, but: Employer | None) -> str:
    """Who else has a credit code, as a sentence; of other branches only that it is taken. Empty when free."""
    same = _other(select(Employer).where(Employer.uscc == uscc), but)
    if known := db.session.scalars(same).one_or_none():
        return str(_("这个代码已登记：%(name)s，%(place)s", name=known.name, place=known.unit.name))
    with everywhere():
        elsewhere = db.session.scalars(same).one_or_none()
    return str(_("这个代码已在别的社区登记，请和上级工会核对")) if elsewhere else ""


def go_along(unit: Unit, heir: Unit, _on: date) -> None:
    """The ledger of a community is kept on by the one that takes its place."""
    for employer in db.session.scalars(select(Employer).where(Employer.unit_id == unit.id)).all():
        employer.learn(unit=heir)


HEIRS.append(go_along)


def _other(statement: Select[Any], but: Employer | None) -> Select[Any]:
    return statement.where(Employer.id != but.id) if but else statement
