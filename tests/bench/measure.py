"""How it is measured: CPU of this process per call, rounds of all things in turn, the median of the rounds.

A noisy neighbor then disturbs all of them alike, so ratios of one run can be trusted and times cannot.
"""

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

Call = Callable[[], object]


@dataclass
class Thing:
    """Something to measure: `prepare` gives the next call, and is not measured itself."""

    name: str
    prepare: Callable[[], Call]
    calls: int = 20
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def round(self) -> None:
        """Some calls, and what one of them cost."""
        ready = [self.prepare() for _call in range(self.calls)]
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        for call in ready:
            call()
        self.cpu.append((time.process_time() - cpu) / self.calls)
        self.wall.append((time.perf_counter() - wall) / self.calls)


@dataclass(frozen=True)
class Cost:
    """Seconds a call: of this process, and by the clock on the wall."""

    cpu: float
    wall: float


def measured(things: list[Thing], rounds: int) -> dict[str, Cost]:
    """Each thing's cost, by name."""
    for thing in things:
        thing.prepare()()  # caches and plans are warm in a site that runs
    for _round in range(rounds):
        for thing in things:
            thing.round()
    return {thing.name: Cost(median(thing.cpu), median(thing.wall)) for thing in things}


def same(call: Call) -> Callable[[], Call]:
    """The same call every time."""
    return lambda: call


def each(calls: Iterator[Call]) -> Callable[[], Call]:
    """Another call every time."""
    return lambda: next(calls)
