"""诉求: what workers ask of the union, from first report to call back."""

from flask import Flask

from gridunion.complaints import views


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
