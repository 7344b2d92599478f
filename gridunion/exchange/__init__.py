"""What comes in from sheets and goes out to them."""

from flask import Flask

from gridunion.exchange import views


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
