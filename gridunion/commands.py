"""Commands of the ground floor: setting up, serving, working, keys. Rooms add their own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from flask_migrate import Migrate, upgrade
from sqlalchemy import text
from waitress import serve as waitress_serve

from gridunion import audit, jobs, receipts, rekey, seeds
from gridunion.config import MOST_PORT, ROOT, Config
from gridunion.db import db, is_sqlite, keyring, trusted, write
from gridunion.shell import with_database, with_tables
from gridunion.tree import everywhere

keys_group = AppGroup("keys", help="The key file.")
PORT = click.IntRange(1, MOST_PORT)
TURN = 0.0005
"""Seconds a thread computes before another may. Who saves hands the interpreter over at each statement: beside somebody
whose table is made, thirty of them took 25 ms at Python's 5 ms and 4 ms so, and 4 ms alone."""

BEFORE_SERVING: list[Callable[[], None]] = []
"""What rooms look at before anything is served; a fault is a ClickException."""


def register(app: Flask) -> None:
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    for command in (setup, serve, work, tick, verify):
        app.cli.add_command(command)
    app.cli.add_command(keys_group)


@click.command()
@with_database
def setup() -> None:
    """Bring the database up to date: schema, settings, code lists, calendar. May be run again."""
    set_up()


def set_up() -> None:
    upgrade()
    with everywhere(), write():
        seeds.sow()


@click.command()
@click.option("--port", type=PORT, help="Default: PORT, or 8000.")
@click.option("--threads", default=8, show_default=True)
@with_tables
def serve(port: int | None, threads: int) -> None:
    """Serve on 127.0.0.1, with the background work in a process beside it."""
    serve_on(port, threads)


def serve_on(port: int | None = None, threads: int = 8) -> None:
    config: Config = current_app.extensions["gridunion.config"]
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    port = port or config.port
    for look in BEFORE_SERVING:
        look()
    _demand_free(port)
    worker = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "flask", "--app", str(ROOT / "app.py"), "work", "--parent", str(os.getpid())]
    )
    click.echo(f"网格工会 gridunion: http://127.0.0.1:{port}")
    sys.stdout.flush()
    sys.setswitchinterval(TURN)
    try:
        waitress_serve(app, host="127.0.0.1", port=port, threads=threads, ident=None)
    finally:
        worker.terminate()


def _demand_free(port: int) -> None:
    """Nothing is begun for a port that somebody else has."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as problem:
        raise click.ClickException(
            f"端口 {port} 用不了：可能被别的程序占着，或没有权限。请停掉那个程序，或用 PORT 换一个端口。"
        ) from problem


@click.command()
@click.option("--parent", type=int, help="Stop when this process is gone.")
@with_tables
def work(parent: int | None) -> None:
    """Do background work until stopped (one such process an installation)."""
    # What was begun is rolled back and begun again later. As an exception the signal would be lost in a function that
    # SQLite calls, and the work would go on.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    jobs.work_forever(parent)


@click.command()
@with_tables
def tick() -> None:
    """Do the periodic work that is due, once: for cron."""
    click.echo(f"做了 {jobs.tick()} 项定期工作。")


@click.command("verify-trail")
@with_tables
def verify() -> None:
    """Check the hash chain of the trail."""
    broken = audit.broken_at()
    if broken is not None:
        raise click.ClickException(f"留痕在第 {broken} 行断了：那一行或它前面的记录被改过。")
    click.echo("留痕完整，没有改动。")


@keys_group.command("rotate")
@with_tables
def rotate() -> None:
    """Encrypt everything under a fresh key; if stopped half-way, run it again."""
    config: Config = current_app.extensions["gridunion.config"]
    ring = keyring()
    if rekey.finished():
        ring.add_key()
        ring.save(config.keys)
    click.echo(f"已用新密钥 {ring.current} 重新加密 {rekey.run()} 项内容。")


@jobs.periodic("look over tables", hours=24)
def look_over_tables() -> None:
    """Tell SQLite's planner how full the tables are; PostgreSQL sees to that itself."""
    with write():
        if is_sqlite(db.engine):
            trusted(text("PRAGMA optimize"))


@jobs.periodic("sweep receipts", hours=24)
def sweep_receipts() -> None:
    with write():
        receipts.sweep()
