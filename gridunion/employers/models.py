"""用人单位: who employs people in a community, and whether a union covers them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Date, Index, Select, String, select
from sqlalchemy.orm import Mapped

from gridunion.db import Record, db, personal, public
from gridunion.tree import Scoped, Unit, everywhere
from gridunion.units.models import HEIRS

TURNED: list[Callable[["Employer"], None]] = []
"""What other rooms do when an employer closes, works again, or moves to another community."""


class Employer(Scoped, Record):
    """One employer; it belongs to a community, and may have no credit code (small shops have none)."""

    __tablename__ = "employer"
    __table_args__ = (
        Index("ix_employer_unit_id_name", "unit_id", "name"),
        Index("ix_employer_uscc", "uscc", unique=True),
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

    def learn(self, **known: Any) -> None:
        """Take over what became known, and what follows when it closes or moves."""
        before = self.state, self.unit
        for name, value in known.items():
            setattr(self, name, value)
        if (self.state, self.unit) != before:
            for follow in TURNED:
                follow(self)

    @property
    def organized(self) -> bool:
        return self.union_state != "unorganized"


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
