"""A letter of the union: a reminder, an opinion, a proposal to an office; never changed once it is sent."""

import re
from datetime import date, datetime
from secrets import randbelow

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Boolean, ColumnElement, Date, ForeignKey, Index, String, Text, or_, select, text
from sqlalchemy.orm import Mapped, relationship

from gridunion import calendar, clock, settings
from gridunion.accounts.trail_words import VALUES
from gridunion.complaints.alike import of_employer
from gridunion.complaints.conflicts import MY_EMPLOYERS, MY_NAMES
from gridunion.complaints.models import Complaint
from gridunion.complaints.readers import Seal
from gridunion.complaints.records import next_number
from gridunion.db import BigId, Encrypted, Record, db, internal, personal, sealed
from gridunion.employers.models import Employer, name_index
from gridunion.members.membership import Impossible
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit

KINDS = {"reminder": _("提示函"), "opinion": _("意见书"), "proposal": _("建议书")}
NEXT = {"reminder": ("opinion",), "opinion": ("proposal",), "proposal": ()}
STATES = {"waiting": _("等回复"), "overdue": _("到期没回"), "replied": _("已回复"), "followed": _("已再发")}
TINTS = {"waiting": "warn", "overdue": "bad", "replied": "ok", "followed": ""}
VALUES["letter", "kind"] = KINDS
MOST_LOOKED_AT = 200  # cases about one employer whose complainants a letter must not name
_UNSETTLED = text("settled_at IS NULL")


class TellsOnSomebody(ValueError):
    """The words of a letter name who complained. ``str()`` is a sentence for the user."""


class Settled(Impossible):
    """The letter is answered or followed already."""


