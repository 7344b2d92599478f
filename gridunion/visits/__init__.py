"""Visits: what is due, what was logged."""

from flask import Flask

from gridunion.visits import carrying, events, overview, planning, timeline, views

assert (
    carrying and events and overview and timeline
)  # they listen, or their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.cli.add_command(planning.visits_group)
