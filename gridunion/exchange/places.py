"""The units a sheet speaks of, read once: communities by name, cells by code."""

from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from gridunion.db import db
from gridunion.exchange.bulk import TRUSTED
from gridunion.text import Unacceptable, clean_code
from gridunion.tree import Unit


@dataclass
class Place:
    """A unit as sheets need it. `above` are the numbers of its lineage, itself the last."""

    id: int
    code: str
    name: str
    kind: str
    path: str
    parent_id: int | None
    above: tuple[int, ...] = ()


@dataclass
class Places:
    by_id: dict[int, Place] = field(default_factory=dict)
    by_code: dict[str, Place] = field(default_factory=dict)
    communities: dict[str, list[Place]] = field(default_factory=dict)

    @classmethod
    def read(cls, branch: tuple[str, str] = ("", "~")) -> "Places":
        """The units of a branch that are still open. Inside everywhere()."""
        u = Unit.__table__.c
        found = select(u.id, u.code, u.name, u.kind, u.path, u.parent_id).where(u.closed_on.is_(None))
        found = found.where(u.path >= branch[0], u.path < branch[1])
        places = cls()
        for row in db.session.execute(found.order_by(u.path), execution_options=TRUSTED):
            places.add(Place(*row))
        return places

    def add(self, place: Place) -> None:
        parent = self.by_id.get(place.parent_id or 0)
        place.above = (*(parent.above if parent else ()), place.id)
        self.by_id[place.id] = self.by_code[place.code] = place
        if place.kind == "community_union":
            self.communities.setdefault(place.name, []).append(place)

    def community(self, name: str) -> list[Place]:
        """The communities of a name (in different streets there may be several) or of a code.

        Raises Unacceptable for none.
        """
        key = clean_code(name)
        if key in self.by_code and self.by_code[key].kind == "community_union":
            return [self.by_code[key]]
        for wanted in (key, f"{key}社区工会", f"{key}工会"):
            if wanted in self.communities:
                return self.communities[wanted]
        raise Unacceptable(_("没有“%(name)s”这个社区工会，请核对名称", name=name[:30]))
