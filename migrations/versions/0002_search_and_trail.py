"""the search index, and tables whose rows are never changed

Revision: 0002, after 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEARCH = {
    "sqlite": [
        "CREATE VIRTUAL TABLE person_search USING fts5(tokens, content='', contentless_delete=1, detail=none, "
        "tokenize='ascii')",
    ],
    "postgresql": [
        "CREATE TABLE person_search (person_id BIGINT PRIMARY KEY, tokens TEXT[] NOT NULL)",
        "CREATE INDEX ix_person_search_tokens ON person_search USING GIN (tokens)",
        # Of a piece it has not counted the planner guesses that one in 400 rows has it, and would rather walk through
        # all of them: it counts five thousand pieces instead of one.
        "ALTER TABLE person_search ALTER COLUMN tokens SET STATISTICS 500",
    ],
}

# What may never change: of the trail everything; of a story all but the ciphertext, which a key rotation rewrites; what
# a visit said before until its time is over and the visit is erased.
FIXED = {
    "trail": "UPDATE",
    "visit_version": "UPDATE",
    "complaint_event": "UPDATE OF complaint_id, step, before, after, actor_id, actor, role, reason, told, was_due_at, "
    "happened_at",
}

STANDS = {"visit_version": "(SELECT erased_at FROM visit WHERE visit.id = OLD.visit_id) IS NULL"}


def upgrade():
    dialect = op.get_bind().dialect.name
    for statement in SEARCH[dialect]:
        op.execute(statement)
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of this table are never changed'; END $$ LANGUAGE plpgsql"
        )
        op.execute(
            "CREATE FUNCTION refuse_change_while_kept() RETURNS trigger AS "
            f"$$ BEGIN IF {STANDS['visit_version']} THEN RAISE EXCEPTION 'rows of this table are never changed'; "
            "END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
    op.execute(f"INSERT INTO trail_head (id, hash) VALUES (1, '{'0' * 64}')")
    for table, update in FIXED.items():
        for name, verb in (("update", update), ("delete", "DELETE")):
            op.execute(_trigger(dialect, table, name, verb))


def _trigger(dialect, table, name, verb):
    head = f"CREATE TRIGGER {table}_no_{name} BEFORE {verb} ON {table} "
    kept = STANDS.get(table) if name == "update" else None
    if dialect == "sqlite":
        head += f"WHEN {kept}" if kept else ""
        return f"{head} BEGIN SELECT RAISE(ABORT, 'rows of this table are never changed'); END"
    return f"{head} FOR EACH ROW EXECUTE FUNCTION refuse_change{'_while_kept' if kept else ''}()"


def downgrade():
    dialect = op.get_bind().dialect.name
    for table in FIXED:
        for name in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{name}" + (f" ON {table}" if dialect == "postgresql" else ""))
    if dialect == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("DROP FUNCTION refuse_change_while_kept()")
    op.execute("DELETE FROM trail_head")
    op.execute("DROP TABLE person_search")
