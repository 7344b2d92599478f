"""Postings of one account: a new one, the end of one."""

from datetime import date, timedelta
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _

from gridunion import clock
from gridunion.accounts import governing
from gridunion.accounts.admin_forms import DutyForm, EndForm, PostingForm
from gridunion.accounts.governing import LastAdministrator, StillOpen
from gridunion.accounts.listing import account_of
from gridunion.accounts.models import DUTIES, Account, BadPosting, Posting
from gridunion.accounts.views import bp
from gridunion.look import day
from gridunion.rights import ROLES, allow
from gridunion.web import find, go, page, say


def day_after(last_on: date | None) -> date | None:
    """The day from which a posting holds no longer, given the last one on which it does."""
    return last_on and last_on + timedelta(days=1)


@bp.get("/accounts/<uuid:uid>/postings/new")
@allow("manage accounts")
def new_posting(uid: UUID) -> Response:
    return _new(account_of(uid), PostingForm(formdata=None).begin())


@bp.post("/accounts/<uuid:uid>/postings/new")
@allow("manage accounts")
def post(uid: UUID) -> Response:
    account, form = account_of(uid), PostingForm()
    if not form.submitted() or form.unit.unit is None or form.from_on.data is None:
        return _new(account, form, 422)
    try:
        Posting.give(account, form.role.data, form.unit.unit, form.from_on.data, day_after(form.last_on.data))
    except BadPosting as problem:
        form[problem.about].errors = [str(problem)]
        return _new(account, form, 422)
    say(_("已加岗位：%(role)s，%(unit)s", role=ROLES[form.role.data], unit=form.unit.unit.name))
    return go(url_for("accounts.show", uid=uid))


def _new(account: Account, form: PostingForm, status: int = 200) -> Response:
    return page(
        "units/change.html", status, form=form, title=_("加岗位"), button=_("加岗位"), current="accounts",
        back=(url_for("accounts.show", uid=account.uid), account.name),
    )  # fmt: skip


@bp.get("/accounts/postings/<uuid:uid>/end")
@allow("manage accounts")
def ending(uid: UUID) -> Response:
    return _ending(find(Posting, uid), EndForm(formdata=None, last_on=clock.today()))


@bp.post("/accounts/postings/<uuid:uid>/end")
@allow("manage accounts")
def end_posting(uid: UUID) -> Response:
    posting, form = find(Posting, uid), EndForm()
    if not form.submitted() or form.last_on.data is None:
        return _ending(posting, form, 422)
    try:
        governing.end(posting, form.last_on.data + timedelta(days=1))
    except (BadPosting, LastAdministrator, StillOpen) as problem:
        form.last_on.errors = [str(problem)]
        return _ending(posting, form, 422, isinstance(problem, StillOpen))
    say(_("岗位到 %(day)s 为止", day=day(form.last_on.data)))
    return go(url_for("accounts.show", uid=posting.account.uid))


def _ending(posting: Posting, form: EndForm, status: int = 200, unsettled: bool = False) -> Response:
    return page(
        "units/change.html", status, form=form, title=_("结束岗位"), button=_("结束岗位"), current="accounts",
        about=_(
            "%(name)s：%(role)s，%(unit)s",
            name=posting.account.name, role=ROLES[posting.role], unit=posting.unit.name,
        ),
        back=(url_for("accounts.show", uid=posting.account.uid), posting.account.name),
        onward=(url_for("leaving.left", uid=posting.account.uid), _("去办交接")) if unsettled else None,
    )  # fmt: skip


@bp.get("/accounts/postings/<uuid:uid>/duty")
@allow("manage accounts")
def duty(uid: UUID) -> Response:
    posting = find(Posting, uid)
    return _duty(posting, DutyForm(formdata=None, professional=posting.professional).begin(posting.duty))


@bp.post("/accounts/postings/<uuid:uid>/duty")
@allow("manage accounts")
def give_duty(uid: UUID) -> Response:
    """What somebody does beside his role: a women's committee officer is named for cases of harassment."""
    posting, form = find(Posting, uid), DutyForm()
    posting.duty, posting.professional = form.begin().chosen, bool(form.professional.data)
    full_time = _("，职业化工会工作者") if posting.professional else ""
    say(_("兼任已改：%(duty)s", duty=DUTIES.get(posting.duty or "", _("没有"))) + full_time)
    return go(url_for("accounts.show", uid=posting.account.uid))


def _duty(posting: Posting, form: DutyForm) -> Response:
    return page(
        "units/change.html", form=form, title=_("兼任和专职"), button=_("保存"), current="accounts",
        about=_(
            "%(name)s：%(role)s，%(unit)s。性骚扰的诉求指定女职工委员会委员和主席看。",
            name=posting.account.name, role=ROLES[posting.role], unit=posting.unit.name,
        ),
        back=(url_for("accounts.show", uid=posting.account.uid), posting.account.name),
    )  # fmt: skip
