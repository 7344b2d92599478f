"""Accounts and postings: who may sign in, and what they hold where from when to when."""

from flask import Flask

from gridunion.accounts import admin, commands, postings, sheet, staff, standing_in, trail, views

assert (
    admin and postings and sheet and staff and standing_in and trail
)  # their views stand on the same blueprint


def open_room(app: Flask) -> None:
    views.open_doors(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(commands.admin_group)
