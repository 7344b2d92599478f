"""A day as its page shows it: what is to do, what was done, and the numbers above them."""

from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from gridunion import clock
from gridunion.look import hm, nth
from gridunion.members.models import Person

MOST_BLOCKS = 24  # of the day bar


@dataclass(frozen=True)
class Item:
    """Something to do by a moment: a visit to make, or a complaint in hand."""

    due_at: datetime
    name: str
    topic: str
    parts: list[str]
    href: str
    visit_url: str = ""
    urged: bool = False
    soon: bool = False

    @property
    def tags(self) -> list[tuple[str, str]]:
        """Somebody pressed it; its limit is near."""
        pressed = [(_("催办"), "bad")] if self.urged else []
        return [*pressed, (_("快到期"), "warn")] if self.soon else pressed

    @property
    def late(self) -> bool:
        return self.due_at < clock.now()

    @property
    def days(self) -> int:
        """Days until the one it is due on; negative when that is over."""
        return (clock.local(self.due_at).date() - clock.today()).days

    @property
    def when(self) -> tuple[str, str]:
        """What stands before the row: 超 1 天, 应 18 日; 今天, 17:30; 周五, 20 日."""
        on = clock.local(self.due_at).date()
        if self.days < 0:
            return ngettext("超 %(num)s 天", "超 %(num)s 天", -self.days), _("应 %(day)s", day=nth(on))
        if self.days == 0:
            return _("今天"), hm(self.due_at)
        return format_date(on, "EEE"), nth(on)


@dataclass(frozen=True)
class Done:
    """Something dealt with today."""

    at: datetime
    name: str
    topic: str
    words: str
    href: str


@dataclass
class Today:
    """The day as its page shows it. The counts are true also where the rows are cut."""

    items: list[Item]
    total: int
    late: int
    today: int
    applying: int = 0
    moving: int = 0
    birthdays: list[Person] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    unseen: list[Person] = field(default_factory=list)

    @property
    def visits(self) -> int:
        """How many of what has a row here are visits."""
        return sum(bool(item.visit_url) for item in self.items)

    @property
    def overdue(self) -> list[Item]:
        return [item for item in self.items if item.late]

    @property
    def due_today(self) -> list[Item]:
        return [item for item in self.items if not item.late and item.days == 0]

    @property
    def soon(self) -> list[Item]:
        return [item for item in self.items if item.days > 0]

    @property
    def later(self) -> int:
        return self.total - self.late - self.today

    @property
    def unlisted(self) -> int:
        """How many of what is due have no row here."""
        return self.total - len(self.items)

    @property
    def blocks(self) -> list[str]:
        """The day bar: done, overdue, due, later."""
        parts = (("ok", len(self.done)), ("bad", self.late), ("warn", self.today), ("", self.later))
        return [kind for kind, n in parts for _n in range(n)][:MOST_BLOCKS]
