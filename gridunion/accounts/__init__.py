"""Accounts and postings: who may sign in, and what they hold where from when to when."""

from flask import Flask

from gridunion.accounts import views


def open_room(app: Flask) -> None:
    views.open_doors(app)
    app.register_blueprint(views.bp)
