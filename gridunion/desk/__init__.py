"""The desk: 今日, 待办 and 记一笔, where the rooms meet in a day."""

from flask import Flask

from gridunion.desk import badge, diary, inbox, standing_in, views

# the menu asks them for its numbers, or their views stand on the same blueprint
assert badge and diary and inbox and standing_in


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
