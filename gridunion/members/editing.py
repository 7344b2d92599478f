"""The real-name file, completed and corrected."""

from uuid import UUID

from flask import Response, g, url_for
from flask_babel import gettext as _

from gridunion.members.forms import FileForm, differences
from gridunion.members.models import Person
from gridunion.members.numbers import objection, told_here
from gridunion.members.views import bp
from gridunion.rights import allow
from gridunion.web import before, edited, find, go, page, say, viewer


@bp.get("/<uuid:uid>/edit")
@allow("edit members")
def edit(uid: UUID) -> Response:
    person = find(Person, uid)
    form = FileForm(formdata=None)
    form.show(person)
    return page("members/edit.html", person=person, form=form)


def _object(uid: UUID) -> tuple[str, int]:
    """What stands against the number in the form; asked before the transaction, so that asking is counted."""
    person, form = find(Person, uid), FileForm()
    if not form.submitted() or not form.id_number.data or edited(person, form):
        return "", 0
    name, kind, number = str(form.name.data), str(form.id_kind.data), form.id_number.data
    return objection(person, name, kind, number, viewer().account_id)


@bp.post("/<uuid:uid>/edit")
@allow("edit members")
@before(_object)
def save(uid: UUID) -> Response:
    person, form = find(Person, uid), FileForm()
    if not form.submitted():
        return page("members/edit.html", 422, person=person, form=form)
    if edited(person, form):
        return page("members/edit.html", 409, person=person, form=form, theirs=differences(form, person))
    if form.id_number.data and (answer := _against(person, form)):
        form.id_number.errors = [answer[0]]
        return page("members/edit.html", answer[1], person=person, form=form)
    person.learn(**form.known())
    if form.id_number.data:
        person.set_id_number(form.id_kind.data, form.id_number.data)
    person.note_hardship(form.hardship_class.data, form.hardship_note.data)
    say(_("已保存：%(name)s", name=person.name))
    return go(url_for("members.show", uid=uid))


def _against(person: Person, form: FileForm) -> tuple[str, int] | None:
    """The objection found before, or the one a colleague's form made in between."""
    if g.prepared[0]:
        return g.prepared
    told = told_here(person, form.id_kind.data, form.id_number.data or "")
    return (told, 422) if told else None
