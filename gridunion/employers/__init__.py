"""The ledger of employers, organized or not."""

from flask import Flask

from gridunion.employers import views


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
