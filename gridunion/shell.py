"""How commands speak to people at the shell: what keeps one from running is a sentence and exit code 1."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from gridunion.config import ROOT
from gridunion.db import db

Command = Callable[..., Any]


def with_database(command: Command) -> Command:
    """A command that needs a database, whatever stands in it."""
    return _after(_stands, command)


def with_tables(command: Command) -> Command:
    """A command that needs the tables as this version of the site has them."""
    return _after(demand_tables, command)


def _after(look: Callable[[], Any], command: Command) -> Command:
    @with_appcontext
    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        look()
        return command(*args, **options)

    return run


def demand_tables() -> None:
    """Raises ClickException, which says what to do first."""
    stands, ours = _stands(), ScriptDirectory(str(ROOT / "migrations"))
    known = {revision.revision for revision in ours.walk_revisions()}
    if not stands:
        raise click.ClickException("数据库里还没有建表：请先运行 flask setup。")
    if not stands <= known:
        raise click.ClickException("数据库已经由更新的版本改过，这个版本用不了：请换上新版本。")
    if stands != set(ours.get_heads()):
        raise click.ClickException("数据库还是旧版本的结构：请先运行 flask setup 更新。")


def _stands() -> set[str]:
    """At which migrations the database stands; none when it is empty."""
    with _reached(), db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads())


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except DBAPIError as problem:
        why = str(problem.orig).strip().partition("\n")[0]
        raise click.ClickException(
            f"连不上数据库：请看它是否在运行，DATABASE_URL 是否写对了。（{why}）"
        ) from problem
