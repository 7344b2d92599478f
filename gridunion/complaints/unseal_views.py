"""The page on which a sealed case is asked for by its number, and on which a second person agrees."""

import re
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from wtforms import SelectField

from gridunion.complaints.models import Complaint
from gridunion.complaints.unsealing import TooMany, Unsealing, count_waiting, mine, opened_lately, to_decide
from gridunion.complaints.views import bp
from gridunion.db import db
from gridunion.fields import Cleaned, Form, SelectChoice, Words, needed
from gridunion.menu import NOTICES
from gridunion.rights import Held, Viewer, allow
from gridunion.text import Unacceptable, clean_code, read_uid
from gridunion.web import go, page, say, viewer


def _number(text: str) -> str:
    said = clean_code(text, "密")
    if not re.fullmatch(r"[1-9]\d{5}", said):
        raise Unacceptable(gettext("编号是 6 位数字，例如 密123456"))
    return said


class UnsealForm(Form):
    unit = SelectField(_("哪里的诉求"), coerce=str, validate_choice=False)
    number = Cleaned(_("保密诉求的编号"), _number, validators=[needed(_("请填编号"))])
    words = Words(_("为什么要看"), most=500, validators=[needed(_("请写为什么要看"))])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.seats = {held.code: held for held in viewer().holding("unseal complaints")}
        self.unit.choices = [SelectChoice(code, held.name) for code, held in self.seats.items()]
        self.unit.data = self.unit.data if self.unit.data in self.seats else next(iter(self.seats))

    @property
    def seat(self) -> Held:
        """Where the case is looked for: who sits in several places says in which."""
        return self.seats[self.unit.data]


@bp.get("/unseal")
@allow("unseal complaints")
def unseal() -> Response:
    return _page(UnsealForm(formdata=None))


@bp.post("/unseal")
@allow("unseal complaints")
def ask_unseal() -> Response:
    """The answer is the same whether or not there is a case of that number."""
    form = UnsealForm()
    if not form.submitted():
        return _page(form, 422)
    try:
        Unsealing.ask(viewer(), form.seat, int(form.number.data or 0), form.words.data or "")
    except TooMany as problem:
        form.number.errors = [str(problem)]
        return _page(form, 422)
    say(gettext("申请已提交，等第二个人同意"))
    return go(url_for(".unseal"))


@bp.post("/unseal/decision")
@allow("unseal complaints")
def decide_unseal() -> Response:
    """The second person: never who asked."""
    uid = read_uid(request.form.get("asked", ""))
    asked = next((it for it in to_decide(viewer()) if it.uid == uid), None)
    if asked is None:
        form = UnsealForm(formdata=None)
        form.form_errors.append(gettext("这份申请已经有人答复，或者不用你答复"))
        return _page(form, 422)
    asked.decide(viewer(), request.form.get("answer") == "yes")
    say(gettext("已同意，诉求的办理人会知道") if asked.agreed else gettext("没有同意"))
    return go(url_for(".unseal"))


def _page(form: UnsealForm, status: int = 200) -> Response:
    asked = mine(viewer())
    ids = [it.complaint_id for it in asked if it.complaint_id]
    open_now = {
        case.id: case.uid for case in db.session.scalars(select(Complaint).where(Complaint.id.in_(ids)))
    }
    return page(
        "complaints/unseal.html", status, form=form, mine=asked, others=to_decide(viewer()), open_now=open_now
    )


def notice(who: Viewer) -> list[tuple[str, str]]:
    """Readers learn that their case was opened; a second person that somebody waits."""
    told = opened_lately() if who.can("see complaints") else []
    waiting = count_waiting() if "leader" in who.roles else 0
    if waiting:
        told.append((gettext("%(n)s 份看保密诉求的申请等你答复", n=waiting), url_for("complaints.unseal")))
    return told


NOTICES.append(notice)
