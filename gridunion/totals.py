"""Counts over the viewer's branches, asked for by any room and answered by the one that keeps them."""

from collections.abc import Callable, Mapping

Source = Callable[[], Mapping[str, int]]
_sources: list[Source] = []


def answer(source: Source) -> None:
    """Take a source of counts (the status room's)."""
    _sources[:] = [source]


def totals() -> Mapping[str, int]:
    """Counts of the viewer's branches by name: members, hardship, new_form, visits_open, applied …"""
    return _sources[0]() if _sources else {}
