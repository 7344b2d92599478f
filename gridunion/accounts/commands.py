"""The first administrator, made on the command line."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.admin_forms import clean_new_login
from gridunion.accounts.models import (
    CODE_HOURS,
    Account,
    BadPosting,
    Posting,
    by_login,
    hash_password,
    in_force,
    new_code,
)
from gridunion.db import db, write
from gridunion.names import clean_name
from gridunion.shell import with_tables
from gridunion.text import Unacceptable
from gridunion.tree import Unit, everywhere

admin_group = AppGroup("admin", help="System administrators.")


@admin_group.command("create")
@click.option(
    "--login", required=True, help="What the administrator signs in with: a phone number or a name."
)
@click.option("--name", required=True)
@click.option("--unit", "code", help="Code of the unit to look after. Default: the top of the tree.")
@click.option(
    "--unit-code",
    default="100000000000",
    show_default=True,
    help="Code of the top unit, when the tree is empty.",
)
@click.option(
    "--unit-name", default="区总工会", show_default=True, help="Name of the top unit, when the tree is empty."
)
@click.option("--another", is_flag=True, help="Although there is an administrator already.")
@with_tables
def create(login: str, name: str, code: str | None, unit_code: str, unit_name: str, another: bool) -> None:
    """Make an administrator and print a one-time code for the first sign-in."""
    secret = new_code()
    hashed = hash_password(secret)
    with everywhere(), write():
        account = _make(login, name, _seat(code, unit_code, unit_name), another)
        account.give_code(hashed)
    click.echo(f"{account.name}（{account.login}）的一次性密码：{secret}")
    click.echo(f"{CODE_HOURS} 小时内有效，第一次登录要改掉。")


def _make(login: str, name: str, unit: Unit, another: bool) -> Account:
    if not another and _has_administrator():
        raise click.ClickException("已经有系统管理员了；还要再加一个，请写 --another。")
    try:
        account = Account(login=clean_new_login(login), name=clean_name(name))
    except Unacceptable as problem:
        raise click.ClickException(str(problem)) from None
    if by_login(account.login):
        raise click.ClickException(f"账号 {account.login} 已经有人用。")
    db.session.add(account)
    try:
        Posting.give(account, "administrator", unit, clock.today())
    except BadPosting as problem:
        raise click.ClickException(str(problem)) from None
    return account


def _has_administrator() -> bool:
    held = select(Posting.id).join(Account, Account.id == Posting.account_id)
    held = held.where(Posting.role == "administrator", in_force(clock.today()), Account.active)
    return db.session.scalar(held.limit(1)) is not None


def _seat(code: str | None, unit_code: str, unit_name: str) -> Unit:
    """The unit asked for, else the top of the tree; an empty tree gets its top."""
    wanted = Unit.code == code if code else Unit.parent_id.is_(None)
    found = db.session.scalars(select(Unit).where(wanted).order_by(Unit.path).limit(2)).all()
    if len(found) == 1:
        return found[0]
    if code or found:
        raise click.ClickException(
            "没有这个单位编码。" if code else "最上一级不止一个，请用 --unit 写明编码。"
        )
    top = Unit.under(None, code=unit_code, name=unit_name, kind="district_federation")
    db.session.add(top)
    db.session.flush()
    return top
