"""How far a case is, and what its sender does about it: for whoever has its receipt number and query code."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from gridunion.complaints.life import STATES
from gridunion.complaints.models import Complaint
from gridunion.complaints.turns import OutOfTurn
from gridunion.db import write as writing
from gridunion.faults import fault
from gridunion.files import MOST_SENT, Pictures, attach, attachments_of, store_pictures
from gridunion.reporting.forms import AddForm, AgainForm, RateForm, TakeBackForm, Ticketed
from gridunion.reporting.limits import by_receipt, sent
from gridunion.reporting.models import Report
from gridunion.reporting.telling import held_since, told_to
from gridunion.reporting.views import bp
from gridunion.rights import PUBLIC, allow
from gridunion.slips import SlipForm, receipt_of, ticket
from gridunion.strangers import for_everybody, minutes_to_wait, stopped
from gridunion.units.scanned import union_of
from gridunion.web import before, go, page, say, takes

FORMS: dict[str, type[Ticketed]] = {
    "add": AddForm, "rate": RateForm, "reopen": AgainForm, "withdraw": TakeBackForm,
}  # fmt: skip


@bp.get("/track")
@allow(PUBLIC)
@for_everybody
def track() -> Response:
    """The form for the two numbers; the case, for the browser that just gave them."""
    if found := by_receipt(receipt_of(request.args.get("t", ""))):
        return _shown(found)
    return page("reporting/track.html", form=SlipForm(formdata=None))


@bp.post("/track")
@allow(PUBLIC, reads=True)
@for_everybody
def look() -> Response:
    """Number and code travel by POST, so that neither stands in an address or a log. Looking is noted as heard."""
    form = SlipForm()
    if not form.submitted():
        return page("reporting/track.html", 422, form=form)
    with writing():
        found, minutes = sent(form.number.data or "", form.code.data or "")
        if isinstance(found, Complaint):
            found.see()
    if minutes:
        return fault(429, _("试得太多了，请等 %(n)s 分钟再查。", n=minutes))
    if found is None:
        form.code.errors = [_("受理编号或查询码不对，请核对")]
        return page("reporting/track.html", 422, form=form)
    return go(url_for("reporting.track", t=ticket(found)))


def _shown(found: Complaint | Report, status: int = 200, form: Ticketed | None = None) -> Response:
    forms = {name: kind(formdata=None) for name, kind in FORMS.items()}
    if form is not None:
        forms |= {name: form for name, kind in FORMS.items() if isinstance(form, kind)}
    if isinstance(found, Report):
        known: dict[str, Any] = {"lines": held_since(found.recorded_at), "may": [], "state": _state(found)}
    else:
        known = {"lines": told_to(found), "may": found.own_steps(), "state": _state(found)}
    return page(
        "reporting/case.html", status, found=found, forms=forms, failed=form, ticket=ticket(found),
        photos=len(attachments_of(found)), union=union_of(found.unit), **known,
    )  # fmt: skip


def _state(found: Complaint | Report) -> str:
    """How it stands, in a word. What was dropped in a flood is said to be, so that a person comes again."""
    if isinstance(found, Complaint):
        return found.state_words
    return _("没有收下") if found.state == "dropped" else str(STATES["registered"])


def _own(name: str, step: Callable[[Complaint, Any], str]) -> Callable[[], Response]:
    """A step of the worker's own, by the ticket that looking gave this browser."""

    @for_everybody
    @wraps(step)
    def view() -> Response:
        form, found = FORMS[name](), by_receipt(receipt_of(request.form.get("ticket", "")))
        if not isinstance(found, Complaint):
            say(_("这一页放得太久，请再填一次两个号码"), kind="warn")
            return go(url_for("reporting.track"))
        fault_of_pictures = getattr(g.get("prepared"), "fault", "")
        if not form.submitted() or fault_of_pictures:
            if fault_of_pictures:
                form["photos"].errors = [fault_of_pictures]
            return _shown(found, 422, form)
        try:
            say(step(found, form))
        except OutOfTurn as problem:
            if name not in found.own_steps():
                return fault(409, problem.sentence)
            form.form_errors.append(problem.sentence)
            return _shown(found, 409, form)
        return go(url_for("reporting.track", t=ticket(found)))

    return view


def _pictures() -> Pictures:
    """Pictures are kept only of what will be taken."""
    return store_pictures() if AddForm().submitted() and not stopped("report") else Pictures([])


def _add(case: Complaint, form: AddForm) -> str:
    if minutes := minutes_to_wait("report", case.unit.path, None):
        raise OutOfTurn(_("反映得太多了，请等 %(n)s 分钟再来，或直接找网格员。", n=minutes))
    case.add(form.words.data or "")
    attach(case, case.unit_id, g.prepared.kept, None)
    return _("补充的情况已经收到")


def _rate(case: Complaint, form: RateForm) -> str:
    case.rate(form.answer.data, form.why.data)
    return _("谢谢，评价已经记下") if case.rating else _("已经重新办理")


def _reopen(case: Complaint, form: AgainForm) -> str:
    case.reopen_own(form.reason.data or "")
    return _("已经重新办理")


def _withdraw(case: Complaint, form: TakeBackForm) -> str:
    case.withdraw_own(form.because.data)
    return _("已经撤回，不再办理")


STEPS: dict[str, Callable[[Complaint, Any], str]] = {
    "add": _add, "rate": _rate, "reopen": _reopen, "withdraw": _withdraw,
}  # fmt: skip

for name, step in STEPS.items():
    view = allow(PUBLIC)(_own(name, step))
    if name == "add":
        view = takes(MOST_SENT)(before(_pictures)(view))
    bp.add_url_rule(f"/track/{name}", name, view, methods=["POST"])
