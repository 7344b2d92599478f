"""Visits: what is due, what was logged."""

from flask import Flask

from gridunion.visits import views


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
