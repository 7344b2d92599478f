"""会员 sheets: people with their membership, none of them twice."""

from flask_babel import gettext as _

from gridunion import clock
from gridunion.exchange.bulk import stamp
from gridunion.exchange.intake import Cells, Twin
from gridunion.exchange.register import Ready, known_numbers, ready_person, store_people
from gridunion.exchange.template import NationalTemplate


class MemberIntake(NationalTemplate):
    def prepare(self) -> None:
        super().prepare()
        self.now = clock.now()
        self.recorded = stamp(self.now)
        self.ready: dict[int, Ready] = {}

    def take(self, row: int, cells: Cells) -> None:
        self.ready[row] = ready_person(self.judge(cells), self.recorded)

    def settle(self) -> None:
        """Turn down whom the register or an earlier row already has."""
        known: dict[str, int] = dict.fromkeys(
            known_numbers(person.index for person in self.ready.values()), 0
        )
        for row, person in list(self.ready.items()):
            if person.index in known:
                self.refuse(row, Twin(self.title("id_number"), _twin_words(known[person.index])))
                del self.ready[row]
            else:
                known[person.index] = row

    def store(self) -> None:
        store_people(list(self.ready.values()), self.now)


def _twin_words(row: int) -> str:
    return str(_("和第 %(row)s 行是同一个证件号码", row=row) if row else _("这个证件号码已登记"))
