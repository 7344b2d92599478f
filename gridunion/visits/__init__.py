"""Visits: what is due, what was logged."""

from flask import Flask

from gridunion.visits import (
    carrying,
    checking,
    editing,
    entry,
    events,
    handing,
    overview,
    planning,
    several,
    timeline,
    views,
)

# they listen, or their views stand on the same blueprint
assert (
    carrying and checking and editing and entry and events and handing and overview and several and timeline
)


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.cli.add_command(planning.visits_group)
