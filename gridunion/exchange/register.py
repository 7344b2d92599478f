"""People of a sheet made ready for the register before the transaction, and stored in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import select

from gridunion.db import db, keyring
from gridunion.employers.models import name_index
from gridunion.exchange.bulk import TRUSTED, day, insert, insert_search, new_uids, stamp, take_ids
from gridunion.exchange.places import Place
from gridunion.members.consent import CONSENT_VERSION, Consent
from gridunion.members.gone import ask_about_newcomers
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.real_name import id_index
from gridunion.members.tokens import tokens
from gridunion.names import name_reading
from gridunion.status.models import refresh

# 会籍变化类型 → where the membership stands after it.
STANDS = {
    "1": "active",
    "2": "active",
    "3": "retained",
    "4": "transferred_out",
    "5": "expelled",
    "6": "resigned",
}
ASKED = 500  # numbers looked up at once

PERSON = (
    "uid", "unit_id", "name", "reading", "initials", "phone", "sex", "birth_on", "id_kind",
    "id_number_sealed", "id_index",
    "ethnicity", "education", "skill_level", "political_status", "household_type", "household_place",
    "native_place",
    "work_status", "migrant", "key_group", "new_form", "employer_id", "employer_name", "employer_index", "status",
    "seen_at",
    "recorded_at",
)  # fmt: skip
_STATUS = PERSON.index("status")
_STAGED = (*PERSON[:_STATUS], "staged", *PERSON[_STATUS + 1 :])
_PLAIN = (
    "ethnicity", "education", "skill_level", "political_status", "household_type", "household_place",
    "native_place",
    "work_status", "migrant", "key_group", "new_form", "employer_id", "employer_name",
)  # fmt: skip
MEMBERSHIP = ("id", "uid", "person_id", "unit_id", "status", "change_type", "change_reason", "from_on")
MEMBERSHIP_STAGED = ("id", "uid", "person_id", "unit_id", "staged", "change_type", "change_reason", "from_on")
CONSENT = ("id", "uid", "person_id", "unit_id", "wording", "channel", "given_at")


@dataclass(frozen=True, slots=True)
class Ready:
    """A person as the driver takes it, and what the rows beside it need."""

    row: tuple[Any, ...]
    index: str
    place: Place
    found_by: str
    span: tuple[str, str, str | None, str]


def ready_person(made: dict[str, Any], recorded: str) -> Ready:
    """Encrypt, index and read a person's name, all that needs no transaction."""
    uid, place = new_uids(1)[0], made["place"]
    reading, initials = name_reading(made["name"])
    status = STANDS[made["change_type"]]
    index = id_index(made["id_kind"], made["id_number"])
    sealed = keyring().encrypt(made["id_number"], f"person.id_number_sealed.{uid}")
    row = (
        uid, place.id, made["name"], reading, initials, made["phone"], made["sex"], day(made["birth_on"]),
        made["id_kind"],
        sealed, index, *[made[name] for name in _PLAIN], name_index(made["employer_name"]), status, recorded, recorded,
    )  # fmt: skip
    found_by = " ".join(tokens(made["name"], initials, made["phone"], None, (), made["id_number"]))
    span = (status, made["change_type"], made["change_reason"], made["joined_on"].isoformat())
    return Ready(row, index, place, found_by, span)


@lru_cache(50_000)
def _of_employer(name: str | None) -> str:
    """The tokens colleagues have in common."""
    return " ".join(tokens("", "", None, name, ()))


@lru_cache(50_000)
def _of_place(above: tuple[int, ...]) -> str:
    return " ".join(tokens("", "", None, None, above))


def known_numbers(indexes: Iterable[str]) -> set[str]:
    """Those of some digests of identity numbers that the register has."""
    known: set[str] = set()
    waiting, column = iter(indexes), Person.__table__.c.id_index
    while some := list(islice(waiting, ASKED)):
        known.update(
            db.session.execute(
                select(column).where(column.in_(some), Person.visible()), execution_options=TRUSTED
            ).scalars()
        )
    return known


def store_people(people: Sequence[Ready], now: datetime) -> None:
    """The people with their membership, consent and search rows; figures of their cells; what is asked of those
    whose employer is gone already. Inside write()."""
    ids = insert_people(people, now)
    if ids:
        ask_about_newcomers(ids[0], ids[-1])
    refresh({ready.place.id for ready in people})


def insert_people(people: Sequence[Ready], now: datetime, hidden: bool = False) -> Sequence[int]:
    """The rows of some people, and their numbers; those hidden are seen when they are published. Inside write()."""
    count, given = len(people), stamp(now)
    ids = take_ids(Person, count)
    rows = ((number, *person.row) for number, person in zip(ids, people, strict=True))
    insert(Person, ("id", *(_STAGED if hidden else PERSON)), rows)
    spans = zip(take_ids(Membership, count), new_uids(count), ids, people, strict=True)
    insert(
        Membership,
        MEMBERSHIP_STAGED if hidden else MEMBERSHIP,
        ((own, uid, number, ready.place.id, *ready.span) for own, uid, number, ready in spans),
    )
    consents = zip(take_ids(Consent, count), new_uids(count), ids, people, strict=True)
    insert(
        Consent, CONSENT,
        ((own, uid, number, ready.place.id, CONSENT_VERSION, "import", given) for own, uid, number,
        ready in consents),
    )  # fmt: skip
    employer = PERSON.index("employer_name")
    insert_search(
        (number, f"{ready.found_by} {_of_employer(ready.row[employer])} {_of_place(ready.place.above)}")
        for number, ready in zip(ids, people, strict=True)
    )
    return ids
