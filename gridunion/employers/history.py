"""What the rooms know of an employer: its history, figures, and what can be done; each tells its part."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from gridunion.employers.models import Employer
from gridunion.rights import Viewer


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    at: datetime
    title: str
    sub: str
    href: str
    tag: tuple[str, str] | None = None


Source = Callable[[Employer], Iterable[Entry]]
SOURCES: list[Source] = []
FACTS: list[Callable[[Employer], Iterable[tuple[str, str]]]] = []
"""(what, how much) to stand among the facts."""
ACTIONS: list[Callable[[Employer, Viewer], tuple[str, str] | None]] = []
"""(words, address) of what the viewer may do about the employer."""


def tell(source: Source) -> Source:
    """Register a room's part of the history."""
    SOURCES.append(source)
    return source


def history(employer: Employer) -> list[Entry]:
    """All that the viewer may know, newest first."""
    told = [entry for source in SOURCES for entry in source(employer)]
    return sorted(told, key=lambda entry: entry.at, reverse=True)


def facts(employer: Employer) -> list[tuple[str, str]]:
    return [fact for source in FACTS for fact in source(employer)]


def actions(employer: Employer, viewer: Viewer) -> list[tuple[str, str]]:
    return [found for action in ACTIONS if (found := action(employer, viewer))]
