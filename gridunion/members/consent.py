"""Consent: that somebody agreed to the use of their data, and took it back. Source: 个人信息保护法 第十四、十五条."""

from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, relationship

from gridunion import clock
from gridunion.db import BigId, Record, internal, personal, public
from gridunion.members.membership import WrongStep
from gridunion.tree import Scoped

if TYPE_CHECKING:
    from gridunion.members.models import Person

CONSENT_VERSION = "2026-11"


class Consent(Scoped, Record):
    """That somebody agreed, to which wording, over which channel, and when they took it back."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_person_id", "person_id"),)

    person_id: Mapped[int] = internal(BigId, ForeignKey("person.id"))
    wording: Mapped[str] = public(String(20))
    channel: Mapped[str] = internal(String(20))
    given_at: Mapped[datetime] = personal(default=clock.now)
    withdrawn_at: Mapped[datetime | None] = personal()

    person: Mapped["Person"] = relationship(back_populates="consents")


class Withdrawn(WrongStep):
    """Nothing is done with the data of who took their consent back, but to keep it."""

    @property
    def sentence(self) -> str:  # type: ignore[override]
        return gettext("本人撤回了同意，资料只保存，不再使用。本人再同意以后才能办。")
