"""The desk: 今日, 待办 and 记一笔, where the rooms meet in a day."""

from flask import Flask

from gridunion.desk import badge, inbox, standing_in, views

assert badge and inbox and standing_in  # the menu asks them for its numbers


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
