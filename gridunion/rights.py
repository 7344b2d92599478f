"""Who may do what: one literal table, read by checks, menus and tests. What it does not say is forbidden."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _
from flask_login import UserMixin
from werkzeug.exceptions import Forbidden

from gridunion.tree import Eyes

PUBLIC = "public"
SIGNED_IN = "signed in"

ROLES = {
    "grid_worker": _("网格员"),
    "leader": _("社区工会主席"),
    "supervisor": _("街道联合会"),
    "district_officer": _("区总工会"),
    "administrator": _("系统管理员"),
    "auditor": _("审计员"),
}

# The kind of unit a role is posted to.
SEATS = {
    "grid_worker": ("cell",),
    "leader": ("community_union",),
    "supervisor": ("street_federation",),
    "district_officer": ("district_federation", "city_federation"),
    "administrator": ("city_federation", "district_federation"),
    "auditor": ("city_federation", "district_federation", "street_federation", "community_union"),
}

# Whom a role looks after in its own branch: a forgotten password, somebody to stand in for leave.
RESETS = {
    "leader": {"grid_worker"},
    "supervisor": {"grid_worker", "leader"},
    "administrator": set(ROLES),
}

_FIELD = {"grid_worker", "leader"}
_OFFICE = {"supervisor", "district_officer"}

RIGHTS: dict[str, set[str]] = {
    "see today": {"grid_worker"},
    "see inbox": {"leader"},
    "see board": {"leader"} | _OFFICE,
    "arrange map": {"leader"} | _OFFICE,
    "set targets": set(_OFFICE),
    "read rules": set(ROLES),
    "see reports": {"leader"} | _OFFICE,
    "sign reports": {"leader"} | _OFFICE,
    "answer reports": set(_OFFICE),
    "see members": _FIELD | _OFFICE,
    "register members": _FIELD,
    "edit members": _FIELD,
    "reveal numbers": _FIELD,
    "give cards": _FIELD,
    "export members": {"leader"} | _OFFICE,
    "export numbers": {"leader"},  # in full, as only those may see them who work with the people
    "approve members": {"leader", "supervisor"},
    "change memberships": {"leader", "supervisor"},
    "expel members": {"leader"},
    "merge members": {"leader", "supervisor"},
    "import members": {"leader", "supervisor"},
    "see visits": _FIELD | _OFFICE,
    "log visits": _FIELD,
    "check visits": {"leader", "supervisor"},
    "see complaints": _FIELD | _OFFICE,
    "take complaints": _FIELD,
    "work on complaints": _FIELD,
    "move complaints": _FIELD | {"supervisor"},  # whose turn it is, the table of complaints says
    "decide complaints": {"leader", "supervisor"},
    "call back": {"leader", "supervisor"},
    "unseal complaints": {"leader"} | _OFFICE,
    "press complaints": {"leader"} | _OFFICE,
    # The anonymous box: never a grid worker, whom a message may be about.
    "open boxes": {"leader", "supervisor"},
    "see letters": {"leader"} | _OFFICE,
    "send letters": {"leader", "supervisor"},
    "see alerts": {"leader"} | _OFFICE,
    "raise alerts": {"leader", "supervisor"},
    "answer alerts": {"leader"} | _OFFICE,
    # Employers stand in a community, above the cells: its leader keeps the ledger.
    "see employers": {"leader"} | _OFFICE,
    "edit employers": {"leader"},
    # One of them may be opened by whoever works in the cell it lies in.
    "see workplaces": _FIELD | _OFFICE,
    # What is due, late and done in time in a branch: for those who look after several cells.
    "see visit plans": {"leader"} | _OFFICE,
    "reset passwords": {"leader", "supervisor", "administrator"},
    "give stand-ins": {"leader", "supervisor", "administrator"},
    "hand over": _FIELD | _OFFICE,
    "hand over for others": {"leader", "supervisor"},
    "manage units": {"administrator"},
    "manage accounts": {"administrator"},
    "manage settings": {"administrator"},
    # What was kept long enough goes when two of them agree: those who stand over the people who work with it.
    "erase old records": set(_OFFICE),
    "edit thresholds": {"supervisor", "administrator"},  # of the lights, for one's own branch
    "read trail": {"auditor"},
}

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Held:
    """A posting in force: a role in a unit."""

    role: str
    unit_id: int
    code: str
    name: str
    path: str
    until_on: date | None
    for_id: int | None = None
    for_name: str | None = None
    """Whom somebody stands in for by it."""

    @property
    def branch(self) -> tuple[str, str]:
        return self.path, f"{self.path[:-1]}0"

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, as people say it."""
        return self.until_on and self.until_on - timedelta(days=1)


