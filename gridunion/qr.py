"""Codes to scan, as a page draws them: one path of an inline picture, for the CSP allows neither styles nor data:."""

from itertools import groupby
from typing import NamedTuple

import segno
from flask import current_app

QUIET = 4  # modules of empty border that readers need


class Drawn(NamedTuple):
    """A code of `size` × `size` units, border included, and the path of its dark parts."""

    size: int
    path: str


def drawn(said: str) -> Drawn:
    """The code of a text, readable with a seventh of it gone."""
    matrix = segno.make_qr(said, error="m").matrix
    lines = (_line(row, at + QUIET) for at, row in enumerate(matrix))
    return Drawn(len(matrix) + 2 * QUIET, "".join(lines))


def _line(row: bytearray, y: int) -> str:
    """The dark runs of a row, each a rectangle of height 1."""
    path, x = "", QUIET
    for dark, run in groupby(row):
        wide = len(list(run))
        path += f"M{x} {y}h{wide}v1h-{wide}z" if dark else ""
        x += wide
    return path


def outside(path: str) -> str:
    """An address as people outside type or scan it."""
    return f"{current_app.extensions['gridunion.config'].public_url}{path}"
