"""Where the next page of a list begins, as an address may say it: sealed, so that it names no row and no person.

`seal("members", path, seen_at, number)` makes "k1.hT3…", and `opened("members", "k1.hT3…")` gives the parts again.
"""

import json
from datetime import datetime
from typing import Any

from gridunion.db import keyring
from gridunion.keys import WrongKey

MOST = 2000  # characters of an address looked at


def seal(listing: str, *parts: str | int | datetime) -> str:
    """A place in a list; it opens for this list only. An instant comes back as its ISO text."""
    said = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat)
    return keyring().encrypt(said, f"bookmark.{listing}").rstrip("=")


def opened(listing: str, place: str) -> list[Any] | None:
    """The parts of a place; None when there is none or it is broken: the list begins at the top."""
    if not place or len(place) > MOST:
        return None
    try:
        return list(json.loads(keyring().decrypt(f"{place}===", f"bookmark.{listing}")))
    except (WrongKey, ValueError):
        return None


def opened_at(listing: str, place: str, path: str, at: str, number: str) -> dict[str, Any]:
    """A place in a list by unit, instant and number, as the values its statement takes by these names; empty at the
    top."""
    parts = opened(listing, place)
    return {path: parts[0], at: datetime.fromisoformat(parts[1]), number: parts[2]} if parts else {}