@dataclass(frozen=True)
class Viewer(UserMixin):  # type: ignore[misc]
    """Who is asking: an account and what it holds today, read in one row set at each request."""

    account_id: int
    uid: str
    name: str
    must_change: bool
    sign_in_id: int
    postings: tuple[Held, ...] = field(default=())
    bound: bool = True
    """Something may bind him, so that he keeps away from a case."""

    def get_id(self) -> str:
        return self.uid

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(held.role for held in self.postings)

    def can(self, right: str) -> bool:
        return may(self.roles, right)

    def holding(self, right: str) -> list[Held]:
        """The postings that give a right."""
        return [held for held in self.postings if held.role in RIGHTS[right]]

    def eyes(self, right: str) -> Eyes:
        """The branches in which the viewer holds a right."""
        if right in (PUBLIC, SIGNED_IN):
            return Eyes(self.account_id, (), self.bound)
        return Eyes(self.account_id, _outermost(held.branch for held in self.holding(right)), self.bound)

    def over(self, path: str) -> list[Held]:
        """The postings by which somebody stands over a unit."""
        return [held for held in self.postings if path.startswith(held.path)]

    def standing_in(self, path: str) -> set[int | None]:
        """The accounts for whom the viewer stands in over a unit."""
        return {held.for_id for held in self.over(path) if held.for_id}

    def signs(self, path: str) -> str:
        """The name under what somebody writes in a unit; who is there only for somebody else says so."""
        absent = in_whose_place([held.for_name for held in self.over(path)])
        return f"{self.name}（代{absent}）" if absent else self.name

    @cached_property
    def any_eyes(self) -> Eyes:
        """All the branches the viewer stands over, whatever for."""
        return Eyes(self.account_id, _outermost(held.branch for held in self.postings), self.bound)


def in_whose_place(names: Sequence[str | None]) -> str | None:
    """For whom somebody acts who holds some postings for others (names); None with one of his own."""
    return names[0] if names and all(names) else None


def may(roles: frozenset[str], right: str) -> bool:
    """Whether one of some roles gives a right."""
    return right in (PUBLIC, SIGNED_IN) or not RIGHTS[right].isdisjoint(roles)


def _outermost(branches: Any) -> tuple[tuple[str, str], ...]:
    """Branches without those that lie in another one of them, in the order of the tree."""
    kept: list[tuple[str, str]] = []
    for lo, hi in sorted(set(branches)):
        if not kept or lo >= kept[-1][1]:
            kept.append((lo, hi))
    return tuple(kept)


def allow(right: str, reads: bool = False) -> Callable[[View], View]:
    """Label a view with the right it needs. `reads` marks a POST that only looks something up."""
    if right not in RIGHTS and right not in (PUBLIC, SIGNED_IN):
        raise KeyError(f"no such right: {right}")

    def label(view: View) -> View:
        view.__dict__["right"] = right
        view.__dict__["reads"] = reads
        return view

    return label


def right_of(view: Callable[..., Any]) -> str | None:
    """The label of a view; None means closed."""
    found: str | None = getattr(view, "right", None)
    return found


def demand(viewer: Viewer, right: str) -> None:
    """Raises Forbidden unless the viewer holds the right somewhere."""
    if not viewer.can(right):
        raise Forbidden
