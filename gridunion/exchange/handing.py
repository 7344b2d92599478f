"""Tables on their way in and out that somebody who leaves began."""

from functools import cache
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import Select, bindparam, func, select

from gridunion import clock
from gridunion.accounts.models import Account
from gridunion.accounts.open_work import KINDS, Kind, Line, counted, page_of
from gridunion.db import UtcDateTime, db
from gridunion.exchange.larger import OPEN as ASKED
from gridunion.exchange.larger import ExportRequest
from gridunion.exchange.models import OPEN, ImportRun
from gridunion.look import ago
from gridunion.members.handing import IDS
from gridunion.rights import RIGHTS, Viewer
from gridunion.tree import Unit, branch, width

_e, _i, _u = ExportRequest.__table__.c, ImportRun.__table__.c, Unit.__table__.c
_NOW = bindparam("now", callable_=clock.now, type_=UtcDateTime)
_WANTED = _e.state.in_(ASKED) & (_e.due_at > _NOW)
_READ = _i.state.in_(OPEN)


@cache
def _counted(model: Any, width: int) -> Select[Any]:
    column, condition = (_e, _WANTED) if model is ExportRequest else (_i, _READ)
    joined = Unit.__table__.join(model.__table__, column.unit_id == _u.id)
    found = (
        select(column.account_id, func.count())
        .select_from(joined)
        .where(column.account_id.in_(IDS), condition)
    )
    return found.where(branch(width)).group_by(column.account_id)


def _counts(model: Any) -> Any:
    return lambda account_ids: counted(_counted(model, width()), account_ids)


def exports(account_ids: list[int], after: str) -> tuple[list[Line], str]:
    found = select(ExportRequest).where(_WANTED, ExportRequest.account_id.in_(account_ids))
    rows, following = page_of(found, ExportRequest, after)
    return [_table(asked) for asked in rows], following


def _table(asked: ExportRequest) -> Line:
    words = gettext("撤回导出申请，%(n)s 行", n=asked.rows)
    href = url_for("exporting.request", uid=asked.uid)
    return Line(asked.uid, asked.purpose, "", [asked.state_words], href, words)


def imports(account_ids: list[int], after: str) -> tuple[list[Line], str]:
    found = select(ImportRun).where(_READ, ImportRun.account_id.in_(account_ids))
    rows, following = page_of(found, ImportRun, after)
    return [_sheet(run) for run in rows], following


def _sheet(run: ImportRun) -> Line:
    words = gettext("没导完的表格，%(n)s 行", n=run.total)
    facts = [run.state_words, gettext("%(ago)s开始", ago=f"{ago(run.recorded_at)} ")]
    return Line(run.uid, run.file_name or words, "", facts, url_for("exchange.show", uid=run.uid), words)


def withdraw(uids: list[UUID], leaver: Account, _to: Account, _by: Viewer) -> list[str]:
    """What somebody asked for alone goes to nobody else: it ends."""
    found = select(ExportRequest).where(
        ExportRequest.uid.in_(uids), _WANTED, ExportRequest.account_id == leaver.id
    )
    rows = db.session.scalars(found).all()
    for asked in rows:
        asked.end()
    return [_table(asked).told for asked in rows]


def pass_on(uids: list[UUID], leaver: Account, to: Account, _by: Viewer) -> list[str]:
    """Somebody else sees to the sheet; who sent it stays written on it."""
    found = select(ImportRun).where(ImportRun.uid.in_(uids), _READ, ImportRun.account_id == leaver.id)
    rows = [run for run in db.session.scalars(found).all() if _may_import(to, run)]
    for run in rows:
        run.account_id = to.id
    return [_sheet(run).told for run in rows]


def fault(uids: list[UUID], to: Account, _paths: set[str]) -> list[str]:
    found = select(ImportRun).where(ImportRun.uid.in_(uids), _READ)
    words = gettext("没导完的表格：%(name)s不能导入，请另交给社区工会主席", name=to.name)
    return [words for run in db.session.scalars(found) if not _may_import(to, run)]


def _may_import(to: Account, run: ImportRun) -> bool:
    may = RIGHTS["import members"]
    return any(held.role in may and run.unit.path.startswith(held.unit.path) for held in to.held)


KINDS.append(Kind("exports", _("没办完的导出"), _counts(ExportRequest), exports, take=withdraw))
KINDS.append(Kind("imports", _("没导完的表格"), _counts(ImportRun), imports, take=pass_on, fault=fault))
