"""月报: a month signed by a union, frozen, and answered by the one above. A correction is a new edition."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import Date, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped

from gridunion import clock, signing
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.accounts.trail_words import VALUES
from gridunion.db import BigId, Record, db, internal, personal, public, sensitive
from gridunion.members.membership import Impossible
from gridunion.reports.month import Month
from gridunion.reports.sheet import Sheet, outside, text_of
from gridunion.rights import RIGHTS, Viewer
from gridunion.tree import Scoped, Unit, everywhere

_SIGNED = text("state = 'signed'")
SIGN, ANSWER = "sign reports", "answer reports"
SIGNED_AT = ("community_union", "street_federation", "district_federation", "city_federation")
STATES = {
    "signed": (lazy_gettext("已签报，等上级收"), "warn"),
    "accepted": (lazy_gettext("上级已收"), "ok"),
    "returned": (lazy_gettext("退回了"), "bad"),
    "replaced": (lazy_gettext("有了新的一版"), "none"),
}
VALUES["monthly_report", "state"] = {name: words for name, (words, _light) in STATES.items()}


class Report(Scoped, Record):
    """A month of a unit as somebody signed it; nothing edits it. `body` is what was signed, to the letter, in the words
    in which it may leave the house. `exact`, signed in `seal`, holds how few were counted; only the house has it."""

    __tablename__ = "monthly_report"
    __table_args__ = (
        Index("ix_monthly_report_unit_id_month_edition", "unit_id", "month", "edition", unique=True),
        Index("ix_monthly_report_signed", "unit_id", sqlite_where=_SIGNED, postgresql_where=_SIGNED),
    )

    month: Mapped[date] = public(Date)
    edition: Mapped[int] = public(default=1)
    state: Mapped[str] = public(String(12), default="signed")
    body: Mapped[str] = sensitive(Text)  # counts only, but the trail is not to quote it
    digest: Mapped[str] = public(String(64))
    signature: Mapped[str] = public(String(88))
    exact: Mapped[str | None] = sensitive(Text)
    seal: Mapped[str | None] = sensitive(String(88))  # by trying, it would tell what it seals
    key: Mapped[str] = public(String(44))
    signed_by_id: Mapped[int | None] = internal(BigId, ForeignKey("account.id"))
    signed_by: Mapped[str] = personal(String(40))
    signed_at: Mapped[datetime] = public()
    decided_by_id: Mapped[int | None] = internal(BigId)
    decided_by: Mapped[str] = personal(String(40), default="")
    decided_at: Mapped[datetime | None] = public()
    refusal: Mapped[str | None] = public(String(300))

    @classmethod
    def sign(cls, unit: Unit, month: Month, sheet: Sheet, by: Viewer, comment: str = "") -> "Report":
        """Sign a month that is over. What was signed before stays, as an earlier edition. Raises WrongStep."""
        if not month.over:
            raise Impossible(_("这个月还没过完，下月 1 日起才能签报。"))
        if not may_sign(unit, by):
            raise Impossible(_("月报由本级工会的负责人签。"))
        earlier = editions(unit, month)
        sheet = sheet | {"edition": len(earlier) + 1, "comment": comment, "signed_by": by.name}
        for report in earlier[:1]:
            report.state = "replaced" if report.state == "signed" else report.state
        report = cls(unit=unit, month=month.first, edition=len(earlier) + 1, signed_by_id=by.account_id)
        report._seal(sheet, by.name)
        db.session.add(report)
        return report

    def _seal(self, sheet: Sheet, name: str) -> None:
        self.exact, self.body = text_of(sheet), text_of(outside(sheet))
        self.digest = hashlib.sha256(self.body.encode()).hexdigest()
        self.seal, self.signature = signing.sign(self.exact), signing.sign(self.body)
        self.key = signing.public_key()
        self.signed_by, self.signed_at = name, clock.now()

    def accept(self, by: Viewer) -> None:
        """The union above takes it as it is. Raises WrongStep."""
        self._answer("accepted", by)

    def send_back(self, by: Viewer, reason: str) -> None:
        """The union above does not take it, and says why. Raises WrongStep."""
        self._answer("returned", by)
        self.refusal = reason

    def _answer(self, state: str, by: Viewer) -> None:
        if not self.may_answer(by):
            raise Impossible(_("由上一级工会答复，只答复一次。"))
        self.state, self.decided_by_id, self.decided_by = state, by.account_id, by.name
        self.decided_at = clock.now()

    def may_answer(self, who: Viewer) -> bool:
        """Somebody posted above the unit, and not who signed it."""
        above = any(
            held.path != self.unit.path and self.unit.path.startswith(held.path)
            for held in who.holding(ANSWER)
        )
        return self.state == "signed" and above and who.account_id != self.signed_by_id

    @cached_property
    def sheet(self) -> Sheet:
        """What was signed, as the house reads it: to the last count, where it was signed here."""
        said: Sheet = json.loads(self.exact or self.body)
        return said

    @property
    def outside(self) -> Sheet:
        """What was signed, as it may leave the house."""
        said: Sheet = json.loads(self.body)
        return said

    @property
    def arrived(self) -> bool:
        """Whether another installation signed it: its records, and how few it counts, are there."""
        return self.exact is None

    @property
    def intact(self) -> bool:
        """Whether what is kept is still what was signed."""
        exact = self.exact is None or signing.is_signed(self.exact, self.seal or "", self.key)
        return exact and signing.is_signed(self.body, self.signature, self.key)

    @property
    def late_days(self) -> int:
        """Days between the last one on which it should have been signed and the one on which it was."""
        return max((clock.local(self.signed_at).date() - Month(self.month).sign_by(self.unit.path)).days, 0)

    @property
    def state_words(self) -> str:
        return str(STATES[self.state][0])

    @property
    def light(self) -> str:
        return STATES[self.state][1]


def editions(unit: Unit, month: Month) -> list[Report]:
    """All that was signed of a unit's month, the latest first."""
    found = select(Report).where(Report.unit_id == unit.id, Report.month == month.first)
    return list(db.session.scalars(found.order_by(Report.edition.desc())))


def latest(units: Iterable[Unit], month: Month) -> dict[int, Report]:
    """The latest edition of each of some units, by the unit's number."""
    wanted = select(Report).where(
        Report.unit_id.in_([unit.id for unit in units]), Report.month == month.first
    )
    return {report.unit_id: report for report in db.session.scalars(wanted.order_by(Report.edition))}


def may_sign(unit: Unit, who: Viewer) -> bool:
    """Who leads a unit signs for it; where nobody does, who leads the next one above."""
    if unit.kind not in SIGNED_AT:
        return False
    held = [held.path for held in who.holding(SIGN) if unit.path.startswith(held.path)]
    return unit.path in held or (bool(held) and not _led(unit))


def _led(unit: Unit) -> bool:
    posted: Any = select(Posting.id).join(Account, Account.id == Posting.account_id)
    posted = posted.where(
        Posting.unit_id == unit.id, Posting.role.in_(RIGHTS[SIGN]), in_force(clock.today()), Account.active
    )
    with everywhere():
        return db.session.scalar(posted.limit(1)) is not None
