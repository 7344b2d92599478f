"""Background work: asked for with what was saved, done once, taken up again when a worker dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, select

from gridunion import clock, jobs
from gridunion.db import Base, db, write
from gridunion.jobs import STALE, TRIES, Job, Period, enqueue, tick, work_one
from gridunion.members.models import Person
from gridunion.receipts import Receipt
from gridunion.tree import eyes
from tests.conftest import NOON, Someone, as_viewer, member, unit

ROOT = Path(__file__).resolve().parents[1]
done: list[Any] = []


@pytest.fixture(autouse=True)
def _work_of_the_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A piece of work that notes what it did, and one that fails; periodic work is the site's own."""

    def note(what: str) -> None:
        done.append(what)

    def fail() -> None:
        done.append("tried")
        raise ZeroDivisionError("13991670829")

    monkeypatch.setitem(jobs._work, "note", note)
    monkeypatch.setitem(jobs._work, "fail", fail)
    done.clear()
    yield


def waiting() -> list[Job]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Job).where(Job.done_at.is_(None)).order_by(Job.id)))


def ask(name: str = "note", **arguments: Any) -> None:
    with write():
        enqueue(name, **arguments)


def test_work_is_done_once_in_the_order_it_was_asked_for(lifted: Flask) -> None:
    for what in ("one", "two"):
        ask(what=what)
    assert [work_one(), work_one(), work_one()] == [True, True, False]
    assert done == ["one", "two"] and waiting() == []


def test_work_asked_for_by_what_was_not_saved_is_not_done(lifted: Flask) -> None:
    with pytest.raises(ZeroDivisionError), write():
        enqueue("note", what="never")
        _ = 1 // 0
    assert not work_one() and done == []


def test_work_that_fails_is_tried_three_times_and_then_left_to_be_seen(lifted: Flask) -> None:
    ask("fail")
    while work_one():
        pass
    (left,) = waiting()
    assert (len(done), left.tries, left.error) == (TRIES, TRIES, "ZeroDivisionError")
    assert "13991670829" not in left.error


def test_a_failure_does_not_hold_up_what_comes_after_it(lifted: Flask) -> None:
    ask("fail")
    ask(what="after")
    while work_one():
        pass
    assert "after" in done


def test_work_claimed_by_a_worker_that_was_killed_is_taken_again(lifted: Flask) -> None:
    ask(what="one")
    with write():
        assert jobs._claim()
    assert not work_one(), "somebody has it"
    with clock.at(NOON + STALE - timedelta(minutes=1)):
        assert not work_one(), "and may still be at it"
    with clock.at(NOON + STALE + timedelta(minutes=1)):
        assert work_one()
    assert done == ["one"] and waiting() == []


def test_work_that_kills_its_worker_each_time_is_left_after_three_tries(lifted: Flask) -> None:
    ask(what="deadly")
    for nth in range(1, TRIES + 1):
        with clock.at(NOON + nth * (STALE + timedelta(minutes=1))), write():
            assert jobs._claim()
    with clock.at(NOON + 9 * STALE):
        assert not work_one()
    assert waiting()[0].tries == TRIES


def test_periodic_work_run_twice_is_work_run_once(lifted: Flask, worker: Someone) -> None:
    worker.post(
        "/members/new",
        {
            "name": "李强",
            "phone": "13991670829",
            "key_group": "other",
            "employer_name": "快到家",
            "agree": "y",
        },
    )
    with clock.at(NOON + timedelta(days=91)):
        assert tick() == len(jobs._periods)
        first = _rows()
        assert tick() == 0
        for _every, work in jobs._periods.values():
            work()
        assert _rows() == first
    assert db.session.scalars(select(Receipt)).all() == []


def test_each_piece_of_periodic_work_is_harmless_when_missed(lifted: Flask) -> None:
    """The figures are right without it: it only makes reading them quicker."""
    member()
    with clock.at(NOON + timedelta(days=3)):
        leader = Someone(lifted, "leader")
        before = leader.get("/status/").text
        tick()
        assert leader.get("/status/").text == before


def test_a_clock_set_back_does_not_silence_periodic_work(lifted: Flask) -> None:
    with clock.at(NOON + timedelta(days=400)):
        tick()
    assert tick() == len(jobs._periods)


def test_the_command_for_cron_does_what_is_due(lifted: Flask) -> None:
    run = lifted.test_cli_runner().invoke
    assert run(args=["tick"]).output.strip() == f"做了 {len(jobs._periods)} 项定期工作。"
    assert run(args=["tick"]).output.strip() == "做了 0 项定期工作。"


def test_periodic_work_that_fails_does_not_keep_the_rest_from_running(
    lifted: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "_periods", {"fail": (timedelta(hours=1), fail), **jobs._periods})
    assert tick() == len(jobs._periods)


def test_work_is_done_with_the_guard_lifted_and_lets_it_down_again(site: Flask) -> None:
    with site.app_context():
        ask(what="one")
        work_one()
        assert eyes() is None


def test_a_worker_process_does_what_waits_and_ends_when_it_is_told(lifted: Flask) -> None:
    """`flask work`, really: people of a cell that moved are found under the new leader."""
    with write():
        Person.register(unit("211"), as_viewer("worker"), "grid_visit", name="李强", phone="13991670829")
    with write():
        unit("211").move(unit("210"))
    assert [job.name for job in waiting()] == ["reindex people"]
    asked = lifted.extensions["gridunion.config"]
    environ = os.environ | {
        "GRIDUNION_HOME": str(asked.home), "GRIDUNION_KEYS": str(asked.keys),
        "DATABASE_URL": "" if asked.sqlite else asked.database_url,
    }  # fmt: skip
    with write():
        for job in db.session.scalars(select(Job)):
            job.after = clock.now() - timedelta(days=400)  # the process has the machine's own clock
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app.py", "work"],
        env=environ,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 30
        while waiting() and time.monotonic() < until:
            time.sleep(0.2)
        assert waiting() == []
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) is not None
    periods = {row.name for row in db.session.scalars(select(Period))}
    assert periods == set(jobs._periods)


def _rows() -> dict[str, Any]:
    """All rows of the base but those that say when work began, and the moment figures hold until."""
    db.session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in ("period", "sign_in")]
    return {table.name: _rows_of(table) for table in tables}


def _rows_of(table: Table) -> Any:
    asked = select(*(column for column in table.c if column.name != "fresh_until"))
    return db.session.execute(
        asked.order_by(*table.primary_key.columns), execution_options={"branch": True}
    ).all()
