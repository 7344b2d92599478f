"""The real-name register: people, their membership as dated history, and finding them."""

from flask import Flask

from gridunion.faults import fault
from gridunion.members import views
from gridunion.members.models import WrongStep


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_error_handler(WrongStep, lambda _: fault(409))
