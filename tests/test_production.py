"""A production start: what it refuses, the first administrator, its cookies, and changing keys under way."""

import re
import runpy
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeGuard

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import cli as flask_command
from flask_migrate import upgrade
from sqlalchemy import select, text

from gridunion import clock, commands, config, create_app, keys, new_keys, rekey
from gridunion.accounts.models import Account
from gridunion.commands import BEFORE_SERVING
from gridunion.complaints.models import Complaint
from gridunion.config import Misconfigured
from gridunion.db import db, keyring, write
from gridunion.doors import HEADERS
from gridunion.keys import WrongKey
from gridunion.receipts import Draft
from gridunion.tree import everywhere
from tests.bases import POSTGRES, fresh_database
from tests.conftest import NOON, Someone, as_viewer, member, unit

URL = "https://gonghui.example.cn"
APP = config.ROOT / "app.py"


def _asked(home: Path, **more: str) -> dict[str, str]:
    ring = home.with_name(f"{home.name}.keys") / "keys.json"
    return {
        "GRIDUNION_ENV": "production", "GRIDUNION_HOME": str(home), "GRIDUNION_KEYS": str(ring), "PUBLIC_URL": URL,
    } | more  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path) -> dict[str, str]:
    """What the environment of a good production start says; its key file is there."""
    environ = _asked(tmp_path / "var")
    keys.new().save(Path(environ["GRIDUNION_KEYS"]))
    return environ


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The file of an empty SQLite base with its tables and seeds, set up once."""
    if POSTGRES:
        return None
    home = tmp_path_factory.mktemp("tables") / "var"
    keys.new().save(home.with_name("var.keys") / "keys.json")
    made = create_app(config.read(_asked(home)))
    with clock.at(NOON), made.app_context():
        _set_up()
    return home / "gridunion.db"


def _set_up() -> None:
    commands.set_up()
    db.session.remove()
    db.engine.dispose()


@pytest.fixture
def production(asked: dict[str, str], tables: Path | None) -> Iterator[Flask]:
    """A production site on an empty base."""
    if POSTGRES:
        asked["DATABASE_URL"] = fresh_database("gu_production")
    made = create_app(config.read(asked))
    with clock.at(NOON):
        with made.app_context():
            if tables:
                shutil.copy(tables, asked["GRIDUNION_HOME"])
            else:
                _set_up()
        yield made
        with made.app_context():
            db.session.remove()
            db.engine.dispose()


def _refused(environ: dict[str, str]) -> str:
    with pytest.raises(Misconfigured) as told:
        create_app(config.read(environ))
    return str(told.value)


# ── what it refuses ──


@pytest.mark.once
def test_it_does_not_start_without_its_key_file_and_makes_none(asked: dict[str, str]) -> None:
    Path(asked["GRIDUNION_KEYS"]).unlink()
    assert "没有密钥文件" in _refused(asked)
    assert not Path(asked["GRIDUNION_KEYS"]).exists()


@pytest.mark.once
def test_keys_do_not_lie_with_the_data_they_open(asked: dict[str, str]) -> None:
    inside = Path(asked["GRIDUNION_HOME"]) / "keys.json"
    keys.new().save(inside)
    for env in ("production", "development"):
        told = _refused(asked | {"GRIDUNION_KEYS": str(inside), "GRIDUNION_ENV": env})
        assert "外面" in told


@pytest.mark.once
def test_a_link_into_the_data_folder_is_seen_through(asked: dict[str, str], tmp_path: Path) -> None:
    inside = Path(asked["GRIDUNION_HOME"]) / "keys.json"
    keys.new().save(inside)
    (tmp_path / "elsewhere.json").symlink_to(inside)
    assert "外面" in _refused(asked | {"GRIDUNION_KEYS": str(tmp_path / "elsewhere.json")})


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
        ({"PUBLIC_URL": "http://gonghui.example.cn"}, "https://"),
        ({"PUBLIC_URL": ""}, "https://"),
        ({"GRIDUNION_ENV": "prod"}, "development 或 production"),
        ({"PORT": "eighty"}, "PORT"),
        ({"PORT": "80000"}, "65535"),
        ({"DATABASE_URL": "mysql://db/gridunion"}, "DATABASE_URL"),
        ({"DATABASE_URL": "gridunion.db"}, "DATABASE_URL"),
        ({"GRIDUNION_PROXIES": "two"}, "GRIDUNION_PROXIES"),
    ],
)
@pytest.mark.once
def test_a_start_that_would_be_unsafe_is_refused_in_a_sentence(
    asked: dict[str, str], more: dict[str, str], words: str
) -> None:
    assert words in _refused(asked | more)


def test_it_takes_no_demo_data(production: Flask) -> None:
    told = production.test_cli_runner().invoke(args=["demo"])
    assert told.exit_code == 1 and "正式环境不装演示数据" in told.output
    with production.app_context(), everywhere():
        assert db.session.scalars(select(Account)).first() is None


@pytest.mark.parametrize("command", ["serve", "up"])
@pytest.mark.once
def test_it_does_not_open_on_a_base_with_demo_people(
    production: Flask, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(commands, "waitress_serve", lambda *_args, **_named: opened.append("served"))
    monkeypatch.setattr(commands.subprocess, "Popen", lambda *_args, **_named: _Nothing())
    run = production.test_cli_runner().invoke
    assert run(args=[command]).exit_code == 0 and opened == ["served"]
    with production.app_context(), everywhere(), write():
        db.session.add(Account(login="supervisor", name="杜丽华"))
    told = run(args=[command])
    assert told.exit_code == 1 and "这个数据库装过演示数据" in told.output
    assert opened == ["served"]


class _Nothing:
    def terminate(self) -> None: ...


@pytest.mark.once
def test_somebody_who_only_has_a_login_of_the_demo_is_no_demo(production: Flask) -> None:
    with production.app_context(), everywhere(), write():
        db.session.add(Account(login="admin", name="赵敏"))
    with production.app_context():
        for look in BEFORE_SERVING:
            look()


# ── what people at the shell read ──


NEED_TABLES = (
    "load units x.csv", "load employers x.csv", "load members x.csv", "tick", "verify-trail", "keys rotate", "work",
    "serve", "demo", "visits plan", "status verify", "retention", "admin create --login chief --name 任国强",
)  # fmt: skip
NEED_NONE = {"setup", "up", "db"}


def _commands(group: click.Group) -> Iterator[str]:
    for name, command in group.commands.items():
        yield from (
            [f"{name} {inner}" for inner in _commands(command)] if _is_ours(name, command) else [name]
        )


def _is_ours(name: str, command: click.Command) -> TypeGuard[click.Group]:
    return isinstance(command, click.Group) and name not in NEED_NONE


def _told(site: Flask, command: str) -> str:
    """What a command says that ends with code 1: one line."""
    told = site.test_cli_runner().invoke(args=command.split())
    assert told.exit_code == 1, (command, told.output, told.exception)
    assert told.output.startswith("Error: ") and told.output.count("\n") == 1, told.output
    return told.output


@pytest.fixture
def bare(asked: dict[str, str]) -> Iterator[Flask]:
    """A site whose database is empty."""
    if POSTGRES:
        asked["DATABASE_URL"] = fresh_database("gu_bare")
    made = create_app(config.read(asked | {"GRIDUNION_ENV": "development"}))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def test_who_forgot_to_set_up_is_told_so_by_every_command(bare: Flask) -> None:
    for command in NEED_TABLES:
        assert "还没有建表：请先运行 flask setup" in _told(bare, command), command
    listed = {name for name in _commands(bare.cli) if name not in NEED_NONE}
    assert listed == {" ".join(command.split()[:2]) if command.split()[0] in ("load", "keys", "admin")
                      else command for command in NEED_TABLES}  # fmt: skip


def test_who_brought_new_code_to_an_old_base_is_told_to_set_up(bare: Flask) -> None:
    with bare.app_context():
        upgrade(directory=str(config.ROOT / "migrations"), revision="0001")
    for command in ("tick", "serve"):
        assert "旧版本的结构：请先运行 flask setup" in _told(bare, command)
    with bare.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    assert "请换上新版本" in _told(bare, "tick")


@pytest.mark.once
def test_a_port_that_is_taken_is_said_before_anything_begins(
    production: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(commands.subprocess, "Popen", lambda *_args, **_named: begun.append("work"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"端口 {port} 用不了" in _told(production, f"serve --port {port}")
    assert begun == []


def test_a_database_that_is_away_is_said_in_a_sentence(asked: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    away = create_app(config.read(asked | {"DATABASE_URL": f"postgresql://x@127.0.0.1:{port}/x"}))
    for command in ("setup", "up", "serve"):
        assert "连不上数据库" in _told(away, command)


@pytest.mark.once
@pytest.mark.parametrize(
    "inside", ["", "{", "[]", "{}", '{"secret": 1, "index": "", "data": {}, "current": ""}', "\udce9"]
)
def test_a_damaged_key_file_is_said_in_a_sentence(asked: dict[str, str], inside: str) -> None:
    Path(asked["GRIDUNION_KEYS"]).write_bytes(inside.encode("utf-8", "surrogateescape"))
    assert "备份的那一份" in _refused(asked)


@pytest.mark.once
@pytest.mark.parametrize("name", ["GRIDUNION_HOME", "GRIDUNION_KEYS"])
def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(
    asked: dict[str, str], tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()
    more = {
        "GRIDUNION_ENV": "development",
        "PUBLIC_URL": "http://127.0.0.1",
        name: str(tmp_path / "file" / "below" / "x"),
    }
    assert name in _refused(asked | more) or "密钥文件" in _refused(asked | more)


@pytest.mark.once
def test_a_refused_start_is_one_line_at_the_shell_and_an_error_for_a_server(
    asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = asked | {"DATABASE_URL": "mysql://x", "FLASK_DEBUG": "", "FLASK_RUN_FROM_CLI": ""}
    for name, value in refused.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured):
        runpy.run_path(str(APP))
    with pytest.raises(SystemExit) as told:  # a text is written to stderr, and the code is 1
        flask_command.main(["--app", str(APP), "setup"])
    said = str(told.value.code)
    assert said.startswith("Error: ") and "DATABASE_URL" in said and "\n" not in said


@pytest.mark.once
def test_a_key_file_is_made_once_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ring = tmp_path / "safe" / "keys.json"
    monkeypatch.setattr(sys, "argv", ["new_keys", str(ring)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(new_keys.__file__), run_name="__main__")
    assert ended.value.code == 0 and str(ring) in capsys.readouterr().out
    before = ring.read_text()
    assert ring.stat().st_mode & 0o077 == 0 and keys.load(ring).current == "k1"
    again = CliRunner().invoke(new_keys.make, [str(ring)])
    assert again.exit_code == 1 and "没有改动" in again.output and ring.read_text() == before
    assert "Missing argument" in CliRunner().invoke(new_keys.make, []).output


# ── the first administrator ──


def _sign_in(browser: Any, login: str, password: str) -> Any:
    page = browser.get("/login", base_url=URL).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"csrf_token": token[1], "client_key": secrets.token_hex(16), "login": login, "password": password}
    return browser.post("/login", data=form, base_url=URL)


def _code(production: Flask) -> str:
    made = production.test_cli_runner().invoke(
        args=["admin", "create", "--login", "chief", "--name", "任国强"]
    )
    assert made.exit_code == 0, made.output
    found = re.search(r"：([A-Z2-9]{12})\n", made.output)
    assert found
    return found[1]


def test_nobody_can_sign_in_to_a_fresh_installation(production: Flask) -> None:
    for login in ("admin", "worker", "root", "chief"):
        answer = _sign_in(production.test_client(), login, "admin")
        assert answer.status_code in (422, 429)


def test_the_first_administrator_signs_in_with_a_code_and_must_choose_a_password(production: Flask) -> None:
    code = _code(production)
    browser = production.test_client()
    assert _sign_in(browser, "chief", code).status_code == 303
    for url in ("/accounts/", "/units/", "/me"):
        assert browser.get(url, base_url=URL).headers["Location"] == "/password"
    page = browser.get("/password", base_url=URL).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    chosen = "qinling-songbai-2026"
    form = {
        "csrf_token": token[1],
        "client_key": secrets.token_hex(16),
        "old": code,
        "new": chosen,
        "again": chosen,
    }
    assert browser.post("/password", data=form, base_url=URL).status_code == 303
    assert browser.get("/accounts/", base_url=URL).status_code == 200
    with clock.at(NOON + timedelta(minutes=5)):
        assert _sign_in(production.test_client(), "chief", code).status_code == 422, "the code worked once"
    with clock.at(NOON + timedelta(minutes=10)):
        assert _sign_in(production.test_client(), "chief", chosen).status_code == 303


def test_a_code_that_lay_about_for_three_days_is_dead(production: Flask) -> None:
    code = _code(production)
    with clock.at(NOON + timedelta(hours=73)):
        assert _sign_in(production.test_client(), "chief", code).status_code == 422


# ── what it sends ──


@pytest.mark.once
def test_its_cookie_is_bound_to_the_host_and_to_https(production: Flask) -> None:
    answer = _sign_in(production.test_client(), "chief", _code(production))
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert re.match(r"__Host-gu=[\w-]{43};", cookie)
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie


@pytest.mark.once
def test_it_answers_healthz_with_all_headers_and_without_a_cookie(production: Flask) -> None:
    answer = production.test_client().get("/healthz", base_url=URL)
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ok")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Set-Cookie" not in answer.headers
    assert all(answer.headers[name] for name in HEADERS)


@pytest.mark.once
def test_another_host_name_is_not_answered(production: Flask) -> None:
    for host in ("https://evil.example", "https://127.0.0.1"):
        answer = production.test_client().get("/login", base_url=host)
        assert answer.status_code == 400 and "evil.example" not in answer.get_data(as_text=True)


@pytest.mark.once
def test_a_proxys_word_counts_only_when_one_is_named(asked: dict[str, str], production: Flask) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-For": "1.2.3.4"}
    answer = production.test_client().get("/", base_url=URL, headers=forged)
    assert answer.headers["Location"] == "/login"


@pytest.mark.once
def test_the_address_of_the_site_is_the_one_it_was_given(production: Flask) -> None:
    asked = production.extensions["gridunion.config"]
    assert asked.public_url == URL
    assert config.read({"PUBLIC_URL": f"{URL}/"}).public_url == URL


# ── changing keys ──


@pytest.fixture
def four(lifted: Flask) -> Iterator[list[Any]]:
    """Readers of the four kinds of encrypted texts, and of a draft."""
    person = member()
    with write():
        person.set_id_number("resident_id", "11010519491231002X")
        person.note_hardship("deep", "父亲住院")
        complaint = Complaint.take(
            unit("211"), as_viewer("worker"), "马小军", "13609162087", kind="help", category="wages", channel="visit",
            text="两个月工资没发",
        )  # fmt: skip
        draft = Draft(account_id=as_viewer("worker").account_id, form="members.new")
        draft.title, draft.fields = "李强", {"name": ["李强"]}
        db.session.add(draft)
    ring = keyring()
    before = (dict(ring.data), ring.current)
    yield [person, complaint, draft]
    ring.data, ring.current = before
    ring._ciphers.clear()


def _said(rows: list[Any]) -> list[Any]:
    db.session.rollback()
    db.session.expire_all()
    person, complaint, draft = rows
    return [
        person.id_number, person.hardship_note, complaint.text, complaint.complainant,
        draft.title, draft.fields,
    ]  # fmt: skip


def test_after_a_rotation_the_old_key_opens_nothing_that_is_left(lifted: Flask, four: list[Any]) -> None:
    before, path = _said(four), lifted.extensions["gridunion.config"].keys
    ring, old = keyring(), keyring().current
    kept = path.read_text()
    try:
        told = lifted.test_cli_runner().invoke(args=["keys", "rotate"])
        assert told.exit_code == 0, told.output
        assert rekey.finished() and ring.current != old
        del ring.data[old]
        ring._ciphers.clear()
        ring.path = None
        assert _said(four) == before
        assert keys.load(path).current == ring.current
        ring.data.pop(ring.current)
        ring._ciphers.clear()
        with pytest.raises(WrongKey):
            _said(four)
    finally:
        path.write_text(kept)
        ring.path = path


def test_the_number_of_a_key_is_never_given_again() -> None:
    ring = keys.new()
    assert ring.add_key() == "k2"
    del ring.data["k1"]
    assert ring.add_key() == "k3"


def test_a_site_that_is_running_takes_up_the_new_key(lifted: Flask, four: list[Any], worker: Someone) -> None:
    before, path = _said(four), lifted.extensions["gridunion.config"].keys
    kept, ring = path.read_text(), keyring()
    running = (dict(ring.data), ring.current)
    try:
        lifted.test_cli_runner().invoke(args=["keys", "rotate"])
        ring.data, ring.current = running  # as another process, which read the file before
        ring._ciphers.clear()
        assert _said(four) == before
        assert ring.current == keys.load(path).current != running[1]
        assert "王秀兰" in worker.get(f"/members/{four[0].uid}")
    finally:
        path.write_text(kept)


def test_a_rotation_that_was_stopped_is_taken_up_with_the_same_key(lifted: Flask, four: list[Any]) -> None:
    path = lifted.extensions["gridunion.config"].keys
    kept = path.read_text()
    try:
        keyring().add_key()
        keyring().save(path)
        fresh = keyring().current
        told = lifted.test_cli_runner().invoke(args=["keys", "rotate"])
        assert f"已用新密钥 {fresh}" in told.output
        assert rekey.finished()
        assert lifted.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 0
        assert keyring().current != fresh
    finally:
        path.write_text(kept)
