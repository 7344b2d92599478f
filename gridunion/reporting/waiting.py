"""Reports held back, for the desk of who decides about them."""

from functools import cache
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Label, Select, func, select

from gridunion.complaints.listing import looking
from gridunion.db import trusted, written
from gridunion.menu import ASIDES
from gridunion.reporting.models import Report
from gridunion.rights import Viewer
from gridunion.tree import Unit, branch, width

_r, _u = Report.__table__.c, Unit.__table__.c


def counted(width: int) -> Label[int]:
    """As a column of a statement."""
    held = select(func.count()).select_from(Unit.__table__.join(Report.__table__, _r.unit_id == _u.id))
    return held.where(branch(width), _r.state == written("held")).scalar_subquery().label("reports")


@cache
def _held(width: int) -> Select[Any]:
    return select(counted(width))


def _waiting(who: Viewer) -> tuple[str, str] | None:
    """For who decides and has no 待办: the street, where a community has no leader."""
    if not who.can("decide complaints") or who.can("see inbox"):
        return None
    with looking(who, "decide complaints"):
        n = trusted(_held(width())).scalar_one()
    return (_("有 %(n)s 份诉求等你看", n=n), url_for("reporting.held")) if n else None


ASIDES.append(_waiting)
