"""Colleagues of one's own branch, and a one-time code for whoever forgot the password."""

from typing import Any
from uuid import UUID

from flask import Response, g, request
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import Forbidden

from gridunion import audit, clock
from gridunion.accounts.governing import resettable
from gridunion.accounts.models import Posting, hash_password, in_force, new_code
from gridunion.accounts.views import bp
from gridunion.db import db
from gridunion.rights import allow
from gridunion.tree import Unit
from gridunion.web import before, find, page, viewer

PAGE = 50


@bp.get("/staff")
@allow("reset passwords")
def staff() -> Response:
    postings, after = _posted(request.args.get("after", ""))
    total = db.session.scalar(select(func.count(Posting.id)).where(in_force(clock.today())))
    may = resettable(viewer(), {posting.account_id for posting in postings})
    return page("accounts/staff.html", postings=postings, after=after, total=total, may=may)


def _posted(after: str) -> tuple[list[Posting], str]:
    """A page of the postings in force, in the order of the tree, and where the next one begins."""
    rows = select(Posting).join(Unit, Unit.id == Posting.unit_id).where(in_force(clock.today()))
    path, _, number = after.rpartition("~")
    if number.isdecimal():
        rows = rows.where(
            (Unit.path > path[:255]) | ((Unit.path == path[:255]) & (Posting.id > int(number[:18])))
        )
    rows = rows.order_by(Unit.path, Posting.id).limit(PAGE + 1)
    found = list(db.session.scalars(rows.options(selectinload(Posting.unit), selectinload(Posting.account))))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], f"{last.unit.path}~{last.id}" if last else ""


def fresh_code(**_ids: Any) -> tuple[str, str]:
    """(code, its hash), made before the transaction."""
    code = new_code()
    return code, hash_password(code)


@bp.post("/staff/<uuid:uid>/code")
@allow("reset passwords")
@before(fresh_code)
def give_code(uid: UUID) -> Response:
    """A one-time code for a colleague who forgot the password, handed over in person."""
    posting = find(Posting, uid)
    if posting.account_id not in resettable(viewer(), [posting.account_id]):
        raise Forbidden
    code, hashed = g.prepared
    posting.account.give_code(hashed)
    audit.note("password reset", posting)
    return page("accounts/code.html", account=posting.account, code=code)
