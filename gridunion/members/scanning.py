"""A member card scanned: who looks after the member is led to the file, anybody else learns that the card holds or not.

A card that was given back, replaced, or never was gets the same answer; who tries many is stopped.
"""

import re
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select

from gridunion import throttle
from gridunion.db import db, write
from gridunion.faults import fault
from gridunion.members import card
from gridunion.members.models import Person
from gridunion.rights import PUBLIC, allow
from gridunion.tree import everywhere, look_with
from gridunion.web import go, page, signed_in, viewer

MOST_MISSES, WINDOW = 30, timedelta(minutes=10)

bp = Blueprint("cards", __name__)


@bp.get("/card/<secret>")
@allow(PUBLIC)
def scan(secret: str) -> Response:
    if not re.fullmatch(card.SHAPE, secret):
        return page("members/scan.html", holds=False)
    if throttle.waiting((_key(),), int(WINDOW.total_seconds())):
        return fault(429)
    if uid := _in_my_care(secret):
        return go(url_for("members.show", uid=uid))
    with everywhere():
        person = db.session.scalars(select(Person).where(Person.card_token == secret)).one_or_none()
        holds = person is not None and person.has_card
    if person is None:
        _count_miss()
    return page("members/scan.html", holds=holds)


def _in_my_care(secret: str) -> UUID | None:
    """The file of the card's bearer, if the one who scans may open it."""
    if not signed_in() or not viewer().can("see members"):
        return None
    look_with(viewer().eyes("see members"))
    try:
        found: UUID | None = db.session.scalar(select(Person.uid).where(Person.card_token == secret))
    finally:
        look_with(None)
    return found


def _count_miss() -> None:
    with write():
        row = throttle.held(_key(), WINDOW)
        if row.count() >= MOST_MISSES:
            row.stop_until_over(WINDOW)


def _key() -> str:
    """Who is trying: an account, else an address."""
    return throttle.key_of("card", f"a:{viewer().account_id}" if signed_in() else str(request.remote_addr))
