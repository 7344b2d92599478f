"""What an import costs a row, against handing the same ready tuples to the driver, and against a form and an object
for each row. Run by `make bench`.

    python -m tests.bench.importing                of as many rows as an import takes: some minutes
    python -m tests.bench.importing --rows 20000   sooner done; the base is small, which flatters the driver

The base is thrown away afterwards. The driver stores all in one transaction, the import some at a time, so that
others can write meanwhile.
"""

import os
import shutil
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import openpyxl
from flask import Flask
from sqlalchemy import select

from gridunion import config, create_app
from gridunion.db import db, write
from gridunion.exchange import bulk, publishing, reading, register, upload
from gridunion.exchange.models import begin, run_of
from gridunion.members.file_form import FileForm
from gridunion.members.models import Person
from gridunion.tree import Unit, everywhere
from tests.bench import crowd
from tests.bench.bases import _flask, connect

Stored = list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]
SLOW_ROWS = 500
FLOOR, SLOW = 0.3, 10.0


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.bench.importing")
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="gridunion-bench-") as folder:
        measure(Path(folder), rows)


def measure(folder: Path, rows: int) -> None:
    for name in ("ours", "floor"):
        _flask(folder / name, "setup")
        _flask(folder / name, "demo")
    site = create_app(config.read({"GRIDUNION_HOME": str(folder / "ours")}))
    with site.app_context(), everywhere():
        street, cells = _place()
        sheet = crowd.write(folder / "crowd.xlsx", rows, cells)
        stored: Stored = []
        with _recorded(stored):
            ours = _seconds(lambda: _import(street, sheet)) / rows
        slow = _seconds(lambda: _one_by_one(site, sheet, cells)) / SLOW_ROWS
    floor = _seconds(lambda: _by_hand(folder / "floor", stored)) / rows
    print(f"\nimport of {rows:,} rows of XLSX, CPU a row, its child included: {1e6 * ours:.0f} µs")
    print(f"  executemany of ready tuples {1e6 * floor:.0f} µs: {floor / ours:.2f}× (at least {FLOOR}×)")
    print(f"  a form and add() for each row {1e6 * slow:.0f} µs: {slow / ours:.0f}× (at least {SLOW:.0f}×)")
    shutil.rmtree(folder, ignore_errors=True)


def _seconds(work: Callable[[], object]) -> float:
    """CPU of this process and of those it waited for."""
    began = sum(os.times()[:4])
    work()
    return sum(os.times()[:4]) - began


def _place() -> tuple[Unit, list[str]]:
    streets = select(Unit).where(Unit.kind == "street_federation").order_by(Unit.code)
    street = db.session.scalars(streets).first()
    assert street is not None
    lo, hi = street.branch
    cells = db.session.scalars(
        select(Unit.code).where(Unit.path >= lo, Unit.path < hi, Unit.kind == "cell")
    ).all()
    return street, list(cells)


def _import(street: Unit, sheet: Path) -> None:
    """What the site does between the press of a button and the last member, the child that reads beside it."""
    by: Any = SimpleNamespace(account_id=1, name="bench")
    with sheet.open("rb") as sent:
        arrived = upload.receive(sent, sheet.name, upload.digest_of(sent))
    assert isinstance(arrived, upload.Arrived), arrived
    with write():
        number = begin(street, by, arrived).id
    reading.look(number)
    with write():
        run = run_of(number)
        if run.state == "mapping":
            run.read(dict(run.mapping), False)
    reading.read(number)
    with write():
        publishing.store(run_of(number))


@contextmanager
def _recorded(stored: Stored) -> Iterator[None]:
    """Keep the tuples that go to the driver."""
    insert_into = bulk.insert_into

    def insert(table: str, names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
        kept = list(rows)
        stored.append((table, names, kept))
        insert_into(table, names, kept)

    with mock.patch.object(bulk, "insert_into", insert), mock.patch.object(register, "insert", bulk.insert):
        yield


def _by_hand(home: Path, stored: Stored) -> None:
    raw = connect(home / "gridunion.db")
    raw.execute("PRAGMA foreign_keys = OFF")  # the import itself, of which rows tell, is not there
    raw.execute("BEGIN IMMEDIATE")
    for table, names, rows in stored:
        columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
    raw.execute("COMMIT")
    raw.close()


def _one_by_one(site: Flask, sheet: Path, cells: list[str]) -> None:
    """As one would begin: openpyxl, the form of the page and an object for each row."""
    book = openpyxl.load_workbook(sheet, read_only=True)
    places = {it.code: it for it in db.session.scalars(select(Unit).where(Unit.code.in_(cells)))}
    with write():
        for row in book.worksheets[0].iter_rows(min_row=2, max_row=SLOW_ROWS + 1, values_only=True):
            sent = {
                "name": row[1],
                "phone": row[10],
                "id_number": row[7],
                "employer_name": row[17],
                "birth_on": row[3],
            }
            with site.test_request_context(method="POST", data=sent):
                form = FileForm()
                form.validate()
            person = Person(unit=places[str(row[22])], status="active")
            person.learn(name=form.name.data, phone=form.phone.data, employer_name=form.employer_name.data)
            person.set_id_number("resident_id", str(row[7]))
            person.consent_to("import")
            db.session.add(person)


if __name__ == "__main__":
    main()
