"""The papers of the small demo: the reports of the last month, of which most were signed and taken, one was sent back
and one is missing; and what the year was to bring, as the unions above set it."""

from datetime import timedelta

from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.db import db
from gridunion.demo.teller import COMMUNITY, Teller, then, viewer_of
from gridunion.reports.models import Report
from gridunion.reports.month import Month
from gridunion.reports.sheet import drawn
from gridunion.status.targets import put
from gridunion.tree import Unit

SENT_BACK = "610702003005"  # 西大街


class Papers(Teller):
    def tell(self) -> None:
        self._targets()
        self._reports()

    def _targets(self) -> None:
        """The street has its target from the district, each community its share from the street."""
        street = viewer_of("supervisor")
        path, year = street.postings[0].path, clock.today().year
        with then(clock.midnight(clock.today().replace(month=1, day=1)) + timedelta(days=9, hours=10)):
            for unit in db.session.scalars(
                select(Unit).where(Unit.path.startswith(path)).order_by(Unit.path)
            ).all():
                if unit.kind == "street_federation":
                    put(unit, year, {"joined": 500, "founded": 12}, "", viewer_of("district"))
                elif unit.kind == "community_union":
                    put(unit, year, {"joined": 45, "founded": 1}, "", street)

    def _reports(self) -> None:
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
