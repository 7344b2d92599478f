"""How it is measured: CPU of this process per call, rounds of all things in turn, and ratios round by round.

A noisy neighbor slows down a whole round, so the median of the rounds' ratios can be trusted and times cannot.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from tests.bench.pages import Request, ask

Call = Callable[[], object]
Prepare = Callable[[], Call]
Clock = Literal["cpu", "wall"]


@dataclass
class Thing:
    """Something to measure: `prepare` gives the next call, and is not measured itself."""

    name: str
    prepare: Prepare
    calls: int = 20
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def round(self) -> None:
        """Some calls, and what one of them cost; a call before them lets all start from warm caches."""
        ready = [self.prepare() for _call in range(self.calls)]
        self.prepare()()
        cpu, wall = time.process_time(), time.perf_counter()
        _do_all(ready)
        self.cpu.append((time.process_time() - cpu) / self.calls)
        self.wall.append((time.perf_counter() - wall) / self.calls)

    def against(self, other: "Thing", clock: Clock = "cpu") -> float:
        """How much more it costs than something else: of the rounds' ratios the middle one."""
        mine, theirs = getattr(self, clock), getattr(other, clock)
        return median(one / another for one, another in zip(mine, theirs, strict=True))

    def __str__(self) -> str:
        return f"{1000 * median(self.cpu):9.2f} {1000 * median(self.wall):9.2f}  {self.name}"


def _do_all(calls: list[Call]) -> None:
    if requests := [call for call in calls if isinstance(call, Request)]:
        ask(requests)
        return
    for call in calls:
        call()


def run(things: list[Thing], rounds: int) -> None:
    for _round in range(rounds):
        for thing in things:
            thing.round()


def same(call: Call) -> Prepare:
    """The same call every time."""
    return lambda: call
