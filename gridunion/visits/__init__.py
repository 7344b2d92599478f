"""Visits: what is due, what was logged."""

from flask import Flask

from gridunion.visits import events, timeline, views

__all__ = ["events", "open_room", "timeline"]


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
