"""The real-name register: people, their membership as dated history, and finding them."""

from flask import Flask, Response
from flask_babel import gettext as _

from gridunion.faults import fault
from gridunion.members import approving, cards, editing, printing, registering, scanning, views
from gridunion.members.models import WrongStep

assert approving and cards and editing and printing and registering  # their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(scanning.bp)
    app.register_error_handler(WrongStep, not_now)


def not_now(problem: WrongStep) -> Response:
    """A step that does not follow from where a record stands: perhaps somebody took it already, perhaps nobody did."""
    return fault(
        409, problem.sentence or _("这条记录现在走不到这一步，也许已经有人办了。"), _("这一步现在不能办")
    )
