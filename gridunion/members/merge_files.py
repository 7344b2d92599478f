"""What two files become when they are one: what is chosen, the stronger standing, one card, one consent."""

from typing import Any

from gridunion.db import db
from gridunion.employers.models import named
from gridunion.members.ledger import Ledger
from gridunion.members.merge_fields import FIELDS
from gridunion.members.models import Person
from gridunion.members.spans import STRENGTH
from gridunion.tree import Unit


def strength(status: str) -> int:
    """Of two standings the stronger is the one of the file that stays."""
    return STRENGTH.get(status, 0)


def write_files(winner: Person, loser: Person, taken: set[str], ledger: Ledger) -> None:
    columns = [column for name in taken & FIELDS.keys() for column in FIELDS[name].columns]
    values = {column: getattr(loser, column) for column in columns} | _taken_back(winner, loser)
    values["status"] = max(winner.status, loser.status, key=strength)
    values["seen_at"] = max(winner.seen_at, loser.seen_at)
    ledger.write("loser", loser, status="merged", merged_into_id=winner.id, visit_due_at=None, **NO_CARD)
    make_room(ledger)
    ledger.write("winner", winner, **values)
    if values.keys() & {"employer_name", "unit_id"}:
        ledger.write("winner", winner, employer_id=_employer_of(winner))
    db.session.flush()


NO_CARD = dict.fromkeys(("card_no", "card_token", "card_on"))
"""What was printed for the other file holds no longer; the number may go on."""


def make_room(ledger: Ledger) -> None:
    """No two have one card, not even between two statements."""
    if any(NO_CARD.keys() & side for side in ledger.files.values()):
        db.session.flush()


def _taken_back(winner: Person, loser: Person) -> dict[str, Any]:
    """Whoever took their consent back, in whichever file, has taken it back, unless they agreed again since."""
    taken_back = max((it.withdrawn_at for it in (winner, loser) if it.withdrawn_at), default=None)
    given = (
        consent.given_at for it in (winner, loser) for consent in it.consents if not consent.withdrawn_at
    )
    if taken_back is None:
        return {}
    holds = max(given, default=taken_back) <= taken_back
    return {"withdrawn_at": taken_back, "share_birthday": False} if holds else {"withdrawn_at": None}


def _employer_of(person: Person) -> int | None:
    """The employer in the ledger of the community where the file stands."""
    found = person.employer_name and named(person.employer_name, db.session.get_one(Unit, person.unit_id))
    return found.id if found else None
