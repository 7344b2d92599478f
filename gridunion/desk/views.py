"""The desk of somebody in the field: the way in, 今日, and 记一笔."""

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import literal, select

from gridunion.db import db
from gridunion.desk.today import today_of
from gridunion.menu import home_of, notices
from gridunion.receipts import drafts_of
from gridunion.rights import PUBLIC, ROLES, allow
from gridunion.web import go, page, signed_in, viewer

bp = Blueprint("desk", __name__)

# Where a form that was put aside goes on.
DRAFTS = {"members.new": "members.new"}


@bp.get("/")
@allow(PUBLIC)
def home() -> Response:
    """Where somebody's day begins."""
    return go(home_of(viewer()) if signed_in() else url_for("accounts.sign_in"))


@bp.get("/healthz")
@allow(PUBLIC)
def healthz() -> Response:
    """The site answers and its database can be read."""
    db.session.execute(select(literal(1)))
    return Response("ok", mimetype="text/plain")


@bp.get("/today")
@allow("see today")
def today() -> Response:
    held = viewer().holding("see today")
    place = held[0].name if len(held) == 1 else _("%(name)s等 %(n)s 处", name=held[0].name, n=len(held))
    month = request.args.get("show") == "month"
    return page(
        "desk/today.html",
        notices=notices(viewer()),
        day=today_of(viewer(), month),
        month=month,
        place=place,
        role=ROLES[held[0].role],
    )


@bp.get("/new")
@allow("log visits")
def new() -> Response:
    """记一笔: what can be written down; a sheet over the page, or a page of its own."""
    drafts = [draft for draft in drafts_of(viewer().account_id) if draft.form in DRAFTS]
    return page("desk/new.html", drafts=drafts, close=home_of(viewer()))
