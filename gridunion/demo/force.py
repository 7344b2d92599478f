"""What the union of the small demo does about employers: letters, an alert that reached the street, a declared tie."""

from sqlalchemy import select

from gridunion.accounts.models import Posting
from gridunion.alerts.models import Alert
from gridunion.complaints.conflicts import Tie
from gridunion.complaints.models import Complaint
from gridunion.db import db
from gridunion.demo.teller import Teller, days_ago, then
from gridunion.letters.models import Letter
from gridunion.letters.wording import TOPIC, words_for


class Force(Teller):
    def tell(self) -> None:
        employer, other, tied = self.employers[0], self.employers[1], self.employers[2]
        about = select(Complaint).where(Complaint.employer_id == employer.id, Complaint.category == "wages")
        case = db.session.scalars(about.order_by(Complaint.id.desc()).limit(1)).one()
        case.amount_owed = 643_050
        community = case.unit.parent
        assert community
        answered = days_ago(30).date()
        with then(days_ago(40)):
            words = words_for("reminder", other.name, None, 15).replace(str(TOPIC), "劳动合同")
            Letter.send("reminder", community, self.leader, other.name, words, other).take_reply(
                "合同已经补签，附了名单", answered
            )
        with then(days_ago(6)):
            words = words_for("reminder", employer.name, case, 15)
            Letter.send("reminder", community, self.leader, employer.name, words, employer, case)
        with then(days_ago(1, 9, 20)):
            alert = Alert.sound(
                community, "orange", "hand", "站点四个人工资都没拿到，有人说要一起去区里", self.leader.name,
                employer=employer, employer_name=employer.name,
            )  # fmt: skip
        with then(days_ago(1, 16, 30)):
            alert.answer(self.leader, "已约站点负责人谈话，工资表在核，明天给答复")
        seats = select(Posting).where(Posting.account_id == self.neighbor.account_id)
        db.session.scalars(seats.limit(1)).one().duty = "women"
        db.session.add(
            Tie(
                account_id=self.neighbor.account_id,
                employer_id=tied.id,
                employer_name=tied.name,
                kind="family",
            )
        )
