"""Correcting a visit that was written down, with what it said before in sight."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden

from gridunion.rights import allow
from gridunion.visits.forms import EntryForm
from gridunion.visits.life import FINDINGS, OUTCOMES
from gridunion.visits.models import Visit
from gridunion.visits.versions import TOLD, correct, may_edit
from gridunion.visits.views import bp
from gridunion.web import edited, find, go, page, say, viewer


@bp.get("/<uuid:uid>/edit")
@allow("log visits")
def edit(uid: UUID) -> Response:
    visit = _editable(uid)
    form = _entry_form(visit, formdata=None)
    for name in TOLD:
        form[name].data = getattr(visit, name)
    form.row_version.data = str(visit.version)
    return _form(visit, form)


@bp.post("/<uuid:uid>/edit")
@allow("log visits")
def revise(uid: UUID) -> Response:
    visit = _editable(uid)
    form = _entry_form(visit)
    if not form.submitted():
        return _form(visit, form, 422)
    if edited(visit, form):
        form.row_version.data = str(visit.version)
        return _form(visit, form, 409)
    told = form.said() | {"outcome": form.outcome.data}
    say(_("已改好，原来的也留着") if correct(visit, viewer(), told) else _("没有改动"))
    return go(url_for(".show", uid=uid))


def _editable(uid: UUID) -> Visit:
    visit = find(Visit, uid)
    if not may_edit(visit, viewer()):
        raise Forbidden
    return visit


def _entry_form(visit: Visit, **options: Any) -> EntryForm:
    """A correction raises no complaint: only a visit in which there was one may go on saying so."""
    form = EntryForm(visit.unit.path, **options)
    choices: Any = form.findings.choices
    form.findings.choices = [it for it in choices if it.value != "complaint" or it.value in visit.findings]
    return form


def _form(visit: Visit, form: EntryForm, status: int = 200) -> Response:
    return page("visits/edit.html", status, visit=visit, form=form, clash=status == 409,
                icons={code: outcome.icon for code, outcome in OUTCOMES.items()},
                subs={code: sub for code, (_words, sub) in FINDINGS.items() if code != "complaint"})  # fmt: skip
