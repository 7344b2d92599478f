"""The demo: a street one can spend a day on, and bases of any size."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select

from gridunion import clock, commands, config, create_app
from gridunion.accounts.models import Account, matches
from gridunion.complaints.life import LEFT, WAITING
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.records import ComplaintEvent, Sequence
from gridunion.db import Base, db, write
from gridunion.demo.commands import _welcome, load_small
from gridunion.demo.fill import NotEmpty, fill
from gridunion.demo.made_up import NOWHERE
from gridunion.demo.staff import CAST
from gridunion.demo.town import large_town
from gridunion.employers.models import Employer
from gridunion.identity import clean_id_number, clean_uscc
from gridunion.letters.models import Letter
from gridunion.members.models import Person
from gridunion.status.board import board
from gridunion.status.models import Standing, refresh
from gridunion.tree import Unit, everywhere
from gridunion.visits.models import Visit
from tests.bases import POSTGRES, fresh_database
from tests.conftest import KEYS, Someone, matching

AFTERNOON = datetime(2026, 11, 19, 6, 32, tzinfo=UTC)  # Thursday, 14:32 in Shanghai
PASSWORD = "qinghe-2026-demo"


def _site(home: Path, database: str) -> Flask:
    ring = home.with_name(f"{home.name}.keys") / "keys.json"
    KEYS.save(ring)
    environ = {"GRIDUNION_HOME": str(home / "var"), "GRIDUNION_KEYS": str(ring)}
    if POSTGRES:
        environ["DATABASE_URL"] = fresh_database(database)
    site = create_app(config.read(environ))
    site.config["TESTING"] = False
    with site.app_context():
        commands.set_up()
    return site


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A base with the small demo in it, at half past two on a Thursday."""
    with clock.at(AFTERNOON):
        site = _site(tmp_path_factory.mktemp("street"), "gu_street")
        with site.app_context():
            load_small(610702, PASSWORD)
            db.session.remove()
        yield site
        with site.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def inside(street: Flask) -> Iterator[Flask]:
    with clock.at(AFTERNOON), street.app_context(), everywhere():
        yield street


def all_of(model: Any, *conditions: Any) -> list[Any]:
    return list(db.session.scalars(select(model).where(*conditions).order_by(model.id)))


