"""诉求: what workers ask of the union, from first report to call back."""

from flask import Flask

from gridunion.complaints import (
    carrying,
    handing,
    history,
    listing,
    pace,
    recognizing,
    repeats,
    rounds,
    slip,
    succession,
    taking,
    ties,
    timeline,
    unseal_views,
    views,
    visiting,
)
from gridunion.complaints.turns import NotYours
from gridunion.faults import fault
from gridunion.menu import badges

assert (
    carrying
    and handing
    and history
    and pace
    and recognizing
    and repeats
    and rounds
    and slip
    and succession
    and taking
    and timeline
    and unseal_views
    and visiting
)  # they listen, or their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(ties.bp)
    app.register_error_handler(NotYours, lambda problem: fault(403, str(problem)))
    badges["overdue"] = listing.badge("overdue", "press complaints")
