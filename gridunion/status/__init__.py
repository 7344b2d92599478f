"""Status: from cells to the street, each number with the records behind it."""

from flask import Flask

from gridunion.status import views


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
