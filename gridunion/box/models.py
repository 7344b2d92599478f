"""The anonymous box of a community: what lies in it, and the minutes of each opening.

A message carries a day and no moment, and stands in no trail and no receipt when it comes: nothing tells who put it in.
Until two officers opened the box it is in no list and no count, also not of those who will read it.
"""

import base64
import json
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Date, ForeignKey, Index, String, Text, update
from sqlalchemy.orm import Mapped, relationship

from gridunion import audit, clock, settings
from gridunion.complaints.models import Complaint
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import BigId, Encrypted, Record, db, internal, personal, public, sealed
from gridunion.rights import Held, Viewer
from gridunion.tree import Scoped, Unit, everywhere

RIGHT = "open boxes"
TAG, CODE_DIGITS = 6, 16  # the first digits of a code are shown on the board; the others only its sender has


class BoxOpening(Scoped, Record):
    """The box of a community, opened by two: one asks, the other confirms within some minutes, each with a password."""

    __tablename__ = "box_opening"
    __table_args__ = (Index("ix_box_opening_unit_id_opened_at", "unit_id", "opened_at"),)

    asked_at: Mapped[datetime] = internal(default=clock.now)
    first_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    first_name: Mapped[str] = personal(String(40))
    first_role: Mapped[str] = internal(String(24))
    opened_at: Mapped[datetime | None] = internal()
    second_id: Mapped[int | None] = internal(BigId, ForeignKey("account.id"))
    second_name: Mapped[str | None] = personal(String(40))
    second_role: Mapped[str | None] = internal(String(24))
    messages: Mapped[int] = internal(default=0)
    words: Mapped[str | None] = personal(Text)

    @classmethod
    def ask(cls, unit: Unit, by: Viewer) -> "BoxOpening":
        """The first of the two. Nothing opens yet."""
        made = cls(unit=unit, asked_at=clock.now(), first_id=by.account_id, first_name=by.name)
        made.first_role = _seat(by, unit).role
        db.session.add(made)
        return made

    def confirm(self, by: Viewer) -> None:
        """The second: all that lies in the box is open from now on. Raises NotYours, OutOfTurn."""
        if by.account_id == self.first_id:
            raise NotYours(_("要由另一个人来一起开"))
        if not self.waits:
            raise OutOfTurn(_("等得太久了，请重新开"))
        self.second_id, self.second_name, self.second_role = by.account_id, by.name, _seat(by, self.unit).role
        self.opened_at = clock.now()
        db.session.flush()
        self.messages = self._take_out()
        audit.note("open box", self)

    def _take_out(self) -> int:
        inside = update(BoxMessage).where(BoxMessage.unit_id == self.unit_id, BoxMessage.opening_id.is_(None))
        out = inside.values(opening_id=self.id, state="open")
        with everywhere():  # the guard hides what nobody opened
            done = db.session.execute(out, execution_options={"synchronize_session": False})
        return int(getattr(done, "rowcount", 0))

    def minute(self, words: str | None, by: Viewer) -> None:
        """What the two put on paper about it. Raises NotYours."""
        if by.account_id not in (self.first_id, self.second_id):
            raise NotYours(_("开箱记录由开箱的两个人写"))
        self.words = words

    @property
    def until(self) -> datetime:
        """How long the first waits for the second."""
        return self.asked_at + timedelta(minutes=settings.value("box.second.minutes", self.unit.path))

    @property
    def waits(self) -> bool:
        return self.opened_at is None and clock.now() < self.until


class BoxMessage(Scoped, Record):
    """What somebody put into the box: `shut` in it, then `open`, `answered`, turned into a `case`, or set `aside`."""

    quiet = True
    __tablename__ = "box_message"
    __table_args__ = (
        Index("ix_box_message_unit_id_recorded_at", "unit_id", "recorded_at"),
        Index("ix_box_message_unit_id_answered_on", "unit_id", "answered_on"),
        Index("ix_box_message_opening_id", "opening_id"),
        Index("ix_box_message_tag", "tag"),
    )

    tag: Mapped[str] = public(String(TAG))
    code_hash: Mapped[str] = sealed(String(200))
    text_sealed: Mapped[str | None] = sealed(Text)
    photos_sealed: Mapped[str | None] = sealed(Text, deferred=True)
    photos: Mapped[int] = internal(default=0)
    state: Mapped[str] = internal(String(12), default="shut")
    opening_id: Mapped[int | None] = internal(BigId, ForeignKey("box_opening.id"))
    answer: Mapped[str | None] = public(Text)
    answered_on: Mapped[date | None] = public(Date)
    reason: Mapped[str | None] = personal(String(200))
    complaint_id: Mapped[int | None] = internal(BigId, ForeignKey("complaint.id"))
    settled_by_id: Mapped[int | None] = internal(BigId)

    opening: Mapped[BoxOpening | None] = relationship()
    complaint: Mapped[Complaint | None] = relationship()
    text = Encrypted("text_sealed")
    _photos = Encrypted("photos_sealed")

    @classmethod
    def visible(cls) -> ColumnElement[bool]:
        """What is still in the box is nobody's to see."""
        return cls.opening_id.is_not(None)

    @classmethod
    def drop(cls, unit: Unit, text: str, pictures: list[bytes], code: str, hashed: str) -> "BoxMessage":
        """Put a message into the box, on a day and at no time of it."""
        made = cls(unit=unit, tag=code[:TAG], code_hash=hashed, state="shut", photos=len(pictures))
        made.recorded_at = clock.midnight(clock.today())
        made.text = text
        made._photos = json.dumps([base64.b64encode(one).decode() for one in pictures]) if pictures else None
        db.session.add(made)
        return made

    @property
    def pictures(self) -> list[bytes]:
        return [base64.b64decode(one) for one in json.loads(self._photos or "[]")]

    def reply(self, words: str, by: Viewer) -> None:
        """An answer for everybody to read, under the first digits of the code. May be put better later."""
        if self.state not in ("open", "answered"):
            raise OutOfTurn(_("这一封已经办过了"))
        self.answer, self.answered_on = words, clock.today()
        self._settle("answered", by, "answer box message")

    def turn(self, unit: Unit, by: Viewer, **about: Any) -> Complaint:
        """Make a complaint of it that nobody's name stands on. What was written goes there, and is not kept twice: who
        may not open a sealed case cannot read it here either."""
        self._only_open()
        said = {"name": None, "phone": None, "text": self.text, "channel": "box"}
        self.complaint = Complaint.take(unit, by, **said, **about)
        db.session.flush()
        self.complaint_id = self.complaint.id
        self.text = self._photos = None
        self._settle("case", by, "turn box message")
        return self.complaint

    def set_aside(self, reason: str, by: Viewer) -> None:
        """Nothing is done about it; its sender can read why."""
        self._only_open()
        self.reason = reason
        self._settle("aside", by, "set box message aside")

    def _only_open(self) -> None:
        if self.state != "open":
            raise OutOfTurn(_("这一封已经办过了"))

    def _settle(self, state: str, by: Viewer, action: str) -> None:
        self.state, self.settled_by_id = state, by.account_id
        audit.note(action, self)


def box_of(unit: Unit) -> Unit:
    """Whose box it is: that of a community about to close is the heir's from the day this is settled."""
    return box_of(unit.replaced_by) if unit.replaced_by else unit


def _seat(by: Viewer, unit: Unit) -> Held:
    """The posting by which somebody opens the box of a unit."""
    return next(held for held in by.holding(RIGHT) if unit.path.startswith(held.path))
