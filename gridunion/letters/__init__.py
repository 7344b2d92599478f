"""一函两书: letters to employers and offices, numbered and dated, and what came back."""

from flask import Flask

from gridunion.letters import history, views

assert history  # it tells on the page of an employer


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
