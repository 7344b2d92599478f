"""The administrator's pages for the tree of units, and for the rows by which regions differ."""

from flask import Flask

from gridunion.units import changes, days, lists, models, rules, triggers, views

assert changes and days and lists and rules and triggers  # their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.jinja_env.globals["kinds"] = models.KIND_NAMES
