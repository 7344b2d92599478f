"""会籍变动: who came and who went in a month, and how last month's members became this month's."""

import calendar
from datetime import date, timedelta
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from gridunion import clock
from gridunion.bookmark import opened, seal
from gridunion.members.balance import CAME, WENT, balance, behind, members_on, names_of
from gridunion.members.views import bp, here
from gridunion.rights import allow
from gridunion.web import page

PAGE = 20


@bp.get("/changes")
@allow("see members")
def changes() -> Response:
    first = _month(request.args.get("month", ""))
    since, until = first - timedelta(days=1), min(_last(first), clock.today())
    chosen = request.args.get("show", "")
    told = balance(None, since, until)
    rows, after = _rows(chosen, since, until) if chosen in CAME or chosen in WENT else ([], "")
    total, retained = (told.came | told.went).get(chosen, 0), members_on(None, until, "retained")
    return page(
        "members/changes.html", place=here(), first=first, until=until, told=told, chosen=chosen, rows=rows,
        after=after, came=CAME, went=WENT, total=total, retained=retained,
        earlier=since.replace(day=1), later=until.replace(day=1) + timedelta(days=32), today=clock.today(),
    )  # fmt: skip


def _month(said: str) -> date:
    """The first day of the month an address names; this month when it names none."""
    try:
        first = date.fromisoformat(f"{said}-01")
    except ValueError:
        first = clock.today().replace(day=1)
    return min(max(first, clock.EARLIEST.replace(day=2)), clock.today()).replace(day=1)


def _last(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _rows(chosen: str, since: date, until: date) -> tuple[list[Any], str]:
    """(name, uid, day, unit) of a page of those a number counts, and where the next page begins."""
    (start,) = opened(f"changes {chosen}", request.args.get("after", "")) or (0,)
    found = behind(chosen, since, until, start, PAGE + 1)
    shown = found[:PAGE]
    names = names_of(span for span, _unit, _uid in shown)
    rows = [
        (names.get(span.person_id, _("没填")), uid, span.from_on if chosen in CAME else span.until_on, unit)
        for span, unit, uid in shown
    ]
    return rows, seal(f"changes {chosen}", shown[-1][0].id) if len(found) > PAGE else ""
