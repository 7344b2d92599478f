"""The real-name file, completed and corrected."""

from uuid import UUID

from flask import Response, g
from flask_babel import gettext as _

from gridunion.members.file_form import FileForm, differences
from gridunion.members.models import Person
from gridunion.members.numbers import ELSEWHERE, objection, told_here
from gridunion.members.real_name import id_index
from gridunion.members.views import bp, done
from gridunion.rights import allow
from gridunion.web import before, edited, find, page, viewer


@bp.get("/<uuid:uid>/edit")
@allow("edit members")
def edit(uid: UUID) -> Response:
    person = find(Person, uid).agreed()
    form = FileForm(formdata=None)
    form.show(person)
    return page("members/edit.html", person=person, form=form)


def _object(uid: UUID) -> tuple[str, int]:
    """What stands against name and number in the form; asked before the transaction, so that asking is counted."""
    person = find(Person, uid).agreed()
    form = FileForm.about(person)
    if not form.submitted() or edited(person, form):
        return "", 0
    return objection(person, str(form.name.data), _digest(person, form), viewer().account_id)


def _digest(person: Person, form: FileForm) -> str | None:
    """The number the file will have: the one just typed, else the one it has."""
    return id_index(form.id_kind.data, form.id_number.data) if form.id_number.data else person.id_index


@bp.post("/<uuid:uid>/edit")
@allow("edit members")
@before(_object)
def save(uid: UUID) -> Response:
    person = find(Person, uid).agreed()
    form = FileForm.about(person)
    if not form.submitted():
        return page("members/edit.html", 422, person=person, form=form)
    if edited(person, form):
        return page("members/edit.html", 409, person=person, form=form, theirs=differences(form, person))
    if answer := _against(person, form):
        (form.id_number if form.id_number.data else form.name).errors = [answer[0]]
        return page(
            "members/edit.html", answer[1], person=person, form=form, elsewhere=answer[0] == str(ELSEWHERE)
        )
    person.learn(**form.known())
    if form.id_number.data:
        person.set_id_number(form.id_kind.data, form.id_number.data)
    person.note_hardship(form.hardship_class.data, form.hardship_note.data)
    return done(person, _("已保存：%(name)s", name=person.name))


def _against(person: Person, form: FileForm) -> tuple[str, int] | None:
    """The objection found before, or the one a colleague's form made in between."""
    if g.prepared[0]:
        return g.prepared
    told = told_here(person, id_index(form.id_kind.data, form.id_number.data)) if form.id_number.data else ""
    return (told, 422) if told else None
