"""How far an application is: for whoever has its receipt number and query code."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from gridunion.db import write
from gridunion.faults import fault
from gridunion.joining.limits import look_up
from gridunion.joining.models import WAITING, Application, by_receipt
from gridunion.joining.views import bp
from gridunion.rights import PUBLIC, allow
from gridunion.slips import SlipForm, receipt_of, ticket
from gridunion.strangers import for_everybody
from gridunion.web import go, page, say


@bp.get("/join/state")
@allow(PUBLIC)
def state() -> Response:
    return page("joining/state.html", form=SlipForm(formdata=None), found=None)


@bp.post("/join/state")
@allow(PUBLIC, reads=True)
@for_everybody
def look() -> Response:
    """Number and code travel by POST, so that neither stands in an address or a log."""
    form = SlipForm()
    if not form.submitted():
        return page("joining/state.html", 422, form=form, found=None)
    with write():
        found, minutes = look_up(form.number.data or "", form.code.data or "")
    return _answer(form, found, minutes)


@bp.post("/join/state/withdrawal")
@allow(PUBLIC)
@for_everybody
def withdraw() -> Response:
    """Take an application back while it waits, and later the consent, as easily as it was sent.

    Source: 个人信息保护法 第十五条.
    """
    if found := by_receipt(receipt_of(request.form.get("ticket", ""))):
        _take_back(found)
    else:
        say(_("这一页放得太久，请再填一次两个号码"), kind="warn")
    return go(url_for("joining.state"))


def _take_back(application: Application) -> None:
    if application.state in WAITING:
        application.withdraw()
        say(_("已撤回申请，填的信息已经清掉"))
    else:
        application.withdraw_consent()
        say(_("已撤回同意，工会不再使用你的信息"))


def _answer(form: SlipForm, found: Application | None, minutes: int) -> Response:
    if minutes:
        return fault(429, _("试得太多了，请等 %(n)s 分钟再查。", n=minutes))
    if found is None:
        form.code.errors = [_("受理编号或查询码不对，请核对")]
        return page("joining/state.html", 422, form=form, found=None)
    return page("joining/state.html", form=form, found=found, ticket=ticket(found))
