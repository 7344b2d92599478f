"""More reports than usual: the leader looks at them and decides once."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from gridunion.bookmark import opened, seal
from gridunion.db import db
from gridunion.reporting.clearing import throw_away
from gridunion.reporting.models import Report
from gridunion.reporting.views import bp
from gridunion.rights import allow
from gridunion.text import read_uids
from gridunion.web import find, go, page, say, viewer

PAGE = 50


@bp.get("/reports/held")
@allow("decide complaints")
def held() -> Response:
    return _held()


def _held(status: int = 200) -> Response:
    (last,) = opened("reports", request.args.get("after", "")) or (0,)
    waits = select(Report).where(Report.state == "held", Report.id > last).order_by(Report.id).limit(PAGE + 1)
    rows = list(db.session.scalars(waits))
    total, newest = db.session.execute(
        select(func.count(Report.id), func.max(Report.id)).where(Report.state == "held")
    ).one()
    after = seal("reports", rows[PAGE - 1].id) if len(rows) > PAGE else ""
    upto = seal("reports upto", newest) if newest else ""
    return page("reporting/held.html", status, rows=rows[:PAGE], total=total, after=after, upto=upto)


@bp.post("/reports/held")
@allow("decide complaints")
def decide() -> Response:
    """Let those ticked become complaints, or throw away all there were when the page was shown."""
    if request.form.get("act") == "drop":
        return _drop()
    said = list(dict.fromkeys(request.form.getlist("report")))
    if not (rows := [find(Report, uid) for uid in read_uids(said)]):
        return _held(422)
    for report in rows:
        report.admit(viewer())
    say(_("收下 %(n)s 件诉求，等派单", n=len(rows)))
    return go(url_for("reporting.held"))


def _drop() -> Response:
    """One decision for any number; what came while the leader read is not thrown away unseen."""
    (last,) = opened("reports upto", request.form.get("upto", "")) or (0,)
    say(_("不要的 %(n)s 份已清掉", n=throw_away(last, viewer())), kind="warn")
    return go(url_for("reporting.held"))
