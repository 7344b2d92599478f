"""记一件事: what happened to somebody, for which one goes to see them."""

from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden

from gridunion import clock
from gridunion.look import day
from gridunion.rights import allow
from gridunion.visits.due import GONE, DueVisit, TooLate, open_visits
from gridunion.visits.forms import EventForm
from gridunion.visits.views import asked_person, bp, too_late
from gridunion.web import find, go, page, say, viewer


@bp.get("/events/new")
@allow("log visits")
def event() -> Response:
    """记一件事: what happened to somebody, for which one goes to see them."""
    person = asked_person()
    form = EventForm(person.unit.path, formdata=None)
    form.event_on.process_data(clock.today())
    return page("visits/event.html", person=person, form=form)


@bp.post("/events/new")
@allow("log visits")
def record_event() -> Response:
    person = asked_person()
    form = EventForm(person.unit.path)
    form.offer(open_visits(person))
    if not form.submitted():
        return page("visits/event.html", 422, person=person, form=form)
    on: Any = form.event_on.data
    due = DueVisit.plan(person, form.trigger.data, on, viewer(), form.note.data)
    until = day(due.due_at)
    say(_("已记下：%(name)s %(topic)s，%(day)s前去", name=person.name, topic=due.topic, day=until),
        undo=url_for(".undo_event", uid=due.uid))  # fmt: skip
    return go(url_for("members.show", uid=person.uid))


@bp.post("/events/<uuid:uid>/undo")
@allow("log visits")
def undo_event(uid: UUID) -> Response:
    """Take an event back: only who wrote it down, and within ten minutes."""
    due = find(DueVisit, uid)
    if due.recorded_by_id != viewer().account_id or (whom := due.whom) is None:
        raise Forbidden
    try:
        due.undo()
    except TooLate:
        say(too_late(due.state in GONE, due.unit.path), kind="warn")
    else:
        say(_("已撤销：%(name)s %(topic)s", name=whom.name, topic=due.topic))
    file = "members.show" if due.person_id else "employers.show"
    return go(url_for(file, uid=whom.uid))
