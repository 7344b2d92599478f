"""Who has more files in front of him in an hour than a day's work asks for, and what the auditor learns of it."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import clock
from gridunion.audit import Trail
from gridunion.db import Busy, db, write
from gridunion.members import reads
from gridunion.members.models import Person
from gridunion.settings import Setting, forget
from gridunion.throttle import Throttle
from tests.conftest import NOON, Someone, member

TOLD = "有人一小时看了很多档案"


@pytest.fixture
def people(lifted: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Person]:
    """Twenty-six people, where twelve an hour are many, counted by fives."""
    monkeypatch.setattr(reads, "STEP", 5)
    with write():
        said = {"label_zh": "一人一小时看过几份档案就告诉审计员", "label_en": "Files"}
        db.session.add(Setting(key="read.hourly", value=12, from_on=date(2026, 11, 1), **said))
    forget()
    return [member(f"王秀兰{n}", phone=f"1360916{n:04d}") for n in range(26)]


def lines() -> list[Any]:
    db.session.rollback()
    return list(db.session.scalars(select(Trail).where(Trail.action == "many files")))


def counted() -> int:
    db.session.rollback()
    return sum(db.session.scalars(select(Throttle.tries)))


def test_who_pages_through_many_files_is_told_to_the_auditor_once(
    people: list[Person], worker: Someone, auditor: Someone
) -> None:
    assert TOLD not in auditor.get("/trail")
    page = worker.get("/members/")
    worker.get(html.unescape(re.findall(r'hx-get="(/members/\?[^"]*after=[^"]+)"', page.html)[0]))
    worker.get("/members/")
    [line] = lines()
    assert (line.actor, line.detail) == ("周素琴", {"rows": 20})
    page = auditor.get("/trail")
    assert TOLD in page and "1 次" in page
    assert "周素琴" in auditor.get("/trail?action=many files")
    with clock.at(NOON + timedelta(days=8)):
        assert TOLD not in Someone(auditor.site, "auditor").get("/trail")


def test_the_same_files_again_are_no_more_files(people: list[Person], worker: Someone) -> None:
    for person in people[:4] * 5:
        worker.get(f"/members/{person.uid}")
    assert counted() == 0, "a few cost no write"
    for person in people[:6] * 3:
        worker.get(f"/members/{person.uid}")
    assert counted() == 5 and lines() == []


def test_those_found_by_asking_count_as_well_and_each_hour_counts_anew(
    people: list[Person], worker: Someone, leader: Someone
) -> None:
    worker.post("/members/search", {"q": "王秀兰"}, 200)
    assert len(lines()) == 1
    leader.get("/members/")
    assert sorted(line.actor for line in lines()) == ["何建平", "周素琴"]
    with clock.at(NOON + timedelta(minutes=70)):
        Someone(worker.site, "worker").get("/members/")
        assert len(lines()) == 3


def test_reading_goes_on_where_nothing_can_be_counted(
    people: list[Person], worker: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut(*_who: Any) -> bool:
        raise Busy

    with monkeypatch.context() as patched:
        patched.setattr(reads, "_add", shut)
        assert worker.get("/members/").total == 26
    assert lines() == []
    worker.get("/members/")
    assert len(lines()) == 1, "it is counted with the next"


def test_a_process_knows_of_so_many_accounts_at_a_time(
    people: list[Person], worker: Someone, leader: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "MOST_ACCOUNTS", 1)
    worker.get("/members/"), leader.get("/members/")
    assert len(reads._seen) == 1
