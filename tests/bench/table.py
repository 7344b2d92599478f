"""The figures as a table for the README: what, measured, target, whether it holds."""

from collections.abc import Callable

from tests.bench.cases import ASKED, CAST
from tests.bench.measure import Cost

Costs = dict[str, Cost]
Row = tuple[str, float, float, str]


def ratios(costs: Costs, members: int) -> list[Row]:
    """(words, measured, target, unit) of one base."""
    cpu = {name: cost.cpu for name, cost in costs.items()}
    slowest = {
        login: max(cpu[f"search {login} {asked}"] for asked in ASKED) / cpu[f"list {login}"] for login in CAST
    }
    street = [("board of a street ÷ 200 ready rows", cpu["board street"] / cpu["floor 200 rows"], 3.0, "×")]
    return [
        ("member list ÷ floor", cpu["list worker"] / cpu["floor list"], 5.0, "×"),
        ("member list, filtered ÷ floor", cpu["list filtered"] / cpu["floor list"], 5.0, "×"),
        ("register: stored/s ÷ floor", costs["floor register"].wall / costs["register"].wall, -0.30, "×"),
        *(street if members >= 1_000_000 else []),
        *((f"slowest search of a {login} ÷ list", ratio, 1.5, "×") for login, ratio in slowest.items()),
        ("row 40,000 ÷ page 1", cpu["list far"] / cpu["list near"], 1.3, "×"),
        ("figures, search row, trail ÷ bare insert", costs["kept"].wall / costs["bare"].wall, 2.0, "×"),
        ("recount of everything ÷ two GROUP BYs", cpu["recount"] / cpu["grouped"], 1.5, "×"),
    ]


GROWTH: tuple[tuple[str, Callable[[Costs], float], float], ...] = (
    ("list of a cell", lambda costs: costs["list worker"].cpu, 1.15),
    ("list of a street", lambda costs: costs["list supervisor"].cpu, 1.15),
    ("register", lambda costs: costs["register"].wall, 1.3),
    ("search in a cell", lambda costs: _searches(costs, "worker"), 1.3),
    ("search in a street", lambda costs: _searches(costs, "supervisor"), 1.3),
    ("board of a street", lambda costs: costs["board street"].cpu, 1.1),
    ("board of the district", lambda costs: costs["board district"].cpu, 1.6),
)


def _searches(costs: Costs, login: str) -> float:
    return sum(costs[f"search {login} {asked}"].cpu for asked in ASKED)


def growth(small: Costs, large: Costs) -> list[Row]:
    return [(f"growth: {words}", cost(large) / cost(small), most, "×") for words, cost, most in GROWTH]


def bytes_of(sizes: dict[str, int]) -> list[Row]:
    most = {"first load": 40, "repeat page": 6, "fragment": 2, "own script": 8}
    return [(words, size / 1024, most[words], "KB") for words, size in sizes.items()]


def written(title: str, rows: list[Row]) -> str:
    """A markdown table. A target below zero is the least, not the most."""
    lines = [f"\n| {title} | measured | target | |", "|---|---|---|---|"]
    for words, measured, target, unit in rows:
        holds = measured >= -target if target < 0 else measured <= target
        bound = f"≥ {-target:g}" if target < 0 else f"≤ {target:g}"
        lines.append(f"| {words} | {measured:.2f} {unit} | {bound} | {'✓' if holds else '✗'} |")
    return "\n".join(lines)


def times(costs: Costs) -> str:
    """Milliseconds, for whoever wants to know where they go."""
    return "\n".join(
        f"{1000 * cost.cpu:9.2f} {1000 * cost.wall:9.2f}  {name}" for name, cost in costs.items()
    )
