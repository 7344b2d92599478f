"""One's own password, asked once more before something that matters much."""

from typing import Any

from flask_babel import gettext as _

from gridunion.accounts import guessing
from gridunion.accounts.models import Account
from gridunion.db import db, write
from gridunion.tree import everywhere
from gridunion.web import viewer


def password_refused(password: str) -> tuple[str, int] | None:
    """(sentence, status) for a password that is not the viewer's, looked at as slowly as when signing in. Outside
    write()."""
    with everywhere():
        login = db.session.get_one(Account, viewer().account_id).login
        if seconds := guessing.may_guess(login):
            return _("试得太多了，请等 %(n)s 秒再试", n=seconds), 429
        if (proof := guessing.check(login, password)) is None:
            return _("密码不对，请再看看"), 422
        with write():
            guessing.prove(proof)
    return None


def proof_status(form: Any) -> int:
    """The status of a refusal of a form that asks for one's password, said at its field; 0 when it is one's own.
    Outside write()."""
    if not form.submitted():
        return 422
    if refusal := password_refused(form.password.data or ""):
        form.password.errors = [refusal[0]]
        return refusal[1]
    return 0
