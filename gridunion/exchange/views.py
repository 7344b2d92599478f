"""Import: the upload, the columns, the preview, and what became of it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.utils import secure_filename

from gridunion import audit
from gridunion.db import db
from gridunion.exchange import publishing
from gridunion.exchange.forms import NEEDED, TITLES, UploadForm, read_mapping
from gridunion.exchange.heavy import copy_after_answer
from gridunion.exchange.lists import PAGE, listed
from gridunion.exchange.locker import SHEETS
from gridunion.exchange.models import OPEN, VERDICTS, ImportRun, begin, open_run, sent_before
from gridunion.exchange.report import KINDS, Report, report, template
from gridunion.exchange.upload import MOST_SENT, Arrived, digest_of, receive
from gridunion.look import moment
from gridunion.rights import Held, allow
from gridunion.sheetfile import MOST_ROWS
from gridunion.sheetguard import MOST_PACKED, MOST_TEXT
from gridunion.web import before, find, find_unit, for_htmx, go, page, say, takes, viewer

bp = Blueprint("exchange", __name__, url_prefix="/imports")

MOST_RUNS = 20
UNDER_WAY = ("looking", "reading")


@bp.get("/")
@allow("import members")
def listing() -> Response:
    return _listing(UploadForm(formdata=None))


def _listing(form: UploadForm, status: int = 200) -> Response:
    held = _held()
    form.offer(held)
    runs = list(db.session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(MOST_RUNS)))
    total = db.session.scalar(select(func.count(ImportRun.id)))
    bounds = {"excel": MOST_PACKED // 2**20, "csv": MOST_TEXT // 2**20, "rows": MOST_ROWS // 10_000 * 10_000}
    return page(
        "exchange/listing.html", status, form=form, held=held, runs=runs, total=total, bounds=bounds,
        running=[run for run in runs if run.state in OPEN],
    )  # fmt: skip


def _held() -> list[Held]:
    """The units the viewer may import for, each once."""
    return list({held.code: held for held in viewer().holding("import members")}.values())


def _received() -> Arrived | ImportRun | str:
    """The sheet, looked at; or the import in which it came before, or what is wrong with it."""
    sent = UploadForm().file.data
    if not sent or not sent.filename:
        return _("请选一个表格文件")
    digest = digest_of(sent.stream)
    found = sent_before(digest) or receive(sent.stream, sent.filename, digest)
    sent.stream.seek(0)  # the receipt is made over the whole body
    return found


@bp.post("/")
@allow("import members")
@takes(MOST_SENT)
@before(_received)
def upload() -> Response:
    form, arrived = UploadForm(), g.prepared
    if isinstance(arrived, ImportRun):
        return _known(arrived)
    form.offer(_held())
    valid = form.submitted()
    if isinstance(arrived, str):
        form.file.errors = [arrived]
    if not valid or isinstance(arrived, str):
        return _refused(form, arrived)
    unit = find_unit(form.unit.data)
    if running := open_run(unit):
        form.file.errors = [_("%(name)s还有一份表格没办完，请先办完或放弃", name=running.unit.name)]
        return _refused(form, arrived)
    run = begin(unit, viewer(), arrived)
    return go(url_for("exchange.show", uid=run.uid))


def _refused(form: UploadForm, arrived: Arrived | str) -> Response:
    if isinstance(arrived, Arrived):
        SHEETS.drop(arrived.uid)
    return _listing(form, 422)


def _known(run: ImportRun) -> Response:
    when = moment(run.done_at or run.recorded_at)
    if run.state == "done":
        say(_("这份表格 %(when)s 已经导入过", when=when), kind="warn")
    else:
        say(_("这份表格 %(when)s 已经传过，接着办就行", when=when), kind="warn")
    return go(url_for("exchange.show", uid=run.uid))


@bp.get("/template")
@allow("import members")
def empty() -> Response:
    """An empty sheet with the columns of the national template, every cell of it text."""
    return template()


@bp.get("/<uuid:uid>")
@allow("import members")
def show(uid: UUID) -> Response:
    return _show(find(ImportRun, uid))


@bp.get("/<uuid:uid>/progress")
@allow("import members")
def progress(uid: UUID) -> Response:
    """How far it is; when it is there, the page that follows."""
    run = find(ImportRun, uid)
    return _show(run) if run.state in UNDER_WAY else for_htmx(go(url_for("exchange.show", uid=uid)))


def _show(run: ImportRun, status: int = 200, **more: Any) -> Response:
    """The page of an import: its columns, how far it is, what would happen or what happened."""
    template_of = "mapping" if run.state == "mapping" else "show"
    return page(
        f"exchange/{template_of}.html", status, run=run, titles=TITLES, verdicts=VERDICTS,
        chosen={at: name for name, at in run.mapping.items()}, required=NEEDED, **more,
    )  # fmt: skip


@bp.post("/<uuid:uid>/mapping")
@allow("import members")
def mapping(uid: UUID) -> Response:
    run = find(ImportRun, uid)
    run.demand("mapping")
    chosen, faults = read_mapping(request.form, len(run.top))
    if faults:
        return _show(run, 422, faults=faults, sent=request.form)
    run.read(chosen, request.form.get("updates") == "yes")
    return go(url_for("exchange.show", uid=uid))


@bp.get("/<uuid:uid>/<any(new,changed,duplicate,error,skip,kept):verdict>")
@allow("import members")
def rows(uid: UUID, verdict: str) -> Response:
    run = find(ImportRun, uid)
    found, after = listed(run, verdict, request.args.get("after", ""))
    return page(
        "exchange/rows.html", run=run, verdict=verdict, verdicts=VERDICTS, rows=found, after=after, size=PAGE,
        total=run.counts.get(verdict, 0),
    )  # fmt: skip


@bp.post("/<uuid:uid>/storing")
@allow("import members")
def store(uid: UUID) -> Response:
    run = find(ImportRun, uid)
    copy_after_answer()
    publishing.store(run)
    say(_("已导入 %(n)s 人", n=run.counts.get("new", 0)))
    return go(url_for("exchange.show", uid=uid))


@bp.post("/<uuid:uid>/end")
@allow("import members")
def end(uid: UUID) -> Response:
    run = find(ImportRun, uid)
    run.end()
    audit.note("import ended", run)
    say(_("已放弃，什么都没有存"))
    return go(url_for("exchange.listing"))


@bp.post("/<uuid:uid>/undo")
@allow("import members")
def undo(uid: UUID) -> Response:
    run = find(ImportRun, uid)
    copy_after_answer()
    publishing.undo(run)
    say(_("已撤销整次导入"))
    return go(url_for("exchange.show", uid=uid))


def _report(uid: UUID) -> Report | None:
    run, kind = find(ImportRun, uid), request.form.get("kind", "xlsx")
    run.demand("preview", "done")
    return report(run, kind) if kind in KINDS else None


@bp.post("/<uuid:uid>/report")
@allow("import members")
@before(_report)
def errors(uid: UUID) -> Response:
    """The rows that were not taken, as they were sent, each with its reason: to be corrected and sent again."""
    run, made = find(ImportRun, uid), g.prepared
    if made is None:
        return _show(run, 422)
    audit.note("import report", run, rows={"error": made.rows})
    response = made.response(secure_filename(f"import-{run.uid.hex[:8]}.{made.kind}"))
    response.location = url_for("exchange.show", uid=uid)  # where the same post, sent again, leads
    return response
