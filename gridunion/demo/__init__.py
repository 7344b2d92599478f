"""A base of made-up people to try the site on, of any size, and the whole site in one command."""

from flask import Flask

from gridunion.demo import commands


def open_room(app: Flask) -> None:
    app.cli.add_command(commands.demo)
    app.cli.add_command(commands.up)
