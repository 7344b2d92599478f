"""Consent: taken back as easily as it was given, and given again. Source: 个人信息保护法 第十五条."""

from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from gridunion.members.models import Person
from gridunion.members.views import bp, done
from gridunion.rights import allow
from gridunion.web import find, viewer


@bp.post("/<uuid:uid>/withdrawal")
@allow("edit members")
def withdraw_consent(uid: UUID) -> Response:
    person = find(Person, uid)
    person.withdraw(viewer())
    return done(person, _("已记下：%(name)s撤回同意", name=person.name))


@bp.post("/<uuid:uid>/consent")
@allow("edit members")
def consent(uid: UUID) -> Response:
    """Somebody agrees again, told so in person."""
    person = find(Person, uid)
    person.consent_again("grid_visit")
    return done(person, _("已记下：%(name)s同意", name=person.name))
