"""Square codes to print and scan, drawn as one path: no picture is stored, no foreign host is asked."""

from functools import lru_cache
from typing import NamedTuple

import segno

QUIET = 4  # modules of white around a code, ISO/IEC 18004


class Code(NamedTuple):
    """A code as a template draws it: the side of its square, quiet zone included, and the path of its dark parts."""

    side: int
    path: str


@lru_cache(200)
def square_code(said: str) -> Code:
    """The code of a text, readable with a sixth of it soiled."""
    rows = segno.make(said, error="m", micro=False).matrix
    dark = [
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, bit in enumerate(row) if bit
    ]
    return Code(len(rows) + 2 * QUIET, "".join(dark))
