"""Leaving: what is open in somebody's name goes to others, signed by both."""

from flask import Flask

from gridunion.leaving import losing, signing, views, waiting

assert losing and signing and waiting  # its views stand on the same blueprint, and the lists ask what waits


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