def count(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


@pytest.mark.once
def test_the_worker_finds_a_full_day(street: Flask) -> None:
    today = Someone(street, "worker").get("/today")
    for words in ("1 件超期", "2 件今天到期", "马小军", "王秀兰", "市二院 8 楼", "陈国栋", "孙倩", "吴大勇"):
        assert words in today
    for name in ("刘桂芳", "赵宏伟", "何永康"):
        assert name in today


@pytest.mark.once
def test_the_leader_has_fifteen_things_to_decide(street: Flask) -> None:
    inbox = Someone(street, "leader").get("/inbox")
    assert "15 件" in inbox and "走访抽查 1" in inbox
    decide = (
        "马小军",
        "蒋丽",
        "匿名",
        "李强",
        "冯小燕",
        "田志刚",
        "周桂英",
        "余建民",
        "许志强",
        "刘桂芳",
        "贺建国",
    )
    for name in decide:
        assert name in inbox
    assert "罗春梅（手上 2 件）" in inbox


@pytest.mark.once
def test_a_newcomer_finds_every_list_of_coming_and_going_with_something_in_it(street: Flask) -> None:
    worker, leader = Someone(street, "worker"), Someone(street, "leader")
    today, inbox = worker.get("/today"), leader.get("/inbox")
    assert "有 2 人等你核实" in today and "件转会等答复" in today
    for words in (
        "转会等你答复 1",
        "等对方答复的转会 2",
        "单位没了，会籍怎么办 1",
        "有 1 人等你核实",
        "疑似重复",
    ):
        assert words in inbox, words
    for name in ("江海燕", "苗青", "韩雪梅", "曹永福"):
        assert name in inbox
    for where in ("/members/transfers", "/members/suspects", "/applications/"):
        assert leader.get(where).total, where


def test_the_board_shows_every_light(street: Flask) -> None:
    page = Someone(street, "supervisor").get("/status/")
    assert "西关街社区" in page and "北关社区" not in page
    with clock.at(AFTERNOON), street.app_context(), everywhere():
        unit = db.session.scalars(select(Unit).where(Unit.code == "610702003000")).one()
        lights = Counter(line.light for line in board(unit).lines)
    assert lights == {"bad": 2, "warn": 2, "ok": 6, "none": 1}


def test_every_demo_person_signs_in_with_the_one_password(inside: Flask) -> None:
    accounts = {account.login: account for account in all_of(Account, Account.login.in_(CAST))}
    assert set(accounts) == set(CAST)
    assert all(matches(account, PASSWORD) and not account.must_change for account in accounts.values())


@pytest.mark.once
def test_no_number_of_the_demo_can_be_somebodys(inside: Flask) -> None:
    numbers = [person.id_number for person in all_of(Person) if person.id_number]
    assert len(numbers) == len(set(numbers)) > 500
    assert all(clean_id_number(number) == number and number.startswith(NOWHERE) for number in numbers)
    assert all(clean_uscc(employer.uscc) == employer.uscc for employer in all_of(Employer))
    assert all(person.phone.startswith("154") for person in all_of(Person))


def test_the_stories_end_where_the_complaints_stand(inside: Flask) -> None:
    cases = all_of(Complaint)
    last = {event.complaint_id: event for event in all_of(ComplaintEvent)}
    owed = Counter(db.session.scalars(select(ReplyDue.complaint_id).where(ReplyDue.told_at.is_(None))))
    for case in cases:
        assert last[case.id].after == case.state
        assert last[case.id].happened_at <= clock.now()
        assert (case.closed_at is not None) == (case.state in ("closed", *LEFT))
        assert (case.resolved_at is not None) == (case.state in ("resolved", "closed"))
        assert case.reopened or case.times("extend") or case.first_due_at == case.due_at
        assert case.first_resolved_at == case.resolved_at or (case.first_resolved_at and case.reopened)
        assert owed[case.id] == (case.goes_on and case.can_be_told), (case.state, case.channel)
        assert case.handler_id or case.state in (*WAITING, *LEFT)
        assert case.text and case.events[0].step == "register"


def test_no_letter_is_answered_before_it_was_sent(inside: Flask) -> None:
    answered = db.session.scalars(select(Letter).where(Letter.replied_on.is_not(None))).all()
    assert answered and all(it.replied_on and it.sent_on <= it.replied_on for it in answered)


def test_figures_and_search_are_as_the_site_would_make_them(inside: Flask) -> None:
    kept = {row.unit_id: _figures(row) for row in all_of(Standing)}
    with write():
        refresh(kept)
    db.session.expire_all()
    assert {row.unit_id: _figures(row) for row in all_of(Standing)} == kept
    for person in all_of(Person)[::40]:
        for asked in (
            person.name,
            person.initials,
            person.phone[-4:],
            (person.employer_name or person.name)[:4],
        ):
            assert person in matching(asked, person.unit.code), (person.name, asked)


def _figures(row: Standing) -> dict[str, Any]:
    return {
        column.key: getattr(row, column.key)
        for column in inspect(Standing).columns
        if column.key != "fresh_until"
    }


def test_a_demo_never_mixes_with_what_is_there(inside: Flask) -> None:
    before = count(Person)
    with pytest.raises(NotEmpty):
        fill(large_town(Random(1), 100), 1, PASSWORD)
    assert count(Person) == before


def test_a_production_site_takes_no_demo(street: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    made = street.extensions["gridunion.config"]
    monkeypatch.setitem(street.extensions, "gridunion.config", replace(made, env="production"))
    for command in ("demo", "up"):
        result = street.test_cli_runner().invoke(args=[command])
        assert result.exit_code != 0 and "正式环境" in result.output


def test_a_base_of_any_size_is_as_it_was_ordered(tmp_path: Path) -> None:
    with clock.at(AFTERNOON), _filled(tmp_path, "gu_large", 3000, 7) as before:
        assert count(Person) == 3000
        assert count(Complaint) == 900
        _numbers_say_nothing_of_sealed_cases()
        assert abs(count(Visit) / 3000 - 3) < 0.15
        assert count(Unit, Unit.kind == "cell") == 9
        assert db.session.scalar(select(func.sum(Standing.members))) == count(
            Person, Person.status == "active"
        )
        assert _index_names() == before


def _numbers_say_nothing_of_sealed_cases() -> None:
    numbers = sorted(db.session.scalars(select(Complaint.number)))
    plain = [number for number in numbers if number > 0]
    assert plain == list(range(1, len(plain) + 1)), "a gap would tell of one"
    assert len(plain) < len(numbers) and max(numbers[: -len(plain)]) < -99_999
    assert db.session.scalar(select(Sequence.value).where(Sequence.name == "complaint")) == len(plain)


@pytest.mark.once
def test_the_same_seed_makes_the_same_people(tmp_path: Path) -> None:
    made = []
    for turn, seed in (("a", 7), ("b", 7), ("c", 8)):
        with clock.at(AFTERNOON), _filled(tmp_path / turn, "gu_seed", 60, seed):
            made.append([(person.name, person.phone, person.id_number) for person in all_of(Person)])
    first, second, other = made
    assert first == second != other


@contextmanager
def _filled(home: Path, database: str, members: int, seed: int) -> Iterator[set[str]]:
    """A fresh base with a large town in it; gives the indexes there were before."""
    site = _site(home / "site", database)
    with site.app_context(), everywhere():
        before = _index_names()
        fill(large_town(Random(seed), members), seed, PASSWORD)
        yield before
        db.session.remove()
        db.engine.dispose()


def _index_names() -> set[str]:
    found = inspect(db.engine)
    return {index["name"] or "" for table in Base.metadata.tables for index in found.get_indexes(table)}


def test_the_next_start_takes_the_password_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GRIDUNION_DEMO_PASSWORD", raising=False)
    site = _site(tmp_path / "site", "gu_next")
    with site.app_context(), everywhere():
        _welcome()
        first = count(Person)
        monkeypatch.setenv("GRIDUNION_DEMO_PASSWORD", PASSWORD)
        _welcome()
        worker = db.session.scalars(select(Account).where(Account.login == "worker")).one()
        assert matches(worker, PASSWORD) and count(Person) == first
        monkeypatch.delenv("GRIDUNION_DEMO_PASSWORD")
        _welcome()
        assert (
            capsys.readouterr().out.count(
                f"密码：{(tmp_path / 'site' / 'var' / 'demo-password').read_text()}"
            )
            == 2
        )
        db.session.remove()
        db.engine.dispose()
