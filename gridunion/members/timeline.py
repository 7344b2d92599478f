"""来往记录: what happened with a person, told by each room that knows something."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from gridunion import clock
from gridunion.accounts.trail_words import VALUES
from gridunion.members.membership import STANDINGS, Membership, history
from gridunion.members.models import Person

TRANSFER_STATES = {
    "asked": lazy_gettext("等答复"), "accepted": lazy_gettext("已同意"), "refused": lazy_gettext("没同意"),
    "withdrawn": lazy_gettext("已撤回"),
}  # fmt: skip
VALUES["person", "status"] = VALUES["membership", "status"] = STANDINGS
CHANNELS = {
    "grid_visit": lazy_gettext("当面同意"), "import": lazy_gettext("随表格导入"), "self": lazy_gettext("自己申请"),
}  # fmt: skip
VALUES["consent", "channel"] = CHANNELS
VALUES["transfer", "state"] = TRANSFER_STATES


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
    for line in history(person):
        span = line.span
        if span.status == "applied":
            state = "now" if span.until_on is None else "done"
            sub = _("等社区工会审批") if state == "now" else ""
            if span.end_reason:
                state, sub = "bad", _("没有通过：%(reason)s", reason=span.end_reason)
            yield Entry(span.recorded_at, state, line.title, sub)
        else:
            yield Entry(
                _began(span),
                "done",
                line.title,
                _("，").join(filter(None, (line.why, line.unit))),
                line.words,
            )


@tell
def consents(person: Person) -> Iterable[Entry]:
    """What somebody took back, and what was given after that; the first one comes with the application."""
    for nth, consent in enumerate(person.consents):
        how = _("同意书 %(version)s 版，%(channel)s", version=consent.wording,
                channel=CHANNELS.get(consent.channel, consent.channel))  # fmt: skip
        if nth:
            yield Entry(consent.given_at, "done", _("本人又同意了"), how)
        if consent.withdrawn_at:
            yield Entry(consent.withdrawn_at, "bad", _("本人撤回同意"), how)


def _began(span: Membership) -> datetime:
    """When a span began; of one from another day than it was recorded only the day is known."""
    same = clock.local(span.recorded_at).date() == span.from_on
    return span.recorded_at if same else clock.midnight(span.from_on)
