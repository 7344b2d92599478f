"""What comes in from sheets and goes out to them."""

from flask import Flask

from gridunion.exchange import commands, exporting, views

assert exporting  # its views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.cli.add_command(commands.load_group)
