"""Visits: what is due, what was logged."""

from flask import Flask

from gridunion.visits import carrying, events, handing, timeline, views

assert carrying and events and handing and timeline  # they listen, or their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
