"""Writing a visit down: one entry about a person, several people or an employer, and all that comes of it."""

from typing import Any
from uuid import uuid4

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from gridunion import calendar, clock, settings
from gridunion.files import MOST_SENT, attach, store_pictures
from gridunion.menu import home_of
from gridunion.rights import allow
from gridunion.visits.due import DueVisit
from gridunion.visits.guests import Guest, asked_guests, household
from gridunion.visits.life import FINDINGS, OUTCOMES
from gridunion.visits.listing import next_due
from gridunion.visits.models import Visit
from gridunion.visits.views import bp, told_of
from gridunion.visits.visit_form import VisitForm
from gridunion.web import before, go, page, say, takes, viewer


@bp.get("/new")
@allow("log visits")
def new() -> Response:
    if not {"person", "due", "employer", "at"} & set(request.args):
        return go(url_for("visits.find"))
    guests = asked_guests()
    form = VisitForm(guests[0].unit.path, formdata=None)
    return _form(form.offer(guests, request.args.get("due", ""), request.args.get("outcome", "")))


@bp.post("/new")
@takes(MOST_SENT)
@before(store_pictures)
@allow("log visits")
def log() -> Response:
    guests, pictures = asked_guests(), g.prepared
    form = VisitForm(guests[0].unit.path).offer(guests, request.args.get("due", ""))
    acceptable = form.submitted()
    if pictures.fault:
        form.photos.errors = [pictures.fault]
    if pictures.fault or not acceptable:
        return _form(form, 422)
    entry = _entry(form, pictures.kept)
    stored = [fold.store(entry[0], pictures.kept) for fold in form.asked]
    _tell(form, entry, [words for words, _way in stored])
    return go(stored[0][1] if stored else _next_step(entry, form))


def _entry(form: VisitForm, pictures: list[tuple[str, int]]) -> list[Visit]:
    """A visit for each of those ticked, with the same words and pictures."""
    key = uuid4() if len(form.chosen) > 1 else None
    return [_one(form, guest, pictures, key) for guest in form.chosen]


def _one(form: VisitForm, guest: Guest, pictures: list[tuple[str, int]], key: Any) -> Visit:
    who = viewer()
    at = form.happened.data or calendar.written_at(form.happened_at.moment)
    visit = Visit.log(
        guest.whom, who, form.outcome.data, form.due_of(guest), at, guest.unit, together=key, **form.said()
    )
    if guest.person and not form.several:
        visit.correct(**form.corrections())
    if guest.person and form.trigger.data:
        on = form.event_on.data or clock.today()
        DueVisit.plan(guest.person, form.trigger.data, on, who, after=visit.id)
    attach(visit, visit.unit_id, [] if form.is_secret else pictures, who.account_id)
    return visit


def _tell(form: VisitForm, entry: list[Visit], stored: list[str]) -> None:
    """What was stored with the visit, how to take it back, and whom to see next."""
    following = next_due({guest.whom.uid for guest in form.chosen})
    then = ("", "")
    if following:
        then = (_("下一家：%(name)s", name=following.name),
                url_for("visits.new", **following.whom, due=following.uid))  # fmt: skip
    said = _("。").join((_("已记下：%(name)s", name=told_of(entry)), *stored))
    say(said, undo=url_for(".undo", uid=entry[0].uid), then=then)


def _form(form: VisitForm, status: int = 200) -> Response:
    first = form.guests[0]
    together = household(first.person) if first.person and not form.several else []
    chosen = request.args.get("due", "")
    home = [first.whom.uid, *(person.uid for person in together)]
    asked = ("visit.retry.days", "visit.refused.days", "visit.memory.days")
    days = dict(zip(("retry", "refused", "memory"), settings.values(asked, first.unit.path), strict=True))
    return page("visits/new.html", status, form=form, days=days, guests=form.guests, first=first, together=together,
                chosen=chosen, home=url_for("visits.new", person=home, due=chosen or None),
                icons={code: outcome.icon for code, outcome in OUTCOMES.items()},
                subs={code: sub for code, (_words, sub) in FINDINGS.items()})  # fmt: skip


def _next_step(entry: list[Visit], form: VisitForm) -> str:
    """What was found is dealt with at once: a file is brought up to date."""
    visit, person = entry[0], entry[0].person
    if "changed" in visit.findings and person and not visit.corrected:
        return url_for("members.edit", uid=person.uid)
    if visit.outcome == "moved" and not form.several:
        return url_for("visits.show", uid=visit.uid)
    return home_of(viewer())
