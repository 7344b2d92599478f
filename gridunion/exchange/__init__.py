"""What comes in from sheets and goes out to them."""

from flask import Flask

from gridunion.exchange import commands, deciding, exporting, handing, making, reading, views

assert deciding  # its views stand on the same blueprint
assert reading and making  # their jobs are known to the worker
assert handing  # it says what is open


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(exporting.bp)
    app.cli.add_command(commands.load_group)
