"""Holidays are entered late, after a transfer was asked for: its answer is awaited as many working days as before."""

from sqlalchemy import select

from gridunion import clock
from gridunion.db import db, write
from gridunion.jobs import periodic
from gridunion.members.transfer import Transfer


@periodic("transfer deadlines", nightly=True)
def recount() -> None:
    """Only what is not over yet moves. Idempotent."""
    waits = select(Transfer).where(Transfer.state == "asked", Transfer.due_at > clock.now())
    with write():
        for transfer in db.session.scalars(waits.order_by(Transfer.id)).all():
            transfer.await_answer()
