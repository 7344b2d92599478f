"""A message that was in the box: answered in public, turned into a complaint, or set aside with a reason."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, abort, g, send_file, url_for
from flask_babel import gettext as _

from gridunion.box.forms import AnswerForm, AsideForm, CaseForm
from gridunion.box.models import RIGHT, BoxMessage
from gridunion.box.opening import officers
from gridunion.files import attach, boxed, keep
from gridunion.rights import allow
from gridunion.web import before, find, go, page, say, viewer

FORMS: dict[str, Callable[..., Any]] = {"answer": AnswerForm, "case": CaseForm, "aside": AsideForm}


@officers.get("/boxes/messages/<uuid:uid>")
@allow(RIGHT)
def message(uid: UUID) -> Response:
    return _page(find(BoxMessage, uid))


def _page(found: BoxMessage, status: int = 200, **sent: Any) -> Response:
    forms = {name: kind(formdata=None) for name, kind in FORMS.items()}
    forms["answer"].answer.process_data(found.answer)
    forms["case"].at(found.unit)
    failed = next(iter(sent.values()), None)
    return page("box/message.html", status, message=found, forms=forms | sent, failed=failed)


@officers.get("/boxes/messages/<uuid:uid>/photos/<nth>")
@allow(RIGHT)
def photo(uid: UUID, nth: str) -> Response:
    pictures = find(BoxMessage, uid).pictures
    if not (nth.isdecimal() and int(nth) < len(pictures)):
        abort(404)
    return boxed(send_file(io.BytesIO(pictures[int(nth)]), mimetype="image/jpeg"))


@officers.post("/boxes/messages/<uuid:uid>/answer")
@allow(RIGHT)
def answer(uid: UUID) -> Response:
    found, form = find(BoxMessage, uid), AnswerForm()
    if not form.submitted():
        return _page(found, 422, answer=form)
    found.reply(form.answer.data or "", viewer())
    say(_("答复已公开"))
    return _back(found)


def _pictures(uid: UUID) -> list[tuple[str, int]]:
    """Its pictures as files of their own, for the complaint that will name them."""
    return [(keep(data), len(data)) for data in find(BoxMessage, uid).pictures]


@officers.post("/boxes/messages/<uuid:uid>/case")
@before(_pictures)
@allow(RIGHT)
def turn(uid: UUID) -> Response:
    found = find(BoxMessage, uid)
    form = CaseForm().at(found.unit)
    if not form.submitted():
        return _page(found, 422, case=form)
    about = {"category": form.category.data, "employer_name": form.employer_name.data}
    case = found.turn(form.cell, viewer(), **about)
    attach(case, case.unit.id, g.prepared, None)
    say(_("已转成诉求 %(code)s，等派单", code=case.code))
    return _back(found)


@officers.post("/boxes/messages/<uuid:uid>/aside")
@allow(RIGHT)
def aside(uid: UUID) -> Response:
    found, form = find(BoxMessage, uid), AsideForm()
    if not form.submitted():
        return _page(found, 422, aside=form)
    found.set_aside(form.reason.data or "", viewer())
    say(_("这一封不办，原因本人查得到"), kind="warn")
    return _back(found)


def _back(found: BoxMessage) -> Response:
    return go(url_for("boxes.minutes", uid=found.opening.uid if found.opening else ""))
