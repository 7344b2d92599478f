"""会员服务卡: its number, how long it holds, and the secret its code leads to."""

import secrets
from datetime import date, timedelta

from sqlalchemy import bindparam, column, select, table
from stdnum import luhn

from gridunion import clock, settings
from gridunion.db import trusted

SHAPE = r"[A-Za-z0-9_-]{16}"  # of a secret
CARRY = ("active", "retained")
"""The standings in which somebody has a card."""


_NUMBER = table("person", column("card_no")).c.card_no
_BORNE = select(_NUMBER).where(_NUMBER.in_(bindparam("numbers", expanding=True)))


def free_numbers(many: int) -> list[str]:
    """Numbers no card bears."""
    numbers = {new_number() for _n in range(many)}
    free = numbers - set(trusted(_BORNE, {"numbers": list(numbers)}).scalars())
    return list(free) if len(free) == many else free_numbers(many)


def new_number() -> str:
    """Twelve digits that count nothing up; the last one tells a slip of the pen."""
    digits = f"{secrets.randbelow(9 * 10**10) + 10**10}"
    return f"{digits}{luhn.calc_check_digit(digits)}"


def new_secret() -> str:
    return secrets.token_urlsafe(12)


def last_day(given: date) -> date:
    """The end of the month some years after a card was given."""
    year = given.year + int(settings.value("card.years"))
    return date(year + given.month // 12, given.month % 12 + 1, 1) - timedelta(days=1)


def given_since() -> date:
    """The first day on which a card was given that still holds."""
    today = clock.today()
    return date(today.year - int(settings.value("card.years")), today.month, 1)


def show_number(number: str) -> str:
    """In groups of four, as on the card."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
