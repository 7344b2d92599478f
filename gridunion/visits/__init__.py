"""Visits: what is due, what was logged."""

from flask import Flask

from gridunion.visits import carrying, events, timeline, views

__all__ = ["carrying", "events", "open_room", "timeline"]


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
