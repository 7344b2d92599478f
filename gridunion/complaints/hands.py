"""Whose hands a complaint may lie in, by the postings of today: its cell's workers, its community's leaders.

Who is not posted over the unit could not see the case, so it is never given to a worker of another cell.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select

from gridunion import clock
from gridunion.accounts.models import Account, Posting, in_force
from gridunion.complaints.conflicts import Accused, bound_to, recused
from gridunion.db import db
from gridunion.rights import Held, Viewer
from gridunion.tree import Unit, everywhere

if TYPE_CHECKING:
    from gridunion.complaints.case import Case

Place = tuple[str, str]
"""The path and the kind of a unit."""


def place_of(unit: Unit) -> Place:
    return unit.path, unit.kind


def community_of(place: Place) -> str:
    """The path of the community a unit belongs to."""
    path, kind = place
    return path[: path[:-1].rindex("/") + 1] if kind == "cell" else path


def handlers_of(places: Iterable[Place]) -> dict[Place, list[Account]]:
    """For each unit who may be given its cases: its own workers first, then the leaders of the community.
    One query for any number of units."""
    asked = set(places)
    posted = _posted({community_of(place) for place in asked}, ("grid_worker", "leader"))
    return {place: _in_order(place, posted) for place in asked}


def handlers(unit: Unit) -> list[Account]:
    """Who may be given the cases of a unit, its own workers first."""
    return handlers_of([place_of(unit)])[place_of(unit)]


def leaders(unit: Unit, accused: Accused | None = None, case_id: int | None = None) -> set[int]:
    """The accounts that lead the unit's community today; empty when nobody does. Who is bound to the accused
    employer, or gave the case back, withdraws (信访工作条例 第二十八条)."""
    leading = [account for account, _path, _role in _posted({community_of(place_of(unit))}, ("leader",))]
    return {account.id for account in leading} - kept_away(leading, accused) - recused(case_id)


def street(unit: Unit) -> set[int]:
    """The accounts of the street above the unit."""
    steps = unit.path.split("/")[:-1]
    above = {"/".join(steps[: n + 1]) + "/" for n in range(len(steps))}
    return {
        account.id for account, path, _ in _seated(Unit.path.in_(above), ("supervisor",)) if path in above
    }


def bearers(unit: Unit, duty: str) -> set[int]:
    """The accounts that bear a duty over a unit today: in its community, else in the street above it."""
    steps = unit.path.split("/")[:-1]
    above = ["/".join(steps[: n + 1]) + "/" for n in range(len(steps))]
    there = _seated(and_(Unit.path.in_(above), Posting.duty == duty), ("grid_worker", "leader", "supervisor"))
    near = {account.id for account, _path, role in there if role != "supervisor"}
    return near or {account.id for account, _path, _role in there}


def fit(there: Iterable[Account], duty: str | None) -> set[int]:
    """Who of the people of a place may be given a case whose category asks for a duty: who bears it, and who leads;
    where nobody bears it, everybody."""
    ids = {account.id for account in there}
    if not duty:
        return ids
    held = select(Posting.account_id, Posting.role, Posting.duty).where(Posting.account_id.in_(ids))
    with everywhere():
        rows = db.session.execute(held.where(in_force(clock.today()))).all()
    bearing = {account for account, _role, borne in rows if borne == duty}
    return bearing | {account for account, role, _ in rows if role == "leader"} if bearing else ids


def _posted(communities: set[str], roles: tuple[str, ...]) -> list[tuple[Account, str, str]]:
    if not communities:
        return []
    return _seated(
        or_(*(and_(Unit.path >= path, Unit.path < f"{path[:-1]}0") for path in sorted(communities))), roles
    )


def _seated(there: ColumnElement[bool], roles: tuple[str, ...]) -> list[tuple[Account, str, str]]:
    statement = select(Account, Unit.path, Posting.role).join(Posting, Posting.account_id == Account.id)
    statement = statement.join(Unit, Unit.id == Posting.unit_id).where(
        there,
        in_force(clock.today()),
        Posting.role.in_(roles),
        Account.active,
    )
    with everywhere():
        rows = db.session.execute(statement.order_by(Posting.role, Unit.path, Posting.id)).all()
    return [(account, path, role) for account, path, role in rows]


def _in_order(place: Place, posted: list[tuple[Account, str, str]]) -> list[Account]:
    community = community_of(place)
    there = [row for row in posted if row[1] in (place[0], community)]
    there.sort(key=lambda row: (row[1] != place[0], row[2] != "grid_worker"))
    return list(dict.fromkeys(account for account, _, _ in there))


def kept_away(there: list[Account], accused: Accused | None) -> set[int]:
    """Who of some people keeps away from an employer."""
    return {account for account, _employer in bound_to(there, [accused])} if accused else set()


def bound(account_id: int, accused: Accused | None) -> bool:
    """Whether somebody keeps away from what is said of an employer."""
    if not accused:
        return False
    with everywhere():
        account = db.session.get_one(Account, account_id)
    return bool(bound_to([account], [accused]))


def keeps_from(account: Account, case: "Case") -> bool:
    """Whether somebody keeps away from a case: bound to its employer by work or by a tie, or gave it back himself."""
    bound_here = bool(case.accused and bound_to([account], [case.accused]))
    return bound_here or account.id in recused(case.id)


def can_tell(account: Account, case: "Case") -> bool:
    """Whether somebody who handles another case could tell the worker of this one, were it part of that."""
    there = {hand.id for hand in handlers(case.unit)}
    return account.id in there and not keeps_from(account, case)


def held_over(by: Viewer, right: str, path: str) -> list[Held]:
    """The postings by which somebody holds a right over a unit."""
    return [held for held in by.holding(right) if path.startswith(held.path)]
