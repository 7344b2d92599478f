"""What goes wrong, as pages a person understands. Nothing typed is lost: a form that failed can be sent again."""

import logging
import sqlite3
from typing import Any
from uuid import uuid4

import pysqlite3.dbapi2
from flask import Flask, Response, current_app, g, redirect, request
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from gridunion.db import Busy, db
from gridunion.doors import SAFE
from gridunion.tree import OutsideBranch
from gridunion.web import MustChange, Undo, for_htmx, new_key, page

log = logging.getLogger("gridunion")

WORDS: dict[int, tuple[object, object]] = {
    400: (_("没看懂"), _("这一页放得太久，或者内容不完整。")),
    403: (_("没有权限"), _("这件事不归你办。")),
    404: (_("没有找到"), _("没有这一页，或者它不在你负责的范围里。")),
    405: (_("打不开"), _("这个地址不能这样打开。")),
    409: (_("有人先改了"), _("在你填写的时候，这条记录已经变了，或同一张表单交过不同的内容。")),
    413: (_("太大了"), _("文件太大，服务器没有收。")),
    429: (_("太频繁"), _("试得太多了。")),
    500: (_("出错了"), _("服务器出了错，这一步没有保存。")),
    503: (_("没保存上"), _("服务器正忙，这一步没有保存。")),
}
NOT_RESENT = {"csrf_token", "password", "old", "new", "again"}


def explain(app: Flask) -> None:
    """Give an app its error pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    app.register_error_handler(MustChange, lambda _: for_htmx(redirect("/password", 303)))  # type: ignore[arg-type]
    app.register_error_handler(Undo, lambda undo: undo.response)
    app.register_error_handler(OutsideBranch, lambda _: fault(404))
    app.register_error_handler(StaleDataError, lambda _: fault(409))
    for kind in (Busy, OperationalError, DBAPIError, sqlite3.Error, pysqlite3.dbapi2.Error, OSError):
        app.register_error_handler(kind, _unavailable)


def fault(code: int, text: str = "", title: str = "") -> Response:
    """The page for a fault; a form that was being sent stands on it, to be sent again."""
    known, said = WORDS.get(code, WORDS[500] if code >= 500 else WORDS[400])
    kept = typed(fresh=code == 409) if code in (400, 409, 500, 503) else None
    response = page("error.html", code, code=code, title=title or str(known), text=text or str(said),
                    request_id=request_id(), typed=kept)  # fmt: skip
    if code in (429, 503):
        response.headers["Retry-After"] = "5"
    return response


def typed(fresh: bool = False) -> list[tuple[str, str]] | None:
    """What a failed form held, to be offered again; passwords never. `fresh` gives it another key, when the one
    it had was used up by other words."""
    if request.method in SAFE or not request.form:
        return None
    kept = [(name, text) for name, text in request.form.items(multi=True) if name not in NOT_RESENT]
    return [(name, new_key() if fresh and name == "client_key" else text) for name, text in kept]


def request_id() -> str:
    if "request_id" not in g:
        g.request_id = uuid4().hex[:12]
    made: str = g.request_id
    return made


def _http(problem: HTTPException) -> Response | HTTPException:
    code = problem.code or 500
    if code < 400:
        return problem
    if isinstance(problem, CSRFError):
        code = 400
    return fault(code)


def _unexpected(problem: Exception) -> Response:
    db.session.rollback()
    log.error("request %s: %s", request_id(), type(problem).__name__, exc_info=_bare(problem))
    return fault(500)


def _bare(problem: BaseException) -> Any:
    """What is logged of an error; its words may hold what somebody typed, so only developers see them."""
    if not current_app.extensions["gridunion.config"].production:
        return problem
    return (RuntimeError, RuntimeError(type(problem).__name__), problem.__traceback__)


def _unavailable(problem: Exception) -> Response:
    db.session.rollback()
    log.error("request %s: %s", request_id(), type(problem).__name__, exc_info=_bare(problem))
    code = 500 if isinstance(problem, DBAPIError) and not isinstance(problem, OperationalError) else 503
    return fault(code)
