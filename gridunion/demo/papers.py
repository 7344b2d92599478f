"""The reports of the last month in the small demo: most were signed and taken, one was sent back, one is missing."""

from datetime import timedelta

from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.db import db
from gridunion.demo.teller import COMMUNITY, Teller, then, viewer_of
from gridunion.reports.models import Report
from gridunion.reports.month import Month
from gridunion.reports.sheet import drawn
from gridunion.tree import Unit

SENT_BACK = "610702003005"  # 西大街


class Papers(Teller):
    def tell(self) -> None:
        """The leader of the demo still has hers to sign."""
        month, street = Month.of(clock.today()).before, viewer_of("supervisor")
        signed = clock.midnight(month.next.first) + timedelta(days=1, hours=16)
        if signed > clock.now():
            return
        unions = select(Unit).where(
            Unit.kind == "community_union", Unit.path.startswith(street.postings[0].path)
        )
        for unit in db.session.scalars(unions.order_by(Unit.path)).all():
            if unit.code == COMMUNITY or not (login := _leader_of(unit)):
                continue
            with then(signed):
                report = Report.sign(unit, month, drawn(unit, month), viewer_of(login))
            with then(min(signed + timedelta(hours=18), clock.now())):
                if unit.code == SENT_BACK:
                    report.send_back(street, "新发展会员比名单多 3 人，请核对后再签")
                else:
                    report.accept(street)


def _leader_of(unit: Unit) -> str | None:
    posted = select(Account.login).join(Posting, Posting.account_id == Account.id)
    return db.session.scalars(
        posted.where(Posting.unit_id == unit.id, Posting.role == "leader").limit(1)
    ).first()
