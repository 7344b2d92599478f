"""Accounts and postings: who may sign in, and what they hold where from when to when."""

from flask import Flask

from gridunion.accounts import (
    admin,
    commands,
    devices,
    postings,
    sheet,
    staff,
    standing_in,
    trail,
    views,
    waiting,
)

# Their views stand on the same blueprint, or they say what is open.
assert admin and devices and postings and sheet and staff and standing_in and trail and waiting


def open_room(app: Flask) -> None:
    views.open_doors(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(commands.admin_group)
