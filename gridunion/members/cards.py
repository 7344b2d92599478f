"""会员服务卡, given and printed: one, or those of a part of the register."""

from functools import cache
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import BindParameter, Date, Select, bindparam, or_, select

from gridunion.bookmark import opened, seal
from gridunion.db import db, trusted
from gridunion.members import card
from gridunion.members.models import Person
from gridunion.members.part import COMMUNITY, IN_UNION, SHOWS, Part, Shape, below, inside
from gridunion.members.views import bp
from gridunion.qr import drawn
from gridunion.rights import allow
from gridunion.tree import Unit, width
from gridunion.web import before, find, go, page, say

RIGHT = "give cards"
SHEET = 30  # cards printed, and given, at once: three sheets of A4

_p = Person.__table__.c
_SINCE = bindparam("since", type_=Date)
_AFTER: BindParameter[int] = bindparam("after")


@bp.get("/<uuid:uid>/card")
@allow(RIGHT)
def one_card(uid: UUID) -> Response:
    person = find(Person, uid).agreed()
    mine = select(*_FACTS).select_from(IN_UNION).where(_p.id == person.id)
    cards = [_drawn(row) for row in trusted(mine)] if person.has_card else []
    return page("members/card.html", person=person, cards=cards, may_have=person.status in card.CARRY)


@bp.post("/<uuid:uid>/card")
@allow(RIGHT)
def give_card(uid: UUID) -> Response:
    """Give a card, or another one for one that was lost."""
    person = find(Person, uid).agreed()
    again = person.has_card
    person.give_card()
    say(_("已补卡，旧卡作废") if again else _("已发卡，可以打印"))
    return go(url_for("members.one_card", uid=uid))


@bp.get("/cards")
@allow(RIGHT)
def cards() -> Response:
    part, place = Part.asked(RIGHT), opened("cards", request.args.get("after", ""))
    rows = trusted(_with_card(width(), part.shape), _values(part, after=place[0] if place else 0)).all()
    lacking = len(trusted(_without_card(width(), part.shape), _values(part)).all())
    return page(
        "members/cards.html", part=part, cards=[_drawn(row) for row in rows[:SHEET]], lacking=lacking, most=SHEET,
        after=seal("cards", rows[SHEET - 1].id) if len(rows) > SHEET else "", shows=SHOWS, units=below(part, RIGHT),
    )  # fmt: skip


def _lacking() -> tuple[Part, list[UUID], list[str]]:
    """Who has no card, and numbers for them: looked up before the transaction, which holds up everybody who saves."""
    part = Part.asked(RIGHT)
    uids = trusted(_without_card(width(), part.shape), _values(part)).scalars().all()
    return part, list(uids[:SHEET]), card.free_numbers(SHEET)


@bp.post("/cards")
@allow(RIGHT)
@before(_lacking)
def give_cards() -> Response:
    """Give cards to the first of those who have none."""
    part, uids, numbers = g.prepared
    people = db.session.scalars(select(Person).where(Person.uid.in_(uids), Person.status.in_(card.CARRY)))
    lack = [person for person in people if not person.has_card]
    for person, number in zip(lack, numbers, strict=False):
        person.give_card(number)
    say(_("已给 %(n)s 人发卡", n=len(lack)))
    return go(url_for("members.cards", **part.args))


def _values(part: Part, **more: Any) -> dict[str, Any]:
    return part.filters.values | {"since": card.given_since()} | more


_FACTS = (_p.id, _p.name, _p.card_no, _p.card_token, _p.card_on, COMMUNITY.label("union"))


@cache
def _with_card(width: int, shape: Shape) -> Select[Any]:
    holds = (_p.card_token.is_not(None), _p.card_on >= _SINCE, _p.id > _AFTER)
    found = select(*_FACTS).select_from(IN_UNION).where(inside(width, shape), *holds)
    return found.order_by(_p.id).limit(SHEET + 1)


@cache
def _without_card(width: int, shape: Shape) -> Select[Any]:
    lacks = or_(_p.card_token.is_(None), _p.card_on < _SINCE)
    joined = Person.__table__.join(Unit.__table__, Unit.__table__.c.id == _p.unit_id)
    found = select(_p.uid).select_from(joined).where(inside(width, shape), _p.status.in_(card.CARRY), lacks)
    return found.order_by(_p.id).limit(SHEET + 1)


def _drawn(row: Any) -> dict[str, Any]:
    """What stands on a card."""
    address = f"{current_app.extensions['gridunion.config'].public_url}/card/{row.card_token}"
    return {
        "name": row.name, "union": row.union, "number": card.show_number(row.card_no),
        "until": card.last_day(row.card_on), "code": drawn(address),
    }  # fmt: skip
