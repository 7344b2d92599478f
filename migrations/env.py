"""Runs migrations in one transaction, foreign keys off on SQLite, and checks that no row was lost or orphaned.

Foreign keys must be off before BEGIN: with them on, rebuilding a parent table silently deletes its children.
"""

from alembic import context
from flask import current_app

from gridunion.db import Base, UtcDateTime, db, is_sqlite
from gridunion.engine import migrating, refuse_orphans

SEARCH = "person_search"  # made by hand in the migration: FTS5 on SQLite, a GIN index on PostgreSQL


def ours(thing, name, kind, reflected, compare_to):
    """What autogenerate may look at."""
    return not (name or "").startswith((SEARCH, f"ix_{SEARCH}", "sqlite_"))


def render(kind, thing, _context):
    """Write our types as the plain ones they are, so that an old migration needs no code of today."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run():
    with db.engine.connect() as connection, migrating(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=ours,
            render_item=render,
            render_as_batch=is_sqlite(db.engine),
            compare_type=False,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            refuse_orphans(connection)
        connection.commit()


with current_app.app_context():
    run()
