"""What the screen calls saved is saved once, and nobody's change is lost."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text

from gridunion import audit, files, keys, members, rekey
from gridunion.complaints.records import Sequence, next_number
from gridunion.db import NotWriting, db, is_sqlite, keyring, write
from gridunion.keys import WrongKey
from gridunion.members.models import Person
from gridunion.receipts import Receipt
from gridunion.status.models import Standing
from gridunion.tree import everywhere
from tests.conftest import Someone, as_viewer, member, unit

NEW = {
    "name": "李强",
    "phone": "13991670829",
    "key_group": "other",
    "employer_name": "快到家配送站",
    "agree": "y",
}

DURABLE = {
    "synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1,
    "trusted_schema": 0,
}  # fmt: skip


def _form(site: Flask, **more: str) -> dict[str, str]:
    with site.app_context(), everywhere():
        return NEW | {"unit": unit("211").uid.hex} | more


def _people(site: Flask) -> int:
    with site.app_context(), everywhere():
        return int(db.session.scalar(select(func.count()).select_from(Person)) or 0)


def test_the_same_form_sent_eight_times_at_once_is_one_record(site: Flask, worker: Someone) -> None:
    form = _form(site, csrf_token=worker.csrf(), client_key=secrets.token_hex(16))
    cookie = worker.client.get_cookie("gu")
    assert cookie
    gate = threading.Barrier(8)

    def send(_: int) -> tuple[int, str]:
        browser = site.test_client()
        browser.set_cookie("gu", cookie.value)
        gate.wait()
        response = browser.post("/members/new", data=form)
        return response.status_code, response.headers.get("Location", "")

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert len(answers) == 1, answers
    assert answers.pop()[0] == 303
    assert _people(site) == 1


def test_a_form_sent_again_after_a_lost_answer_leads_to_the_same_record(site: Flask, worker: Someone) -> None:
    form = _form(site, client_key="a" * 32)
    first = worker.post("/members/new", form)
    assert worker.post("/members/new", form).location == first.location
    assert _people(site) == 1


def test_the_same_key_with_other_words_is_refused_and_the_words_are_kept(
    site: Flask, worker: Someone
) -> None:
    worker.post("/members/new", _form(site, client_key="a" * 32))
    page = worker.post("/members/new", _form(site, client_key="a" * 32, name="李强国"), status=409)
    assert 'value="李强国"' in page.html
    assert _people(site) == 1


def test_a_form_without_a_key_is_not_taken(site: Flask, worker: Someone) -> None:
    worker.post("/members/new", _form(site, client_key=""), status=400)
    assert _people(site) == 0


def test_an_answer_that_says_no_leaves_no_trace(site: Flask, worker: Someone) -> None:
    worker.post("/members/new", _form(site, phone="1399167"), status=422)
    with site.app_context(), everywhere():
        assert _people(site) == 0
        assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0


def test_numbers_given_out_by_many_at_once_are_never_given_twice(site: Flask) -> None:
    given: list[int] = []

    def take(_: int) -> None:
        with site.app_context(), everywhere():
            for _n in range(5):
                with write():
                    given.append(next_number("complaint"))

    with site.app_context(), write():
        db.session.add(Sequence(name="complaint", value=0))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, range(8)))
    assert sorted(given) == list(range(1, 41))


def test_of_two_editors_one_wins_and_the_other_sees_both(
    site: Flask, lifted: Flask, worker: Someone, leader: Someone
) -> None:
    person = member()
    url = f"/members/{person.uid}/edit"
    seen = {"row_version": str(person.version), "name": "王秀兰", "phone": "13609162087"}
    worker.post(url, seen | {"address": "桂香里 6 号"})
    page = leader.post(url, seen | {"address": "桂香里 8 号"}, status=409)
    assert "桂香里 6 号" in page
    assert "桂香里 8 号" in page.html
    db.session.expire_all()
    assert person.address == "桂香里 6 号"


def test_durable_settings_hold_on_every_connection(site: Flask) -> None:
    with site.app_context():
        if not is_sqlite(db.engine):
            pytest.skip("settings of SQLite")
        with db.engine.connect() as connection:
            said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in DURABLE}
    assert said == DURABLE


def test_an_identity_number_never_stands_in_clear(site: Flask, lifted: Flask, worker: Someone) -> None:
    person = member()
    form = {
        "row_version": str(person.version),
        "name": "王秀兰",
        "id_kind": "resident_id",
        "id_number": "11010519491231002x",
    }
    worker.post(f"/members/{person.uid}/edit", form)
    db.session.expire_all()
    assert person.id_number == "11010519491231002X"
    assert "11010519491231002X" not in worker.get(f"/members/{person.uid}").html
    if is_sqlite(db.engine):
        home = site.extensions["gridunion.config"].home
        assert not any(b"11010519491231002X" in path.read_bytes() for path in home.glob("gridunion.db*"))


def test_a_ciphertext_copied_to_another_row_does_not_open(lifted: Flask) -> None:
    one, other = member(), member("马小军", phone="13609162088")
    with write():
        one.set_id_number("resident_id", "11010519491231002X")
        other.id_number_sealed = one.id_number_sealed
    with pytest.raises(WrongKey):
        _ = other.id_number


def test_keys_are_changed_without_losing_a_value(lifted: Flask) -> None:
    person = member()
    with write():
        person.set_id_number("resident_id", "11010519491231002X")
    ring = keyring()
    before = (dict(ring.data), ring.current)
    try:
        ring.add_key()
        assert not rekey.finished()
        assert rekey.run() >= 1
        assert rekey.finished()
        db.session.expire_all()
        assert person.id_number == "11010519491231002X"
        assert (person.id_number_sealed or "").startswith(f"{ring.current}.")
    finally:
        ring.data, ring.current = before
        ring._ciphers.clear()


def test_the_trail_tells_who_changed_what_and_shows_when_it_was_touched(
    site: Flask, lifted: Flask, worker: Someone
) -> None:
    worker.post("/members/new", _form(site))
    lines = db.session.scalars(select(audit.Trail).order_by(audit.Trail.id)).all()
    made = next(line for line in lines if line.kind == "person")
    assert (made.actor, made.action, made.detail["phone"]) == ("周素琴", "create", [None, "139 **** 0829"])
    assert audit.broken_at() is None
    made_row = audit.Trail.__table__
    with pytest.raises(Exception, match="never changed"), write():
        db.session.execute(made_row.update().values(actor="别人"), execution_options={"branch": True})


def test_what_is_stored_at_once_is_heard_of_like_what_the_session_flushes(
    lifted: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def registered(name: str) -> tuple[Any, ...]:
        with write():
            person = Person.register(
                unit("211"), as_viewer("worker"), "grid_visit", name=name, phone="13991670829"
            )
            db.session.flush()
            same = (person.version, person.gaps, person.memberships[0].person_id, person.consents[0].unit_id)
        told = select(audit.Trail.kind, audit.Trail.detail).order_by(audit.Trail.id.desc()).limit(3)
        lines = sorted((line.kind, sorted(line.detail)) for line in db.session.execute(told))
        applied = db.session.scalar(select(Standing.applied).where(Standing.unit_id == unit("211").id))
        db.session.expire_all()
        return same[:2], same[2] == person.id, same[3] == person.unit_id, lines, applied

    at_once = registered("李强")
    monkeypatch.setattr(members.models, "store", lambda *rows: db.session.add_all(rows))
    flushed = registered("李强")
    assert (*at_once[:-1], at_once[-1] + 1) == flushed
    assert [kind for kind, _ in at_once[3]] == ["consent", "membership", "person"]


def test_nothing_is_stored_at_once_outside_a_write(lifted: Flask) -> None:
    with pytest.raises(NotWriting):
        Person.register(unit("211"), as_viewer("worker"), "grid_visit", name="李强", phone="13991670829")


def test_a_failing_trail_saves_nothing(site: Flask, worker: Someone, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(audit, "append", broken)
    worker.post("/members/new", _form(site), status=503)
    monkeypatch.undo()
    assert _people(site) == 0


def test_a_kept_file_is_stored_by_its_content(lifted: Flask) -> None:
    digest = files.keep(b"the same picture")
    assert files.keep(b"the same picture") == digest


def test_a_key_ring_survives_being_written_and_read(tmp_path: Any) -> None:
    ring = keys.new()
    ring.save(tmp_path / "deep" / "keys.json")
    assert keys.load(tmp_path / "deep" / "keys.json") == ring
    assert (tmp_path / "deep" / "keys.json").stat().st_mode & 0o77 == 0


def test_a_restart_of_the_database_server_fails_no_request_afterwards(site: Flask, worker: Someone) -> None:
    with site.app_context():
        if is_sqlite(db.engine):
            pytest.skip("SQLite has no server")
        url = db.engine.url
    worker.get("/today")
    other = create_engine(url)
    with other.connect() as line:
        line.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                          " AND pid <> pg_backend_pid()"))  # fmt: skip
    other.dispose()
    worker.get("/today")
    worker.post("/members/new", _form(site))
