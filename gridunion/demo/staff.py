"""The demo people, and the workers, leaders and supervisors of all other places."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from random import Random

from sqlalchemy import select

from gridunion.accounts.models import Account, Posting, hash_password, matches
from gridunion.db import db, write
from gridunion.demo.made_up import Numbers
from gridunion.demo.names import Names
from gridunion.demo.town import Place, Staff, Town
from gridunion.exchange.bulk import insert, new_uids, take_ids

SINCE = "2024-01-01"
EMPTY = 0.05  # of the cells have nobody
SEATS = {"cell": "grid_worker", "community_union": "leader", "street_federation": "supervisor"}
PREFIX = {"cell": "g", "community_union": "s", "street_federation": "j"}

CAST = {
    "worker": "周素琴", "neighbor": "罗春梅", "leader": "何建平", "leader2": "田桂珍", "supervisor": "杜丽华",
    "district": "马秀英",
    "admin": "任志强", "auditor": "郭小梅",
}  # fmt: skip
ABOVE = {"district": "district_officer", "admin": "administrator", "auditor": "auditor"}
SMALL_SEATS = {
    "610702003008003": "worker", "610702003008004": "neighbor", "610702003008": "leader",
    "610702003013": "leader2",
    "610702003000": "supervisor",
}  # fmt: skip


def the_password(home: Path) -> str:
    """The demo people's password: that of the environment, else one made up once and kept in the data folder."""
    if chosen := os.environ.get("GRIDUNION_DEMO_PASSWORD"):
        return chosen
    kept = home / "demo-password"
    if not kept.exists():
        home.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(9))
    return kept.read_text()


def demo_people() -> list[Account]:
    """The accounts of the demo people, if all of them are there: then the base is a demo."""
    found = list(db.session.scalars(select(Account).where(Account.login.in_(CAST))))
    return found if len(found) == len(CAST) else []


def take_password(people: list[Account], password: str) -> None:
    """Let the demo people have this password, when they have another one."""
    if not matches(people[0], password):
        hashed = hash_password(password)
        with write():
            for account in people:
                db.session.add(account)
                account.choose_password(hashed)


def hire(town: Town, rng: Random, numbers: Numbers, password: str) -> None:
    """Accounts and postings for the whole town. All have the one password, so that any can be tried."""
    people = list(_people(town, rng))
    hashed = hash_password(password)
    ids = take_ids(Account, len(people))
    for number, (_place, staff) in zip(ids, people, strict=True):
        staff.id = number
    insert(
        Account, ("id", "uid", "login", "name", "phone", "password_hash", "must_change", "active"),
        [(staff.id, uid, staff.login, staff.name, numbers.phone(), hashed, 0, 1)
         for uid, (_place, staff) in zip(new_uids(len(people)), people, strict=True)],
    )  # fmt: skip
    insert(
        Posting, ("uid", "account_id", "unit_id", "role", "from_on"),
        [(uid, staff.id, place.id, staff.role, SINCE) for uid,
        (place, staff) in zip(new_uids(len(people)), people, strict=True)],
    )  # fmt: skip


def _people(town: Town, rng: Random) -> Iterator[tuple[Place, Staff]]:
    names = Names(rng, 400)
    seats = _seats_of_the_cast(town)
    for place in town.places:
        if place.code in seats:
            login = seats[place.code]
            place.staff = Staff(0, login, CAST[login], SEATS[place.kind])
        elif place.kind in SEATS and not (
            place.kind == "cell" and rng.random() < EMPTY and not place.mood.settled
        ):
            place.staff = Staff(
                0, PREFIX[place.kind] + place.code, names.pick(rng.random() < 0.6).name, SEATS[place.kind]
            )
        if place.staff:
            yield place, place.staff
    for login, role in ABOVE.items():
        yield town.places[0], Staff(0, login, CAST[login], role)


def _seats_of_the_cast(town: Town) -> dict[str, str]:
    """Where the demo people sit: worker and neighbor in one community, whose leader is leader; leader2 in
    another."""
    codes = {place.code for place in town.places}
    if all(code in codes for code in SMALL_SEATS):
        return SMALL_SEATS
    first, *others = town.of("community_union")
    cells = [cell for cell in town.of("cell") if cell.parent is first]
    assert first.parent
    seats = {
        cells[0].code: "worker",
        cells[1].code: "neighbor",
        first.code: "leader",
        first.parent.code: "supervisor",
    }
    return seats | ({others[0].code: "leader2"} if others else {})
