"""Cases that spoke of an employer by its name, before the ledger had it, are about it once it is there."""

from typing import Any

from sqlalchemy import bindparam, or_, select, update

from gridunion.complaints.models import Complaint
from gridunion.db import trusted
from gridunion.employers.models import NAMED, Named, name_index
from gridunion.tree import Unit

_c, _u = Complaint.__table__.c, Unit.__table__.c
_community: Any = bindparam("community")
_there = select(_u.id).where(or_(_u.id == _community, _u.parent_id == _community))
_TIE = (
    update(Complaint.__table__)  # type: ignore[arg-type]
    .where(_c.accused_index == bindparam("index"), _c.employer_id.is_(None), _c.unit_id.in_(_there))
    .values(employer_id=bindparam("employer"))
)


def recognize(known: list[Named]) -> None:
    """Also those the viewer may not see, sealed ones among them: nothing is told of them."""
    trusted(
        _TIE,
        [{"employer": it.id, "index": name_index(it.name), "community": it.community_id} for it in known],
    )


NAMED.append(recognize)
