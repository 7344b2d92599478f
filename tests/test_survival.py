"""What the screen calls saved survives: several processes at once, and a server that is killed."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import clock, create_app
from gridunion.complaints.models import next_number
from gridunion.complaints.records import Sequence
from gridunion.config import Config
from gridunion.db import db, is_sqlite, write
from gridunion.members.models import Person
from gridunion.tree import everywhere
from tests.conftest import Someone, unit

ROOT = Path(__file__).resolve().parents[1]
ENOUGH = 40  # saved before the server dies in the midst of the next ones


def _environ(site: Flask) -> dict[str, str]:
    asked = site.extensions["gridunion.config"]
    return os.environ | {
        "GRIDUNION_HOME": str(asked.home), "GRIDUNION_KEYS": str(asked.keys),
        "DATABASE_URL": "" if asked.sqlite else asked.database_url,
    }  # fmt: skip


def _count(settings: Config) -> None:
    """What a process of its own does, with its own site on the base of the others."""
    with create_app(settings).app_context(), everywhere():
        for _ in range(30):
            with write():
                next_number("complaint")


def test_processes_that_count_together_lose_nothing(site: Flask) -> None:
    with site.app_context(), everywhere():
        with write():
            db.session.add(Sequence(name="complaint", value=0))
        db.session.remove()
        db.engine.dispose()
    settings = site.extensions["gridunion.config"]
    started = [get_context("fork").Process(target=_count, args=(settings,)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0, 0, 0]
    with site.app_context(), everywhere():
        assert db.session.scalar(select(Sequence.value).where(Sequence.name == "complaint")) == 90


@contextmanager
def _served(site: Flask) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "flask", "--app", "app.py", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command,
        env=_environ(site),
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}", process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_it_answers(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=2).read()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("the server never answered")


def test_what_was_acknowledged_before_the_server_was_killed_is_there_afterwards(site: Flask) -> None:
    with site.app_context(), everywhere():
        if not is_sqlite(db.engine):
            pytest.skip("PostgreSQL keeps its own promise")
        cell = unit("211").uid.hex
    with clock.at(datetime.now(UTC)):  # the server runs on the real clock
        cookie = Someone(site, "worker").client.get_cookie("gu")
    assert cookie
    acknowledged: list[str] = []
    with _served(site) as (base, process):
        token = _token(base, cookie.value)

        def register(number: int) -> None:
            for turn in range(1000):
                phone = f"13{number}{turn:08d}"
                form = {"csrf_token": token, "client_key": secrets.token_hex(16), "name": "李强", "phone": phone,
                        "key_group": "other", "employer_name": "快到家配送站", "unit": cell, "agree": "y",
                        "distinct": "y"}  # fmt: skip
                try:
                    _post(f"{base}/members/new", form, cookie.value)
                except (urllib.error.URLError, ConnectionError, OSError):
                    return
                acknowledged.append(phone)

        senders = [threading.Thread(target=register, args=(number,)) for number in range(3, 7)]
        for sender in senders:
            sender.start()
        while len(acknowledged) < ENOUGH and any(sender.is_alive() for sender in senders):
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        for sender in senders:
            sender.join()
    assert len(acknowledged) >= ENOUGH
    with site.app_context(), everywhere():
        assert set(acknowledged) <= set(db.session.scalars(select(Person.phone)))


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_opener = urllib.request.build_opener(_Stay)


def _token(base: str, cookie: str) -> str:
    asked = urllib.request.Request(f"{base}/me", headers={"Cookie": f"gu={cookie}"})
    found = re.search(r'name="csrf_token" value="([^"]+)"', _opener.open(asked).read().decode())
    assert found
    return found[1]


def _post(url: str, form: dict[str, str], cookie: str) -> None:
    """Raises unless the answer is 303: only that counts as acknowledged."""
    body = urllib.parse.urlencode(form).encode()
    try:
        _opener.open(urllib.request.Request(url, body, {"Cookie": f"gu={cookie}"}), timeout=15)
    except urllib.error.HTTPError as answer:
        if answer.code == 303:
            return
        raise
    raise OSError("not a redirect")
