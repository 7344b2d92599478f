"""What is printed from the register: the form of one member, and a list of names to sign."""

from uuid import UUID

from flask import Response

from gridunion import settings
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.part import COMMUNITY, SHOWS, Part, below
from gridunion.members.views import bp
from gridunion.rights import allow
from gridunion.tree import Unit
from gridunion.web import find, page

_p = Person.__table__.c
COLUMNS = (
    _p.name, _p.sex, _p.phone, _p.key_group, _p.employer_name, Membership.__table__.c.from_on,
    Unit.__table__.c.name.label("cell"), COMMUNITY.label("community"),
)  # fmt: skip


@bp.get("/<uuid:uid>/form")
@allow("see members")
def form(uid: UUID) -> Response:
    """会员登记表: what the member looks over and signs. Not of who took the consent back: printing is a use of what may
    only be kept (个人信息保护法 第四十七条)."""
    person = find(Person, uid).agreed()
    span = next((span for span in reversed(person.memberships) if span.until_on is None), None)
    return page("members/form.html", person=person, span=span, above=_union(person))


def _union(person: Person) -> str:
    """The union somebody belongs to. Names of units are public."""
    lineage = person.unit.lineage()
    return (lineage[-2] if person.unit.is_cell else lineage[-1]).name


@bp.get("/print")
@allow("export members")
def roll() -> Response:
    """A list to print. Numbers are masked on it, and it ends where a table should be taken instead."""
    part, most = Part.asked("export members"), int(settings.value("export.print"))
    rows = part.rows(COLUMNS, most).all()
    return page(
        "members/roll.html", part=part, rows=rows, total=part.count(most), most=most, shows=SHOWS,
        units=below(part, "export members"),
    )  # fmt: skip
