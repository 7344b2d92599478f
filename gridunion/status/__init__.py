"""Status: from cells to the street, each number with the records behind it."""

from flask import Flask

from gridunion import totals
from gridunion.status import (
    behind,
    cell_views,
    differences,
    filing,
    indicator_views,
    maps,
    sums,
    target_views,
    views,
)

# Their views stand on the same blueprint.
assert behind and cell_views and filing and indicator_views and maps and target_views


def open_room(app: Flask) -> None:
    totals.answer(sums.totals)
    app.register_blueprint(views.bp)
    app.cli.add_command(differences.status_group)
