"""Status: from cells to the street, each number with the records behind it."""

from flask import Flask

from gridunion import totals
from gridunion.status import behind, cell_views, filing, maps, sums, target_views, views

assert behind and cell_views and filing and maps and target_views  # their views stand on the same blueprint


def open_room(app: Flask) -> None:
    totals.answer(sums.totals)
    app.register_blueprint(views.bp)