class Letter(Seal, Scoped, Record):
    """One letter. That of a sealed case is sealed like it; its number is drawn, so that no gap tells of it."""

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_unit_id_year_number", "unit_id", "year", "number", unique=True),
        Index("ix_letter_unit_id_sent_at_id", "unit_id", "sent_at", "id"),
        Index("ix_letter_open", "unit_id", "due_at", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
        Index("ix_letter_employer_id", "employer_id"),
        Index("ix_letter_complaint_id", "complaint_id"),
    )

    kind: Mapped[str] = internal(String(12))
    year: Mapped[int] = internal()
    number: Mapped[int] = internal()
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    complaint_id: Mapped[int | None] = internal(BigId, ForeignKey("complaint.id"))
    follows_id: Mapped[int | None] = internal(BigId, ForeignKey("letter.id"))
    addressee: Mapped[str] = internal(String(80))
    sender: Mapped[str] = internal(String(60))
    text_sealed: Mapped[str | None] = sealed(Text)
    reply_sealed: Mapped[str | None] = sealed(Text)
    sealed: Mapped[bool] = internal(Boolean, default=False)
    sent_by: Mapped[str] = personal(String(40))
    sent_at: Mapped[datetime] = internal(default=clock.now)
    due_at: Mapped[datetime] = internal()
    replied_on: Mapped[date | None] = internal(Date)
    settled_at: Mapped[datetime | None] = internal()

    employer: Mapped[Employer | None] = relationship()
    complaint: Mapped[Complaint | None] = relationship()
    follows: Mapped["Letter | None"] = relationship(remote_side="Letter.id")

    text = Encrypted("text_sealed")
    reply = Encrypted("reply_sealed")

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        """Nobody sees the letters to an employer he is bound to."""
        unbound = or_(cls.employer_id.is_(None), cls.employer_id.not_in(MY_EMPLOYERS))
        return super().visible() & unbound & cls.addressee.not_in(MY_NAMES)

    @classmethod
    def send(
        cls, kind: str, unit: Unit, by: Viewer, addressee: str, words: str, employer: Employer | None = None,
        complaint: Complaint | None = None, follows: "Letter | None" = None,
    ) -> "Letter":  # fmt: skip
        """Number it, date it, and wait for the answer. Raises TellsOnSomebody, Settled. Inside write()."""
        if follows is not None:
            complaint, employer = follows.complaint, follows.employer
            follows.go_further()
        demand_silence(f"{addressee}\n{words}", complaint, employer)
        secret = bool(complaint and complaint.sealed)
        year = clock.today().year
        letter = cls(
            kind=kind, unit=unit, year=year, number=_drawn(unit, year) if secret else _next(unit, year),
            employer=employer, complaint=complaint, follows=follows, addressee=addressee, sender=unit.name,
            sealed=secret, sent_by=by.name, sent_at=clock.now(),
        )  # fmt: skip
        letter.text = words
        letter.await_reply()
        db.session.add(letter)
        return letter

    def await_reply(self) -> None:
        """The working days for an answer, as they were on the day it was sent and as the calendar has them now."""
        path = self.unit.path
        days = settings.value("letter.reply.workdays", path, self.sent_on)
        self.due_at = calendar.after_workdays(self.sent_at, days, path)

    def take_reply(self, words: str, on: date) -> None:
        """What came back, and when. Raises Settled."""
        if self.settled_at is not None:
            raise Settled(gettext("这份函已经记过回复，或已再发"))
        self.reply, self.replied_on, self.settled_at = words, on, clock.now()

    def go_further(self) -> None:
        """A stronger letter follows: nothing came back, or a reply that mended nothing. Raises Settled."""
        self.demand_unfollowed()
        self.settled_at = self.settled_at or clock.now()

    def demand_unfollowed(self) -> None:
        """Raises Settled when a stronger letter followed already, or none is stronger."""
        if not self.stronger:
            raise Settled(gettext("这份函后面已经再发过，或没有更进一步的了"))

    # ── how it stands ──

    @property
    def code(self) -> str:
        """Its number as people write it; a drawn one, of a sealed case, is marked 密."""
        n = self.number if self.number > 0 else gettext("密%(n)s", n=-self.number)
        return gettext("%(unit)s〔%(year)s〕%(n)s 号", unit=self.sender, year=self.year, n=n)

    @property
    def kind_words(self) -> str:
        return str(KINDS[self.kind])

    @property
    def sent_on(self) -> date:
        return clock.local(self.sent_at).date()

    @property
    def state(self) -> str:
        if self.settled_at is not None:
            return "replied" if self.replied_on else "followed"
        return "overdue" if self.due_at < clock.now() else "waiting"

    @property
    def state_words(self) -> str:
        return str(STATES[self.state])

    @property
    def tint(self) -> str:
        return TINTS[self.state]

    @property
    def stronger(self) -> tuple[str, ...]:
        """The kinds of letter that may still follow it; none when one did, whoever wrote that."""
        same = (
            (_l.employer_id == self.employer_id)
            if self.employer_id
            else (_l.complaint_id == self.complaint_id)
        )
        followed = select(_l.id).where(same, _l.follows_id == self.id).limit(1)
        there = db.session.execute(followed, execution_options={"branch": True}).first()
        return () if there else NEXT[self.kind]


_l = Letter.__table__.c


def _next(unit: Unit, year: int) -> int:
    return next_number(f"letter.{unit.id}.{year}")


def _drawn(unit: Unit, year: int) -> int:
    drawn = -100_000 - randbelow(900_000)
    taken = select(_l.id).where(_l.unit_id == unit.id, _l.year == year, _l.number == drawn)
    there = db.session.execute(taken, execution_options={"branch": True}).first()
    return _drawn(unit, year) if there else drawn


def demand_silence(words: str, complaint: Complaint | None, employer: Employer | None) -> None:
    """Raises TellsOnSomebody when a text names who complained about an employer, or gives a phone of theirs."""
    bare = re.sub(r"[\s\-·]", "", words)
    for case in _about(complaint, employer):
        said = case.complainant
        for known in (said.get("name"), said.get("phone")):
            if known and len(known) > 1 and re.sub(r"[\s\-·]", "", known) in bare:
                raise TellsOnSomebody(gettext("函里不能写反映人的姓名和电话，请删去“%(words)s”", words=known))


def _about(complaint: Complaint | None, employer: Employer | None) -> list[Complaint]:
    found = [complaint, *complaint.joined] if complaint else []
    index = name_index(employer.name) if employer else complaint.accused_index if complaint else None
    if index:
        same = of_employer(employer.id if employer else None, index)
        found += db.session.scalars(
            select(Complaint).where(same).order_by(Complaint.id.desc()).limit(MOST_LOOKED_AT)
        )
    return found
