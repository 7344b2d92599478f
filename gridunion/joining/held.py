"""More applications than usual: the leader looks at the names and decides once."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select, update

from gridunion import audit, clock
from gridunion.bookmark import opened, seal
from gridunion.db import db
from gridunion.joining.models import Application
from gridunion.joining.verifying import chosen, page_of
from gridunion.joining.views import bp
from gridunion.rights import allow
from gridunion.web import go, page, say, viewer


@bp.get("/applications/held")
@allow("approve members")
def held() -> Response:
    return _held()


def _held(status: int = 200) -> Response:
    rows, total, after = page_of("held", request.args.get("after", ""))
    upto = seal("held", _last()) if total else ""
    return page("joining/held.html", status, rows=rows, total=total, after=after, upto=upto)


@bp.post("/applications/held")
@allow("approve members")
def decide() -> Response:
    """Let those ticked go on to their workers, or throw away all there were when the page was shown."""
    if request.form.get("act") == "drop":
        return _drop()
    if not (rows := chosen()):
        return _held(422)
    for application in rows:
        application.admit(viewer())
    say(_("放进来 %(n)s 份申请，等网格员核实", n=len(rows)))
    return go(url_for("joining.held"))


def _drop() -> Response:
    """One decision for any number: nobody cleans up after a robot one by one."""
    (last,) = opened("held", request.form.get("upto", "")) or (0,)
    mine = update(Application).where(Application.state == "held", Application.id <= last)
    gone = {"state": "expired", "settled_at": clock.now(), "settled_by_id": viewer().account_id}
    nobody = dict.fromkeys(("name", "phone", "key_group", "employer_name"))
    dropped = db.session.execute(mine.values(gone | nobody), execution_options={"synchronize_session": False})
    count = int(getattr(dropped, "rowcount", 0))
    audit.note("drop applications", unit_id=viewer().holding("approve members")[0].unit_id, rows=count)
    say(_("不要的 %(n)s 份已清掉", n=count), kind="warn")
    return go(url_for("joining.held"))


def _last() -> int:
    """The newest one there is: what comes while the leader reads is not thrown away unseen."""
    return db.session.scalar(select(func.max(Application.id)).where(Application.state == "held")) or 0
