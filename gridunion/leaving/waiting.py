"""What of leaving waits for somebody: a signature, and the work of those whose posting ran out."""

from dataclasses import dataclass
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, select

from gridunion.accounts.models import Account
from gridunion.accounts.open_work import KINDS, left_behind, open_of
from gridunion.complaints.listing import looking
from gridunion.db import db
from gridunion.leaving.models import HandOver, waits_for
from gridunion.menu import NOTICES
from gridunion.rights import Viewer

RIGHT, ABOVE = "hand over", "hand over for others"


@dataclass(frozen=True)
class Gone:
    """Somebody whose posting here ran out, and how much is left in their name."""

    uid: UUID
    name: str
    n: int


def expired(who: Viewer) -> list[Gone]:
    """Whose posting ran out with work left, in the branches where the viewer stands above them."""
    if not who.can(ABOVE):
        return []
    with looking(who, ABOVE):
        ids = left_behind()
        found = open_of(ids)
    must = [kind.id for kind in KINDS if kind.blocks]
    left = {number: n for number in ids if (n := sum(found[number].get(name, 0) for name in must))}
    names = select(Account.id, Account.uid, Account.name).where(Account.id.in_(list(left)))
    known = {number: (uid, name) for number, uid, name in db.session.execute(names)} if left else {}
    return [Gone(*known[number], n) for number, n in left.items()]


def _signatures(who: Viewer) -> list[tuple[str, str]]:
    """Hand-overs the viewer has to sign."""
    if not who.can(RIGHT):
        return []
    with looking(who, RIGHT):
        n = db.session.scalar(select(func.count(HandOver.id)).where(waits_for(who.account_id)))
    return [(_("交接单等你签字 %(n)s 份", n=n), url_for("leaving.listing"))] if n else []


def _left(who: Viewer) -> list[tuple[str, str]]:
    """The work of those whose posting ran out."""
    gone = expired(who)
    if not gone:
        return []
    if len(gone) == 1:
        words = _("%(name)s的岗位已到期，还有 %(n)s 件没交接", name=gone[0].name, n=gone[0].n)
        return [(words, url_for("leaving.show", uid=gone[0].uid))]
    n = sum(it.n for it in gone)
    words = _(
        "%(name)s等 %(people)s 人的岗位已到期，还有 %(n)s 件没交接", name=gone[0].name, people=len(gone), n=n
    )
    return [(words, url_for("leaving.listing"))]


NOTICES += [_signatures, _left]
