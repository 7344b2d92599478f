"""`flask demo`: a base to try things on. `flask up`: the whole site in one command."""

from random import Random

import click
from flask import current_app
from sqlalchemy import select, tuple_, update

from gridunion.accounts.models import Account
from gridunion.commands import BEFORE_SERVING, PORT, serve_on, set_up
from gridunion.config import Config
from gridunion.db import db, write
from gridunion.demo.fill import NotEmpty, fill
from gridunion.demo.staff import CAST, demo_people, take_password, the_password
from gridunion.demo.stories import tell
from gridunion.demo.town import large_town, small_town
from gridunion.settings import Setting
from gridunion.shell import with_database, with_tables
from gridunion.tree import Unit, everywhere

SEED = 610702
NOBODYS = "15400001107"  # 154 is given to nobody


@click.command()
@click.option(
    "--members", type=click.IntRange(min=1), help="A base of this size; without it a small one with stories."
)
@click.option("--cells", type=click.IntRange(min=1), help="Of that base; by default one for 500 members.")
@click.option("--seed", default=SEED, show_default=True, help="The same seed makes the same people.")
@with_tables
def demo(members: int | None, cells: int | None, seed: int) -> None:
    """Fill an empty base with made-up people, visits and complaints."""
    _refuse_in_production()
    password = the_password(_config().home)
    try:
        if members:
            fill(large_town(Random(seed), members, cells), seed, password, click.echo)  # noqa: S311
        else:
            load_small(seed, password)
    except NotEmpty as problem:
        raise click.ClickException(
            "数据库里已有单位：演示数据只装进空的数据库，没有改动任何数据。"
        ) from problem
    introduce(password)


def load_small(seed: int, password: str) -> None:
    tell(fill(small_town(Random(seed)), seed, password))  # noqa: S311
    with everywhere(), write():
        db.session.execute(update(Setting).where(Setting.key == "office.phone").values(value=NOBODYS))


def introduce(password: str) -> None:
    """Say who the demo people are."""
    click.echo(f"演示账号：{'、'.join(f'{login}（{name}）' for login, name in CAST.items())}")
    click.echo(f"密码：{password}")


def _config() -> Config:
    config: Config = current_app.extensions["gridunion.config"]
    return config


def _refuse_in_production() -> None:
    if _config().production:
        raise click.ClickException("正式环境不装演示数据（GRIDUNION_ENV=production）。")


@click.command()
@click.option("--port", type=PORT, help="Default: PORT, or 8000.")
@with_database
def up(port: int | None) -> None:
    """Set up, load the small demo into an empty base (development only), and serve."""
    set_up()
    _welcome()
    serve_on(port)


def _welcome() -> None:
    """People an empty base of a developer; of an older demo say how to get in. Production wants neither."""
    if _config().production:
        return
    with everywhere():
        ours = demo_people()
        empty = db.session.scalar(select(Unit.id).limit(1)) is None
        if ours:
            take_password(ours, the_password(_config().home))
    if empty:
        load_small(SEED, the_password(_config().home))
    if empty or ours:
        introduce(the_password(_config().home))


def refuse_demo_people() -> None:
    """A production site does not open on a base in which anybody of the demo can sign in."""
    if not _config().production:
        return
    demo = tuple_(Account.login, Account.name).in_(CAST.items())
    with everywhere():
        found = db.session.scalar(select(Account.id).where(demo).limit(1))
    if found:
        raise click.ClickException("这个数据库装过演示数据，不能用于正式环境：请换一个空的数据文件夹。")


BEFORE_SERVING.append(refuse_demo_people)
