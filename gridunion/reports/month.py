"""A month as unions report it, and the figures a report gives."""

from datetime import date, timedelta

from gridunion import clock, settings
from gridunion.status.periods import Period, months_after

FIGURES = (
    "members", "before", "joined", "retained", "employers", "organized", "received", "ours_first", "disputes",
    "mediated", "due", "on_time", "visits_due", "visits_on_time", "echoes_due", "echoes_on_time", "hardship", "helped",
    "open", "overdue",
)  # fmt: skip


class Month(Period):
    """A month of the calendar in Shanghai, by its first day."""

    def __init__(self, first: date) -> None:
        super().__init__(first, months_after(first, 1), "month")

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.replace(day=1))

    @classmethod
    def named(cls, said: str) -> "Month | None":
        """From ``2026-10``; None for what is no month, or for one that has not begun."""
        try:
            month = cls(date.fromisoformat(f"{said}-01"))
        except ValueError:
            return None
        return month if clock.EARLIEST <= month.first <= clock.today() else None

    @property
    def next(self) -> "Month":
        return Month(self.until)

    @property
    def before(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    def sign_by(self, path: str) -> date:
        """The last day on which a union should sign it."""
        return self.until + timedelta(days=settings.value("report.sign.day", path) - 1)
