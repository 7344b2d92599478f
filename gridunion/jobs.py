"""Background work: one queue in the same database, so a job exists exactly when what asked for it was saved.

    @job("reindex")            def reindex(unit_id: int) -> None: ...
    enqueue("reindex", unit_id=7)                  # inside write()
    @periodic("sweep receipts", hours=24)          def sweep() -> None: ...
    @periodic("plan visits", nightly=True)         def plan() -> None: ...

Every periodic piece of work may be missed or run twice without harm, and is also run by `flask tick`.
Arguments are JSON. A job that fails is tried again, three times in all, then left for people to see.
"""

import json
import logging
import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import g
from sqlalchemy import Index, String, Text, select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.db import Row, db, internal, write
from gridunion.tree import everywhere

TRIES = 3
STALE = timedelta(minutes=15)  # a job claimed longer ago died with its worker
log = logging.getLogger("gridunion.jobs")

Work = Callable[..., None]
_work: dict[str, Work] = {}
_periods: dict[str, tuple[timedelta | None, Work]] = {}


class Job(Row):
    """One piece of work waiting, running, done or given up."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_done_at_after", "done_at", "after"),)

    name: Mapped[str] = internal(String(40))
    arguments: Mapped[str] = internal(Text, default="{}")
    after: Mapped[datetime] = internal(default=clock.now)
    tries: Mapped[int] = internal(default=0)
    claimed_at: Mapped[datetime | None] = internal()
    done_at: Mapped[datetime | None] = internal()
    error: Mapped[str] = internal(Text, default="")


class Period(Row):
    """When a periodic piece of work last began."""

    __tablename__ = "period"

    name: Mapped[str] = internal(String(40), unique=True)
    began_at: Mapped[datetime] = internal()


def job(name: str) -> Callable[[Work], Work]:
    """Label the work that is done for what `enqueue()` asks by this name."""

    def register(work: Work) -> Work:
        _work[name] = work
        return work

    return register


def periodic(name: str, nightly: bool = False, **every: float) -> Callable[[Work], Work]:
    """Label work that is done again and again, so many `hours` or `minutes` apart, or once each day: as soon after
    midnight as the machine runs."""

    def register(work: Work) -> Work:
        _periods[name] = (None if nightly else timedelta(**every), work)
        return work

    return register


def enqueue(name: str, **arguments: Any) -> None:
    """Ask for work to be done after this transaction. Inside write()."""
    db.session.add(Job(name=name, arguments=json.dumps(arguments)))


def work_one() -> bool:
    """Do the next job, if there is one."""
    with write():
        claimed = _claim()
    if claimed is None:
        return False
    number, name, arguments = claimed
    error = _run(name, lambda: _work[name](**arguments))
    with write():
        _settle(number, error)
    return True


def tick() -> int:
    """Begin all periodic work that is due; returns how many pieces began."""
    due = [(name, work) for name, (every, work) in _periods.items() if _begin(name, every)]
    for name, work in due:
        _run(name, work)
    return len(due)


def work_forever(parent: int | None = None, seconds: float = 1.0) -> None:
    """Work until stopped, or until the parent process is gone."""
    while parent is None or os.getppid() == parent:
        tick()
        while work_one():
            pass
        db.session.remove()
        time.sleep(seconds)


def _claim() -> tuple[int, str, dict[str, Any]] | None:
    now = clock.now()
    waiting = select(Job).where(Job.done_at.is_(None), Job.after <= now, Job.tries < TRIES)
    waiting = (
        waiting.where(Job.claimed_at.is_(None) | (Job.claimed_at < now - STALE)).order_by(Job.id).limit(1)
    )
    found = db.session.scalars(waiting.with_for_update(skip_locked=True)).one_or_none()
    if found is None:
        return None
    found.claimed_at, found.tries = now, found.tries + 1
    return found.id, found.name, json.loads(found.arguments)


def _run(name: str, work: Callable[[], None]) -> str:
    g.pop("days", None)  # a worker outlives many requests: the calendar is read anew for each piece of work
    try:
        with everywhere():
            work()
    except Exception as problem:
        db.session.rollback()
        log.exception("job %s failed", name)
        return type(problem).__name__
    return ""


def _settle(number: int, error: str) -> None:
    found = db.session.get_one(Job, number)
    found.error, found.claimed_at = error, None
    if not error:
        found.done_at = clock.now()


def _again(began_at: datetime, every: timedelta | None, now: datetime) -> bool:
    """Whether periodic work is to begin anew."""
    if every is None:
        return clock.local(began_at).date() < clock.local(now).date()
    return began_at <= now - every


def _begin(name: str, every: timedelta | None) -> bool:
    with write():
        now = clock.now()
        found = db.session.scalars(select(Period).where(Period.name == name).with_for_update()).one_or_none()
        if found and found.began_at <= now and not _again(found.began_at, every, now):
            return False
        if found:
            found.began_at = now
        else:
            db.session.add(Period(name=name, began_at=now))
    return True
