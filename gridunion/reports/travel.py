"""A number can travel: a signed report as a document, taken in by the installation of a union above.

The document is JSON of four texts: ``schema`` ("gridunion.report/2"), ``key`` and ``signature`` (base64, Ed25519 over
the UTF-8 bytes of ``report``), and ``report``, which is itself JSON:

    schema, unit {code, name, kind}, month "2026-10", from, to (days), as_of (instant), edition, signed_by, comment,
    cells (open ones), limits {name: threshold}, limits_from, targets [{measure, year, goal, actual}],
    lines [{code, name, kind, own, light, hits, overdue_days, silent_days, percents, figures {name: count}}], total

A count is a number. Of the figures in small.SMALL one to four is "<5", never a number; "—" is a total that would tell
by its rest what stands behind such a line. It holds counts only, and no row about a person but who signed it. What was
changed on the way is refused.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped

from gridunion import signing
from gridunion.db import BigId, Record, db, internal, public
from gridunion.reports.models import SIGNED_AT, Report, editions
from gridunion.reports.month import FIGURES, Month
from gridunion.reports.sheet import SCHEMA, Sheet
from gridunion.status.lights import LIMITS, ORDER, RATES
from gridunion.status.small import A_FEW, KEPT_BACK, SMALL, is_few
from gridunion.status.targets import ACHIEVED
from gridunion.tree import Scoped, Unit

MOST_BYTES = 2**20
MOST_LINES = 2000


class Refused(ValueError):
    """A document that is not taken in, with the reason in words."""


class Sender(Scoped, Record):
    """An installation whose signed reports are taken in: those of a unit and of what is below it."""

    __tablename__ = "sender"
    __table_args__ = (Index("ix_sender_key", "key", unique=True),)

    key: Mapped[str] = public(String(44))
    added_by_id: Mapped[int | None] = internal(BigId, ForeignKey("account.id"))


def document(report: Report) -> str:
    """What is sent of a report."""
    said = {"schema": SCHEMA, "key": report.key, "signature": report.signature, "report": report.body}
    return json.dumps(said, ensure_ascii=False, indent=1)


def take_in(data: bytes) -> Report:
    """Store a report that came from another installation. Raises Refused. Inside write()."""
    text, key, signature = _opened(data)
    sender = db.session.scalars(select(Sender).where(Sender.key == key)).one_or_none()
    if sender is None:
        raise Refused(_("没有登记过这把公钥，请先请管理员登记是谁的"))
    if not signing.is_signed(text, signature, key):
        raise Refused(_("签名对不上：文件在路上被改过，没有收"))
    sheet = _read(text)
    unit = _unit_of(sheet, sender)
    digest = hashlib.sha256(text.encode()).hexdigest()
    month: Any = Month.named(sheet["month"])
    same = next((it for it in editions(unit, month) if it.edition == sheet["edition"]), None)
    if same and same.digest != digest:
        raise Refused(_("第 %(n)s 版已经收过，内容和这份不一样，请对方重新签一版", n=same.edition))
    return same or _stored(unit, month, sheet, text, key, signature)


def _opened(data: bytes) -> tuple[str, str, str]:
    try:
        said = json.loads(data)
        parts = said["report"], said["key"], said["signature"]
        ours = said["schema"] == SCHEMA and all(isinstance(part, str) for part in parts)
    except (ValueError, KeyError, TypeError, RecursionError):
        ours = False
    if not ours:
        raise Refused(_("这不是签报文件，请选月报页面上下载的签名文件"))
    return parts


def _read(text: str) -> Sheet:
    try:
        sheet: Sheet = json.loads(text)
        fits = _fits(sheet)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        fits = False
    if not fits:
        raise Refused(_("文件的内容不合规定的格式，没有收"))
    return sheet


def _fits(sheet: Any) -> bool:
    """Whether a document says all a report says, each of its kind."""
    month, lines = Month.named(sheet["month"]), sheet["lines"]
    return (
        sheet["schema"] == SCHEMA
        and month is not None
        and month.over
        and _is_count(sheet["edition"])
        and sheet["edition"] > 0
        and _is_count(sheet["cells"])
        and all(isinstance(sheet["unit"][name], str) for name in ("code", "name", "kind"))
        and sheet["unit"]["kind"] in SIGNED_AT
        and all(
            isinstance(sheet[name], str) and len(sheet[name]) <= 300
            for name in ("signed_by", "comment", "limits_from")
        )
        and datetime.fromisoformat(sheet["as_of"]).tzinfo is not None
        and bool(Month.named(sheet["limits_from"][:7]))
        and all(_is_count(sheet["limits"][name]) for name in LIMITS)
        and isinstance(lines, list)
        and len(lines) <= MOST_LINES
        and all(_is_line(line) for line in (*lines, sheet["total"]))
        and all(_is_target(it) for it in sheet.get("targets", []))
    )


def _is_line(line: Any) -> bool:
    days = (line["overdue_days"], line["silent_days"])
    return (
        all(isinstance(line[name], str) and len(line[name]) <= 100 for name in ("code", "name", "kind"))
        and isinstance(line["own"], bool)
        and line["light"] in ORDER
        and all(
            it is None or _is_count(it)
            for it in (*days, *(line["percents"][part] for part, *_said in RATES.values()))
        )
        and all(_is_figure(name, line["figures"][name]) for name in FIGURES)
    )


def _is_figure(name: str, value: Any) -> bool:
    if name not in SMALL:
        return _is_count(value)
    return value in (A_FEW, KEPT_BACK) or (_is_count(value) and not is_few(value))


def _is_target(it: Any) -> bool:
    return it["measure"] in ACHIEVED and all(_is_count(it[name]) for name in ("year", "goal", "actual"))


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 10**9


def _unit_of(sheet: Sheet, sender: Sender) -> Unit:
    """The unit here that bears the code. Raises Refused for one the sender does not stand over."""
    unit = db.session.scalars(select(Unit).where(Unit.code == sheet["unit"]["code"])).one_or_none()
    if unit is None or not unit.path.startswith(sender.unit.path) or unit.kind != sheet["unit"]["kind"]:
        raise Refused(_("这份月报的单位不在寄来的一方名下，没有收"))
    return unit


def _stored(unit: Unit, month: Month, sheet: Sheet, text: str, key: str, signature: str) -> Report:
    for earlier in editions(unit, month)[:1]:
        earlier.state = "replaced" if earlier.state == "signed" else earlier.state
    report = Report(
        unit=unit, month=month.first, edition=sheet["edition"], body=text, key=key, signature=signature
    )
    report.digest = hashlib.sha256(text.encode()).hexdigest()
    report.signed_by, report.signed_at = sheet["signed_by"][:40], datetime.fromisoformat(sheet["as_of"])
    db.session.add(report)
    return report
