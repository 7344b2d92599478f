"""Reports held back, for the desk of who decides about them."""

from sqlalchemy import Label, func, literal_column, select

from gridunion.reporting.models import Report
from gridunion.tree import Unit, branch

_r, _u = Report.__table__.c, Unit.__table__.c


def counted(width: int) -> Label[int]:
    """As a column of a statement."""
    held = select(func.count()).select_from(Unit.__table__.join(Report.__table__, _r.unit_id == _u.id))
    return held.where(branch(width), _r.state == literal_column("'held'")).scalar_subquery().label("reports")
