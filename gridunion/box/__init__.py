"""匿名信箱: what somebody says without being known, opened by two officers together, answered on a public board."""

from flask import Flask

from gridunion.box import answering, board, clearing, dropping, opening, reminding

assert (
    answering and board and clearing and reminding
)  # they listen, or their views stand on the same blueprint


def open_room(app: Flask) -> None:
    app.register_blueprint(dropping.bp)
    app.register_blueprint(opening.officers)
