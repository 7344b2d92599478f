"""The real-name register: people, their membership as dated history, and finding them."""

from flask import Flask, Response
from flask_babel import gettext as _

from gridunion.faults import fault
from gridunion.members import (
    approving,
    cards,
    changes,
    consenting,
    editing,
    handing,
    indexing,
    merge_story,
    merge_views,
    moving,
    printing,
    recounting,
    registering,
    scanning,
    suspect_walk,
    transfer_list,
    transferring,
    views,
)
from gridunion.members.membership import WrongStep

# Their views stand on the same blueprint.
assert approving and cards and changes and consenting and editing and merge_views and moving and printing
assert registering and transfer_list and transferring
assert handing and indexing and merge_story and recounting and suspect_walk  # they listen, or run at night


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(scanning.bp)
    app.register_error_handler(WrongStep, not_now)


def not_now(problem: WrongStep) -> Response:
    """A step that does not follow from where a record stands: perhaps somebody took it already, perhaps nobody did."""
    return fault(
        409, problem.sentence or _("这条记录现在走不到这一步，也许已经有人办了。"), _("这一步现在不能办")
    )
