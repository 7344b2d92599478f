"""留痕: the auditor reads who did what in the branch, newest first, and checks that no line was altered."""

from datetime import date, timedelta
from typing import Any

from flask import Response, request
from sqlalchemy import Select, func, select

from gridunion import audit, clock
from gridunion.accounts.models import Account, Posting
from gridunion.accounts.trail_words import ACTIONS, action_words, change_words, kind_words, look_up_names
from gridunion.accounts.views import bp
from gridunion.audit import Trail
from gridunion.bookmark import opened, seal
from gridunion.db import db
from gridunion.rights import allow, in_whose_place
from gridunion.tree import Unit, branch, width
from gridunion.units.models import over_all
from gridunion.web import page, viewer

PAGE = 40
MOST_COUNTED = 10_000
MANY, ALARMED = "many files", 7  # the line that is told above the others, for so many days

_t, _u, _p = Trail.__table__.c, Unit.__table__.c, Posting.__table__.c
_WITH_PLACES = Trail.__table__.outerjoin(Unit.__table__, _u.id == _t.unit_id)


@bp.get("/trail")
@allow("read trail")
def trail() -> Response:
    return _page()


@bp.post("/trail")
@allow("read trail", reads=True)
def check_trail() -> Response:
    """Whether the chain holds: the whole of it for an auditor at the top, else the lines on this page."""
    lines, _after = _lines()
    broken = audit.broken_at() if _at_top() else _broken_among([line["id"] for line in lines])
    return _page(checked=True, broken=broken)


def _page(**verdict: Any) -> Response:
    lines, after = _lines()
    look_up_names(line["detail"] for line in lines)
    return page(
        "accounts/trail.html", lines=lines, after=after, total=_count(), asked=_asked(), actions=ACTIONS,
        at_top=_at_top(), alarms=_alarms(), alarmed=ALARMED, instead=_instead(lines), action_words=action_words,
        kind_words=kind_words, change_words=change_words, **verdict,
    )  # fmt: skip


def _at_top() -> bool:
    return over_all(viewer(), "read trail")


def _asked() -> dict[str, str]:
    """The filters and the place in an address, those of them that make sense."""
    args = request.args
    asked = {"action": args.get("action", ""), "day": args.get("day", ""), "after": args.get("after", "")}
    asked["action"] = asked["action"] if asked["action"] in ACTIONS else ""
    asked["day"] = asked["day"] if _is_day(asked["day"]) else ""
    return asked


def _is_day(text: str) -> bool:
    """A day in the years in which there can be a trail."""
    try:
        return 2000 <= date.fromisoformat(text).year <= 2999
    except ValueError:
        return False


def _lines() -> tuple[list[Any], str]:
    """A page of the lines the viewer may read, and where the next one begins."""
    rows = _filtered(select(Trail.__table__, _u.name.label("place"), _u.path.label("path")))
    if place := opened("trail", _asked()["after"]):
        rows = rows.where(_t.id < place[0])
    ordered = rows.order_by(_t.id.desc()).limit(PAGE + 1)
    found = db.session.execute(ordered, execution_options={"branch": True}).mappings().all()
    return list(found[:PAGE]), seal("trail", found[PAGE - 1]["id"]) if len(found) > PAGE else ""


def _instead(lines: list[Any]) -> dict[int, str]:
    """Line → for whom somebody acted in that unit on that day, as the records sign it."""
    held = select(_p.account_id, _u.path, _p.from_on, _p.until_on, Account.name)
    held = held.join_from(Posting.__table__, Unit.__table__, _u.id == _p.unit_id)
    held = held.outerjoin(Account, Account.id == _p.stands_in_for_id)
    held = held.where(_p.account_id.in_({line["account_id"] for line in lines})).order_by(_p.id)
    postings = db.session.execute(held, execution_options={"branch": True}).all()
    found = {}
    for line in lines:
        on = clock.local(line["at"]).date()
        names = [
            it.name for it in postings
            if it.account_id == line["account_id"] and (line["path"] or "").startswith(it.path)
            and it.from_on <= on and (it.until_on is None or on < it.until_on)
        ]  # fmt: skip
        if absent := in_whose_place(names):
            found[line["id"]] = absent
    return found


def _alarms() -> int:
    """How often in the last days somebody had more files in front of him than a day's work asks for."""
    lines = _readable(select(func.count(_t.id)).select_from(_WITH_PLACES)).where(_t.action == MANY)
    lines = lines.where(_t.id >= _first_of(clock.today() - timedelta(days=ALARMED)))
    return int(db.session.scalar(lines, execution_options={"branch": True}) or 0)


def _count() -> int:
    """How many lines there are, counted up to MOST_COUNTED."""
    counted = _filtered(select(_t.id)).limit(MOST_COUNTED).subquery()
    total = db.session.scalar(select(func.count()).select_from(counted), execution_options={"branch": True})
    return total or 0


def _filtered(rows: Select[Any]) -> Select[Any]:
    """The lines the viewer may read, of these the ones asked for."""
    asked, rows = _asked(), _readable(rows.select_from(_WITH_PLACES))
    if asked["action"]:
        rows = rows.where(_t.action == asked["action"])
    if asked["day"]:
        day = date.fromisoformat(asked["day"])
        rows = rows.where(_t.id >= _first_of(day), _t.id < _first_of(day + timedelta(days=1)))
    return rows


def _readable(rows: Select[Any]) -> Select[Any]:
    """The branch; at the top everything. Receipts only repeat what they are for."""
    rows = rows.where(_t.kind != "receipt")
    return rows if _at_top() else rows.where(branch(width()))


def _first_of(day: date) -> int:
    """The number of the first line of a day; beyond the last one when there is none yet."""
    first = select(func.min(_t.id)).where(_t.at >= clock.midnight(day))
    found: int | None = db.session.scalar(first, execution_options={"branch": True})
    return 2**62 if found is None else found


def _broken_among(ids: list[int]) -> int | None:
    """The first of these lines that does not fit the one before it."""
    earlier = Trail.__table__.alias("earlier")
    before = select(earlier.c.hash).where(earlier.c.id < _t.id).order_by(earlier.c.id.desc()).limit(1)
    rows = (
        select(Trail.__table__, before.scalar_subquery().label("before"))
        .where(_t.id.in_(ids))
        .order_by(_t.id)
    )
    for row in db.session.execute(rows, execution_options={"branch": True}).mappings():
        if audit.chained(row["before"] or audit.FIRST, row) != row["hash"]:
            return int(row["id"])
    return None
