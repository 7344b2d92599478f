"""会员名册 asked for: only with a reason and one's own password, and in bounds. What is too large for one person
becomes a request to another one.

A POST that looks up: it changes no record and gives a fresh copy each time. What it does write is the line of the
trail, stored before the file is answered; or the request.
"""

from datetime import timedelta

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from gridunion import audit, settings, throttle
from gridunion.accounts.step_up import password_refused
from gridunion.db import db, write
from gridunion.exchange.export_forms import ExportForm
from gridunion.exchange.larger import RIGHT, ExportRequest, who_may_agree
from gridunion.exchange.roll import HEADER
from gridunion.exchange.taken import take
from gridunion.members.part import SHOWS, Part, below
from gridunion.rights import allow, demand
from gridunion.tree import Unit, everywhere
from gridunion.web import go, page, viewer

bp = Blueprint("exporting", __name__)
DAY = timedelta(days=1)


@bp.get("/members/export")
@allow(RIGHT)
def ask() -> Response:
    return _page(Part.asked(RIGHT), ExportForm(formdata=None))


@bp.post("/members/export/found")
@allow(RIGHT, reads=True)
def ask_found() -> Response:
    """The same for whom a search found: its words travel by POST."""
    return _page(Part.found(RIGHT), ExportForm(formdata=None))


@bp.post("/members/export")
@allow(RIGHT, reads=True)
def export() -> Response:
    part, form = Part.found(RIGHT), ExportForm()
    if not form.submitted():
        return _page(part, form, 422)
    if form.whole:
        demand(viewer(), "export numbers")
    count = part.count(_limit("pair"))
    if status := _refused(part, form, count):
        return _page(part, form, status)
    said = {"format": form.format.data, "purpose": form.reason.data or ""}
    if count <= _most(form):
        return take(part, said["format"], form.whole, count, said["purpose"])
    with write():
        asked = ExportRequest.ask(part, viewer(), count, form.whole, **said)
    return go(url_for("exporting.request", uid=asked.uid))


def _page(part: Part, form: ExportForm, status: int = 200) -> Response:
    most = _limit("pair")
    return page(
        "exchange/export.html", status, part=part, form=form, total=part.count(most), most=most, columns=HEADER,
        shows=SHOWS, units=[] if part.words else below(part, RIGHT), alone=_limit("rows"),
        most_numbers=_limit("numbers"), waits=ExportRequest.open_of(viewer()),
    )  # fmt: skip


def _limit(name: str) -> int:
    return int(settings.value(f"export.{name}"))


def _most(form: ExportForm) -> int:
    """What one person may take. Identity numbers in full leave in smaller portions."""
    return min(_limit("rows"), _limit("numbers")) if form.id_number.data else _limit("rows")


def _refused(part: Part, form: ExportForm, count: int) -> int:
    """The status of a refusal, said at its field; 0 when the table may be made or asked for."""
    if told := _out_of_bounds(part, form, count):
        (form.id_number if form.id_number.data else form.format).errors = [told]
        return 422
    if refusal := password_refused(form.password.data or ""):
        form.password.errors, status = [refusal[0]], refusal[1]
        return status
    if not _one_more():
        form.reason.errors = [_("今天导出的次数用完了，请明天再导")]
        return 429
    return 0


def _out_of_bounds(part: Part, form: ExportForm, count: int) -> str:
    if count > _limit("pair"):
        return _("一次最多导出 %(n)s 人，请先选小一点的范围", n=_limit("pair"))
    if count > _most(form):
        return _nobody_agrees(part, _most(form))
    return "" if count else _("这里没有人可以导出")


def _nobody_agrees(part: Part, most: int) -> str:
    """Why a table that takes two people cannot be asked for."""
    if part.words:
        return _("搜索的结果一个人一次最多导出 %(n)s 人，请多写几个字，或用筛选", n=most)
    if not part.code and len(viewer().holding(RIGHT)) > 1:
        return _("超过 %(n)s 人，请先选是哪一处的", n=most)
    with everywhere():
        unit = db.session.get_one(Unit, part.unit_id)
    if not who_may_agree(unit, viewer().account_id):
        return _("超过 %(n)s 人要有另一个人同意，这里还没有第二个人，请选小一点的范围", n=most)
    return ""


def _one_more() -> bool:
    """Count an export; False when there were too many today."""
    with write():
        row = throttle.held(throttle.key_of("export", str(viewer().account_id)), DAY)
        if row.count() <= _limit("day"):
            return True
        audit.note("exports stopped")
    return False
