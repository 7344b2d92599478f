"""导出申请: a table too large for one person. One asks for it, another one agrees, it is made in the background, and
who asked fetches it once (safety.md 17)."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import JSON, ForeignKey, Index, String, func, or_, select
from sqlalchemy.orm import Mapped

from gridunion import audit, clock, settings
from gridunion.accounts.models import Account, Posting
from gridunion.accounts.trail_words import VALUES
from gridunion.db import BigId, Record, db, internal, personal
from gridunion.exchange.export_forms import FORMATS, NUMBER_NAMES
from gridunion.exchange.locker import TABLES
from gridunion.exchange.taken import Copy
from gridunion.jobs import enqueue
from gridunion.members.filters import Filters
from gridunion.members.membership import Impossible
from gridunion.members.part import Part
from gridunion.rights import RIGHTS, Viewer
from gridunion.tree import Scoped, Unit, everywhere

RIGHT = "export members"
STATES = {
    "asked": lazy_gettext("等人同意"), "making": lazy_gettext("正在做表"), "ready": lazy_gettext("可以下载"),
    "taken": lazy_gettext("已下载"), "refused": lazy_gettext("没同意"), "withdrawn": lazy_gettext("已撤回"),
    "over": lazy_gettext("已过期"), "failed": lazy_gettext("没做成"),
}  # fmt: skip
OPEN = ("asked", "making", "ready")
VALUES["export_request", "state"], VALUES["export_request", "format"] = STATES, FORMATS
VALUES["export_request", "numbers"] = NUMBER_NAMES


class ExportRequest(Scoped, Record):
    """That somebody wants a large part of the register as a table. `unit` is the branch it is of."""

    __tablename__ = "export_request"
    __table_args__ = (
        Index("ix_export_request_unit_id_state", "unit_id", "state"),
        Index("ix_export_request_account_id_state", "account_id", "state"),
    )

    account_id: Mapped[int] = internal(BigId, ForeignKey("account.id"))
    asked_by: Mapped[str] = personal(String(60))
    chosen: Mapped[Any] = internal(JSON)
    format: Mapped[str] = internal(String(8))
    numbers: Mapped[str] = internal(String(40), default="")
    purpose: Mapped[str] = personal(String(100))
    rows: Mapped[int] = internal()
    state: Mapped[str] = internal(String(12), default="asked")
    number: Mapped[str] = internal(String(8))
    due_at: Mapped[datetime] = internal()
    decided_by_id: Mapped[int | None] = internal(BigId)
    agreed_by: Mapped[str] = personal(String(90), default="")
    decided_at: Mapped[datetime | None] = internal()
    refusal: Mapped[str | None] = personal(String(200))
    digest: Mapped[str] = internal(String(64), default="")

    @classmethod
    def ask(cls, part: Part, by: Viewer, rows: int, numbers: frozenset[str], **said: Any) -> "ExportRequest":
        """Ask for a table; of one person one waits at a time. Inside write()."""
        if waits := cls.open_of(by):
            return waits
        asked = cls(account_id=by.account_id, asked_by=by.name, unit_id=part.unit_id, rows=rows, **said)
        asked.chosen, asked.numbers = part.args, "、".join(sorted(numbers))
        asked.number = secrets.token_hex(4)
        asked.due_at = clock.now() + timedelta(days=settings.value("export.answer.days"))
        db.session.add(asked)
        db.session.flush()
        return asked

    @classmethod
    def open_of(cls, who: Viewer) -> "ExportRequest | None":
        """What somebody asked for and has not in hand yet."""
        theirs = select(cls).where(cls.account_id == who.account_id, cls.state.in_(OPEN))
        return db.session.scalars(theirs.where(cls.due_at > clock.now()).limit(1)).first()

    def agree(self, by: Viewer) -> None:
        """A second person stands for it, and the table is made. Raises WrongStep."""
        self._decide("making", by)
        self.agreed_by = by.signs(self.unit.path)
        enqueue("make export", number=self.id)

    def refuse(self, by: Viewer, reason: str) -> None:
        """A second person is against it, and says why. Raises WrongStep."""
        self._decide("refused", by)
        self.refusal = reason

    def _decide(self, state: str, by: Viewer) -> None:
        if not self.may_decide(by):
            raise Impossible(_("要由另一个人在期限内答复，而且只答复一次。"))
        self.state, self.decided_by_id, self.decided_at = state, by.account_id, clock.now()

    def withdraw(self, by: Viewer) -> None:
        """Who asked no longer wants it. Raises WrongStep."""
        if not self.may_withdraw(by):
            raise Impossible(_("只有申请的人可以撤回，下载以后就不能了。"))
        self.end()

    def end(self) -> None:
        """Nobody gets it, as who asked is leaving or wants it no longer."""
        self.state = "withdrawn"
        TABLES.drop(self.uid)

    def finish(self, rows: int, digest: str) -> None:
        """The table waits, for so many hours."""
        self.state, self.rows, self.digest = "ready", rows, digest
        self.due_at = clock.now() + timedelta(hours=settings.value("export.fetch.hours"))

    def fail(self) -> None:
        self.state = "failed"
        TABLES.drop(self.uid)

    def take(self, by: Viewer) -> None:
        """Who asked fetches it, once. Raises WrongStep."""
        if not self.may_take(by):
            raise Impossible(_("只有申请的人可以下载，在期限内，只有一次。"))
        self.state = "taken"
        audit.note("export", self, **self.copy.told(self.rows, self.digest))

    def may_decide(self, who: Viewer) -> bool:
        return self.state == "asked" and not self.over and who.account_id != self.account_id

    def may_withdraw(self, who: Viewer) -> bool:
        return self.state in OPEN and who.account_id == self.account_id

    def may_take(self, who: Viewer) -> bool:
        return self.state == "ready" and not self.over and who.account_id == self.account_id

    @property
    def over(self) -> bool:
        """Nobody answered, or nobody fetched it, in time."""
        return self.state in OPEN and self.due_at <= clock.now()

    @property
    def state_words(self) -> str:
        return str(STATES["over" if self.over else self.state])

    @property
    def whole(self) -> frozenset[str]:
        """The numbers that are written out."""
        return frozenset(filter(None, self.numbers.split("、")))

    @property
    def copy(self) -> Copy:
        """The table it is about."""
        return Copy(
            self.part, self.format, self.whole, self.number, self.asked_by, self.purpose, self.agreed_by
        )

    @property
    def part(self) -> Part:
        """What it is of. Raises NotFound for who does not stand over it."""
        return Part(Filters.of(self.chosen), self.unit_id, self.unit.name)


def to_decide(who: Viewer) -> int:
    """How many wait for somebody's word, in the branches of their eyes."""
    waits = select(func.count(ExportRequest.id)).where(ExportRequest.state == "asked")
    others = (ExportRequest.account_id != who.account_id, ExportRequest.due_at > clock.now())
    return int(db.session.scalar(waits.where(*others)) or 0)


def who_may_agree(unit: Unit, but: int) -> list[tuple[str, str]]:
    """(name, unit) of those who may agree to a table of a unit: the same right in it, or in one above."""
    today, codes = clock.today(), unit.path.strip("/").split("/")
    found = select(Account.name, Unit.name).join(Posting, Posting.account_id == Account.id)
    found = found.join(Unit, Unit.id == Posting.unit_id).where(Unit.code.in_(codes), Account.id != but)
    held = (Posting.role.in_(RIGHTS[RIGHT]), Posting.from_on <= today, Account.active)
    still = or_(Posting.until_on.is_(None), Posting.until_on > today)
    with everywhere():
        rows: Any = db.session.execute(found.where(*held, still).order_by(Unit.path.desc(), Account.id))
        return [(name, place) for name, place in rows]
