"""The night looks what is past its time or soon will be; what two officers agreed to is done; a look from a shell."""

import click
from sqlalchemy import select

from gridunion import clock
from gridunion.db import db, write
from gridunion.files import sweep
from gridunion.jobs import job, periodic
from gridunion.retention.classes import CLASSES, WARNED
from gridunion.retention.models import Erasure
from gridunion.shell import with_tables
from gridunion.tree import Unit, everywhere


@periodic("list old records", nightly=True)
def list_old() -> None:
    """Begin a round where something is past its time or will be within the days of warning. Idempotent."""
    for street in streets():
        with write():
            _list_in(street)


def streets() -> list[Unit]:
    found = select(Unit).where(Unit.kind == "street_federation").order_by(Unit.path)
    return list(db.session.scalars(found))


def _list_in(street: Unit) -> None:
    found, known = _any_soon(street), Erasure.of(street)
    if found and known is None:
        db.session.add(Erasure(unit=street))
    if known and not found and not known.asked_at:
        db.session.delete(known)


def _any_soon(street: Unit) -> bool:
    """Nobody is told by it that there is a sealed one; those go with the others."""
    day = clock.today() + WARNED
    return any(it.count(street, day, it.listed) for it in CLASSES.values())


@job("erase old records")
def erase(number: int) -> None:
    """Some at a time, so that nobody waits for it; begun again it goes on where it stopped."""
    round_ = db.session.get_one(Erasure, number)
    assert round_.upto and round_.agreed_at
    street, day = round_.unit, round_.upto
    rows = {it.id: it.count(street, day, it.listed) for it in CLASSES.values()}
    for it in CLASSES.values():
        while ids := it.next(street, day):
            with write():
                it.erase(ids)
    with write():
        db.session.get_one(Erasure, number).finish(rows)
    sweep()


@click.command("retention")
@with_tables
def retention() -> None:
    """What is past its time in each street, and what will be within 30 days."""
    with everywhere():
        for street in streets():
            click.echo(f"{street.name}：{_told(street)}")


def _told(street: Unit) -> str:
    today = clock.today()
    return "，".join(
        f"{it.words}到期 {it.count(street, today, it.listed)}，"
        f"30 天内到期 {it.count(street, today + WARNED, it.listed) - it.count(street, today, it.listed)}"
        for it in CLASSES.values()
    )
