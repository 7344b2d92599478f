"""`flask load`: sheets taken in from the command line, with the whole tree in view."""

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from gridunion.exchange.employers import EmployerIntake
from gridunion.exchange.intake import REPORT, Intake, load
from gridunion.exchange.members import MemberIntake
from gridunion.exchange.units import UnitIntake
from gridunion.sheets import Unreadable
from gridunion.shell import with_tables

load_group = AppGroup(
    "load", help="Take in a sheet: .xlsx or .csv. Loading the same sheet again changes nothing."
)

_FILE = click.argument("file", type=click.Path(path_type=Path))
_REPORT = click.option(
    "--report", type=click.Path(path_type=Path), help="Where to write what became of each row (CSV)."
)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Judge the rows and store nothing.")
VERDICTS = {"ok": "收下", "duplicate": "已有", "error": "有错", "skip": "跳过"}


def _command(name: str, words: str, intake: type[Intake]) -> None:
    @load_group.command(name, help=words)
    @_FILE
    @_REPORT
    @_DRY_RUN
    @with_tables
    def command(**asked: Any) -> None:
        _load(intake(), **asked)


def _load(intake: Intake, file: Path, report: Path | None, dry_run: bool) -> None:
    if report and _same(file, report):
        raise click.ClickException(
            _("报告不能写在要读的表上，会把它盖掉：请给 --report 换一个文件名。没有存下任何数据。")
        )
    if report and not _may_replace(report):
        raise click.ClickException(
            _(
                "%(report)s 里已有别的内容，不会盖掉：请给 --report 换一个文件名。没有存下任何数据。",
                report=report,
            )
        )
    try:
        counts = load(file, intake, report, dry_run)
    except Unreadable as problem:
        raise click.ClickException(
            _("%(file)s：%(why)s。没有存下任何数据。", file=file, why=problem)
        ) from problem
    except OSError as problem:
        raise click.ClickException(
            _("%(file)s：没有这个文件，或不许打开。没有存下任何数据。", file=problem.filename or file)
        ) from problem
    told = "，".join(f"{words} {counts[verdict]}" for verdict, words in VERDICTS.items())
    click.echo(
        _("试读：%(told)s", told=told) if dry_run else _("%(file)s：%(told)s", file=file.name, told=told)
    )


def _same(one: Path, other: Path) -> bool:
    """Whether two names lead to one file, by whatever spelling or link."""
    return one.exists() and other.exists() and one.samefile(other)


def _may_replace(report: Path) -> bool:
    """Nothing but an earlier report is written over, and what is no file (a pipe) has nothing to lose."""
    if not report.is_file():
        return True
    with report.open("rb") as earlier:
        start = earlier.read(100).decode("utf-8-sig", "replace")
    return not start or start.partition("\r\n")[0] == ",".join(REPORT)


_command("units", "Units: code, name, kind, parent_code.", UnitIntake)
_command("employers", "The ledger of employers.", EmployerIntake)
_command("members", "Members: the columns of the national template.", MemberIntake)
