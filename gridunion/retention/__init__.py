"""到期清理: what was kept long enough is erased, once two officers agreed."""

from flask import Flask

from gridunion.retention import nightly, views


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.cli.add_command(nightly.retention)
