"""Colleagues of one's own branch, and a one-time code for whoever forgot the password."""

from typing import Any
from uuid import UUID

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import Forbidden

from gridunion import audit, clock
from gridunion.accounts.governing import resettable
from gridunion.accounts.models import Account, Posting, hash_password, in_force, new_code
from gridunion.accounts.views import bp
from gridunion.bookmark import opened, seal
from gridunion.db import db
from gridunion.menu import notices
from gridunion.rights import allow
from gridunion.tree import Unit
from gridunion.web import before, find, page, say, viewer

PAGE = 50
_WHO = [selectinload(it) for it in (Posting.unit, Posting.account, Posting.stands_in_for)]


@bp.get("/staff")
@allow("reset passwords")
def staff() -> Response:
    postings, after = _posted(request.args.get("after", ""))
    total = db.session.scalar(select(func.count(Posting.id)).where(in_force(clock.today())))
    may = resettable(viewer(), {posting.account_id for posting in postings})
    return page(
        "accounts/staff.html", postings=postings, after=after, total=total, may=may, notices=notices(viewer())
    )


def _posted(after: str) -> tuple[list[Posting], str]:
    """A page of the postings in force, in the order of the tree, and where the next one begins."""
    rows = select(Posting).join(Unit, Unit.id == Posting.unit_id).where(in_force(clock.today()))
    if place := opened("staff", after):
        path, number = place
        rows = rows.where((Unit.path > path) | ((Unit.path == path) & (Posting.id > number)))
    rows = rows.order_by(Unit.path, Posting.id).limit(PAGE + 1)
    found = list(db.session.scalars(rows.options(*_WHO)))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], seal("staff", last.unit.path, last.id) if last else ""


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
    return shown_once(posting.account, code, url_for("accounts.staff"))


def shown_once(account: Account, code: str, back: str) -> Response:
    """The page of a one-time code. The same press, sent again, leads back to where another one can be given."""
    say(_("%(name)s的一次性密码只显示一次。没记下的，请再给一个新的。", name=account.name), kind="warn")
    response = page("accounts/code.html", account=account, code=code, on=back)
    response.location = back
    return response
