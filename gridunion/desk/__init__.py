"""The desk: 今日, 待办 and 记一笔, where the rooms meet in a day."""

from flask import Flask

from gridunion.desk import inbox, views

__all__ = ["inbox", "open_room"]


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
