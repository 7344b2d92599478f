"""A second opinion: what is kept because it was counted, or follows from other rows, against those rows themselves.

This is the one place where a thing is done in a second way on purpose: nothing here comes from walks.py, figures.py
or the verbs of the models, so a mistake there shows here. It only reads, some hundred units at a time, each time in
one view of the base. Of stored figures that hold no longer only those are compared that no clock decides.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import TextClause, bindparam, select, text

from gridunion import clock
from gridunion.db import Bytewise, UtcDateTime, db, is_sqlite, trusted
from gridunion.status.models import Standing

AT_ONCE = 200  # units
DAYS = 30  # the board looks back, today not among them

_UNITS = text(
    "SELECT id, code, name FROM unit WHERE path >= :low AND path < :high AND id > :last ORDER BY id LIMIT :most"
).bindparams(bindparam("low", type_=Bytewise), bindparam("high", type_=Bytewise))
_MOMENTS = ("now", "since", "until")
_TYPED = ("oldest_due_at", "last_entry_at")

# Each gives a row for a unit that has such records; what it does not give is 0, or never.
_FIGURES = (
    """SELECT unit_id, count(*) AS members, count(visit_due_at) AS people_due, count(hardship_class) AS hardship,
         sum(CASE WHEN new_form THEN 1 ELSE 0 END) AS new_form,
         sum(CASE WHEN id_index IS NULL OR sex IS NULL OR birth_on IS NULL OR ethnicity IS NULL OR education IS NULL
             OR household_type IS NULL OR phone IS NULL OR work_status IS NULL OR migrant IS NULL
             OR political_status IS NULL OR coalesce(employer_name, key_group) IS NULL THEN 1 ELSE 0 END) AS incomplete,
         11 * count(*) - count(id_index) - count(sex) - count(birth_on) - count(ethnicity) - count(education)
             - count(household_type) - count(phone) - count(work_status) - count(migrant) - count(political_status)
             - count(coalesce(employer_name, key_group)) AS gaps
       FROM person WHERE unit_id IN :ids AND status = 'active' GROUP BY unit_id""",
    "SELECT unit_id, count(*) AS applied FROM person WHERE unit_id IN :ids AND status = 'applied' GROUP BY unit_id",
    """SELECT person.unit_id, count(DISTINCT person.id) AS helped FROM person JOIN visit ON visit.person_id = person.id
       WHERE person.unit_id IN :ids AND person.status = 'active' AND person.hardship_class IS NOT NULL
         AND visit.voided_at IS NULL AND visit.outcome IN ('met', 'phone', 'family')
         AND visit.happened_at >= :since AND visit.happened_at < :now GROUP BY person.unit_id""",
    """SELECT unit_id, count(*) AS employers, count(nullif(union_state, 'unorganized')) AS organized
       FROM employer WHERE unit_id IN :ids AND state = 'active' GROUP BY unit_id""",
    """SELECT unit_id, count(*) AS received, count(nullif(channel, 'hotline')) AS ours_first FROM complaint
       WHERE unit_id IN :ids AND NOT sealed AND recorded_at >= :since AND recorded_at < :until GROUP BY unit_id""",
    """SELECT unit_id, count(*) AS disputes, count(mediated_on) AS mediated FROM complaint
       WHERE unit_id IN :ids AND NOT sealed AND accepted_at >= :since AND accepted_at < :until
         AND kind IN ('labor_dispute', 'collective_dispute') AND state <> 'merged' GROUP BY unit_id""",
    """SELECT unit_id, count(*) AS due, sum(CASE WHEN first_resolved_at <= first_due_at THEN 1 ELSE 0 END) AS on_time
       FROM complaint WHERE unit_id IN :ids AND NOT sealed AND first_due_at >= :since AND first_due_at < :until
         AND state NOT IN ('refused', 'withdrawn', 'merged') GROUP BY unit_id""",
    """SELECT unit_id, count(*) AS open, sum(CASE WHEN due_at < :now THEN 1 ELSE 0 END) AS overdue,
         min(CASE WHEN due_at < :now THEN due_at END) AS oldest_due_at FROM complaint WHERE unit_id IN :ids
         AND NOT sealed AND state NOT IN ('resolved', 'closed', 'refused', 'withdrawn', 'merged') GROUP BY unit_id""",
    """SELECT unit_id, count(*) AS visits_due, sum(CASE WHEN done_at <= due_at THEN 1 ELSE 0 END) AS visits_on_time
       FROM due_visit WHERE unit_id IN :ids AND must AND state NOT IN ('cancelled', 'voided')
         AND due_at >= :since AND due_at < :until GROUP BY unit_id""",
    """SELECT unit_id, count(*) AS visits_open FROM due_visit WHERE unit_id IN :ids AND state = 'open'
       GROUP BY unit_id""",
    """SELECT unit_id, count(*) AS echoes_due, sum(CASE WHEN told_at <= due_at THEN 1 ELSE 0 END) AS echoes_on_time
       FROM reply_due WHERE unit_id IN :ids AND NOT sealed AND due_at >= :since AND due_at < :until GROUP BY unit_id""",
    """SELECT unit_id, max(at) AS last_entry_at FROM (
         SELECT unit_id, recorded_at AS at FROM person WHERE unit_id IN :ids AND status IS NOT NULL
         UNION ALL SELECT unit_id, recorded_at FROM visit WHERE unit_id IN :ids
         UNION ALL SELECT unit_id, recorded_at FROM complaint WHERE unit_id IN :ids AND NOT sealed
       ) AS entered GROUP BY unit_id""",
)
_TIMELESS = {
    "members", "applied", "new_form", "people_due", "hardship", "incomplete", "gaps", "employers", "organized",
    "open", "visits_open", "last_entry_at",
}  # fmt: skip

# What is kept on a record and follows from others: its number, what it says, what they say.
_KEPT = {
    "person.visit_due_at": """SELECT unit_id, id, visit_due_at, counted FROM (
         SELECT unit_id, id, visit_due_at,
           (SELECT min(due_at) FROM due_visit WHERE person_id = person.id AND state = 'open') AS counted
         FROM person WHERE unit_id IN :ids) AS kept WHERE visit_due_at IS DISTINCT FROM counted""",
    "employer.visit_due_at": """SELECT unit_id, id, visit_due_at, counted FROM (
         SELECT unit_id, id, visit_due_at,
           (SELECT min(due_at) FROM due_visit WHERE employer_id = employer.id AND state = 'open') AS counted
         FROM employer WHERE unit_id IN :ids) AS kept WHERE visit_due_at IS DISTINCT FROM counted""",
    "person.status": """SELECT unit_id, id, status, counted FROM (
         SELECT unit_id, id, status, coalesce((SELECT max(status) FROM membership WHERE person_id = person.id
           AND until_on IS NULL AND status IS NOT NULL), 'known') AS counted
         FROM person WHERE unit_id IN :ids AND status <> 'merged') AS kept WHERE status <> counted""",
    "complaint.state": """SELECT unit_id, id, state, counted FROM (
         SELECT unit_id, id, state, (SELECT after FROM complaint_event WHERE complaint_id = complaint.id
           ORDER BY id DESC LIMIT 1) AS counted
         FROM complaint WHERE unit_id IN :ids) AS kept WHERE state IS DISTINCT FROM counted""",
    "complaint.reopened": """SELECT unit_id, id, reopened, counted FROM (
         SELECT unit_id, id, reopened,
           (SELECT count(*) FROM complaint_event WHERE complaint_id = complaint.id AND step = 'reopen') AS counted
         FROM complaint WHERE unit_id IN :ids) AS kept WHERE reopened <> counted""",
    "complaint_event.sealed": """SELECT one.unit_id, one.id, one.sealed, complaint.sealed FROM complaint_event AS one
         JOIN complaint ON complaint.id = one.complaint_id
         WHERE one.unit_id IN :ids AND one.sealed <> complaint.sealed""",
    "reply_due.sealed": """SELECT one.unit_id, one.id, one.sealed, complaint.sealed FROM reply_due AS one
         JOIN complaint ON complaint.id = one.complaint_id
         WHERE one.unit_id IN :ids AND one.sealed <> complaint.sealed""",
}

# The index people are found by, in two dialects: who stands in it, and below which units.
_MISSING = {
    "sqlite": """SELECT unit_id, id, 0, 1 FROM person WHERE unit_id IN :ids
         AND NOT EXISTS (SELECT 1 FROM person_search WHERE person_search.rowid = person.id)""",
    "postgresql": """SELECT unit_id, id, 0, 1 FROM person WHERE unit_id IN :ids
         AND NOT EXISTS (SELECT 1 FROM person_search WHERE person_id = person.id)""",
}
_INDEXED = {
    "sqlite": text("SELECT count(*) FROM person_search WHERE person_search MATCH :token"),
    "postgresql": text("SELECT count(*) FROM person_search WHERE tokens @> ARRAY[CAST(:token AS TEXT)]"),
}
_BELOW = """SELECT unit.id AS unit_id, count(*) AS people FROM unit JOIN unit AS below ON below.path >= unit.path
         AND below.path < substr(unit.path, 1, length(unit.path) - 1) || '0' JOIN person ON person.unit_id = below.id
         WHERE unit.id IN :ids GROUP BY unit.id"""
_REINDEXING = text("SELECT 1 FROM job WHERE name = 'reindex people' AND done_at IS NULL")


class Found(NamedTuple):
    """Something kept that is not what its rows say; `record` where it stands on one of them."""

    unit_id: int
    code: str
    name: str
    figure: str
    record: int | None
    stored: str
    counted: str


def _asking(sql: str) -> TextClause:
    """A statement about some units, with the types of what it is given and of what it gives."""
    asked = [bindparam(name, type_=UtcDateTime) for name in _MOMENTS if f":{name}" in sql]
    typed = {name: UtcDateTime for name in _TYPED if f"AS {name}" in sql}
    made: Any = text(sql).bindparams(bindparam("ids", expanding=True), *asked)
    return made.columns(**typed) if typed else made


_FIGURE_STATEMENTS = [_asking(sql) for sql in _FIGURES]
_KEPT_STATEMENTS = {name: _asking(sql) for name, sql in _KEPT.items()}
_MISSING_STATEMENTS = {dialect: _asking(sql) for dialect, sql in _MISSING.items()}
_BELOW_STATEMENT = _asking(_BELOW)


def differing(branch: tuple[str, str] = ("", "~")) -> Iterator[Found]:
    """What is kept in a branch of units and is not so."""
    last = 0
    while units := _units(branch, last):
        for number, figure, record, stored, counted in _in_some(list(units)):
            yield Found(number, *units[number], figure, record, _said(stored), _said(counted))
        last = max(units)


def _units(branch: tuple[str, str], last: int) -> dict[int, tuple[str, str]]:
    """The next units, as the base stands now and until all of them were looked at."""
    db.session.rollback()
    if not is_sqlite(db.engine):
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    low, high = branch
    rows = trusted(_UNITS, {"low": low, "high": high, "last": last, "most": AT_ONCE})
    return {row.id: (row.code, row.name) for row in rows}


Difference = tuple[int, str, int | None, Any, Any]


def _in_some(ids: list[int]) -> Iterator[Difference]:
    yield from _figures(ids)
    for name, statement in _KEPT_STATEMENTS.items():
        for row in trusted(statement, {"ids": ids}):
            number, record, stored, counted = tuple(row)
            yield number, name, record, stored, counted
    yield from _index(ids)


def _figures(ids: list[int]) -> Iterator[Difference]:
    now, midnight = clock.now(), clock.midnight(clock.today())
    given = {"ids": ids, "now": now, "until": midnight}
    given["since"] = clock.midnight(clock.today() - timedelta(days=DAYS))
    counted: dict[int, dict[str, Any]] = {number: {} for number in ids}
    for statement in _FIGURE_STATEMENTS:
        for row in trusted(statement, given).mappings():
            counted[row["unit_id"]].update(row)
    table: Any = Standing.__table__
    kept_rows = {row.unit_id: row for row in trusted(select(table).where(table.c.unit_id.in_(ids)))}
    names = [column.name for column in table.c if column.name not in ("id", "unit_id", "fresh_until")]
    for number in ids:
        stored = kept_rows.get(number)
        holds = stored is None or stored.fresh_until > now
        for name in names:
            kept, true = getattr(stored, name, None) or 0, counted[number].get(name) or 0
            if kept != true and (holds or name in _TIMELESS):
                yield number, name, None, kept, true


def _index(ids: list[int]) -> Iterator[Difference]:
    dialect = db.engine.dialect.name
    for row in trusted(_MISSING_STATEMENTS[dialect], {"ids": ids}):
        number, record, stored, counted = tuple(row)
        yield number, "person_search", record, stored, counted
    if trusted(_REINDEXING).first():
        return  # a unit moved a moment ago, and those below it are being put in order
    people = {row.unit_id: row.people for row in trusted(_BELOW_STATEMENT, {"ids": ids})}
    for number in ids:
        found = trusted(_INDEXED[dialect], {"token": f"u{number}"}).scalar_one()
        if found != people.get(number, 0):
            yield number, "person_search.unit", None, found, people.get(number, 0)


def _said(value: Any) -> str:
    """As it is told; of an instant no more than the second."""
    return "—" if value is None else str(value)[:19]
