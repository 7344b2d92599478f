"""What merges tell in somebody's 来往记录."""

from collections.abc import Iterable

from flask import has_request_context, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from gridunion.db import db
from gridunion.members.merging import Merge
from gridunion.members.models import Person
from gridunion.members.timeline import Entry, tell
from gridunion.web import viewer


@tell
def merges(person: Person) -> Iterable[Entry]:
    """The other files that went into this one."""
    found = select(Merge, Person).join(Person, Person.id == Merge.loser_id)
    for merge, other in db.session.execute(
        found.where(Merge.winner_id == person.id, Merge.undone_at.is_(None))
    ).all():
        may = has_request_context() and viewer().can("merge members")
        href = url_for("members.merged", uid=other.uid) if may else ""
        title = _("并入另一份档案：%(name)s", name=other.name)
        yield Entry(merge.recorded_at, "done", title, merge.by_name, href=href)
