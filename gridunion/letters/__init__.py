"""一函两书: letters to employers and offices, numbered and dated, and what came back."""

from flask import Flask

from gridunion.letters import history, recounting, views

assert history and recounting  # one tells on the page of an employer, the other runs at night


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
