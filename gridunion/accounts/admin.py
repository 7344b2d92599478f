"""The administrator's pages for accounts: who there is, a new one, on and off."""

from uuid import UUID

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.exceptions import Forbidden

from gridunion import audit, clock
from gridunion.accounts import governing
from gridunion.accounts.admin_forms import AccountForm, NewAccountForm
from gridunion.accounts.governing import LastAdministrator, StillOpen, demand_governed, resettable
from gridunion.accounts.listing import FILTERS, account_of, accounts, counts, found, postings_of
from gridunion.accounts.models import Account, BadPosting, Posting, SignIn
from gridunion.accounts.postings import day_after
from gridunion.accounts.staff import fresh_code, shown_once
from gridunion.accounts.views import bp
from gridunion.db import db
from gridunion.rights import allow
from gridunion.text import clean_question
from gridunion.tree import Eyes, eyes
from gridunion.web import before, edited, find_unit, go, page, say, viewer


@bp.get("/accounts/")
@allow("manage accounts")
def listing() -> Response:
    chosen = request.args.get("show", "all")
    chosen = chosen if chosen in FILTERS else "all"
    unit = find_unit(request.args["unit"]) if request.args.get("unit") else None
    people, after = accounts(chosen, request.args.get("after", ""), unit)
    shown = counts(unit)
    return page(
        "accounts/listing.html", people=people, after=after, chosen=chosen, counts=shown, total=shown[chosen],
        held=postings_of(people), asked="", unit=unit,
    )  # fmt: skip


@bp.post("/accounts/search")
@allow("manage accounts", reads=True)
def search() -> Response:
    asked = clean_question(request.form.get("q", ""))
    if not asked:
        return go(url_for("accounts.listing"))
    people, after, total = found(asked, request.form.get("after", ""))
    return page(
        "accounts/listing.html", people=people, after=after, chosen="", counts=counts(), total=total,
        held=postings_of(people), asked=asked, unit=None,
    )  # fmt: skip


@bp.get("/accounts/new")
@allow("manage accounts")
def new() -> Response:
    form = NewAccountForm(formdata=None).begin()
    form.unit.data = request.args.get("unit", "")[:20]
    return _new(form)


@bp.post("/accounts/new")
@allow("manage accounts")
@before(fresh_code)
def add() -> Response:
    form = NewAccountForm()
    if not form.submitted() or form.unit.unit is None or form.from_on.data is None:
        return _new(form, 422)
    account = Account(login=form.login.data, name=form.name.data, phone=form.phone.data)
    db.session.add(account)
    try:
        Posting.give(account, form.role.data, form.unit.unit, form.from_on.data, day_after(form.last_on.data))
    except BadPosting as problem:
        form[problem.about].errors = [str(problem)]
        return _new(form, 422)
    code, hashed = g.prepared
    account.give_code(hashed)
    db.session.flush()
    return shown_once(account, code, url_for("accounts.show", uid=account.uid))


def _new(form: NewAccountForm, status: int = 200) -> Response:
    return page(
        "units/change.html", status, form=form, title=_("新账号"), button=_("新建账号"), current="accounts",
        about=_("建好以后显示一次性密码，请当面或打电话告诉本人。"),
        back=(url_for("accounts.listing"), _("账号")),
    )  # fmt: skip


@bp.get("/accounts/<uuid:uid>")
@allow("manage accounts")
def show(uid: UUID) -> Response:
    return _show(account_of(uid))


def _show(account: Account, status: int = 200, refused: str = "", unsettled: bool = False) -> Response:
    held = (
        select(Posting)
        .where(Posting.account_id == account.id)
        .order_by(Posting.until_on.is_not(None), Posting.id)
    )
    live = select(func.count(SignIn.id)).where(SignIn.account_id == account.id, SignIn.until > clock.now())
    return page(
        "accounts/show.html", status, account=account, refused=refused, unsettled=unsettled,
        sign_ins=db.session.scalar(live), postings=db.session.scalars(held).all(),
        may_reset=account.id in resettable(viewer(), [account.id]),
        governed=account.id in governing.governed([account.id], _over()),
        me=account.id == viewer().account_id,
    )  # fmt: skip


def _governed(uid: UUID) -> Account:
    """An account whose switch is the viewer's to turn. Raises NotFound."""
    account = account_of(uid)
    demand_governed(account, _over())
    return account


def _over() -> Eyes:
    over = eyes()
    if over is None:
        raise Forbidden
    return over


@bp.get("/accounts/<uuid:uid>/edit")
@allow("manage accounts")
def edit(uid: UUID) -> Response:
    account = account_of(uid)
    return _edit(account, AccountForm(formdata=None, obj=account, row_version=str(account.version)))


@bp.post("/accounts/<uuid:uid>/edit")
@allow("manage accounts")
def save(uid: UUID) -> Response:
    account, form = _governed(uid), AccountForm()
    if not form.submitted():
        return _edit(account, form, 422)
    if edited(account, form):
        form.row_version.data = str(account.version)
        return _edit(
            account,
            form,
            409,
            _("在你填写的时候，别人改过它，现在是“%(name)s”。要用你填的，再点一次保存。", name=account.name),
        )
    account.name, account.phone = form.name.data or "", form.phone.data
    say(_("已保存：%(name)s", name=account.name))
    return go(url_for("accounts.show", uid=uid))


def _edit(account: Account, form: AccountForm, status: int = 200, about: str = "") -> Response:
    return page(
        "units/change.html", status, form=form, title=_("修改账号"), button=_("保存账号"), current="accounts",
        about=about or _("账号 %(login)s 不能改", login=account.login),
        back=(url_for("accounts.show", uid=account.uid), account.name),
    )  # fmt: skip


@bp.post("/accounts/<uuid:uid>/off")
@allow("manage accounts")
def switch_off(uid: UUID) -> Response:
    account = _governed(uid)
    try:
        governing.switch_off(account)
    except (LastAdministrator, StillOpen) as problem:
        return _show(account, 422, str(problem), isinstance(problem, StillOpen))
    say(_("已停用：%(name)s", name=account.name), undo=url_for("accounts.switch_on", uid=uid))
    return go(url_for("accounts.show", uid=uid))


@bp.post("/accounts/<uuid:uid>/on")
@allow("manage accounts")
def switch_on(uid: UUID) -> Response:
    account = _governed(uid)
    account.switch_on()
    say(_("已启用：%(name)s", name=account.name))
    return go(url_for("accounts.show", uid=uid))


@bp.post("/accounts/<uuid:uid>/sessions")
@allow("manage accounts")
def end_sessions(uid: UUID) -> Response:
    """Sign somebody out everywhere: a lost phone, a doubt."""
    account = _governed(uid)
    account.sign_out_everywhere()
    audit.note("end sessions", account)
    say(_("%(name)s在各处都已退出", name=account.name))
    return go(url_for("accounts.show", uid=uid))


@bp.post("/accounts/<uuid:uid>/code")
@allow("manage accounts")
@before(fresh_code)
def reset(uid: UUID) -> Response:
    account = account_of(uid)
    if account.id not in resettable(viewer(), [account.id]):
        raise Forbidden
    code, hashed = g.prepared
    account.give_code(hashed)
    audit.note("password reset", account)
    return shown_once(account, code, url_for("accounts.show", uid=uid))
