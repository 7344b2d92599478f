"""How a request is answered: pages and their fragments, one transaction, rights, and each submission once.

A view only finds records, calls a verb and returns a page or a redirect. Everything else is decided here:
a GET reads; an unsafe method runs inside one write transaction in which rights are read again, and an answer
of 400 or more undoes it; the receipt of a submission is stored in the same transaction.
"""

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar, cast
from uuid import UUID, uuid4

from flask import Flask, Response, current_app, g, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from jinja2_fragments import render_block
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound, Unauthorized

from gridunion import db as database
from gridunion import once
from gridunion.db import Record, db
from gridunion.doors import SAFE
from gridunion.receipts import Sent
from gridunion.rights import PUBLIC, SIGNED_IN, Viewer, right_of
from gridunion.spoken import Spoken
from gridunion.tree import Unit, eyes, look_with
from gridunion.words import english

Found = TypeVar("Found", bound=Record)
View = TypeVar("View", bound=Callable[..., Any])


# Answers that are another page than the one asked for: htmx puts them in place of all that is shown.
INSTEAD = (400, 401, 409, 429)


class Undo(Exception):
    """An answer that must leave no trace in the database."""

    def __init__(self, response: Response) -> None:
        self.response = response


class Site(Flask):
    """Flask, with the house's one way of answering."""

    jinja_environment = Spoken

    @property
    def jinja_env(self) -> Spoken:
        """The templates in the reader's language."""
        chinese = cast(Spoken, super().jinja_env)
        return chinese.english if english() else chinese

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Nothing here is async, and Flask would ask at each of a dozen functions a page."""
        return func

    def full_dispatch_request(self) -> Response:
        g.view = self.view_functions.get(request.endpoint or "")
        return super().full_dispatch_request()

    def dispatch_request(self) -> ResponseReturnValue:
        view = g.view
        if view is None:
            return super().dispatch_request()
        if request.method in SAFE or getattr(view, "reads", False):
            authorize(view)
            return super().dispatch_request()
        return self._write(view)

    def _write(self, view: Callable[..., Any]) -> Response:
        if before := getattr(view, "before", None):
            authorize(view)
            g.prepared = before(**(request.view_args or {}))
        try:
            return self._write_once(view)
        except Exception as problem:
            if earlier := once.stored_meanwhile(problem):
                return _answer_again(earlier)
            if isinstance(problem, Undo):
                return problem.response
            raise

    def _write_once(self, view: Callable[..., Any]) -> Response:
        with database.write():
            authorize(view, again=True)
            if earlier := once.received():
                return _answer_again(earlier)
            response = self.make_response(super().dispatch_request())
            if response.status_code >= 400:
                raise Undo(response)
            if not getattr(view, "untraced", False):
                _keep(response)
        return for_htmx(response)


def before(prepare: Callable[..., Any]) -> Callable[[View], View]:
    """Slow work of a view (hashing, pictures) done before its transaction; the result is `g.prepared`."""

    def label(view: View) -> View:
        view.__dict__["before"] = prepare
        return view

    return label


def takes(most_bytes: int) -> Callable[[View], View]:
    """A view that takes a larger body than others."""

    def label(view: View) -> View:
        view.__dict__["most_bytes"] = most_bytes
        return view

    return label


def untraced(view: View) -> View:
    """A view that leaves no receipt, which would tell of its sender's browser and of the moment. It makes a repeat
    harmless by itself."""
    view.__dict__["untraced"] = True
    return view


def viewer() -> Viewer:
    """Who is signed in. Only for views that demand it."""
    return current_user._get_current_object()


def signed_in() -> bool:
    return bool(current_user.is_authenticated)


def authorize(view: Callable[..., Any], again: bool = False) -> None:
    """Set whose eyes the request has. Raises Unauthorized, Forbidden; a view without a label is closed."""
    if again:
        g.pop("_login_user", None)
    right = right_of(view)
    if right is None:
        raise NotFound
    if right == PUBLIC:
        look_with(None)
        return
    if not signed_in():
        raise Unauthorized
    who = g.actor = viewer()
    if who.must_change and not getattr(view, "even_unchanged", False):
        raise Undo(for_htmx(go("/password"))) if again else MustChange
    if not who.can(right):
        raise Forbidden
    look_with(who.eyes(right))


class MustChange(Exception):
    """The password was given by somebody else: choose your own first."""


def find(model: type[Found], uid: UUID) -> Found:
    """The record, if the viewer may have it in front of them. Raises NotFound, Forbidden.

    What a stranger asks for does not exist; what a colleague sees elsewhere is forbidden here. Of a record that
    went into another one the other is found: a form that was open meanwhile still reaches the right one.
    """
    statement = select(model).where(model.uid == uid)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        _explain_absence(statement)
    heir: Found = found.heir
    return heir


def find_unit(code: str) -> Unit:
    """The unit of a code, if it lies in the viewer's branches. Raises NotFound."""
    found = db.session.scalars(select(Unit).where(Unit.code == code)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _explain_absence(statement: Any) -> NoReturn:
    narrow, wide = eyes(), viewer().any_eyes if signed_in() else None
    if wide is not None and wide != narrow:
        look_with(wide)
        seen = db.session.scalars(statement).one_or_none()
        look_with(narrow)
        if seen is not None:
            raise Forbidden
    raise NotFound


def page(template: str, status: int = 200, **context: Any) -> Response:
    """The whole page, or for htmx the block that has the name of the element it fills."""
    target = request.headers.get("HX-Target") if request.headers.get("HX-Request") else None
    context["invalid"] = status == 422
    current_app.update_template_context(context)
    templates = current_app.jinja_env
    made = templates.get_template(template)
    if target in made.blocks and status not in INSTEAD:
        return Response(render_block(templates, template, target, **context), status)
    response = Response(made.render(context), status)
    if target and status in INSTEAD:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "body", "innerHTML show:window:top"
    return response


def edited(record: Record, form: Any) -> bool:
    """Somebody else changed the record after the reader of the form saw it."""
    return str(form.row_version.data) != str(record.version)


def new_key() -> str:
    """The key of a form, made when the form is shown."""
    return uuid4().hex


def say(text: str, undo: str = "", kind: str = "ok", then: tuple[str, str] = ("", "")) -> None:
    """What the next page tells the user about what was just stored, and where it lets them go on: words, address."""
    g.said = (str(text), undo, kind, then)


def go(location: str) -> Response:
    """On to the next page after a change."""
    return make_response(redirect(location, 303))


def _answer_again(earlier: Sent) -> Response:
    response = go(earlier.location or "/")
    once.stamp(response)
    return for_htmx(response)


def _keep(response: Response) -> None:
    """Keep the receipt of what was stored; the next page tells what `say` said by it."""
    uid = uuid4()
    said = g.get("said", ("", "", "ok", ("", "")))
    if said[0] and response.location:
        response.location += f"{'&' if '?' in response.location else '?'}r={uid.hex}"
    once.keep(uid, response.status_code, response.location or "", said)
    once.stamp(response)


def for_htmx(response: Response) -> Response:
    """A redirect as htmx understands it: go there with the whole page."""
    if request.headers.get("HX-Request") and response.status_code in (302, 303):
        response.headers["HX-Redirect"] = response.headers.pop("Location")
        response.status_code, response.data = 200, b""
    return response


__all__ = [
    "PUBLIC",
    "SIGNED_IN",
    "Site",
    "before",
    "edited",
    "find",
    "find_unit",
    "go",
    "new_key",
    "page",
    "say",
    "takes",
    "untraced",
    "viewer",
]
