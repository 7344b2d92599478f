"""A visit whose time is over: what was written and photographed goes, also what it said before it was corrected. That
there was a visit, to whom and with what outcome, is counted and stays."""

from typing import Any

from sqlalchemy import delete, null, select, update

from gridunion import clock
from gridunion.db import trusted
from gridunion.files import Attachment
from gridunion.visits.models import Visit
from gridunion.visits.versions import VisitVersion

_tables: list[Any] = [it.__table__ for it in (Visit, VisitVersion, Attachment)]
_visits, _versions, _pictures = _tables
_v = _visits.c
KEPT = _v.erased_at.is_(None)
WORDS = ("note", "need_words", "measure_words")


def erase(visit_ids: list[int]) -> None:
    """Empty some visits. Inside write()."""
    uids = select(_v.uid).where(_v.id.in_(visit_ids))
    trusted(delete(_pictures).where(_pictures.c.subject_uid.in_(uids)))
    gone = dict.fromkeys((*WORDS, "corrected"), null())
    trusted(update(_visits).where(_v.id.in_(visit_ids)).values(erased_at=clock.now(), **gone))
    before = select(_versions.c.id, _versions.c.said).where(_versions.c.visit_id.in_(visit_ids))
    for row in trusted(before).all():  # the base lets them change from now on
        left = row.said | dict.fromkeys(WORDS)
        trusted(update(_versions).where(_versions.c.id == row.id).values(said=left))
