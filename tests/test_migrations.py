"""The schema: as the models say, up and down with data, and never at the cost of a row."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, text

from gridunion import seeds
from gridunion.db import Base, db, is_sqlite, write
from gridunion.engine import OrphanedRows, migrating, refuse_orphans
from gridunion.settings import Code, Setting
from gridunion.tree import Unit, everywhere
from tests.conftest import member

ROOT = Path(__file__).resolve().parents[1]


def _ours(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    return not (name or "").startswith(("person_search", "ix_person_search", "sqlite_"))


def test_the_migrated_schema_is_the_one_the_models_describe(site: Flask) -> None:
    with site.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": _ours, "compare_type": False}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_going_down_and_up_again_leaves_a_working_base(site: Flask) -> None:
    with site.app_context():
        downgrade(directory=str(ROOT / "migrations"), revision="base")
        db.engine.dispose()
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade(directory=str(ROOT / "migrations"))
        with everywhere(), write():
            seeds.sow()
            db.session.add(Unit.under(None, code="1", name="汉台区总工会", kind="district_federation"))
        assert db.session.scalar(select(func.count()).select_from(Setting)) == len(seeds.SETTINGS)


def test_setting_up_again_changes_nothing(lifted: Flask) -> None:
    before = db.session.scalar(select(func.count()).select_from(Code))
    with write():
        seeds.sow()
    assert db.session.scalar(select(func.count()).select_from(Code)) == before


def test_foreign_keys_are_off_in_a_migration_and_on_again_after_it(site: Flask) -> None:
    with site.app_context():
        if not is_sqlite(db.engine):
            pytest.skip("PostgreSQL changes tables in place")
        with db.engine.connect() as connection:
            with migrating(connection):
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
            connection.rollback()
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_would_orphan_rows_is_refused(lifted: Flask) -> None:
    if not is_sqlite(db.engine):
        pytest.skip("PostgreSQL refuses by itself")
    member()
    db.session.remove()
    with db.engine.connect() as connection, pytest.raises(OrphanedRows), migrating(connection):
        connection.execute(text("DELETE FROM person"))
        refuse_orphans(connection)
