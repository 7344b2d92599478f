"""Where somebody is still signed in. It ends by itself when the account is switched off."""

from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from gridunion import clock
from gridunion.accounts.models import SignIn
from gridunion.accounts.open_work import KINDS, Kind, Line, page_of
from gridunion.db import db
from gridunion.look import ago, moment


def counts(account_ids: list[int]) -> dict[int, int]:
    found = select(SignIn.account_id, func.count(SignIn.id)).where(SignIn.account_id.in_(account_ids))
    rows = db.session.execute(found.where(SignIn.until > clock.now()).group_by(SignIn.account_id))
    return {row[0]: row[1] for row in rows}


def lines(account_ids: list[int], after: str) -> tuple[list[Line], str]:
    found = select(SignIn).where(SignIn.account_id.in_(account_ids), SignIn.until > clock.now())
    rows, following = page_of(found, SignIn, after)
    return [_line(it) for it in rows], following


def _line(it: SignIn) -> Line:
    name = str(_("%(at)s 登录", at=moment(it.began_at)))
    return Line(None, name, "", [str(_("%(ago)s用过", ago=f"{ago(it.seen_at)} "))], "", name)


KINDS.append(Kind("devices", _("还在登录的手机和电脑"), counts, lines, blocks=False))
