"""Who of the staff may do what to whom: nobody climbs, and nobody is locked out by accident."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from gridunion import clock
from gridunion.accounts.models import Account, BadPosting, Posting, in_force
from gridunion.accounts.open_work import still_open
from gridunion.db import db
from gridunion.rights import RESETS, Held, Viewer
from gridunion.tree import Eyes, Unit, everywhere
from gridunion.units.models import HEIRS, STANDING


class StillOpen(ValueError):
    """Work would be left in nobody's hands. ``str()`` is a sentence for the user."""


class LastAdministrator(ValueError):
    """Nobody would be left to look after the accounts. ``str()`` is a sentence for the user."""


def resettable(viewer: Viewer, account_ids: Iterable[int]) -> set[int]:
    """To whom of these the viewer may hand a one-time code.

    Only when the viewer stands over all that person holds or will hold, so that nobody climbs by resetting
    a superior who also has a small posting. Never to oneself.
    """
    held = _not_over(account_ids)
    return {
        number for number, postings in held.items() if all(_below(viewer, posting) for posting in postings)
    } - {viewer.account_id}


def _not_over(account_ids: Iterable[int]) -> dict[int, list[Posting]]:
    """What accounts hold or will hold, anywhere in the tree."""
    going_on = or_(Posting.until_on.is_(None), Posting.until_on > clock.today())
    wanted = select(Posting).where(Posting.account_id.in_(list(account_ids)), going_on)
    held: dict[int, list[Posting]] = {}
    with everywhere():
        for posting in db.session.scalars(wanted.options(joinedload(Posting.unit))):
            held.setdefault(posting.account_id, []).append(posting)
    return held


def _below(viewer: Viewer, posting: Posting) -> bool:
    return any(
        posting.role in RESETS[held.role] and posting.unit.path.startswith(held.path)
        for held in viewer.holding("reset passwords")
    )


def may_find_stand_in(viewer: Viewer, posting: Posting) -> bool:
    """Whether it is the viewer's to say who stands in: the leader for the workers, the street for the leaders."""
    return looks_after(viewer.holding("give stand-ins"), posting.role, posting.unit.path)


def looks_after(held: Iterable[Held], role: str, path: str) -> bool:
    """Whether some postings stand above a role in a place."""
    return any(role in RESETS[it.role] and path.startswith(it.path) for it in held if it.role in RESETS)


def held_by(account: Account) -> list[Held]:
    """What somebody holds today, anywhere."""
    with everywhere():
        return [
            Held(it.role, it.unit_id, it.unit.code, it.unit.name, it.unit.path, it.until_on)
            for it in account.held
        ]


def governed(account_ids: Iterable[int], over: Eyes) -> set[int]:
    """The accounts of whom all they hold or will hold lies in an administrator's branches."""
    ids = list(account_ids)
    held = _not_over(ids)
    return {number for number in ids if all(over.over(posting.unit.path) for posting in held.get(number, []))}


def demand_governed(account: Account, over: Eyes) -> None:
    """Raises NotFound for an account that also works elsewhere: its switch is not the viewer's to turn."""
    if account.id not in governed([account.id], over):
        raise NotFound


def keep_an_administrator(postings: Iterable[Posting]) -> None:
    """Refuse to take away administrators' postings unless somebody else stands over the same place for good.

    Raises LastAdministrator.
    """
    going = [posting for posting in postings if posting.role == "administrator" and posting.in_force]
    if not going:
        return
    others = _administrators({posting.account_id for posting in going})
    if not all(any(posting.unit.path.startswith(path) for path in others) for posting in going):
        raise LastAdministrator(_("这里没有别的系统管理员了，先让另一个人当上再办"))


def _administrators(but: set[int]) -> list[str]:
    """Where other people who can sign in are administrators with no end in sight."""
    lasting = (Posting.role == "administrator", in_force(clock.today()), Posting.until_on.is_(None))
    wanted = select(Posting).where(*lasting, Posting.account_id.not_in(but))
    with everywhere():
        found = db.session.scalars(
            wanted.options(joinedload(Posting.unit), joinedload(Posting.account))
        ).all()
    return [posting.unit.path for posting in found if posting.account.can_sign_in]


def switch_off(account: Account) -> None:
    """Let somebody sign in no longer. Raises LastAdministrator, StillOpen."""
    keep_an_administrator(_not_over([account.id]).get(account.id, []))
    demand_nothing_open(account)
    account.switch_off()


def end(posting: Posting, on: date) -> None:
    """End a posting. Raises BadPosting, LastAdministrator, StillOpen."""
    keep_an_administrator([posting])
    if on <= clock.today() + timedelta(days=1) and not _goes_on(posting, on):
        demand_nothing_open(posting.account)
    posting.end(on)


def _goes_on(posting: Posting, on: date) -> bool:
    """Whether somebody holds anything else from a day on."""
    others = (held for held in posting.account.postings if held is not posting)
    return any(held.until_on is None or held.until_on > on for held in others)


def demand_nothing_open(account: Account) -> None:
    """Raises StillOpen while something waits for somebody that nobody else would see to."""
    if still_open(account.id):
        raise StillOpen(_("还有没交接的事：请本人在“我的”里办，或请他的上级在“人员”里办，再停用或结束岗位。"))


def postings_in(unit: Unit, on: date) -> str:
    """What still runs in a unit from a day on, for whoever would close it."""
    running = or_(Posting.until_on.is_(None), Posting.until_on > on)
    count = db.session.scalar(select(func.count(Posting.id)).where(Posting.unit_id == unit.id, running))
    return _(" %(n)s 个岗位", n=count) if count else ""


def inherit(unit: Unit, heir: Unit, on: date) -> None:
    """Whoever works in a unit that closes works in its heir from that day on; the old posting keeps what
    happened before in sight."""
    running = or_(Posting.until_on.is_(None), Posting.until_on > on)
    for posting in db.session.scalars(select(Posting).where(Posting.unit_id == unit.id, running)).all():
        try:
            since, until = max(on, posting.from_on), posting.until_on
            new = Posting.give(posting.account, posting.role, heir, since, until, posting.stands_in_for)
            new.duty, new.professional = posting.duty, posting.professional
        except BadPosting:
            continue  # already there


STANDING.append(postings_in)
HEIRS.append(inherit)
