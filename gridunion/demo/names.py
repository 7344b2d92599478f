"""A stock of names with their readings and search tokens, so that a million people need few of either."""

from functools import cache
from random import Random
from typing import NamedTuple

from gridunion.demo.pools import GIVEN, SURNAMES
from gridunion.members.tokens import tokens
from gridunion.names import name_reading

STOCK = 6000  # names of each sex
COMMON = 12  # how much commoner the first family names are


class Name(NamedTuple):
    name: str
    reading: str
    initials: str
    tokens: str


class Names:
    def __init__(self, rng: Random, stock: int = STOCK) -> None:
        self._rng = rng
        self._random = rng.random
        self._stock = stock
        self._made = {sex == "female": [self._make(sex) for _ in range(stock)] for sex in GIVEN}

    def _make(self, sex: str) -> Name:
        family = SURNAMES[min(int(self._random() ** 1.7 * len(SURNAMES)), len(SURNAMES) - 1)]
        count = 1 if self._random() < 0.2 else 2
        return known_as(family + "".join(self._rng.sample(GIVEN[sex], count)))

    def pick(self, female: bool) -> Name:
        return self._made[female][int(self._random() * self._stock)]


@cache
def known_as(name: str) -> Name:
    reading = name_reading(name)
    return Name(
        name, reading.full, reading.initials, " ".join(tokens(name, reading.initials, None, None, ()))
    )
