"""Accounts and postings from a sheet: the upload and its report, with the codes shown once."""

import tempfile
from pathlib import Path

from flask import Response, g, make_response, url_for
from flask_babel import gettext as _

from gridunion.accounts.admin_forms import SheetForm
from gridunion.accounts.roster import COLUMNS, VERDICTS, Roster, store
from gridunion.accounts.roster_sheet import RosterRefused, read
from gridunion.accounts.views import bp
from gridunion.rights import allow
from gridunion.sheets import Unreadable
from gridunion.tree import eyes
from gridunion.web import before, page, say, takes

MOST_BYTES = 5 * 1024 * 1024


@bp.get("/accounts/sheet")
@allow("manage accounts")
def sheet() -> Response:
    return page("accounts/sheet.html", form=SheetForm(formdata=None), roster=None)


@bp.get("/accounts/sheet/template")
@allow("manage accounts")
def sheet_template() -> Response:
    """An empty sheet with the columns, as Excel and WPS open it."""
    body = "\ufeff" + ",".join(names[0] for names in COLUMNS.values()) + "\r\n"
    response = make_response(body)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = "attachment; filename=accounts.csv"
    return response


def _read() -> Roster | str:
    """The sheet, or what is wrong with it as a whole: parsing and hashing, before the transaction."""
    sent = SheetForm().file.data
    if not sent:
        return str(_("请选一个表格文件"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sent"
        sent.save(path)
        sent.stream.seek(0)
        try:
            roster = read(path)
        except (Unreadable, RosterRefused) as problem:
            return str(problem)
    return roster if roster.lines else str(_("文件里没有数据"))


@bp.post("/accounts/sheet")
@allow("manage accounts")
@takes(MOST_BYTES)
@before(_read)
def load_sheet() -> Response:
    form, roster, over = SheetForm(), g.prepared, eyes()
    valid = form.submitted()
    if isinstance(roster, str) or not valid or over is None:
        form.file.errors = [roster] if isinstance(roster, str) else form.file.errors
        return page("accounts/sheet.html", 422, form=form, roster=None)
    store(roster, over)
    say(_("这份表格已经收过。一次性密码只显示一次，没记下的，请在各人的账号里再给一个新的。"), kind="warn")
    response = page("accounts/sheet.html", form=form, roster=roster, verdicts=VERDICTS)
    response.location = url_for("accounts.listing")  # where the same sheet, sent again, leads
    return response
