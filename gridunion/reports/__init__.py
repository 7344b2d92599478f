"""简报: the month of a union, computed from records, signed, answered above, and sent on."""

from flask import Flask

from gridunion.reports import answering, arrivals, papers, views, waiting

assert answering and arrivals and papers and waiting  # their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
