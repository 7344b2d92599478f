"""Going in the demo: somebody on leave with a colleague in their place, and a hand-over both signed long ago."""

from datetime import timedelta

from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.db import db
from gridunion.demo.teller import Teller, days_ago, then
from gridunion.leaving.models import HandOver
from gridunion.rights import Viewer

ABSENT, INSTEAD = "610702003008002", "610702003008001"  # whose workers these are


class Goings(Teller):
    def tell(self) -> None:
        self._on_leave()
        self._handed_over()

    def _on_leave(self) -> None:
        """The worker of the second cell is away until the day after tomorrow."""
        absent, instead = (self._seat(code) for code in (ABSENT, INSTEAD))
        if absent and instead:
            absent.stand_in(instead.account, clock.today(), clock.today() + timedelta(days=3))

    def _seat(self, code: str) -> Posting | None:
        here = Posting.unit_id == self.cells[code[-1]].id
        return db.session.scalars(select(Posting).where(here, Posting.role == "grid_worker").limit(1)).first()

    def _handed_over(self) -> None:
        """Who worked in the third cell before."""
        gone = Account(login="former", name="蔡明", must_change=False, active=False)
        to = db.session.get_one(Account, self.worker.account_id)
        cell, day = self.cells["3"], 60
        since = clock.today() - timedelta(days=400)
        Posting.give(gone, "grid_worker", cell, since, clock.today() - timedelta(days=day))
        db.session.add(gone)
        db.session.flush()
        leaver = Viewer(gone.id, str(gone.uid), gone.name, False, 0)
        with then(days_ago(day + 1, 15)):
            unit = cell.parent or cell
            made = HandOver.begin(gone, to, unit, [], leaver, in_place=False)
            made.items = [["past", "", f"{cell.name}：该走访 3"]]
            made.sign(self.worker)
            made.moved = [words for _kind, _uid, words in made.items]
