"""Who sees what: decided once, closed by default."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import joinedload

from gridunion.db import NotWriting, db, write
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.tree import BadMove, OutsideBranch, Refused, Unit, everywhere, look_with
from tests.conftest import as_viewer, member, unit


def _see_as(login: str, right: str = "see members") -> None:
    look_with(as_viewer(login).eyes(right))


def test_a_query_that_has_nobodys_eyes_is_refused(lifted: Flask) -> None:
    look_with(None)
    for statement in (select(Person), select(func.count()).select_from(Person), text("SELECT * FROM person")):
        with pytest.raises(Refused):
            db.session.execute(statement)


def test_raw_sql_is_refused_even_with_eyes(lifted: Flask) -> None:
    _see_as("worker")
    with pytest.raises(Refused):
        db.session.execute(text("SELECT name FROM person"))
    with pytest.raises(Refused):
        db.session.execute(select(Person.__table__.c.name))


def test_a_worker_finds_her_own_cell_and_nothing_that_only_begins_alike(lifted: Flask) -> None:
    member("王秀兰", "211")
    for number, cell in enumerate(("2110", "212", "221")):
        member(f"邻居{number}", cell, phone=f"1360916210{number}")
    _see_as("worker")
    assert [person.name for person in db.session.scalars(select(Person))] == ["王秀兰"]
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
    _see_as("leader")
    assert db.session.scalar(select(func.count()).select_from(Person)) == 2
    _see_as("supervisor")
    assert db.session.scalar(select(func.count()).select_from(Person)) == 3


def test_joins_and_subqueries_and_lazy_loads_are_limited_too(lifted: Flask) -> None:
    stranger = member("外人", "221")
    number = stranger.id
    db.session.expunge_all()
    _see_as("worker")
    assert db.session.get(Person, number) is None
    assert db.session.scalars(select(Membership).join(Person)).all() == []
    assert db.session.scalars(select(Unit.id).where(Unit.id.in_(select(Person.unit_id)))).all() == []


def test_what_is_loaded_along_is_limited_too(lifted: Flask) -> None:
    member("王秀兰", "211")
    _see_as("worker")
    people = db.session.scalars(select(Person).options(joinedload(Person.unit))).all()
    assert [person.unit.code for person in people] == ["211"]


def test_bulk_updates_reach_only_the_branch(lifted: Flask) -> None:
    member("王秀兰", "211")
    member("外人", "221", phone="13609162100")
    _see_as("worker", "edit members")
    with write():
        db.session.execute(
            update(Person).values(address="改了"), execution_options={"synchronize_session": False}
        )
    with everywhere():
        assert dict(db.session.execute(select(Person.name, Person.address)).all()) == {
            "王秀兰": "改了",
            "外人": None,
        }


def test_a_write_into_another_branch_is_refused(lifted: Flask) -> None:
    foreign = unit("221")
    viewer = as_viewer("worker")
    with pytest.raises(OutsideBranch), write():
        look_with(viewer.eyes("register members"))
        Person.register(foreign, viewer, "grid_visit", name="外人", phone="13609162100")
    with everywhere():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_nothing_changes_outside_a_write(lifted: Flask) -> None:
    person = member()
    person.name = "改名"
    with pytest.raises(NotWriting):
        db.session.flush()


def test_moving_a_community_rewrites_no_record_and_moves_its_people(lifted: Flask) -> None:
    person = member("王秀兰", "211")
    before = (person.unit_id, person.version)
    with write():
        unit("21").move(unit("20"))
    db.session.expire_all()
    assert (person.unit_id, person.version) == before
    assert unit("211").path == "1/20/21/211/"
    _see_as("supervisor")
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_a_unit_cannot_hang_where_it_makes_no_sense(lifted: Flask) -> None:
    for moved, parent in (("2", "21"), ("211", "2"), ("21", "211"), ("2", "2")):
        with pytest.raises(BadMove):
            unit(moved).move(unit(parent))


def test_an_unknown_address_and_a_strangers_address_answer_alike(lifted: Flask, worker: "object") -> None:
    stranger = member("外人", "221")
    answers = [worker.get(f"/members/{uid}", status=404) for uid in (stranger.uid, uuid4())]  # type: ignore[attr-defined]
    numbers = [page.html for page in answers]
    assert len(numbers[0]) == len(numbers[1])


def test_each_step_on_the_way_from_a_record_is_limited_once(lifted: Flask) -> None:
    """And not once more for each step that led there."""
    member()
    db.session.commit()
    db.session.expunge_all()
    _see_as("worker")
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, sql: str, *_more: Any) -> None:
        asked.append(sql)

    event.listen(db.engine, "before_cursor_execute", hear)
    person = db.session.scalars(select(Person)).one()
    assert person.unit.code == "211" and person.unit.parent is None  # the community is not the worker's
    event.remove(db.engine, "before_cursor_execute", hear)
    assert [sql.count("unit.path >= ") for sql in asked if "FROM unit" in sql] == [1, 1, 1]
