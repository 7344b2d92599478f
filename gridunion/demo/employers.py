"""Employers of the demo: about one for fifteen members, a quarter of them without a union."""

from datetime import timedelta
from random import Random

from gridunion import clock
from gridunion.demo.made_up import Numbers
from gridunion.demo.pools import FIRMS, SURNAMES, TRADES
from gridunion.demo.town import Town
from gridunion.employers.models import Employer
from gridunion.exchange.bulk import insert, new_uids, stamp, take_ids

EACH = 15
NAMES = (
    "id", "uid", "unit_id", "name", "uscc", "ownership", "headcount", "women", "union_state", "founded_on",
    "contact", "phone", "cell_id", "seen_at",
)  # fmt: skip
OWNERSHIP = ("private",) * 5 + ("shop",) * 2 + ("social", "state")
STATES = ("organized",) * 11 + ("joint",) * 4 + ("unorganized",) * 5


def open_employers(town: Town, rng: Random, numbers: Numbers) -> None:
    """Employers for each community by the size of its cells. Inside write()."""
    sizes: dict[int, int] = {}
    for cell in town.of("cell"):
        assert cell.parent
        sizes[cell.parent.id] = sizes.get(cell.parent.id, 0) + cell.size
    counts = {place.id: max(2, round(sizes.get(place.id, 0) / EACH)) for place in town.of("community_union")}
    total = sum(counts.values())
    fresh = zip(take_ids(Employer, total), new_uids(total), strict=True)
    rows = []
    for place in town.of("community_union"):
        cells = [cell.id for cell in town.of("cell") if cell.parent is place]
        for number, uid in (next(fresh) for _ in range(counts[place.id])):
            name = f"汉中{rng.choice(FIRMS)}{rng.choice(FIRMS)}{rng.choice(TRADES)}"
            place.employers.append((number, name))
            rows.append((number, uid, place.id, name, *_about(rng, numbers), *_where(number, cells)))
    insert(Employer, NAMES, rows)


def _where(number: int, cells: list[int]) -> tuple[object, ...]:
    """In which cell it lies, but for every tenth, and when somebody was last there: some a quarter of a year ago."""
    cell = cells[number % len(cells)] if cells and number % 10 else None
    return cell, stamp(clock.now() - timedelta(days=number * 37 % 100))


def _about(rng: Random, numbers: Numbers) -> tuple[object, ...]:
    heads, state = rng.randrange(3, 90), rng.choice(STATES)
    founded = None if state == "unorganized" else _a_day(rng)
    contact = rng.choice(SURNAMES) + rng.choice(("女士", "先生", "经理"))
    return (
        numbers.credit_code(), rng.choice(OWNERSHIP), heads, round(heads * rng.random() * 0.7), state,
        founded, contact,
        numbers.phone(),
    )  # fmt: skip


def _a_day(rng: Random) -> str:
    """When a union was founded: every fourth this year."""
    today = clock.today()
    if rng.random() < 0.25:
        return str(today.replace(month=1, day=1) + timedelta(days=rng.randrange(today.timetuple().tm_yday)))
    return f"{rng.randrange(2010, today.year)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
