"""导出申请, from both sides: asked for, agreed to or refused, fetched."""

from functools import partial
from uuid import UUID

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from gridunion.accounts.step_up import proof_status
from gridunion.bookmark import opened, seal
from gridunion.complaints.listing import looking
from gridunion.db import db
from gridunion.exchange.export_forms import FORMATS, PasswordForm, RefuseForm
from gridunion.exchange.exporting import bp
from gridunion.exchange.larger import RIGHT, ExportRequest, to_decide, who_may_agree
from gridunion.exchange.locker import TABLES
from gridunion.members.membership import Impossible
from gridunion.menu import ASIDES
from gridunion.rights import Viewer, allow
from gridunion.web import before, find, go, page, say, viewer

PAGE = 20


@bp.get("/members/exports")
@allow(RIGHT)
def listing() -> Response:
    """What was asked for in the viewer's branches, the latest first."""
    found, place = select(ExportRequest), opened("exports", request.args.get("after", ""))
    if place:
        found = found.where(ExportRequest.id < place[0])
    rows = list(db.session.scalars(found.order_by(ExportRequest.id.desc()).limit(PAGE + 1)))
    after = seal("exports", rows[PAGE - 1].id) if len(rows) > PAGE else ""
    total = db.session.scalar(select(func.count(ExportRequest.id)))
    return page("exchange/requests.html", rows=rows[:PAGE], after=after, total=total, who=viewer())


@bp.get("/members/exports/<uuid:uid>", endpoint="request")
@allow(RIGHT)
def show(uid: UUID) -> Response:
    return _page(find(ExportRequest, uid))


def _page(
    asked: ExportRequest,
    status: int = 200,
    proof: PasswordForm | None = None,
    refusal: RefuseForm | None = None,
) -> Response:
    others = who_may_agree(asked.unit, asked.account_id) if asked.state == "asked" else []
    return page(
        "exchange/request.html", status, asked=asked, who=viewer(), others=others, formats=FORMATS,
        proof=proof or PasswordForm(formdata=None), refusal=refusal or RefuseForm(formdata=None),
    )  # fmt: skip


def _proven(uid: UUID) -> tuple[PasswordForm, int]:
    """The form with the password, and the status of a refusal; 0 when it is one's own."""
    find(ExportRequest, uid)
    form = PasswordForm()
    return form, proof_status(form)


@bp.post("/members/exports/<uuid:uid>/agree")
@allow(RIGHT)
@before(_proven)
def agree(uid: UUID) -> Response:
    asked, (form, status) = find(ExportRequest, uid), g.prepared
    if status:
        return _page(asked, status, form)
    asked.agree(viewer())
    say(_("已同意：%(name)s导出 %(n)s 人", name=asked.asked_by, n=asked.rows))
    return go(url_for("exporting.request", uid=uid))


@bp.post("/members/exports/<uuid:uid>/refuse")
@allow(RIGHT)
def refuse(uid: UUID) -> Response:
    asked, form = find(ExportRequest, uid), RefuseForm()
    if not form.submitted():
        return _page(asked, 422, refusal=form)
    asked.refuse(viewer(), form.words.data or "")
    say(_("没有同意，原因会告诉%(name)s", name=asked.asked_by), kind="warn")
    return go(url_for("exporting.request", uid=uid))


@bp.post("/members/exports/<uuid:uid>/withdraw")
@allow(RIGHT)
def withdraw(uid: UUID) -> Response:
    asked = find(ExportRequest, uid)
    asked.withdraw(viewer())
    say(_("已撤回导出申请"))
    return go(url_for("exporting.listing"))


@bp.post("/members/exports/<uuid:uid>/table")
@allow(RIGHT)
@before(_proven)
def table(uid: UUID) -> Response:
    """Hand the table over, once."""
    asked, (form, status) = find(ExportRequest, uid), g.prepared
    if status:
        return _page(asked, status, form)
    asked.take(viewer())
    try:
        pieces = TABLES.pieces(uid)
    except FileNotFoundError:
        raise Impossible(_("表格已经不在了，请重新申请。")) from None
    response = asked.copy.handed(pieces)
    response.location = url_for("exporting.request", uid=uid)  # where the same post, sent again, leads
    response.call_on_close(partial(TABLES.place(uid).unlink, missing_ok=True))
    return response


def _waiting(who: Viewer) -> tuple[str, str] | None:
    """What waits for the viewer's word, beside the lists they open."""
    if not who.can(RIGHT):
        return None
    with looking(who, RIGHT):
        n = to_decide(who)
    return (_("导出申请等你答复 %(n)s 份", n=n), url_for("exporting.listing")) if n else None


ASIDES.append(_waiting)
