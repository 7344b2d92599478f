"""The base a test finds: built once by the migrations, put back before each test.

On SQLite the file is copied. On PostgreSQL what a test changed is put back table by table from a schema that
keeps the first state: a new database for each test would take a third of the suite's time.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from flask import Flask
from sqlalchemy import create_engine, text

from gridunion import config, settings
from gridunion.db import db
from gridunion.tree import everywhere

Told = TypeVar("Told")

POSTGRES = os.environ.get("DATABASE_URL", "")
ROOM = 2**30  # bytes
BASE = "base"

# What a test wrote bears a later transaction than the last putting back, and what it deleted is missing.
KEEP = """
CREATE SCHEMA kept_{name};
CREATE TABLE kept_{name}.mark AS SELECT pg_current_xact_id()::xid AS last;
DO $$ DECLARE it record; body text := ''; BEGIN
    FOR it IN SELECT table_name AS name, string_agg(quote_ident(column_name), ', ') AS columns
            FROM information_schema.columns JOIN pg_tables ON tablename = table_name AND schemaname = table_schema
            WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name LOOP
        EXECUTE format('CREATE TABLE kept_{name}.%1$I AS TABLE public.%1$I', it.name);
        body := body || format('
            IF (SELECT count(*) <> (SELECT count(*) FROM kept_{name}.%1$I) OR min(age(xmin)) < kept_age
                    FROM public.%1$I) THEN
                DELETE FROM public.%1$I;
                INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM kept_{name}.%1$I;
            END IF;', it.name, it.columns);
    END LOOP;
    FOR it IN SELECT sequencename AS name, last_value AS last FROM pg_sequences WHERE schemaname = 'public' LOOP
        body := body || format('
            IF (SELECT (last_value, is_called) <> (%2$s, %3$L::boolean) FROM public.%1$I) THEN
                PERFORM setval(''public.%1$I'', %2$s, %3$L);
            END IF;', it.name, coalesce(it.last, 1), it.last IS NOT NULL);
    END LOOP;
    EXECUTE format('CREATE FUNCTION kept_{name}.put_back() RETURNS void LANGUAGE plpgsql AS %L',
        'DECLARE kept_age int := (SELECT age(last) FROM kept_{name}.mark); BEGIN' || body || ' END');
END $$"""
PUT_BACK = """
DO $$ DECLARE it record; BEGIN
    SET LOCAL session_replication_role = replica; -- neither foreign keys nor the triggers that keep the trail
    SET LOCAL lock_timeout = '10s';
    PERFORM kept_{name}.put_back();
    UPDATE kept_{name}.mark SET last = pg_current_xact_id()::xid;
    FOR it IN SELECT DISTINCT tgrelid::regclass AS name FROM pg_trigger WHERE tgenabled = 'D' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', it.name);
    END LOOP;
END $$"""


def some(examples: int) -> int:
    """How many histories to try: on the second database a third, for the rules are the same."""
    return examples // 3 if POSTGRES else examples


def fresh_database(purpose: str) -> str:
    """The address of an empty database of this worker of the run. The server is asked as one who may make them."""
    name = f"{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    admin = create_engine(config.read({"DATABASE_URL": POSTGRES}).database_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return f"{POSTGRES.rsplit('/', 1)[0]}/{name}"


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder for a site, in memory where there is room for it: every commit goes through to a disk."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    with TemporaryDirectory(prefix="gridunion-", dir=memory if roomy else None) as folder:
        yield Path(folder) / "site"


def keep(site: Flask) -> None:
    """Remember the base as it is now, and what its settings say. Inside the app."""
    with everywhere():
        settings.label("sex", None)
    site.extensions["tests.settings"] = site.extensions["gridunion.settings"]
    db.session.remove()
    if POSTGRES:
        _tell(KEEP.replace("{name}", BASE))
        return
    db.engine.dispose()
    shutil.copy(_home(site) / "gridunion.db", _home(site) / f"{BASE}.db")


def put_back(site: Flask) -> None:
    """The base as it was kept. Inside the app."""
    shutil.rmtree(_home(site) / "imports", ignore_errors=True)
    _put_back(site, BASE)
    site.extensions["gridunion.settings"] = replace(
        site.extensions["tests.settings"], read_at=time.monotonic()
    )


def planted(site: Flask, name: str, plant: Callable[[], Told]) -> Told:
    """What `plant` puts into a fresh base, and what it tells of it (plain values, no records). Inside the app.

    Planted once and kept.
    """
    told: dict[str, Told] = site.extensions.setdefault("tests.planted", {})
    if name in told:
        _put_back(site, name)
        return told[name]
    told[name] = plant()
    db.session.remove()
    if POSTGRES:
        _tell(KEEP.replace("{name}", name))
    else:
        with closing(db.engine.raw_connection()) as connection:
            connection.cursor().execute(f"VACUUM INTO '{_home(site) / name}.db'")
    return told[name]


def _put_back(site: Flask, name: str) -> None:
    db.session.remove()
    site.extensions.pop("gridunion.settings", None)
    if POSTGRES:
        _tell(PUT_BACK.replace("{name}", name))
        return
    db.engine.dispose()
    for left in ("gridunion.db-wal", "gridunion.db-shm"):
        (_home(site) / left).unlink(missing_ok=True)
    shutil.copy(_home(site) / f"{name}.db", _home(site) / "gridunion.db")


def _home(site: Flask) -> Path:
    home: Path = site.extensions["gridunion.config"].home
    return home


def _tell(sql: str) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(sql.replace("%", "%%"))
