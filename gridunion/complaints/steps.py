"""The steps of a case: each has one address, whose page is its form and whose POST takes the step."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import lazy_gettext as _

from gridunion import audit
from gridunion.accounts.models import Account
from gridunion.complaints import conflicts, hands
from gridunion.complaints.detour_forms import DETOURS
from gridunion.complaints.life import STEPS, WORKING
from gridunion.complaints.listing import loads
from gridunion.complaints.models import Complaint
from gridunion.complaints.step_forms import FORMS, AssignForm, StepForm
from gridunion.complaints.story import meanwhile, nobody_acted
from gridunion.db import db, write
from gridunion.rights import allow
from gridunion.web import before, edited, find, go, page, say, viewer

SAID = {
    "accept": _("诉求 %(code)s 已受理"),
    "refuse": _("诉求 %(code)s 不予受理，原因已告知"),
    "assign": _("诉求 %(code)s 已派给%(name)s"),
    "recuse": _("诉求 %(code)s 已交回，由别人办"),
    "progress": _("诉求 %(code)s 进展已记下"),
    "reply": _("诉求 %(code)s 回音已记下"),
    "resolve": _("诉求 %(code)s 已办结"),
    "confirm": _("诉求 %(code)s 结果已确认，等回访"),
    "send_back": _("诉求 %(code)s 已退回再办"),
    "call_back": _("诉求 %(code)s 回访已记下"),
    "reopen": _("诉求 %(code)s 重新办理"),
    "urge": _("诉求 %(code)s 已催办"),
    "give_back": _("诉求 %(code)s 已退回，等主席重派"),
    "pause": _("诉求 %(code)s 等本人，期限先停"),
    "resume": _("诉求 %(code)s 接着办，期限接着算"),
    "mediate": _("诉求 %(code)s 开始调解"),
    "minutes": _("诉求 %(code)s 调解已记下"),
    "end_mediation": _("诉求 %(code)s 调解已结束"),
    "extend": _("诉求 %(code)s 已延期"),
    "escalate": _("诉求 %(code)s 已报街道"),
    "refer": _("诉求 %(code)s 已转出，到时候问一问"),
    "review": _("诉求 %(code)s 对方的进展已记下"),
    "merge": _("诉求 %(code)s 已并案，以后一起告知本人"),
    "separate": _("诉求 %(code)s 已拆开单办，请派单"),
    "withdraw": _("诉求 %(code)s 本人撤回，已记下"),
    "heard": _("诉求 %(code)s 本人撤回，已经知道"),
}

LEADS = {
    "refuse": _("不归我们的，也要告诉本人为什么、该找哪里。"),
    "recuse": _("和这件事、这个单位有关系，就交回去由别人办。原因只有定由谁办的人看得到。"),
    "reply": _("要积极回应，不要消极抵触；要态度端正，不要敷衍塞责；要耐心细致，不要简单粗暴。"),
    "resolve": _("先告诉本人结果，再办结。办结后由别人回访。"),
    "confirm": _("确认后等回访；结果不行就退回再办。"),
    "call_back": _("打电话或上门问本人。不满意会重新办理；联系不上要试三次。"),
    "reopen": _("重新办理的时间只有原来的一半。"),
    "give_back": _("派错了才退回：派单后一个工作日内，只能退一次。"),
    "pause": _("等本人的时候期限先停。最多等两次，到时候自动接着算。"),
    "mediate": _("先跟本人说好。15 天没谈成，要告诉本人可以申请仲裁。"),
    "end_mediation": _("没谈成的，告诉本人可以去劳动人事争议仲裁委员会申请仲裁。"),
    "extend": _("先跟本人说清为什么要延。按不按时，还是看最初的期限。"),
    "escalate": _("报上去以后，由街道联合会定。"),
    "refer": _("转出去也要管到底：到时候问办得怎样，有结果再办结。"),
    "merge": _("并过去以后，那边每次回音都要一起告诉本人。"),
    "separate": _("拆开以后等派单，期限按原来的算。"),
    "heard": _("本人用查询码撤回了。有人逼本人撤的，请打电话问清楚，必要时重新办理。"),
}

ALL = FORMS | DETOURS

NEXT = {"inbox": "desk.inbox", "overdue": "complaints.overdue", "list": "complaints.listing"}


def opened(uid: UUID) -> Complaint:
    """The case, if the viewer may have it open. A sealed one opens only after the trail has taken it down."""
    complaint = find(Complaint, uid)
    if not complaint.sealed:
        return complaint
    with write():
        audit.note("open sealed", find(Complaint, uid))
    return find(Complaint, uid)


def add_steps(bp: Blueprint) -> None:
    for name in ALL:
        view = before(opened)(allow(STEPS[name].right)(_view(name)))
        bp.add_url_rule(f"/<uuid:uid>/{name.replace('_', '-')}", name, view, methods=["GET", "POST"])


def _view(name: str) -> Callable[[UUID], Response]:
    def view(uid: UUID) -> Response:
        return _take(name, held(uid)) if request.method == "POST" else _show(name, opened(uid))

    return view


def held(uid: UUID) -> Complaint:
    """The case, which nobody else changes until this transaction ends: who comes second sees the first."""
    complaint = find(Complaint, uid)
    db.session.refresh(complaint, with_for_update=True)
    return complaint


def _show(name: str, complaint: Complaint) -> Response:
    complaint.demand(complaint.opening(name), viewer())
    form = _form(name, complaint, ALL[name](formdata=None))
    form.show()
    return _page(name, complaint, form)


def _take(name: str, complaint: Complaint) -> Response:
    form = _form(name, complaint, ALL[name]())
    if form.versioned and edited(complaint, form) and not nobody_acted(complaint, form.seen.data):
        return _explain(name, complaint, form)
    complaint.demand(complaint.opening(name), viewer())
    if not form.submitted():
        return _page(name, complaint, form, 422)
    form.take(viewer())
    handler = complaint.handler.name if complaint.handler else ""
    say(str(SAID[name]) % {"code": complaint.code, "name": handler})
    return go(onward(complaint))


def _explain(name: str, complaint: Complaint, form: StepForm) -> Response:
    """Somebody else was faster: what they did, beside what was typed."""
    news = meanwhile(complaint, form.seen.data)
    form.show()
    return _page(name, complaint, form, 409, news=news, possible=complaint.may(name, viewer()))


def _form(name: str, complaint: Complaint, form: StepForm) -> StepForm:
    form.offer(complaint, viewer())
    if isinstance(form, AssignForm):
        form.choose_from(free_hands(complaint))
    return form


def free_hands(complaint: Complaint) -> list[tuple[Account, int]]:
    """Who may be given the case, with what each has in hand; nobody who works for the accused employer."""
    holder = complaint.handler_id if complaint.state in WORKING else None
    parts = complaint.parts()
    there = [
        account for account in hands.handlers(complaint.unit)
        if account.id != holder and all(hands.can_tell(account, case) for case in parts)
    ]  # fmt: skip
    accused = [complaint.accused] if complaint.accused else []
    barred = {account for account, _accused in conflicts.bound_to(there, accused)}
    barred |= conflicts.recused(complaint.id)
    fit = hands.fit(hands.handlers(complaint.unit) if complaint.duty else there, complaint.duty) - barred
    in_hand = loads([account.id for account in there])
    return [(account, in_hand.get(account.id, 0)) for account in there if account.id in fit]


def _page(
    name: str,
    complaint: Complaint,
    form: StepForm,
    status: int = 200,
    news: object = None,
    possible: bool = True,
) -> Response:
    title = _("转给别人") if name == "assign" and complaint.in_hand else STEPS[name].words
    return page(
        "complaints/step.html", status, complaint=complaint, form=form, step=name, title=title, news=news,
        possible=possible, lead=LEADS.get(name, ""), onto=request.values.get("next", ""),
    )  # fmt: skip


def onward(complaint: Complaint) -> str:
    """Back to the list the step was taken from, else to the case."""
    endpoint = NEXT.get(request.form.get("next", ""))
    if viewer().account_id in conflicts.recused(complaint.id):
        endpoint = "complaints.listing"
    return url_for(endpoint) if endpoint else url_for("complaints.show", uid=complaint.uid)
