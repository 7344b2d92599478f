"""劳动关系预警: signs of trouble that travel up the tree until somebody answers them."""

from flask import Flask

from gridunion.alerts import history, rules, views

assert history and rules  # they tell on the page of an employer, and listen for complaints


def open_room(app: Flask) -> None:
    app.register_blueprint(views.bp)
