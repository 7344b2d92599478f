"""Numbers that look right and belong to nobody.

Identity numbers pass every check of GB 11643 but begin with 619999: there is no 99th prefecture in Shaanxi
(61),
so no office ever gave such a number out. Credit codes stand in the same place. Phones begin with 154, a range
no
operator uses. Whoever sees one of these knows the record for a demonstration.
"""

from datetime import date
from random import Random

from stdnum.cn import uscc

NOWHERE = "619999"
MOBILE = "154"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_TAIL = [
    sum(int(sign) * weight for sign, weight in zip(f"{n:03d}", _WEIGHTS[14:], strict=True))
    for n in range(1000)
]
YOUNGEST, OLDEST = 18, 59
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Numbers:
    """Gives numbers out, each once."""

    def __init__(self, rng: Random, today: date) -> None:
        self._rng = rng.random
        self._first = today.toordinal() - OLDEST * 365
        self._days = (OLDEST - YOUNGEST) * 365
        self._heads: dict[int, tuple[str, int]] = {}
        self._given: dict[tuple[int, bool], int] = {}
        self._phone = rng.randrange(10**8)
        self._firm = rng.randrange(10**8)

    def identity(self, female: bool, born: int | None = None) -> tuple[int, str]:
        """A birth day (ordinal) and an identity number for it."""
        born = born or self._first + int(self._rng() * self._days)
        if born not in self._heads:
            head = f"{NOWHERE}{date.fromordinal(born):%Y%m%d}"
            self._heads[born] = (
                head,
                sum(int(sign) * weight for sign, weight in zip(head, _WEIGHTS, strict=False)),
            )
        head, weighed = self._heads[born]
        turn = self._given.get((born, female), 0)
        if turn >= 500:  # a day has a thousand numbers, half of them for women
            return self.identity(female, born + 1)
        self._given[born, female] = turn + 1
        tail = turn * 2 + (not female)
        return born, f"{head}{tail:03d}{_CHECK[(weighed + _TAIL[tail]) % 11]}"

    def phone(self) -> str:
        """Steps through the range so that neighbors do not have neighboring numbers."""
        self._phone = (self._phone + 61_803_399) % 10**8
        return f"{MOBILE}{self._phone:08d}"

    def credit_code(self) -> str:
        self._firm = (self._firm + 61_803_399) % 10**8
        body = f"91{NOWHERE}M{_SIGNS[10 + self._firm % 21]}{self._firm % 10**7:07d}"[:17]
        return body + str(uscc.calc_check_digit(body))
