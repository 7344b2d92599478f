"""Phoning about a visit: the list of those drawn by lot, and what was said."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import Forbidden
from wtforms import RadioField

from gridunion.db import db
from gridunion.fields import Cleaned, Form, SelectChoice, ValidationError, needed
from gridunion.members.forms import up_to
from gridunion.menu import ASIDES
from gridunion.rights import Viewer, allow
from gridunion.visits.check_list import count, to_check
from gridunion.visits.checks import NotYours, SpotCheck
from gridunion.visits.life import CHECK_RESULTS
from gridunion.visits.views import bp
from gridunion.web import find, go, page, say, viewer


class CheckForm(Form):
    """What was said on the phone about a visit."""

    result = RadioField(
        _("电话里怎么说"),
        choices=[SelectChoice(code, words) for code, (words, _light) in CHECK_RESULTS.items()],
        validators=[needed(_("请选电话里怎么说"))],
    )
    words = Cleaned(_("说明"), up_to(200))

    def validate_words(self, field: Any) -> None:
        if self.result.data == "not_confirmed" and not field.data:
            raise ValidationError(gettext("请写哪里对不上"))


@bp.get("/checks")
@allow("check visits")
def checks() -> Response:
    rows, after = to_check(request.args.get("after", ""), _from_above())
    return page("visits/checks.html", rows=rows, after=after, total=count(_from_above()))


def _from_above() -> bool:
    """Who does not lead the cells is asked only about visits of those who do."""
    return "leader" not in viewer().roles


@bp.get("/checks/<uuid:uid>")
@allow("check visits")
def check(uid: UUID) -> Response:
    return _form(_opened(uid), CheckForm(formdata=None))


@bp.post("/checks/<uuid:uid>")
@allow("check visits")
def settle(uid: UUID) -> Response:
    asked, form = _opened(uid), CheckForm()
    db.session.refresh(asked, with_for_update=True)
    if not form.submitted():
        return _form(asked, form, 422)
    try:
        asked.settle(form.result.data, form.words.data, viewer())
    except NotYours:
        say(_("这次走访已经撤销，或已经有人查过"), kind="warn")
    else:
        say(_("已记下：%(name)s 抽查", name=asked.visit.name))
    home = "desk.inbox" if viewer().can("see inbox") else "visits.checks"
    return go(url_for(home))


def _opened(uid: UUID) -> SpotCheck:
    asked = find(SpotCheck, uid)
    if not asked.open_to(viewer()):
        raise Forbidden
    return asked


def _form(asked: SpotCheck, form: CheckForm, status: int = 200) -> Response:
    visit = asked.visit
    known: Any = visit.person or visit.employer
    phone = known.phone if known and not getattr(known, "withdrawn_at", None) else None
    return page("visits/check.html", status, asked=asked, visit=visit, form=form, phone=phone,
                open=asked.waits)  # fmt: skip


def _waiting(who: Viewer) -> tuple[str, str] | None:
    """For the street, beside the lists it opens; a leader finds them in 待办."""
    if "supervisor" not in who.roles:
        return None
    n = count(above=True)
    return (str(_("走访抽查 %(n)s 次", n=n)), url_for("visits.checks")) if n else None


ASIDES.append(_waiting)
