"""Reporting without an account: the public form and its poster, and what its sender can do afterwards with a code."""

from flask import Flask

from gridunion.reporting import clearing, held, posters, tracking, views, waiting

assert (
    clearing and held and posters and tracking and waiting
)  # they listen, or their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
