"""The job that makes a large table, with the eyes of who asked for it; and what is forgotten in time."""

from datetime import timedelta
from tempfile import TemporaryFile

from sqlalchemy import select

from gridunion import clock, settings
from gridunion.db import db, write
from gridunion.exchange.larger import OPEN, ExportRequest
from gridunion.exchange.locker import TABLES
from gridunion.exchange.taken import digest_of, home
from gridunion.jobs import job, periodic
from gridunion.tree import Eyes, look_with

STUCK = timedelta(hours=1)


@job("make export")
def make(number: int) -> None:
    """Make the table that was agreed to. Its rows are of now, not of when it was asked for."""
    asked = db.session.get_one(ExportRequest, number, populate_existing=True)
    if asked.state != "making":
        return
    look_with(Eyes(asked.account_id, (asked.unit.branch,)))
    with TemporaryFile(dir=home()) as table:
        rows = asked.copy.write(table, int(settings.value("export.pair")))
        digest = digest_of(table)
        table.seek(0)
        TABLES.keep(asked.uid, table)
    with write():
        asked = db.session.get_one(ExportRequest, number, populate_existing=True)
        if asked.state == "making":
            asked.finish(rows, digest)
    if asked.state != "ready":
        TABLES.drop(asked.uid)


@periodic("sweep exports", hours=1)
def sweep() -> None:
    """Forget tables nobody agreed to, made or fetched in time."""
    now = clock.now()
    with write():
        waits = select(ExportRequest).where(ExportRequest.state.in_(OPEN))
        for asked in db.session.scalars(waits).all():
            if asked.over:
                asked.state = "over"
                TABLES.drop(asked.uid)
            elif asked.state == "making" and asked.decided_at and asked.decided_at < now - STUCK:
                asked.fail()
        ready = select(ExportRequest.uid).where(ExportRequest.state.in_(OPEN))
        wanted = set(db.session.scalars(ready))
    for path in TABLES.strays(wanted):
        path.unlink(missing_ok=True)
