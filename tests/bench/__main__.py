"""python -m tests.bench: see the package."""

import os
import re
import sys
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path

from tests.bench import weight
from tests.bench.admin import admin
from tests.bench.bases import Base, open_base
from tests.bench.cases import CAST, Cases
from tests.bench.exact import wrong_figures
from tests.bench.measure import run
from tests.bench.pages import Browser, browsing
from tests.bench.table import ENOUGH, Things, bytes_of, growth, off_the_shelf, ratios, written
from tests.bench.truth import wrong_answers

SIZES = (50_000, 1_000_000)
DISTRICT = 3_000  # cells of a district (speed.md); a smaller base is one street


def main() -> int:
    asked = _asked()
    with ExitStack() as stack:
        stack.enter_context(browsing())
        sizes = [
            (members, DISTRICT if members >= ENOUGH else None) for members in sorted(asked.members or SIZES)
        ]
        spread = [(SIZES[0], DISTRICT)] if len(sizes) > 1 else []
        bases = [
            _opened(stack, asked, *size) for size in (*sizes, *spread)
        ]  # all of them before anybody asks
        cases = [Cases(base) for base in bases]
        shelf = stack.enter_context(admin(bases[0])).things
        wrong = _measure(cases[: len(sizes)], cases[len(sizes) :], shelf, asked)
    return wrong | _check_figures(asked.operations)


def _asked() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--members", type=int, action="append", help="a size; may be given twice")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("GRIDUNION_BENCH", ".bench")))
    parser.add_argument("--operations", type=int, default=10_000, help="after which figures must be exact")
    parser.add_argument("--times", action="store_true", help="milliseconds of CPU and of the clock, too")
    return parser.parse_args()


def _opened(stack: ExitStack, asked: Namespace, members: int, cells: int | None) -> Base:
    base = open_base(asked.folder, members, cells)
    stack.callback(base.close)
    return base


def _measure(cases: list[Cases], spread: list[Cases], shelf: Things, asked: Namespace) -> int:
    """All sizes in the same rounds, so that growth is as fair as the ratios. 1 when a search is wrong.

    `spread` is the smaller size in the larger one's district, as many lines on its board; `shelf` is Django's admin
    on the smaller size."""
    alike = [case.things["board district"] for case in spread]
    often = [thing for things in zip(*(case.often for case in cases), strict=True) for thing in things]
    run([*often, *alike, *shelf.values()], asked.rounds)
    run([thing for things in zip(*(case.seldom for case in cases), strict=True) for thing in things], 3)
    for case in cases:
        print(written(f"at {case.base.members:,} members", ratios(case.things, case.base.members)))
        if asked.times:
            print(*case.things.values(), sep="\n")
    print(written("beside Django's admin", off_the_shelf(cases[0].things, shelf)))
    if len(cases) > 1:
        print(
            written(
                f"{cases[0].base.members:,} → {cases[-1].base.members:,}",
                growth(cases[0].things, cases[-1].things, *alike),
            )
        )
    print(written("bytes, brotli", bytes_of(_weighed(cases[0]))))
    return _check_searches(cases)


def _weighed(case: Cases) -> dict[str, int]:
    nobody, worker = Browser(case.base.site.wsgi_app, ""), case.browsers["worker"]
    after = re.search(r"after=([^\"&]+)", worker.get("/members/")().decode())
    pages = (
        (worker, "/members/"),
        (worker, "/today"),
        (case.browsers["leader"], "/inbox"),
        (case.browsers["supervisor"], "/status/"),
    )
    return {
        "first load": weight.first_load(nobody),
        "repeat page": max(weight.page(browser, address) for browser, address in pages),
        "fragment": weight.fragment(worker, f"/members/?after={after[1] if after else ''}", "rows"),
        "own script": weight.own_script(nobody),
    }


def _check_searches(cases: list[Cases]) -> int:
    wrong = [
        (case.base.members, login, asked)
        for case in cases for login in CAST
        for asked in wrong_answers(case.base, case.browsers[login], case.branch(login))
    ]  # fmt: skip
    print(f"\nSearches that answer something else than LIKE: {wrong or 'none'}")
    return int(bool(wrong))


def _check_figures(operations: int) -> int:
    wrong = wrong_figures(operations)
    print(f"Figures after {operations:,} random operations and a change of day: {wrong or 'exact'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
