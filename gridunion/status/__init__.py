"""Status: from cells to the street, each number with the records behind it."""

from flask import Flask

from gridunion import totals
from gridunion.status import all_views, behind, cell_views, filing, sums, views

assert all_views and behind and cell_views and filing  # their views stand on the same blueprint


def open_room(app: Flask) -> None:
    totals.answer(sums.totals)
    app.register_blueprint(views.bp)
