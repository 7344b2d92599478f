"""Fills an empty base: cells in batches, a transaction each, the secondary indexes laid aside meanwhile."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import func, select, text

from gridunion import audit, clock
from gridunion.complaints.records import Sequence
from gridunion.db import db, is_sqlite, write
from gridunion.demo import complaints, people, visits
from gridunion.demo.days import EPOCH, Days
from gridunion.demo.employers import open_employers
from gridunion.demo.indexes import in_a_hurry, without_indexes
from gridunion.demo.made_up import Numbers
from gridunion.demo.staff import hire
from gridunion.demo.town import Place, Town
from gridunion.exchange.bulk import TRUSTED, day, insert, insert_search, new_uids, take_ids
from gridunion.status.models import refresh
from gridunion.tree import Unit, everywhere

BATCH = 20_000  # people in one transaction
STANDINGS = 200  # units refreshed in one transaction
TABLES = people.TABLES | visits.TABLES | complaints.TABLES

Say = Callable[[str], None]


class NotEmpty(RuntimeError):
    """There are units already: a demo never mixes with what is there."""


def fill(town: Town, seed: int, password: str, say: Say = lambda _words: None) -> Numbers:
    """Units, staff, employers, people and all that happened to them; gives back where numbers go on. Raises
    NotEmpty."""
    begun = time.monotonic()

    def told(words: str) -> None:
        say(f"{time.monotonic() - begun:6.1f} s  {words}")

    with everywhere(), in_a_hurry():
        return _fill(town, Random(seed), password, told)  # noqa: S311 - a demo is to be repeatable


def _fill(town: Town, rng: Random, password: str, told: Say) -> Numbers:
    with write():
        if db.session.scalar(select(func.count(Unit.id))):
            raise NotEmpty
        _build(town)
        days = Days(rng)
        numbers = Numbers(rng, date.fromordinal(days.today + EPOCH))
        hire(town, rng, numbers, password)
        open_employers(town, rng, numbers)
    with without_indexes({"person_search", *(model.__tablename__ for model, _ in TABLES.values())}):
        counts = _people_it(town, days, rng, numbers, told)
    told("indexes stand again")
    _finish(town, counts)
    told("figures of all units stand")
    return numbers


def _build(town: Town) -> None:
    """The units, numbered so that a prefix mistake shows."""
    for number, place in zip(take_ids(Unit, len(town.places)), town.places, strict=True):
        place.id = number
    names = ("id", "uid", "code", "name", "kind", "parent_id", "path", "opened_on")
    rows = [
        (
            place.id,
            uid,
            place.code,
            place.name,
            place.kind,
            place.parent and place.parent.id,
            place.path,
            "2020-01-01",
        )
        for place, uid in zip(town.places, new_uids(len(town.places)), strict=True)
    ]
    insert(Unit, names, rows)


def _people_it(town: Town, days: Days, rng: Random, numbers: Numbers, told: Say) -> dict[str, int]:
    everybody = people.People(rng, days, numbers, town.past)
    walks = visits.Visits(rng, days, town.visits, town.waiting)
    cases = complaints.Complaints(rng, days, town.complaints, town.past)
    counts: dict[str, int] = dict.fromkeys((*TABLES, "search"), 0)
    for cells in _batches(town.of("cell")):
        rows: dict[str, list[Any]] = {name: [] for name in counts}
        for cell in cells:
            known = everybody.of(cell)
            for person in known:
                everybody.rows(cell, person, *walks.of(cell, person, rows), rows)
            cases.of(cell, known, rows)
        _store(rows)
        counts = {name: count + len(rows[name]) for name, count in counts.items()}
        told(f"{counts['person']} people, {counts['visit']} visits, {counts['complaint']} complaints")
    return counts | {"numbered": cases.last_number}


def _batches(cells: list[Place]) -> Iterator[list[Place]]:
    """Cells whose people together make a transaction."""
    waiting = iter(cells)
    while batch := list(islice(waiting, max(1, BATCH // max(cells[0].size, 1)))):
        yield batch


def _store(rows: dict[str, list[Any]]) -> None:
    with write():
        for name, (model, columns) in TABLES.items():
            insert(model, columns, rows[name])
        insert_search(rows["search"])


def _finish(town: Town, counts: dict[str, int]) -> None:
    """Numbers go on where the demo ended; every unit gets its figures; a line in the trail says what
    happened."""
    ids = [place.id for place in town.places if place.kind in ("cell", "community_union")]
    with write():
        db.session.add(Sequence(name="complaint", value=counts["numbered"]))
        if not is_sqlite(db.engine):
            _set_sequences()
        audit.note("demo", what="demo", day=day(clock.today()), rows={name: counts[name] for name in TABLES})
    with write():
        db.session.execute(text("ANALYZE"), execution_options=TRUSTED)
    for start in range(0, len(ids), STANDINGS):
        with write():
            refresh(ids[start : start + STANDINGS])


def _set_sequences() -> None:
    for model, _columns in TABLES.values():
        name = model.__tablename__
        pull = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"  # noqa: S608
        db.session.execute(text(pull), execution_options=TRUSTED)
