"""Joining by oneself: the public page and its poster, and what becomes of an application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from gridunion.joining import handing, held, posters, states, verifying, views
from gridunion.joining.waiting import sent_themselves
from gridunion.members.rows import MARKS, Mark

assert (
    handing and held and posters and states and verifying
)  # they listen, or their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)


MARKS.append(Mark(lambda _width, _bound: sent_themselves(), (_("自己申请"), "act")))
