"""走访安排: how the due visits of a branch stand, for those who look after several cells."""

from datetime import date
from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _

from gridunion import settings
from gridunion.menu import ASIDES
from gridunion.rights import Viewer, allow
from gridunion.tree import Unit
from gridunion.visits import tally
from gridunion.visits.triggers import LIST
from gridunion.visits.unseen import KINDS, unseen
from gridunion.visits.views import bp
from gridunion.web import find_unit, go, page, viewer

SHOWS = {"coming": _("没到期"), "late": _("超期"), "in_time": _("按时走了")}
SINCE = (90, 180, 365)
FEW = 5  # of the unseen, on the page itself


@bp.get("/plan")
@allow("see visit plans")
def own_plan() -> Response:
    """That of the unit one is posted to; of several, the first and links to the others."""
    return go(url_for(".plan", code=viewer().holding("see visit plans")[0].code))


@bp.get("/plan/<code>")
@allow("see visit plans")
def plan(code: str) -> Response:
    unit = find_unit(code)
    words = settings.labels(LIST)
    days = [(day, format_date(day, "EEE"), n) for day, n in tally.coming_days(unit)]
    found = {it.code: it for it in tally.by_reason(unit)}
    reasons = [found[code] for code in words if code in found]
    whole = tally.whole_of(unit, reasons)
    rows, total, _after = unseen(unit, SINCE[1]) if unit.kind in KINDS else ([], 0, "")
    return page(
        "visits/plan.html", unit=unit, whole=whole, units=tally.by_unit(unit, whole), reasons=reasons, shows=SHOWS,
        days=days, window=tally.WINDOW, words=words, others=_others(unit),
        unseen=rows[:FEW], total=total, since=SINCE[1], told=unit.kind in KINDS,
    )  # fmt: skip


def _others(unit: Unit) -> list[tuple[str, None, str, bool]]:
    """The other units the viewer looks after."""
    held = viewer().holding("see visit plans")
    return [
        (it.name, None, url_for(".plan", code=it.code), it.code == unit.code) for it in held if len(held) > 1
    ]


@bp.get("/plan/<code>/records")
@allow("see visit plans")
def plan_records(code: str) -> Response:
    """The visits behind a number: how they stand, for which reason, or on which day they are due; `own`: only those of
    the unit itself."""
    unit, (show, reason, day) = find_unit(code), _asked()
    rows, total, after = tally.behind(
        unit, show, reason, day, "own" in request.args, request.args.get("after", "")
    )
    kept: Any = request.args.to_dict() | {"after": after}
    return page(
        "visits/planned.html", unit=unit, rows=rows, total=total, show=show, reason=reason, day=day, shows=SHOWS,
        words=settings.labels(LIST), more=url_for(".plan_records", code=code, **kept) if after else "",
        window=tally.WINDOW,
    )  # fmt: skip


def _asked() -> tuple[str, str, date | None]:
    show, reason = request.args.get("show", "late"), request.args.get("reason", "")
    try:
        day = date.fromisoformat(request.args["day"]) if request.args.get("day") else None
    except ValueError:
        abort(404)
    if show not in SHOWS or (reason and settings.code(LIST, reason) is None):
        abort(404)
    return show, reason, day


@bp.get("/plan/<code>/unseen")
@allow("see visit plans")
def plan_unseen(code: str) -> Response:
    """The members nobody spoke with for longest."""
    unit, asked = find_unit(code), request.args.get("days", "")
    days = int(asked) if asked in {str(it) for it in SINCE} else SINCE[1]
    if unit.kind not in KINDS:
        abort(404)
    rows, total, after = unseen(unit, days, request.args.get("after", ""))
    return page(
        "visits/unseen.html", unit=unit, rows=rows, total=total, after=after, days=days, choices=SINCE
    )


def _late(who: Viewer) -> tuple[str, str] | None:
    """Told to a leader, beside what waits for an answer; of several communities, the first where any is late."""
    if not who.can("see inbox"):
        return None
    for held in who.holding("see inbox"):
        if late := tally.count_late(held.path):
            return gettext("%(n)s 次走访超期", n=late), url_for("visits.plan_records", code=held.code)
    return None


ASIDES.append(_late)
