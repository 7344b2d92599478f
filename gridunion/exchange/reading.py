"""The job that reads a sheet: in a child process with limits, judged and kept some rows at a time.

A worker that dies leaves the import where its last chunk ended; whoever looks after imports asks for a new reader when
the old one has been silent for half a minute, and the old one, should it still live, stops at its next chunk.
"""

from datetime import timedelta
from itertools import islice
from uuid import UUID, uuid4

from sqlalchemy import select

from gridunion import clock
from gridunion.db import db, write
from gridunion.exchange.clearing import clear, forget_old
from gridunion.exchange.heavy import heavy_write
from gridunion.exchange.locker import SHEETS
from gridunion.exchange.models import ImportRow, ImportRun, run_of
from gridunion.exchange.staging import BranchIntake, Judged, stage
from gridunion.exchange.upload import look_at
from gridunion.jobs import enqueue, job, periodic
from gridunion.keys import WrongKey
from gridunion.sheets import Unreadable, limited_rows

CHUNK = 200
JOBS = {"looking": "look at import", "reading": "read import"}
SILENT = timedelta(seconds=30)
FORGOTTEN = timedelta(days=7)  # an import nobody went on with is given up


@job("read import")
def read(number: int) -> None:
    """Read a sheet from where the last reader stopped."""
    reader = _take_over(number)
    if not reader:
        return
    try:
        _read_all(number, reader)
    except (Unreadable, FileNotFoundError, WrongKey) as problem:
        _fail(number, reader, problem)


@job("look at import")
def look(number: int) -> None:
    """Find the header of a sheet that was too large to be looked at while its sender waited."""
    run = run_of(number)
    if run.state != "looking":
        return
    try:
        with SHEETS.opened(run.uid) as path:
            seen = look_at(path)
    except (Unreadable, FileNotFoundError, WrongKey) as problem:
        _fail(number, "", problem)
        return
    with write():
        run = run_of(number)
        if run.state == "looking":
            run.take(seen)


def _take_over(number: int) -> str:
    """A name for this reader; empty when there is nothing to read any more."""
    with write():
        run = run_of(number)
        if run.state != "reading":
            return ""
        run.reader, run.beat_at = uuid4().hex, clock.now()
        return run.reader


def _read_all(number: int, reader: str) -> None:
    run = run_of(number)
    intake, begun = BranchIntake(run), run.rows_read
    intake.prepare()
    with SHEETS.opened(run.uid) as path:
        rows = enumerate(islice(limited_rows(path, intake.known_by()), begun, None), begun + 1)
        while some := list(islice(rows, CHUNK)):
            if not _keep(number, reader, intake, intake.judge_some(some)):
                return
    if _finish(number, reader):
        SHEETS.drop(run.uid)


def _keep(number: int, reader: str, intake: BranchIntake, judged: list[Judged]) -> bool:
    """Store a chunk; False when somebody gave the import up, or another reader took over."""
    with heavy_write():
        run = run_of(number)
        mine = run.state == "reading" and run.reader == reader
        if mine:
            stage(run, judged, intake)
    return mine


def _finish(number: int, reader: str) -> bool:
    with write():
        run = run_of(number)
        mine = run.state == "reading" and run.reader == reader
        if mine:
            run.finish_reading()
    return mine


def _fail(number: int, reader: str, problem: Exception) -> None:
    with write():
        run = run_of(number)
        if run.state in ("looking", "reading") and run.reader == reader:
            run.fail(str(problem) if isinstance(problem, Unreadable) else "")


@job("clear import")
def clear_away(number: int) -> None:
    """Take away what an import left that was given up or taken back."""
    run = run_of(number)
    SHEETS.drop(run.uid)
    clear(number)


@periodic("resume imports", seconds=20)
def resume() -> None:
    """Ask for a new reader where the last one fell silent."""
    with write():
        silent = ImportRun.state.in_(JOBS) & (ImportRun.beat_at < clock.now() - SILENT)
        for run in db.session.scalars(select(ImportRun).where(silent)):
            run.beat_at = clock.now()
            enqueue(JOBS[run.state], number=run.id)


@periodic("sweep imports", hours=24)
def sweep() -> None:
    """Give up what nobody went on with, forget what can no longer be undone, and delete files nobody needs."""
    with write():
        for state in ("mapping", "preview"):
            old = ImportRun.recorded_at < clock.now() - FORGOTTEN
            for run in db.session.scalars(select(ImportRun).where(ImportRun.state == state, old)):
                run.end()
        for number in _left_behind():
            enqueue("clear import", number=number)
    forget_old()
    for path in SHEETS.strays(_wanted()):
        path.unlink(missing_ok=True)


def _left_behind() -> list[int]:
    """Imports given up or taken back whose hidden people are not all gone yet."""
    gone = ImportRun.state.in_(("ended", "undone", "failed"))
    left = select(ImportRow.id).where(
        ImportRow.run_id == ImportRun.id, ImportRow.verdict == "new", ImportRow.person_id.is_not(None)
    )
    return list(db.session.scalars(select(ImportRun.id).where(gone, left.exists())))


def _wanted() -> set[UUID]:
    waiting = select(ImportRun.uid).where(ImportRun.state.in_(("looking", "mapping", "reading")))
    return set(db.session.scalars(waiting))
