"""The administrator's pages for the tree of units."""

from flask import Flask

from gridunion.units import views


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
