"""The real-name register: people, their membership as dated history, and finding them."""

from flask import Flask

from gridunion.faults import fault
from gridunion.members import approving, editing, registering, views
from gridunion.members.models import WrongStep

assert approving and editing and registering  # their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_error_handler(WrongStep, lambda _: fault(409))
