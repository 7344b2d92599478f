"""The base a test finds: built once by the migrations, put back before each test.

On SQLite the file is copied. On PostgreSQL what a test changed is put back table by table from a schema that
keeps the first state: a new database for each test would take a third of the suite's time.
"""

import os
import shutil

from flask import Flask
from sqlalchemy import create_engine, text

from gridunion import config
from gridunion.db import db

POSTGRES = os.environ.get("DATABASE_URL", "")

KEEP = """
CREATE SCHEMA kept;
DO $$ DECLARE name text; BEGIN
    CREATE TABLE kept.numbers AS
        SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', name);
    END LOOP;
END $$"""
PUT_BACK = """
DO $$ DECLARE it record; changed boolean; BEGIN
    SET LOCAL session_replication_role = replica; -- neither foreign keys nor the triggers that keep the trail
    SET LOCAL lock_timeout = '10s';
    FOR it IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT (SELECT count(*) FROM public.%1$I) <> (SELECT count(*) FROM kept.%1$I) OR EXISTS
            (SELECT t::text FROM public.%1$I t EXCEPT SELECT k::text FROM kept.%1$I k)', it.name) INTO changed;
        IF changed THEN
            EXECUTE format('DELETE FROM public.%I', it.name);
            EXECUTE (SELECT format('INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM kept.%1$I', it.name,
                    string_agg(quote_ident(column_name), ', '))
                FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name = it.name AND is_generated = 'NEVER');
        END IF;
    END LOOP;
    FOR it IN SELECT DISTINCT tgrelid::regclass AS name FROM pg_trigger WHERE tgenabled = 'D' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', it.name);
    END LOOP;
    FOR it IN SELECT * FROM kept.numbers LOOP
        PERFORM setval(format('public.%I', it.sequencename), coalesce(it.last_value, 1), it.last_value IS NOT NULL);
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


def keep(site: Flask) -> None:
    """Remember the base as it is now. Inside the app."""
    db.session.remove()
    if POSTGRES:
        _tell(KEEP)
        return
    db.engine.dispose()
    home = site.extensions["gridunion.config"].home
    shutil.copy(home / "gridunion.db", home / "base.db")


def put_back(site: Flask) -> None:
    """The base as it was kept. Inside the app."""
    db.session.remove()
    home = site.extensions["gridunion.config"].home
    shutil.rmtree(home / "imports", ignore_errors=True)
    if POSTGRES:
        _tell(PUT_BACK)
        return
    db.engine.dispose()
    for left in ("gridunion.db-wal", "gridunion.db-shm"):
        (home / left).unlink(missing_ok=True)
    shutil.copy(home / "base.db", home / "gridunion.db")


def _tell(sql: str) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(sql.replace("%", "%%"))
