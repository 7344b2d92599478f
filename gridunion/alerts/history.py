"""What alerts tell on the page of an employer."""

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import selectinload

from gridunion.alerts.models import Alert
from gridunion.db import db, trusted
from gridunion.employers.history import ACTIONS, Entry, tell
from gridunion.employers.models import NAMED, Employer, Named
from gridunion.rights import Viewer

MOST = 20


@tell
def alerts_about(employer: Employer) -> Iterable[Entry]:
    """The alerts about an employer."""
    about = select(Alert).where(Alert.employer_id == employer.id).options(selectinload(Alert.stops))
    for alert in db.session.scalars(about.order_by(Alert.id.desc()).limit(MOST)):
        title = _("%(level)s预警：%(cause)s", level=alert.level_words, cause=alert.cause_words)
        tag = (alert.state_words, "ok" if alert.closed_at else alert.tint)
        yield Entry(alert.recorded_at, title, "", url_for("alerts.show", uid=alert.uid), tag)


def raise_one(employer: Employer, viewer: Viewer) -> tuple[str, str] | None:
    """The way to an alert raised by hand, for who may."""
    return (_("发预警"), url_for("alerts.new", employer=employer.uid)) if viewer.can("raise alerts") else None


def recognize(known: list[Named]) -> None:
    """Alerts that named an employer before the ledger had it are about it now."""
    said = [{"employer": it.id, "said": it.name, "community": it.community_id} for it in known]
    trusted(_TIE, said)


_x = Alert.__table__.c
_TIE = (
    update(Alert.__table__)  # type: ignore[arg-type]
    .where(
        _x.employer_id.is_(None), _x.employer_name == bindparam("said"), _x.unit_id == bindparam("community")
    )
    .values(employer_id=bindparam("employer"))
)
ACTIONS.append(raise_one)
NAMED.append(recognize)
