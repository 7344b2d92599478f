"""What of letters and alerts waits for who looks at a board."""

from functools import cache
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select

from gridunion import clock
from gridunion.alerts import listing as alerts
from gridunion.complaints import unsealing
from gridunion.db import trusted
from gridunion.letters import listing as letters
from gridunion.tree import width
from gridunion.web import viewer


@cache
def _counting(width: int) -> Select[Any]:
    return select(*alerts.counted(width), *letters.counted(width), unsealing.waiting(width))


def waiting() -> list[tuple[str, str]]:
    """(words, address): alerts the viewer's level has to answer, letters nobody answered in time."""
    since = clock.now() - unsealing.LAPSES
    counted: Any = trusted(_counting(width()), {"asked_since": since}).one()
    unanswered, overdue, asked = counted
    told = []
    if unanswered:
        told.append((_("%(n)s 条预警等你答复", n=unanswered), url_for("alerts.listing", show="mine")))
    if overdue:
        told.append((_("%(n)s 份函到期没回", n=overdue), url_for("letters.listing", show="overdue")))
    if asked and viewer().can("unseal complaints"):
        told.append((_("%(n)s 份看保密诉求的申请等你答复", n=asked), url_for("complaints.unseal")))
    return told + unsealing.opened_lately()
