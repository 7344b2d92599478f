"""gridunion 网格工会. `create_app` is the only place that knows every room."""

from flask import Flask

from gridunion import (
    accounts,
    alerts,
    box,
    commands,
    complaints,
    config,
    demo,
    desk,
    employers,
    exchange,
    faults,
    joining,
    keys,
    leaving,
    letters,
    look,
    members,
    reporting,
    reports,
    retention,
    status,
    units,
    visits,
)
from gridunion.doors import guard_doors
from gridunion.engine import open_database
from gridunion.rights import PUBLIC, allow, right_of
from gridunion.web import Site

ROOMS = (
    units,
    accounts,
    employers,
    members,
    joining,
    visits,
    complaints,
    reporting,
    box,
    letters,
    alerts,
    status,
    reports,
    desk,
    exchange,
    leaving,
    retention,
    demo,
)


class Unlabeled(RuntimeError):
    """A view says no right: it would be closed to everybody, which is surely not meant."""


def create_app(settings: config.Config | None = None) -> Flask:
    """The site. Raises Misconfigured when it must not start like this."""
    asked = settings or config.read()
    asked.check()
    app = Site("gridunion", root_path=str(config.ROOT), template_folder="templates", static_folder="static")
    app.extensions["gridunion.config"] = asked
    app.extensions["gridunion.keys"] = ring = keys.load_or_make(asked.keys)
    app.secret_key = ring.secret
    open_database(app, asked)
    guard_doors(app, asked)
    look.dress(app)
    faults.explain(app)
    commands.register(app)
    for room in ROOMS:
        room.open_room(app)
    _check_labels(app)
    return app


def _check_labels(app: Flask) -> None:
    app.view_functions["static"] = allow(PUBLIC)(app.view_functions["static"])
    unlabeled = [endpoint for endpoint, view in app.view_functions.items() if right_of(view) is None]
    if unlabeled:
        raise Unlabeled(", ".join(unlabeled))
