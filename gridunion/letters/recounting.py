"""Holidays are entered late, after letters went out: their answers are awaited as many working days as before."""

from sqlalchemy import select

from gridunion import clock
from gridunion.db import db, write
from gridunion.jobs import periodic
from gridunion.letters.models import Letter


@periodic("letter deadlines", nightly=True)
def recount() -> None:
    """Only what is not over yet moves. Idempotent."""
    waits = select(Letter).where(Letter.settled_at.is_(None), Letter.due_at > clock.now())
    with write():
        for letter in db.session.scalars(waits.order_by(Letter.id)).all():
            letter.await_reply()
