"""The figures as tables for the README: what, measured, target, whether it holds."""

from tests.bench.cases import ASKED, CAST
from tests.bench.measure import Clock, Thing

Things = dict[str, Thing]
Row = tuple[str, float, float, str]


ENOUGH = 200_000  # members, of whom there are two hundred units to read


def ratios(things: Things, members: int) -> list[Row]:
    """(words, measured, target, unit) of one base. A target below zero is the least, not the most."""

    def ratio(one: str, other: str, clock: Clock = "cpu") -> float:
        return things[one].against(things[other], clock)

    def slowest(login: str) -> float:
        return max(ratio(f"search {login} {asked}", f"list {login}") for asked in ASKED)

    board = ("board of a street ÷ 200 ready rows", ratio("board street", "floor 200 rows"), 3.0, "×")
    return [
        ("member list ÷ floor", ratio("list worker", "floor list"), 5.0, "×"),
        ("member list, filtered ÷ floor", ratio("list filtered", "floor list"), 5.0, "×"),
        ("register, stored/s ÷ floor", ratio("floor register", "register", "wall"), -0.30, "×"),
        *([board] if members >= ENOUGH else []),
        *((f"slowest search of {login} ÷ list", slowest(login), 1.5, "×") for login in CAST),
        ("row 40,000 ÷ page 1", ratio("list far", "list near"), 1.3, "×"),
        ("figures, search row and trail ÷ bare insert", ratio("kept", "bare", "wall"), 2.0, "×"),
        ("recount of everything ÷ two GROUP BYs", ratio("recount", "grouped"), 1.5, "×"),
    ]


def off_the_shelf(things: Things, shelf: Things) -> list[Row]:
    """How many of our answers one of Django's admin takes."""
    return [
        ("member list, requests/s", shelf["admin list"].against(things["list worker"]), -20, "×"),
        ("register, stored/s", shelf["admin register"].against(things["register"], "wall"), -4, "×"),
    ]


GROWTH: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("list of a cell", ("list worker",), 1.15),
    ("list of a street", ("list supervisor",), 1.15),
    ("register", ("register",), 1.3),
    ("search in a cell", tuple(f"search worker {asked}" for asked in ASKED), 1.3),
    ("search in a street", tuple(f"search supervisor {asked}" for asked in ASKED), 1.3),
    ("board of a street", ("board street",), 1.1),
)


def growth(small: Things, large: Things, spread: Thing) -> list[Row]:
    """`spread`: the district's board over the smaller size's members in the larger one's district."""
    board = large["board district"]
    return [
        *((f"growth: {words}", max(large[name].against(small[name]) for name in names), most, "×")
          for words, names, most in GROWTH),
        ("growth: board of the district, the same lines", board.against(spread), 1.6, "×"),
        ("growth: board of the district, one line → thirty", board.against(small["board district"]), 1.6, "×"),
    ]  # fmt: skip


def bytes_of(sizes: dict[str, int]) -> list[Row]:
    most = {"first load": 40, "repeat page": 6, "fragment": 2, "own script": 8}
    return [(words, size / 1024, most[words], "KB") for words, size in sizes.items()]


def written(title: str, rows: list[Row]) -> str:
    """A markdown table."""
    lines = [f"\n| {title} | measured | target | |", "|---|---|---|---|"]
    for words, measured, target, unit in rows:
        holds = measured >= -target if target < 0 else measured <= target
        bound = f"≥ {-target:g}" if target < 0 else f"≤ {target:g}"
        lines.append(f"| {words} | {measured:.2f} {unit} | {bound} | {'✓' if holds else '✗'} |")
    return "\n".join(lines)
