"""What came from the public page when more came than usual: it waits until somebody has looked."""

import json
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Index, String, Text, update
from sqlalchemy.orm import Mapped

from gridunion import audit, settings
from gridunion.complaints.models import Complaint
from gridunion.complaints.turns import OutOfTurn
from gridunion.db import Encrypted, Record, db, internal, sealed
from gridunion.files import Attachment
from gridunion.rights import Viewer
from gridunion.slips import Slip
from gridunion.tree import Scoped, Unit

ASKED = ("category", "text", "employer_name", "people", "name", "phone")


class Report(Slip, Scoped, Record):
    """A complaint in no count and no list: `held` until it is let in and becomes one, on the clock that began when it
    came, or `dropped`. Its sender finds it by number and code all the while, and notices no difference."""

    quiet = True
    __tablename__ = "report"
    __table_args__ = (Index("ix_report_unit_id_state", "unit_id", "state"),)

    told_sealed: Mapped[str | None] = sealed(Text)
    state: Mapped[str] = internal(String(12), default="held")

    _told = Encrypted("told_sealed")

    @classmethod
    def hold(cls, unit: Unit, told: dict[str, Any]) -> "Report":
        made = cls(unit=unit, state="held")
        made._told = json.dumps({name: told[name] for name in ASKED}, ensure_ascii=False)
        made.give_code(beside=(Complaint,))
        db.session.add(made)
        db.session.flush()
        return made

    @property
    def told(self) -> dict[str, Any]:
        """What its sender typed; nothing once it was dropped."""
        said: dict[str, Any] = json.loads(self._told or "{}")
        return said

    @property
    def secret(self) -> bool:
        """Of a sealed category: nothing of it is shown before its readers are named."""
        return self.told.get("category") in settings.codes_tagged("complaint_category", "sealed")

    def admit(self, by: Viewer) -> Complaint:
        """It is meant: a complaint since the moment it came, with the same number and code. Raises OutOfTurn."""
        if self.state != "held":
            raise OutOfTurn(_("这一份已经办过了"))
        case = Complaint.take(self.unit, None, at=self.recorded_at, channel="online", **self.told)
        slip = {"code_digest": self.code_digest, "code_at": self.code_at}
        self.state, self._told, kept = "admitted", None, self.receipt
        self.receipt = self.code_digest = None
        db.session.flush()
        case.receipt = kept
        for name, value in slip.items():
            setattr(case, name, value)
        photos = update(Attachment).where(Attachment.subject_uid == self.uid).values(subject_uid=case.uid)
        db.session.execute(photos, execution_options={"synchronize_session": False})
        audit.note("admit report", self)
        return case
