"""Whether the figures of every board are still a recount of the records after a long and lively history."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import func, select

from gridunion import clock, commands, create_app
from gridunion.db import db, write
from gridunion.tree import everywhere
from tests import conftest, histories
from tests.test_recount import Story, check_everywhere

CELLS = ("211", "2110", "212", "221")
PLACES = (*CELLS, "21", "210")
MOVES = (("21", "20"), ("21", "2"), ("211", "210"), ("211", "21"))
WAITS = (0.1, 0.2, 0.4, 1)  # days: ten thousand steps take half a year


class Life(Story):
    """A story that goes on and on: whom something happens to is drawn from everybody there is."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = Random(seed)

    def nth(self, model: Any, number: int) -> Any:
        newest = db.session.scalar(select(func.max(model.id))) or 0
        drawn = select(model).where(model.id >= self.chance.randint(1, max(newest, 1)))
        return db.session.scalars(drawn.order_by(model.id).limit(1)).first()

    def go_on(self) -> None:
        draw = self.chance.choice
        name, *said = draw((
            ("join", draw(CELLS)), ("join", draw(CELLS)), ("hard", 0), ("see", 0, draw(("met", "phone", "not_home"))),
            ("plan", 0, draw(("hospital", "new_member", "hardship")), draw(range(10))), ("unsee", 0),
            ("ask", draw(PLACES), draw(("welfare", "wages", "harassment")), draw(("hotline", "visit")),
             draw((None, "汉宁轩饭店"))),
            ("give", 0), ("give", 0), ("finish", 0, draw((True, False))), ("finish", 0, draw((True, False))),
            ("refuse", 0), ("call", 0, draw(("satisfied", "not_satisfied", "unreachable"))),
            ("firm", draw(("21", "210")), draw(("unorganized", "organized"))), ("move", draw(MOVES)),
            ("resettle", 0, draw(CELLS)), ("wait", draw(WAITS)),
        ))  # fmt: skip
        self.happen(name, *said)


def wrong_figures(operations: int, seed: int = 1) -> str:
    """What differs after so many random operations, and again a day later; empty when nothing does."""
    with tempfile.TemporaryDirectory() as folder, clock.at(conftest.NOON):
        ring = Path(folder) / "keys.json"
        conftest.KEYS.save(ring)
        site = create_app(conftest._config(Path(folder), ring))
        with site.app_context(), everywhere():
            commands.set_up()
            with write():
                conftest._people_the_tree()
            return _lived(Life(seed), operations)


def _lived(life: Life, operations: int) -> str:
    for _step in range(operations):
        life.go_on()
        db.session.remove()
    try:
        for later in (0.005, 1):
            with histories.on(life.day + later):
                check_everywhere()
    except AssertionError as problem:
        return str(problem)
    finally:
        db.session.remove()
        db.engine.dispose()
    return ""
