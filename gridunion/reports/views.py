"""月报: the months of one's union and of those below, one month as a paper, and signing it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import or_, select

from gridunion import clock
from gridunion.db import db
from gridunion.fields import Form, ValidationError, Words
from gridunion.reports.models import SIGNED_AT, Report, editions, latest, may_sign
from gridunion.reports.month import Month
from gridunion.reports.sheet import differences, drawn, of_the_union
from gridunion.reports.tables import RULE
from gridunion.reports.words import HEADS, NAMES, told
from gridunion.rights import allow
from gridunion.status.measures import MEASURES
from gridunion.status.past import AS_NOW
from gridunion.tree import Unit
from gridunion.web import find_unit, go, page, say, viewer

bp = Blueprint("reports", __name__, url_prefix="/reports")


class SignForm(Form):
    comment = Words(lazy_gettext("补充说明"), 300)


class ReturnForm(Form):
    reason = Words(lazy_gettext("为什么退回"), 300)

    def validate_reason(self, field: Words) -> None:
        if len(field.data or "") < 4:
            raise ValidationError(_("请写清楚哪里不对，对方才好改"))


@dataclass(frozen=True)
class Line:
    """A unit that owes a report of a month: what it signed last, and since how many days it is late."""

    unit: Unit
    report: Report | None
    late_days: int


@bp.get("/")
@allow("see reports")
def listing() -> Response:
    """The reports of a month: one's own, and those of the unions directly below."""
    month, unit = _chosen_month(Month.of(clock.today()).before), _own()
    units = [unit, *_below(unit, month)]
    signed = latest(units, month)
    lines = [Line(it, signed.get(it.id), _late(it, signed.get(it.id), month)) for it in units]
    return page(
        "reports/listing.html", month=month, unit=unit, own=lines[0], lines=lines[1:], told=told,
        newest=Month.of(clock.today()), sign_by=month.sign_by(unit.path), places=_chips(unit, month),
    )  # fmt: skip


def _chosen_month(otherwise: Month) -> Month:
    return Month.named(request.args.get("month", "")) or otherwise


def _own() -> Unit:
    """The unit one looks from: of several postings the asked one, or the first."""
    held = viewer().holding("see reports")
    asked = next((it for it in held if it.code == request.args.get("unit")), held[0])
    return find_unit(asked.code)


def _chips(unit: Unit, month: Month) -> list[Any]:
    held = viewer().holding("see reports")
    if len(held) < 2:
        return []
    return [
        (it.name, None, url_for(".listing", unit=it.code, month=month), it.unit_id == unit.id) for it in held
    ]


def _below(unit: Unit, month: Month) -> list[Unit]:
    """The unions directly below that stood in the month."""
    stood = (Unit.opened_on <= month.last, or_(Unit.closed_on.is_(None), Unit.closed_on > month.first))
    found = select(Unit).where(Unit.parent_id == unit.id, Unit.kind.in_(SIGNED_AT), *stood)
    return list(db.session.scalars(found.order_by(Unit.path)))


def _late(unit: Unit, report: Report | None, month: Month) -> int:
    """Days a report is late, or was when it was signed."""
    if report:
        return report.late_days
    return max((clock.today() - month.sign_by(unit.path)).days, 0) if month.over else 0


@bp.get("/<code>/<month>")
@allow("see reports")
def show(code: str, month: str) -> Response:
    """A month on paper: as it was signed, or as it stands now when nobody signed it yet."""
    unit, asked = find_unit(code), asked_month(month)
    return paper(unit, asked, SignForm(formdata=None), ReturnForm(formdata=None))


def asked_month(said: str) -> Month:
    return Month.named(said) or abort(404)


def asked_edition(kept: list[Report]) -> Report | None:
    """The edition asked for, or the last one; none for what is not signed yet."""
    if not kept or "draft" in request.args:
        return None
    return next((it for it in kept if str(it.edition) == request.args.get("edition")), kept[0])


def paper(unit: Unit, month: Month, sign: SignForm, refusal: ReturnForm, status: int = 200) -> Response:
    kept = editions(unit, month)
    report = asked_edition(kept)
    sheet = report.sheet if report else drawn(unit, month)
    return page(
        "reports/show.html", status, unit=unit, month=month, report=report, kept=kept, sheet=sheet, tell=told(sheet),
        sign_form=sign, refusal=refusal, signs=month.over and may_sign(unit, viewer()), who=viewer(), names=NAMES,
        changed=_changed(report, unit, month), late=_late(unit, report, month), sign_by=month.sign_by(unit.path),
        heads=HEADS, as_now=[MEASURES[name].words for name in AS_NOW], as_of=datetime.fromisoformat(sheet["as_of"]),
        small_rule=str(RULE),
    )  # fmt: skip


def _changed(report: Report | None, unit: Unit, month: Month) -> list[Any] | None:
    """What a recount says otherwise; None when nobody asked for one, or the records are elsewhere."""
    if report is None or report.arrived or "check" not in request.args:
        return None
    return differences(report.sheet, of_the_union(unit, month))


@bp.post("/<code>/<month>/sign")
@allow("sign reports")
def sign(code: str, month: str) -> Response:
    unit, asked, form = find_unit(code), asked_month(month), SignForm()
    if not form.submitted():
        return paper(unit, asked, form, ReturnForm(formdata=None), 422)
    report = Report.sign(unit, asked, of_the_union(unit, asked), viewer(), form.comment.data or "")
    say(_("已签报：%(place)s %(month)s，第 %(n)s 版", place=unit.name, month=asked, n=report.edition))
    return go(url_for(".show", code=code, month=month))
