"""我的 → 回避: everybody declares to which employers he is bound; who decides sees it of his people."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from wtforms import RadioField

from gridunion import clock
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.complaints.conflicts import KINDS, Tie
from gridunion.db import db
from gridunion.employers.models import Employer
from gridunion.fields import Cleaned, Day, Form, SelectChoice, needed
from gridunion.rights import Viewer, allow
from gridunion.text import clean_text, read_uid
from gridunion.tree import Unit, branch, width
from gridunion.web import go, page, say, viewer

bp = Blueprint("ties", __name__, url_prefix="/ties")


def _workplace(text: str) -> str:
    return clean_text(text, 80)


class TieForm(Form):
    employer_name = Cleaned(_("哪个单位"), _workplace, validators=[needed(_("请填单位名称"))])
    kind = RadioField(
        _("什么关系"),
        choices=[SelectChoice(*one) for one in KINDS.items()],
        validators=[needed(_("请选什么关系"))],
    )
    from_on = Day(_("从哪天起"), validators=[needed(_("请填从哪天起"))])


@bp.get("/")
@allow("see complaints")
def listing() -> Response:
    return _page(TieForm(formdata=None, from_on=clock.today()))


@bp.post("/")
@allow("see complaints")
def declare() -> Response:
    form = TieForm()
    if not form.submitted():
        return _page(form, 422)
    name = form.employer_name.data or ""
    db.session.add(
        Tie(account_id=viewer().account_id, employer_id=_known(name), employer_name=name, kind=form.kind.data,
            from_on=form.from_on.data)
    )  # fmt: skip
    say(gettext("已申报：%(name)s。它的诉求不会派给你，你也看不到。", name=name))
    return go(url_for("ties.listing"))


@bp.post("/end")
@allow("see complaints")
def end() -> Response:
    """One's own tie is over; the line stays, with its last day."""
    mine = select(Tie).where(
        Tie.account_id == viewer().account_id, Tie.uid == read_uid(request.form.get("tie", ""))
    )
    tie = db.session.scalars(mine).one_or_none()
    if tie is None:
        return _page(TieForm(formdata=None, from_on=clock.today()), 422)
    tie.end()
    say(gettext("已解除：%(name)s", name=tie.employer_name))
    return go(url_for("ties.listing"))


def _page(form: TieForm, status: int = 200) -> Response:
    who = viewer()
    mine = select(Tie).where(Tie.account_id == who.account_id)
    rows = db.session.scalars(mine.order_by(Tie.until_on.is_not(None), Tie.id.desc())).all()
    return page("complaints/ties.html", status, form=form, rows=rows, others=_others(who))


def _known(name: str) -> int | None:
    """The employer of that name where the viewer works, when there is just one."""
    there = select(Employer.id).where(Employer.name == name, Employer.unit_id.in_(_communities())).limit(2)
    found = db.session.scalars(there, execution_options={"branch": True}).all()
    return found[0] if len(found) == 1 else None


def _communities() -> Any:
    """The communities of the viewer's branches, and those his cells belong to."""
    units = Unit.__table__.alias()
    inside = select(Unit.__table__.c.id).where(branch(width()), Unit.__table__.c.kind == "community_union")
    above = select(units.c.parent_id).where(
        units.c.id.in_([held.unit_id for held in viewer().postings]), units.c.kind == "cell"
    )
    return inside.union(above)


def _others(who: Viewer) -> list[Any]:
    """(name, tie) of the people in the branches where the viewer decides."""
    if not who.can("decide complaints"):
        return []
    there = select(Posting.account_id).where(in_force(clock.today()))
    rows = select(Account.name, Tie).join(Tie, Tie.account_id == Account.id)
    rows = rows.where(Tie.account_id.in_(there), Tie.account_id != who.account_id)
    going = rows.where((Tie.until_on.is_(None)) | (Tie.until_on > clock.today()))
    return list(db.session.execute(going.order_by(Account.name, Tie.id).limit(100)).all())
