"""How it is measured: CPU of this process per call, rounds of all things in turn, the median of the rounds.

A noisy neighbor then disturbs all of them alike, so ratios of one run can be trusted and times cannot.
"""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

Call = Callable[[], object]
Prepare = Callable[[], Call]


@dataclass(frozen=True)
class Cost:
    """Seconds a call: of this process, and by the clock on the wall."""

    cpu: float
    wall: float


@dataclass
class Thing:
    """Something to measure: `prepare` gives the next call, and is not measured itself."""

    name: str
    prepare: Prepare
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

    @property
    def cost(self) -> Cost:
        return Cost(median(self.cpu), median(self.wall))


def run(things: list[Thing], rounds: int) -> None:
    """Some rounds of all things in turn, after each was done once: caches are warm in a site that runs."""
    for thing in things:
        thing.prepare()()
    for _round in range(rounds):
        for thing in things:
            thing.round()


def same(call: Call) -> Prepare:
    """The same call every time."""
    return lambda: call
