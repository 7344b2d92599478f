"""Whatever was merged: undone it is as it was before, and in between every figure is a recount of the records."""

from itertools import pairwise
from typing import Any

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from gridunion import clock
from gridunion.db import db, keyring, write
from gridunion.members import card, spans
from gridunion.members.merge_fields import FIELDS
from gridunion.members.merging import LIVE, Merge
from gridunion.members.models import Person
from gridunion.members.spans import Span, one_line
from gridunion.rekey import encrypted
from gridunion.status.models import refresh
from gridunion.tree import Unit
from tests import histories
from tests.conftest import as_viewer
from tests.test_members import number
from tests.test_recount import STEPS, check_everywhere, told, tried

# What a merge leaves behind on purpose, what is derived, and who was looking.
LEFT = {"trail", "trail_head", "person_merge", "suspect", "throttle", "sign_in", "receipt", "job", "period"}
MOVING = {"version", "fresh_until"}


def contents() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, what is encrypted read."""
    db.session.rollback()
    db.session.expire_all()
    sealed = {(cls.__table__.name, text.column) for cls, text in encrypted()}
    tables = [table for table in db.metadata.sorted_tables if table.name not in LEFT]
    return {
        table.name: [
            {name: _read(table.name, name, row, sealed) for name in row if name not in MOVING}
            for row in db.session.execute(select(table).order_by(*table.primary_key)).mappings()
        ]
        for table in tables
    }


def _read(table: str, name: str, row: Any, sealed: set[tuple[str, str]]) -> Any:
    if (table, name) not in sealed or row[name] is None:
        return row[name]
    return keyring().decrypt(row[name], f"{table}.{name}.{row['uid'].hex}")


MERGES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 30), st.sets(st.sampled_from(sorted(FIELDS)))),
    min_size=1, max_size=4,
)  # fmt: skip


@tried(6)
@given(steps=st.lists(STEPS, min_size=5, max_size=20), merges=MERGES, after=st.lists(STEPS, max_size=6))
def test_a_merge_that_was_undone_never_happened_and_the_board_is_right_all_along(
    lifted: Flask, steps: list[Any], merges: list[Any], after: list[Any]
) -> None:
    story = told(lifted, steps)
    with histories.on(story.day + 0.005):
        _fill_in()
        before = contents()
        made = [merge for chosen in merges if (merge := _merge(*chosen))]
        check_everywhere()
        _one_line_each()
        for merge in reversed(made):
            with write():
                merge.undo(as_viewer("supervisor"))
        after_all = contents()
        assert {name: rows for name, rows in after_all.items() if rows != before[name]} == {}
        check_everywhere()
        for chosen in merges:
            _merge(*chosen)
    for name, *said in after:
        story.happen(name, *said)
    with histories.on(story.day + 0.005):
        check_everywhere()


def _fill_in() -> None:
    """Numbers, notes and cards for some, so that what is encrypted and what nobody else may have moves as well; a
    row of figures for every unit."""
    with write():
        refresh(db.session.scalars(select(Unit.id)))
        for nth, person in enumerate(db.session.scalars(select(Person).order_by(Person.id))):
            if nth % 3 == 0:
                person.set_id_number("resident_id", number(nth + 1))
            if nth % 2 == 0 and person.status in card.CARRY:
                person.give_card()


def _merge(nth: int, apart: int, taken: set[str]) -> Merge | None:
    """Two of the people there are, if they are two."""
    people = db.session.scalars(select(Person).where(Person.status.in_(LIVE)).order_by(Person.id)).all()
    one, other = people[nth % len(people)], people[(nth + apart) % len(people)]
    if one is other:
        return None
    with write():
        return Merge.of(one, other, taken, as_viewer("supervisor"))


def _one_line_each() -> None:
    """Nobody has two memberships at once, and nobody who was merged has any."""
    for person in db.session.scalars(select(Person)):
        running = [span for span in person.memberships if span.until_on is None]
        assert len(running) <= 1
        if person.status == "merged":
            assert all(span.from_on == span.until_on for span in person.memberships)
            continue
        assert person.status == (running[0].status if running else "known")
        for earlier, later in pairwise(person.memberships):
            assert earlier.until_on is not None and earlier.until_on <= later.from_on


# ── two histories as one line, whatever they are ──

TODAY = clock.today()
DAYS = st.lists(st.integers(0, 12), min_size=1, max_size=5).map(sorted)
STATUS = st.sampled_from(["applied", "active", "retained", "resigned", "transferred_out"])


@st.composite
def chains(draw: Any, first: int) -> list[Span]:
    """A history of one person: each span begins where an earlier one ended, the last may go on."""
    days = draw(DAYS)
    ends: list[int | None] = [*days[1:], draw(st.sampled_from([None, days[-1], days[-1] + 3]))]
    made = zip(days, ends, strict=True)
    return [
        Span(first + n, draw(STATUS), _day(a), b if b is None else _day(b)) for n, (a, b) in enumerate(made)
    ]


def _day(nth: int) -> Any:
    return TODAY.fromordinal(TODAY.toordinal() + nth)


@given(one=chains(1), other=chains(100))
def test_of_two_histories_the_stronger_standing_holds_on_every_day(
    one: list[Span], other: list[Span]
) -> None:
    line, left = one_line(one + other)
    assert {span.id for span in line} | {span.id for span in left} == {span.id for span in one + other}
    for earlier, later in pairwise(line):
        assert earlier.until_on is not None and earlier.until_on <= later.from_on
    for nth in range(17):
        day = _day(nth)
        held = [spans.STRENGTH.get(span.status, 0) for span in one + other if span.holds(day)]
        now = [spans.STRENGTH.get(span.status, 0) for span in line if span.holds(day)]
        assert now == ([max(held)] if held else [])
