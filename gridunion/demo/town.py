"""The town of the demo: its units, who works in them, and how well."""

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from gridunion.demo.pools import PLACES, STREETS

DISTRICT = "610702000000"
PER_CELL, CELLS, COMMUNITIES = 500, 9, 11  # members a cell, cells a community, communities a street


class Mood(NamedTuple):
    """How a community keeps its promises: every how manieth is late, by how many days, and since when it is
    silent."""

    late_every: int = 0
    late_days: tuple[int, int] = (1, 2)
    silent_days: int = 0
    settled: bool = False
    """Nothing is left open: what is, the stories tell."""


GOOD, SETTLED, SILENT = Mood(), Mood(settled=True), Mood(silent_days=17)
FAIR, POOR = Mood(7, (1, 2)), Mood(3, (3, 8))


@dataclass(slots=True)
class Staff:
    id: int
    login: str
    name: str
    role: str


@dataclass(slots=True)
class Place:
    """A unit of the demo; `above` are the numbers of its lineage, itself the last."""

    code: str
    name: str
    kind: str
    parent: "Place | None"
    id: int = 0
    mood: Mood = GOOD
    size: int = 0
    staff: Staff | None = None
    employers: list[tuple[int, str]] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"{self.parent.path if self.parent else ''}{self.code}/"

    @property
    def above(self) -> tuple[int, ...]:
        return (*(self.parent.above if self.parent else ()), self.id)


@dataclass
class Town:
    places: list[Place]
    """From the top down, each after the one above it."""
    visits: float = 3.0
    complaints: float = 0.3
    waiting: float = 0.015
    """The share of people somebody should visit now."""
    past: int = 400
    """Days the records go back."""

    def of(self, kind: str) -> list[Place]:
        return [place for place in self.places if place.kind == kind]


# 汉中路街道 as the statistical office lists it (2022), and a sibling, so that scope shows.
SMALL = {
    ("001", "北关街道"): {"001": ("北关", GOOD), "002": ("石马", FAIR)},
    ("003", "汉中路街道"): {
        "001": ("民主街", GOOD), "003": ("西关街", POOR), "005": ("西大街", GOOD), "008": ("明珠", SETTLED),
        "009": ("南大街", GOOD),
        "010": ("汉中路", GOOD), "011": ("汉江路", GOOD), "012": ("南关", GOOD), "013": ("太白", GOOD),
        "014": ("广坪", POOR),
        "015": ("上水渡", SILENT),
    },
}  # fmt: skip


def small_town(rng: Random) -> Town:
    """Some 600 members of real places, busy enough for every light."""
    district = Place(DISTRICT, "汉台区总工会", "district_federation", None)
    places = [district]
    for (number, name), communities in SMALL.items():
        street = Place(f"610702{number}000", f"{name}工会联合会", "street_federation", district)
        places.append(street)
        for code, (short, mood) in communities.items():
            cells = 4 if mood is SETTLED else rng.choice((3, 3, 4))
            places += _community(
                street, f"610702{number}{code}", short, mood, [rng.randrange(11, 17) for _ in range(cells)]
            )
    return Town(places, visits=4, complaints=0.9, waiting=0.08, past=90)


def large_town(rng: Random, members: int, cells: int | None = None) -> Town:
    """A district of any size: about 500 members a cell, 9 cells a community, 11 communities a street."""
    cells = cells or max(CELLS, round(members / PER_CELL))
    sizes = [members // cells + (number < members % cells) for number in range(cells)]
    district = Place(DISTRICT, "汉台区总工会", "district_federation", None)
    places, street = [district], district
    for count, start in enumerate(range(0, cells, CELLS)):
        place, number = count % COMMUNITIES, count // COMMUNITIES + 1
        if place == 0:
            name = STREETS[(number - 1) % len(STREETS)] + ("路" if number <= len(STREETS) else f"{number}路")
            street = Place(f"610702{number:03d}000", f"{name}街道工会联合会", "street_federation", district)
            places.append(street)
        short = PLACES[rng.randrange(len(PLACES))]
        mood = rng.choices((GOOD, FAIR, POOR, SILENT), (45, 30, 17, 8))[0]
        places += _community(
            street, f"610702{number:03d}{place + 1:03d}", short, mood, sizes[start : start + CELLS]
        )
    return Town(places)


def _community(street: Place, code: str, short: str, mood: Mood, sizes: list[int]) -> list[Place]:
    community = Place(code, f"{short}社区工会", "community_union", street, mood=mood)
    cells = [
        Place(f"{code}{number:03d}", f"{short}社区第{number}网格", "cell", community, mood=mood, size=size)
        for number, size in enumerate(sizes, 1)
    ]
    return [community, *cells]
