"""What may be handed over to whom: colleagues near by, and of what is open that which can be moved."""

from collections.abc import Iterator
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from gridunion.accounts.governing import held_by, looks_after
from gridunion.accounts.models import Account, Posting
from gridunion.accounts.open_work import KINDS, Kind, Line, Seat, lines_of, seats, waiting_at, words_of
from gridunion.accounts.standing_in import near
from gridunion.db import db
from gridunion.leaving.models import SEAT
from gridunion.rights import Viewer
from gridunion.tree import Unit, everywhere
from gridunion.units.scanned import union_of

MOST = 100  # things in one hand-over


def leaver_of(uid: UUID, who: Viewer) -> Account:
    """Oneself, or somebody the viewer stands above. Raises NotFound, Forbidden."""
    account = db.session.scalars(select(Account).where(Account.uid == uid)).one_or_none()
    if account is None:
        raise NotFound
    if account.id == who.account_id:
        return account
    posted, leading = postings_of(account), who.holding("hand over for others")
    if not posted:
        raise NotFound
    if not any(looks_after(leading, it.role, it.unit.path) for it in posted):
        raise Forbidden
    return account


def postings_of(account: Account) -> list[Posting]:
    """What somebody holds or held in the viewer's branches, the latest first."""
    theirs = select(Posting).where(Posting.account_id == account.id)
    return list(db.session.scalars(theirs.order_by(Posting.until_on.is_not(None), Posting.id.desc())))


def home_of(account: Account) -> Unit:
    """Where a hand-over happens: the community of a cell, else the unit itself."""
    with everywhere():
        return union_of(postings_of(account)[0].unit)


def successors(account: Account) -> dict[Account, str]:
    """Colleagues near any place somebody holds or held."""
    with everywhere():
        places = {posting.unit_id: posting for posting in postings_of(account)}
        found: dict[Account, str] = {}
        for posting in places.values():
            found |= {one: words for one, words in near(posting).items() if one not in found}
    return found


def offered(account: Account) -> tuple[list[list[str]], dict[str, str]]:
    """[kind, UUID, words of the record] of what can be moved, and beside each what the page says of it."""
    items: list[list[str]] = []
    labels: dict[str, str] = {}
    for kind, uid, told, said in _movable(account):
        items.append([kind, uid.hex, told])
        labels[f"{kind}-{uid.hex}"] = said
    return items[:MOST], labels


def _movable(account: Account) -> Iterator[tuple[str, UUID, str, str]]:
    for seat in seats([account.id]):
        if found := waiting_at(seat):
            words = _("%(place)s：%(what)s", place=seat.unit, what=words_of(found))
            yield SEAT, seat.uid, words, words
    for kind in KINDS:
        if kind.take:
            for line in _all(kind, account):
                assert line.uid
                yield kind.id, line.uid, line.told, _("，").join(filter(None, (line.told, line.name)))


def _all(kind: Kind, account: Account) -> Iterator[Line]:
    after, shown = "", 0
    while shown < MOST:
        rows, after = lines_of(kind, account.id, after)
        yield from rows
        shown += len(rows)
        if not after:
            return


def faults(chosen: list[list[str]], account: Account, to: Account, by: Viewer) -> list[str]:
    """Why somebody cannot have something, a sentence each."""
    given = {UUID(uid) for kind, uid, _words in chosen if kind == SEAT}
    places = [seat for seat in seats([account.id]) if seat.uid in given]
    found = [
        _("%(place)s要由上一级来交，或交给上一级", place=seat.unit)
        for seat in places
        if not _may_give(seat, to, by)
    ]
    paths = {seat.path for seat in places}
    for kind in KINDS:
        uids = [UUID(uid) for name, uid, _words in chosen if name == kind.id]
        found += kind.fault(uids, to, paths) if kind.fault and uids else []
    return found


def _may_give(seat: Seat, to: Account, by: Viewer) -> bool:
    """A place is given by who stands above it, or taken by them."""
    above = by.holding("give stand-ins"), held_by(to)
    return any(looks_after(held, seat.role, seat.path) for held in above)
