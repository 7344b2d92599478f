"""When more comes than usual: it is held back until the leader has looked."""

from gridunion import settings
from gridunion.joining.models import Application, by_number, taken_today
from gridunion.strangers import crowded
from gridunion.strangers import look_up as find_once
from gridunion.tree import Unit


def more_than_usual(unit: Unit) -> bool:
    """Whether the leader is asked first. After `minutes_to_wait`; inside write()."""
    return crowded("join", unit.path) or taken_today(unit) >= settings.value("join.cell.daily", unit.path)


def look_up(number: str, code: str) -> tuple[Application | None, int]:
    """(the application, minutes to wait) for a receipt number and a code. Inside write()."""
    return find_once("join state", number, lambda: by_number(number, code))
