"""来往记录: what happened with a person, told by each room that knows something."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from gridunion import clock, settings
from gridunion.members.models import Person


@dataclass(frozen=True)
class Entry:
    """One line: state is done, now or bad; `told` says whether the worker heard of it."""

    at: datetime
    state: str
    title: str
    sub: str = ""
    words: str = ""
    href: str = ""
    tag: tuple[str, str] | None = None
    told: str = ""


Source = Callable[[Person], Iterable[Entry]]
SOURCES: list[Source] = []


def story(person: Person) -> list[Entry]:
    """All that is known, newest first; what is still to do stands on top."""
    entries = [entry for source in SOURCES for entry in source(person)]
    return sorted(entries, key=lambda entry: (entry.state == "now", entry.at), reverse=True)


def tell(source: Source) -> Source:
    """Register a room's part of the story."""
    SOURCES.append(source)
    return source


@tell
def memberships(person: Person) -> Iterable[Entry]:
    for span in person.memberships:
        if span.status == "applied":
            state = "now" if span.until_on is None else "done"
            yield Entry(span.recorded_at, state, _("申请入会"), _("等社区工会审批") if state == "now" else "")
        else:
            title = settings.label("change_type", span.change_type) or span.status
            yield Entry(clock.midnight(span.from_on), "done", title, span.end_reason or "")
