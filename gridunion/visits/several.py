"""Ticking several people at once: those who are due, and others found by a search; then one form for all of them."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion import clock
from gridunion.db import db
from gridunion.members.finding import found
from gridunion.members.models import Person
from gridunion.rights import allow
from gridunion.text import clean_question, read_uid
from gridunion.visits.guests import MOST
from gridunion.visits.listing import AHEAD, visits_due
from gridunion.visits.views import bp
from gridunion.web import go, page, viewer

FOUND = 8  # people a search offers to be ticked


@bp.route("/several", methods=["GET", "POST"])
@allow("log visits", reads=True)
def several() -> Response:
    """`go` says that all are ticked, and with which outcome the form begins."""
    due, people = _ticked("due"), _ticked("person")
    if "go" in request.form:
        wrong = _wrong(len(due) + len(people))
        if not wrong:
            outcome = request.form["go"] or None
            return go(url_for("visits.new", due=due, person=people, outcome=outcome))
    else:
        wrong = ""
    asked = clean_question(request.form.get("q", ""))
    rows: Any = found(viewer(), asked)[0][:FOUND] if asked else []
    waiting = [row for row in visits_due(clock.now() + AHEAD) if row.person]
    return page("visits/several.html", 422 if wrong else 200, due=waiting, ticked=due,
                picked=_named(people), rows=[row for row in rows if row.uid not in people], asked=asked,
                wrong=wrong)  # fmt: skip


def _wrong(count: int) -> str:
    if not count:
        return _("请先选人")
    return _("一次最多记 %(n)s 人，请去掉几个", n=MOST) if count > MOST else ""


def _ticked(name: str) -> list[UUID]:
    return [uid for text in request.form.getlist(name) if (uid := read_uid(text))]


def _named(people: list[UUID]) -> list[Person]:
    """Those picked by an earlier search."""
    return list(db.session.scalars(select(Person).where(Person.uid.in_(people)))) if people else []
