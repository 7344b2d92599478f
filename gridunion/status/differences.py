"""What a recount found: told at the shell by `flask status verify`, every night to the administrators of the branch."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

import click
from flask import Response, url_for
from flask.cli import AppGroup
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ForeignKey, Index, String, delete, func, select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.db import BigId, Row, db, internal, write
from gridunion.jobs import periodic
from gridunion.menu import NOTICES
from gridunion.rights import Viewer, allow
from gridunion.shell import with_tables
from gridunion.status.measures import MEASURES
from gridunion.status.verifying import Found, differing
from gridunion.status.views import bp
from gridunion.tree import Unit, everywhere
from gridunion.web import page

MANAGE = "manage units"
MOST = 200  # kept of one night

KEPT = {
    "applied": _("等审批的人"),
    "new_form": _("新就业形态会员"),
    "people_due": _("该走访的会员"),
    "gaps": _("档案里空着的项"),
    "oldest_due_at": _("超期最久的期限"),
    "last_entry_at": _("最近上报"),
    "person.visit_due_at": _("会员的走访期限"),
    "employer.visit_due_at": _("单位的走访期限"),
    "person.status": _("会籍状态"),
    "complaint.state": _("诉求状态"),
    "complaint.reopened": _("诉求重新办理次数"),
    "complaint_event.sealed": _("诉求经过的保密"),
    "reply_due.sealed": _("回音的保密"),
    "person_search": _("找人的索引"),
    "person_search.unit": _("找人的索引里的人数"),
}
WORDS = {name: measure.words for name, measure in MEASURES.items()} | KEPT


class Difference(Row):
    """Something kept that was not what its rows said, in the last night that was recounted."""

    __tablename__ = "difference"
    __table_args__ = (Index("ix_difference_unit_id", "unit_id"),)

    unit_id: Mapped[int] = internal(BigId, ForeignKey("unit.id"))
    figure: Mapped[str] = internal(String(40))
    record_number: Mapped[int | None] = internal(BigId)
    stored: Mapped[str] = internal(String(40))
    counted: Mapped[str] = internal(String(40))
    found_at: Mapped[datetime] = internal(default=clock.now)

    @property
    def words(self) -> str:
        """What it is, and on which record."""
        named = str(WORDS[self.figure])
        return (
            gettext("%(what)s（记录 %(n)s）", what=named, n=self.record_number)
            if self.record_number
            else named
        )


@periodic("recount", nightly=True)
def recount() -> None:
    """Look over everything that is kept, and keep what was not so instead of what was found before."""
    found = list(islice(differing(), MOST))
    with write():
        db.session.execute(delete(Difference))
        db.session.add_all(_kept(found))


def _kept(found: Iterable[Found]) -> list[Difference]:
    return [
        Difference(
            unit_id=it.unit_id,
            figure=it.figure,
            record_number=it.record,
            stored=it.stored,
            counted=it.counted,
        )
        for it in found
    ]


def notice(viewer: Viewer) -> list[tuple[str, str]]:
    """For who looks after the installation: that something does not agree."""
    if not viewer.can(MANAGE):
        return []
    many = db.session.scalar(select(func.count(Difference.id)).join(Unit, Unit.id == Difference.unit_id))
    if not many:
        return []
    return [(gettext("每晚重数：有 %(n)s 处和记录对不上", n=many), url_for("status.differences"))]


NOTICES.append(notice)


@bp.get("/differences")
@allow(MANAGE)
def differences() -> Response:
    found = select(Difference, Unit.name).join(Unit, Unit.id == Difference.unit_id).order_by(Difference.id)
    return page("status/differences.html", rows=db.session.execute(found).all())


status_group = AppGroup("status", help="Figures, and whether they are so.")


@status_group.command("verify")
@click.option("--unit", "code", metavar="CODE", help="Only what is kept in this unit and below it.")
@with_tables
def verify(code: str | None) -> None:
    """Count everything that is kept a second time, from the rows alone; changes nothing."""
    with everywhere():
        found = list(map(_line, islice(differing(_branch(code)), MOST)))
    db.session.rollback()
    if not found:
        click.echo("存着的数和记录一个不差。")
        return
    raise click.ClickException("\n".join(["有对不上的（单位、哪个数、存的、数出来的）：", *found]))


def _branch(code: str | None) -> tuple[str, str]:
    if code is None:
        return "", "~"
    unit = db.session.scalars(select(Unit).where(Unit.code == code)).one_or_none()
    if unit is None:
        raise click.ClickException(f"没有编码是 {code} 的单位。")
    return unit.branch


def _line(found: Found) -> str:
    record = f" #{found.record}" if found.record else ""
    return f"{found.code} {found.name}  {found.figure}{record}  {found.stored}  {found.counted}"
