"""会员名册 asked for: only with a reason and one's own password, and in bounds.

A POST that looks up: it changes no record and gives a fresh copy each time. What it does write is the line of the
trail, stored before the file is answered.
"""

from datetime import timedelta

from flask import Blueprint, Response
from flask_babel import gettext as _

from gridunion import audit, settings, throttle
from gridunion.accounts import guessing
from gridunion.accounts.models import Account
from gridunion.db import db, write
from gridunion.exchange.export_forms import ExportForm
from gridunion.exchange.roll import HEADER
from gridunion.exchange.taken import Taken
from gridunion.members.part import SHOWS, Part, below
from gridunion.rights import allow, demand
from gridunion.tree import everywhere
from gridunion.web import page, viewer

RIGHT = "export members"

bp = Blueprint("exporting", __name__)
DAY = timedelta(days=1)


@bp.get("/members/export")
@allow(RIGHT)
def ask() -> Response:
    return _page(Part.asked(RIGHT), ExportForm(formdata=None))


@bp.post("/members/export")
@allow(RIGHT, reads=True)
def export() -> Response:
    part, form = Part.asked(RIGHT), ExportForm()
    if not form.submitted():
        return _page(part, form, 422)
    if form.whole:
        demand(viewer(), "export numbers")
    if status := _refused(part, form):
        return _page(part, form, status)
    return Taken.make(part, form.format.data, form.whole, _most(form), form.reason.data or "").answer()


def _page(part: Part, form: ExportForm, status: int = 200) -> Response:
    most = _limit("rows")
    return page(
        "exchange/export.html", status, part=part, form=form, total=part.count(most), most=most, columns=HEADER,
        shows=SHOWS, units=below(part, RIGHT), most_numbers=_limit("numbers"),
    )  # fmt: skip


def _limit(name: str) -> int:
    return int(settings.value(f"export.{name}"))


def _most(form: ExportForm) -> int:
    """Identity numbers in full leave in smaller portions."""
    return min(_limit("rows"), _limit("numbers")) if form.id_number.data else _limit("rows")


def _refused(part: Part, form: ExportForm) -> int:
    """The status of a refusal, said at its field; 0 when the table may be made."""
    if told := _out_of_bounds(part, _most(form)):
        (form.id_number if form.id_number.data else form.format).errors = [told]
        return 422
    if refusal := _password_refused(form.password.data or ""):
        form.password.errors, status = [refusal[0]], refusal[1]
        return status
    if not _one_more():
        form.reason.errors = [_("今天导出的次数用完了，请明天再导")]
        return 429
    return 0


def _out_of_bounds(part: Part, most: int) -> str:
    count = part.count(most)
    if count > most:
        return _("一次最多导出 %(n)s 人，请先选小一点的范围", n=most)
    return "" if count else _("这里没有人可以导出")


def _password_refused(password: str) -> tuple[str, int] | None:
    """(sentence, status) for a password that is not the viewer's, looked at as slowly as when signing in."""
    with everywhere():
        login = db.session.get_one(Account, viewer().account_id).login
        if seconds := guessing.may_guess(login):
            return _("试得太多了，请等 %(n)s 秒再试", n=seconds), 429
        if (proof := guessing.check(login, password)) is None:
            return _("密码不对，请再看看"), 422
        with write():
            guessing.prove(proof)
    return None


def _one_more() -> bool:
    """Count an export; False when there were too many today."""
    with write():
        row = throttle.held(throttle.key_of("export", str(viewer().account_id)), DAY)
        if row.count() <= _limit("day"):
            return True
        audit.note("exports stopped")
    return False
