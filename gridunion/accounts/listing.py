"""The accounts an administrator looks after: those with a posting in the branch, and those with none."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import NotFound

from gridunion import clock
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.bookmark import opened, seal
from gridunion.db import db
from gridunion.tree import Unit, branch, width
from gridunion.web import find

PAGE = 30
TRUSTED = {"branch": True}

_posting, _unit = Posting.__table__.c, Unit.__table__.c
_HELD = exists(select(_posting.id).where(_posting.account_id == Account.id))


def _mine() -> ColumnElement[bool]:
    here = (
        select(_posting.account_id).join(Unit.__table__, _unit.id == _posting.unit_id).where(branch(width()))
    )
    return or_(Account.id.in_(here), ~_HELD)


def _idle() -> ColumnElement[bool]:
    """Nothing to do today: no posting in force."""
    return ~exists(select(_posting.id).where(_posting.account_id == Account.id, in_force(clock.today())))


FILTERS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "all": lambda: Account.id.is_not(None),
    "on": lambda: Account.active.is_(True),
    "idle": lambda: Account.active.is_(True) & _idle(),
    "off": lambda: Account.active.is_(False),
}


def counts(unit: Unit | None = None) -> dict[str, int]:
    """How many each filter shows."""
    which = [func.count(Account.id).filter(condition()) for condition in FILTERS.values()]
    counting: Any = select(*which)
    row = db.session.execute(_in_unit(counting.where(_mine()), unit), execution_options=TRUSTED).one()
    return dict(zip(FILTERS, row, strict=True))


def accounts(chosen: str, after: str, unit: Unit | None) -> tuple[list[Account], str]:
    """A page of accounts by login, and where the next one begins."""
    rows = _in_unit(select(Account).where(_mine(), FILTERS[chosen]()), unit)
    return _page(rows, after)


def found(asked: str, after: str) -> tuple[list[Account], str, int]:
    """Accounts by a part of the name, the beginning of the login or the end of the phone number."""
    like = or_(
        Account.name.contains(asked, autoescape=True),
        Account.login.startswith(asked.lower(), autoescape=True),
        Account.phone.endswith(asked, autoescape=True),
    )
    rows = select(Account).where(_mine(), like)
    total = db.session.scalar(select(func.count()).select_from(rows.subquery()), execution_options=TRUSTED)
    return *_page(rows, after), total or 0


def _in_unit(statement: Select[Any], unit: Unit | None) -> Select[Any]:
    if unit is None:
        return statement
    here = (_posting.unit_id == unit.id) & or_(_posting.until_on.is_(None), _posting.until_on > clock.today())
    return statement.where(Account.id.in_(select(_posting.account_id).where(here)))


def _page(rows: Select[Any], after: str) -> tuple[list[Account], str]:
    if place := opened("accounts", after):
        rows = rows.where(Account.login > place[0])
    ordered = rows.order_by(Account.login).limit(PAGE + 1)
    shown = list(db.session.scalars(ordered, execution_options=TRUSTED))
    return shown[:PAGE], seal("accounts", shown[PAGE - 1].login) if len(shown) > PAGE else ""


def postings_of(people: Iterable[Account]) -> dict[int, list[Posting]]:
    """What they hold now or later in the viewer's branches, in one query."""
    going_on = or_(Posting.until_on.is_(None), Posting.until_on > clock.today())
    wanted = select(Posting).where(Posting.account_id.in_([one.id for one in people]), going_on)
    held: dict[int, list[Posting]] = {}
    for posting in db.session.scalars(wanted.order_by(Posting.id).options(selectinload(Posting.unit))):
        held.setdefault(posting.account_id, []).append(posting)
    return held


def account_of(uid: object) -> Account:
    """An account the viewer looks after. Raises NotFound."""
    account = find(Account, uid)  # type: ignore[arg-type]
    mine = select(Account.id).where(Account.id == account.id, _mine())
    if db.session.scalar(mine, execution_options=TRUSTED) is None:
        raise NotFound
    return account
