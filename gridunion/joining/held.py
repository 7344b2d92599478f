"""More applications than usual: the leader looks at the names and decides once."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from gridunion.bookmark import opened, seal
from gridunion.db import db
from gridunion.joining.clearing import throw_away
from gridunion.joining.models import Application
from gridunion.joining.verifying import chosen, page_of
from gridunion.joining.views import bp
from gridunion.rights import allow
from gridunion.web import go, page, say, viewer


@bp.get("/applications/held")
@allow("approve members")
def held() -> Response:
    return _held()


def _held(none_ticked: bool = False) -> Response:
    rows, total, after = page_of("held", request.args.get("after", ""))
    upto = seal("held", _last()) if total else ""
    return page("joining/held.html", 422 if none_ticked else 200, rows=rows, total=total, after=after, upto=upto,
                none_ticked=none_ticked)  # fmt: skip


@bp.post("/applications/held")
@allow("approve members")
def decide() -> Response:
    """Let those ticked go on to their workers, or throw away all there were when the page was shown."""
    if request.form.get("act") == "drop":
        return _drop()
    if not (rows := chosen()):
        return _held(none_ticked=True)
    for application in rows:
        application.admit(viewer())
    say(_("放进来 %(n)s 份申请，等网格员核实", n=len(rows)))
    return go(url_for("joining.held"))


def _drop() -> Response:
    """One decision for any number: nobody cleans up after a robot one by one."""
    (last,) = opened("held", request.form.get("upto", "")) or (0,)
    count = throw_away(last, viewer())
    say(_("不要的 %(n)s 份已清掉", n=count), kind="warn")
    return go(url_for("joining.held"))


def _last() -> int:
    """The newest one there is: what comes while the leader reads is not thrown away unseen."""
    return db.session.scalar(select(func.max(Application.id)).where(Application.state == "held")) or 0
