"""Who comes and who goes in the small demo: transfers from both sides, people who applied by themselves, two files that
may be one person, and an employer that is gone."""

from sqlalchemy import select

from gridunion.db import db
from gridunion.demo.teller import COMMUNITY, Teller, days_ago, then, today_at, viewer_of
from gridunion.employers.models import Employer
from gridunion.joining.models import Application
from gridunion.members.models import Person
from gridunion.members.transfer import Transfer
from gridunion.tree import Unit

BESIDE = "610702003005"  # 西大街


class Comings(Teller):
    def tell(self) -> None:
        self._transfers()
        self._applied_by_themselves()
        self._two_files()
        self._employer_gone()

    def _transfers(self) -> None:
        """One to answer, one the other side has to answer, and one the worker asked for."""
        theirs, here = viewer_of(f"s{BESIDE}"), self.cells["3"].parent
        beside, cell = (
            db.session.scalars(
                select(Unit).where(Unit.code.startswith(BESIDE), Unit.kind == kind).limit(1)
            ).one()
            for kind in ("community_union", "cell")
        )
        assert here
        comes, asked_for = (self._of(name, cell) for name in ("江海燕", "韩雪梅"))
        goes = self.member("苗青", "4", key_group="shop_assistant")
        with then(days_ago(2, 10, 20)):
            Transfer.release(comes, here, theirs, "1", "到西关街的超市上班了")
            Transfer.release(goes, beside, self.leader, "1", "新单位在西大街")
        with then(days_ago(1, 11, 40)):
            again = self._register("韩雪梅", "3", self.worker, key_group="domestic_worker")
            db.session.flush()
            Transfer.ask(asked_for.id, again, self.worker, "1", "原来在别处入的会，现在住西关街")

    def _of(self, name: str, cell: Unit) -> Person:
        """A member of the community beside."""
        with then(days_ago(60)):
            person = Person.register(
                cell, self.leader, "grid_visit", name=name, phone=self.numbers.phone(), work_status="1"
            )
            person.approve(self.leader)
        return person

    def _applied_by_themselves(self) -> None:
        """Two for the worker to call, and one who knew no cell: for the leader."""
        community = db.session.scalars(select(Unit).where(Unit.code == COMMUNITY)).one()
        for name, unit, group in (
            ("石大军", self.cells["3"], "food_rider"),
            ("贺敏", self.cells["3"], "courier"),
            ("闫小龙", community, "ride_hailing_driver"),
        ):
            with then(today_at(7, 50)):
                Application.receive(
                    unit, f"demo {name}", False, name=name, phone=self.numbers.phone(), key_group=group
                )

    def _two_files(self) -> None:
        """Registered twice: a digit of the phone was mistyped."""
        first = self.member("王建华", "3", key_group="truck_driver")
        phone = first.phone or ""
        with then(days_ago(20)):
            again = self._register("王建华", "4", self.neighbor, key_group="truck_driver")
            again.learn(phone=f"{phone[:-1]}{(int(phone[-1]) + 1) % 10}")
            again.approve(self.leader)

    def _employer_gone(self) -> None:
        """It closed, and one of its members is asked about."""
        with then(days_ago(90)):
            firm = Employer(
                unit=self.cells["3"].parent,
                name="西关顺达物流部",
                uscc=self.numbers.credit_code(),
                union_state="joint",
            )
            db.session.add(firm)
        self.member("曹永福", "3", employer_name=firm.name)
        with then(days_ago(3)):
            firm.learn(state="closed")
