"""What people without an account did in the small demo: one reported from the street and wrote again, some put
something into the anonymous box."""

from sqlalchemy import select

from gridunion.accounts.models import hash_password
from gridunion.box.models import BoxMessage, BoxOpening
from gridunion.complaints.hands import handlers
from gridunion.complaints.models import Complaint
from gridunion.db import db
from gridunion.demo.teller import COMMUNITY, Teller, days_ago, then, viewer_of
from gridunion.tree import Unit


class Outside(Teller):
    def tell(self) -> None:
        self._reported()
        self._box()

    def _reported(self) -> None:
        """A report from the public page, in somebody's hand; its sender added something yesterday."""
        there = self.cells["1"]
        with then(days_ago(2, 20, 15)):
            case = Complaint.take(
                there, None, "小周", None, category="labor_protection", kind="complaint", channel="online",
                text="仓库里晚上没有灯，搬货的时候摔过人",
            )  # fmt: skip
        self.assign(case, 1, viewer_of(handlers(there)[0].login))
        with then(days_ago(1, 19, 30)):
            case.add("今天又有人崴了脚，照明还是没装")

    def _box(self) -> None:
        """Opened last month by the leader and the street, with an answer on the board; something new lies in it."""
        unit = db.session.scalars(select(Unit).where(Unit.code == COMMUNITY)).one()
        with then(days_ago(28)):
            answered = _dropped(unit, "食堂的菜量越来越少，价钱没少", "4821077735160294")
            aside = _dropped(unit, "测试测试，看看有没有人看", "9034415028866173")
        with then(days_ago(26, 15, 0)):
            opening = BoxOpening.ask(unit, self.leader)
            opening.confirm(viewer_of("supervisor"))
            opening.minute("两人在场，信箱完好，取出 2 封。", self.leader)
        db.session.refresh(answered)
        db.session.refresh(aside)
        with then(days_ago(24)):
            answered.reply("已经和食堂谈过，从这个月起按标准打菜，工会每周抽查一次。", self.leader)
            aside.set_aside("没有写要反映的事", self.leader)
        with then(days_ago(3)):
            _dropped(unit, "班组长排班不公平，总让几个人上夜班", "5507318840922617")


def _dropped(unit: Unit, text: str, code: str) -> BoxMessage:
    return BoxMessage.drop(unit, text, [], code, hash_password(code))
