"""The desk: 今日, 待办 and 记一笔, where the rooms meet in a day."""

from flask import Flask

from gridunion.desk import badge, diary, inbox, views

assert (
    badge and diary and inbox
)  # the menu asks them for its numbers, or their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
