"""Signing in and out, and one's own page."""

from flask import Blueprint, Flask, Response, g, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import LoginManager
from sqlalchemy import select
from werkzeug.exceptions import Unauthorized

from gridunion import faults, settings
from gridunion.accounts import guessing, unsent
from gridunion.accounts import sign_in as entrance
from gridunion.accounts.forms import PasswordForm, SignInForm
from gridunion.accounts.models import DUTIES, Account, hash_password, stand_ins_for
from gridunion.db import db
from gridunion.doors import SAFE, safe_next
from gridunion.menu import home_of, menu_of
from gridunion.rights import PUBLIC, ROLES, SIGNED_IN, allow
from gridunion.tree import Unit, everywhere
from gridunion.web import before, for_htmx, go, page, say, signed_in, viewer

bp = Blueprint("accounts", __name__)


def open_doors(app: Flask) -> None:
    """Tell the app who is asking, and what to say to one who must sign in first."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.request_loader(entrance.viewer_of)
    app.register_error_handler(Unauthorized, ask_to_sign_in)
    app.jinja_env.globals.update(roles=ROLES, duties=DUTIES)
    app.jinja_env.globals.update(house=house, outbox_key=unsent.outbox_key)


def house() -> tuple[str, str]:
    """Whose site it is, and the number of its administrator: what anybody may read who stands at the door."""
    with everywhere():
        top = db.session.scalars(
            select(Unit.name).where(Unit.parent_id.is_(None)).order_by(Unit.path)
        ).first()
    return top or "", settings.value("office.phone")


def ask_to_sign_in(_problem: Exception) -> Response:
    """A reader is sent to sign in; a form that was being sent is kept on the page and goes on afterwards."""
    here = safe_next(request.full_path.rstrip("?"))
    if request.method in SAFE or not request.form:
        return for_htmx(redirect(url_for("accounts.sign_in", next=here), 303))  # type: ignore[arg-type]
    form = SignInForm(formdata=None)
    return page("accounts/sign_in.html", 401, form=form, typed=faults.typed(), action=here or request.path)


def _check() -> tuple[guessing.Proof | None, int]:
    """(proof, seconds to wait): verify the password before the transaction, hashing takes its time."""
    form = SignInForm()
    if not form.submitted():
        return None, 0
    login = form.login.data or ""
    with everywhere():
        if seconds := guessing.may_guess(login):
            return None, seconds
        return guessing.check(login, form.password.data or ""), 0


@bp.get("/login")
@allow(PUBLIC)
def sign_in() -> Response:
    if signed_in():
        return go(home_of(viewer()))
    form = SignInForm(formdata=None, next=safe_next(request.args.get("next")) or "")
    return page("accounts/sign_in.html", form=form)


@bp.post("/login")
@allow(PUBLIC)
@before(_check)
def sign_in_now() -> Response:
    form, (proof, seconds) = SignInForm(), g.prepared
    valid = form.submitted()
    with everywhere():
        if account := guessing.prove(proof) if proof else None:
            entrance.sign_in(account, bool(form.own_phone.data))
    if account is None:
        if valid:
            form.password.errors = [_refused(seconds)]
        return page(
            "accounts/sign_in.html", 429 if seconds else 422, form=form, typed=_carried(), action=_resume()
        )
    if _resume():
        return page("accounts/resume.html", typed=_carried(), action=_resume())
    return go(safe_next(form.next.data) or "/")


def _refused(seconds: int) -> str:
    return str(_("试得太多了，请等 %(n)s 秒再试", n=seconds)) if seconds else _("账号或密码不对，请再看看")


def _resume() -> str | None:
    """Where a form that was being sent should go on to, if there was one."""
    return safe_next(request.form.get("resume"))


def _carried() -> list[tuple[str, str]] | None:
    kept = [(name[5:], text) for name, text in request.form.items(multi=True) if name.startswith("kept-")]
    return kept or None


@bp.post("/logout")
@allow(SIGNED_IN)
def sign_out() -> Response:
    entrance.sign_out(viewer())
    response = make_response(redirect(url_for("accounts.sign_in"), 303))
    waits = bool(request.form.get("kept"))  # entries nobody has received yet, encrypted for who wrote them
    response.headers["Clear-Site-Data"] = '"cache"' if waits else '"cache", "storage"'
    return response


sign_out.__dict__["even_unchanged"] = True


def _hash() -> tuple[str, int]:
    """(hash of the new password, seconds to wait): the old one is looked at as slowly as when signing in."""
    form = PasswordForm()
    form.account = _own()
    if not form.submitted():
        return "", 0
    with everywhere():
        if seconds := guessing.may_guess(form.account.login):
            return "", seconds
        proof = guessing.check(form.account.login, form.old.data or "")
    return (hash_password(form.new.data or "") if proof else ""), 0


def _own() -> Account:
    with everywhere():
        return db.session.get_one(Account, viewer().account_id)


@bp.get("/password")
@allow(SIGNED_IN)
def password() -> Response:
    return page("accounts/password.html", form=PasswordForm(formdata=None))


@bp.post("/password")
@allow(SIGNED_IN)
@before(_hash)
def change_password() -> Response:
    form = PasswordForm()
    form.account = account = _own()
    if not form.submitted():
        return page("accounts/password.html", 422, form=form)
    hashed, seconds = g.prepared
    if not hashed:
        form.old.errors = [_refused(seconds) if seconds else _("现在的密码不对")]
        return page("accounts/password.html", 429 if seconds else 422, form=form)
    account.choose_password(hashed)
    guessing.forget_guesses(account)
    entrance.sign_in(account, own_phone=False)
    say(_("密码已改，别的手机和电脑上都要重新登录"))
    return go("/")


for view in (password, change_password):
    view.__dict__["even_unchanged"] = True


@bp.get("/me")
@allow(SIGNED_IN)
def me() -> Response:
    """Everything that is mine: how pages look, where else I may go, my password, the way out."""
    who = viewer()
    places = [item for item in menu_of(who) if item.pc and item.id != "me"]
    return page("accounts/me.html", places=places, stand_ins=stand_ins_for(who.account_id))
