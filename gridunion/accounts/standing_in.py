"""代班: who does the work of a colleague on leave, from a day to another. Rights begin and end by themselves."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import Forbidden
from wtforms import SelectField

from gridunion import clock
from gridunion.accounts.governing import may_find_stand_in, resettable
from gridunion.accounts.models import Account, BadPosting, Posting, in_force, stand_ins_for
from gridunion.accounts.open_work import seats, waiting_at
from gridunion.accounts.postings import day_after
from gridunion.accounts.views import bp
from gridunion.db import db
from gridunion.fields import Day, Form, SelectChoice, ValidationError, needed
from gridunion.look import day
from gridunion.rights import ROLES, allow
from gridunion.tree import Unit, everywhere
from gridunion.web import find, go, page, say, viewer


class StandInForm(Form):
    who = SelectField(_("谁来代"), [needed(_("请选谁来代"))])
    from_on = Day(_("从哪天起"), future=True, validators=[needed(_("请填从哪天起"))])
    last_on = Day(_("最后一天"), future=True, validators=[needed(_("请填最后一天"))])

    def offer(self, people: dict[Account, str]) -> "StandInForm":
        self.people = {account.uid.hex: account for account in people}
        self.who.choices = [SelectChoice(account.uid.hex, words) for account, words in people.items()]
        return self

    def validate_from_on(self, field: Day) -> None:
        if field.data and field.data < clock.today():
            raise ValidationError(gettext("从今天或以后开始"))

    def validate_last_on(self, field: Day) -> None:
        if field.data and self.from_on.data and field.data < self.from_on.data:
            raise ValidationError(gettext("最后一天不能早于第一天"))


def near(posting: Posting) -> dict[Account, str]:
    """Who could stand in: colleagues in the same unit, beside it, right above and right below, each with a place.
    Names of staff are no secret."""
    unit = posting.unit
    family = [number for number in (unit.id, unit.parent_id) if number]
    there = or_(Unit.id.in_(family), Unit.parent_id.in_(family))
    found = (
        select(Posting).join(Unit, Unit.id == Posting.unit_id).join(Account, Account.id == Posting.account_id)
    )
    found = found.where(there, in_force(clock.today()), Account.active, Account.id != posting.account_id)
    found = found.where(Posting.stands_in_for_id.is_(None)).order_by(Unit.path.desc(), Posting.id)
    people: dict[Account, str] = {}
    with everywhere():
        rows = db.session.scalars(
            found.options(selectinload(Posting.unit), selectinload(Posting.account))
        ).all()
    for held in rows:
        words = gettext("%(name)s，%(place)s", name=held.account.name, place=held.unit.name)
        people.setdefault(held.account, words)
    return people


@bp.get("/staff/<uuid:uid>")
@allow("give stand-ins")
def colleague(uid: UUID) -> Response:
    """A colleague in one posting: who stands in for them, and what of theirs can be done here."""
    posting = find(Posting, uid)
    return page(
        "accounts/colleague.html", posting=posting, account=posting.account,
        stand_ins=stand_ins_for(posting.account_id), may=may_find_stand_in(viewer(), posting),
        may_reset=posting.account_id in resettable(viewer(), [posting.account_id]),
    )  # fmt: skip


@bp.get("/staff/<uuid:uid>/stand-in")
@allow("give stand-ins")
def stand_in(uid: UUID) -> Response:
    posting = _of_mine(uid)
    form = StandInForm(formdata=None, from_on=clock.today()).offer(near(posting))
    return _stand_in(posting, form)


@bp.post("/staff/<uuid:uid>/stand-in")
@allow("give stand-ins")
def give_stand_in(uid: UUID) -> Response:
    posting = _of_mine(uid)
    form = StandInForm().offer(near(posting))
    if not form.submitted() or form.from_on.data is None:
        return _stand_in(posting, form, 422)
    who = form.people[form.who.data]
    try:
        posting.stand_in(who, form.from_on.data, day_after(form.last_on.data))
    except BadPosting as problem:
        form[problem.about if problem.about in form else "who"].errors = [str(problem)]
        return _stand_in(posting, form, 422)
    say(
        gettext(
            "%(day)s起%(name)s代%(absent)s",
            day=day(form.from_on.data),
            name=who.name,
            absent=posting.account.name,
        )
    )
    return go(url_for(".colleague", uid=uid))


def _of_mine(uid: UUID) -> Posting:
    """A posting for which the viewer may find somebody. Raises NotFound, Forbidden."""
    posting = find(Posting, uid)
    if posting.stands_in_for_id or posting.over or not may_find_stand_in(viewer(), posting):
        raise Forbidden
    return posting


def _stand_in(posting: Posting, form: StandInForm, status: int = 200) -> Response:
    said: Any = {"name": posting.account.name, "role": ROLES[posting.role], "unit": posting.unit.name}
    about = gettext("%(name)s：%(role)s，%(unit)s", **said)
    rules = gettext("到日子自己开始，自己结束。代班的人办的事写明代谁。")
    return page(
        "units/change.html", status, form=form, title=gettext("找人代班"), button=gettext("找人代班"),
        current="staff", about=gettext("%(about)s。%(rules)s", about=about, rules=rules),
        back=(url_for(".colleague", uid=posting.uid), posting.account.name),
    )  # fmt: skip


@bp.post("/staff/<uuid:uid>/back")
@allow("give stand-ins")
def come_back(uid: UUID) -> Response:
    """Somebody is back early: who stood in for them does so no longer."""
    posting = find(Posting, uid)
    absent = posting.stands_in_for
    if absent is None or posting.over or not may_find_stand_in(viewer(), posting):
        raise Forbidden
    if n := _left_alone(posting):
        say(gettext("这里还有 %(n)s 件没人接手，先给别人安排岗位，再让他不代", n=n), kind="warn")
        return go(url_for(".colleague", uid=uid))
    posting.end(max(clock.today(), posting.from_on))
    say(gettext("%(name)s不再代%(absent)s", name=posting.account.name, absent=absent.name))
    return go(url_for(".staff"))


def _left_alone(posting: Posting) -> int:
    """How much would wait for nobody, where a stand-in without an end is the only one there."""
    held = (seat for seat in seats([posting.account_id]) if seat.uid == posting.uid)
    return sum(n for seat in held for n in waiting_at(seat).values())
