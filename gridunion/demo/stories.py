"""The stories of the small demo, told by the models' own verbs: the day of `worker`, the desk of `leader`.

Everything hangs on today: one wage complaint just ran late, one visit and one word to a worker are due this
evening,
four visits in the next days, two were made today; the leader has to assign, approve, confirm and call back.
"""

from sqlalchemy import delete, select

from gridunion import clock
from gridunion.complaints.hands import handlers
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.demo.comings import Comings
from gridunion.demo.courses import Courses
from gridunion.demo.force import Force
from gridunion.demo.goings import Goings
from gridunion.demo.made_up import Numbers
from gridunion.demo.outside import Outside
from gridunion.demo.papers import Papers
from gridunion.demo.teller import Teller, days_ago, evening, just_late, then, today_at, viewer_of, years_ago
from gridunion.members.models import Person
from gridunion.tree import Unit, everywhere
from gridunion.visits.checks import SpotCheck
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit

FAIR = "610702003005"  # 西大街


def tell(numbers: Numbers) -> None:
    """Write the stories into the small demo."""
    with everywhere(), write():
        stories = Stories(numbers)
        stories.day_of_the_worker()
        stories.desk_of_the_leader()
        stories.late_elsewhere()
        Comings(numbers).tell()
        Papers(numbers).tell()
        stories.one_check()
        Courses(numbers).tell()
        Goings(numbers).tell()
        Outside(numbers).tell()
        Force(numbers).tell()


class Stories(Teller):
    # ── 今日 ──

    def day_of_the_worker(self) -> None:
        self._late_wages()
        self._word_due()
        self._visits_due()
        self._workplace_due()
        self._birthdays()
        self._done_today()

    def _late_wages(self) -> None:
        who = self.member("马小军", "3", key_group="courier")
        words = "九月、十月的工资没有发，站点四个人都没拿到，一共六千多元"
        back = just_late(15)
        case = self.complaint(
            who, back, "wages", "labor_dispute", words, people=4, employer_name=self.employers[0].name
        )
        self.assign(case, back, self.worker)
        with then(days_ago(back - 1, 10, 15)):
            case.progress(self.worker, "到站点了解情况，负责人承认拖欠，答应先核工资表")
        self.keep_telling(case, self.worker, "已经和负责人谈过，工资表在核，有结果马上告诉你")

    def _word_due(self) -> None:
        who = self.member("陈国栋", "3", key_group="guard")
        case = self.complaint(
            who, 5, "social_insurance", "labor_dispute", "单位从上个月起没有给交社保，去看病才发现断缴"
        )
        self.assign(case, 5, self.worker)
        with then(days_ago(3, 16, 5)):
            case.reply(self.worker, "问过社保窗口，确实断缴一个月，已约单位人事谈补缴", "phone")
        if promise := case.running_promise:
            promise.due_at = evening()

    def _visits_due(self) -> None:
        ill = self.member("王秀兰", "3", key_group="domestic_worker", seen=9)
        self.due(ill, "hospital", 2, evening(), "市二院 8 楼")
        poor = self.member("刘桂芳", "3", key_group="care_worker", seen=41)
        self.due(poor, "hardship", 6, evening(1), "低保边缘")
        with then(days_ago(6)):
            poor.note_hardship("relative", "低保边缘，爱人长期服药")
        self.due(
            self.member("赵宏伟", "3", key_group="truck_driver", seen=20),
            "retirement",
            5,
            evening(2),
            "月底退休",
        )
        self.due(
            self.member("何永康", "3", key_group="guard", seen=16),
            "bereavement",
            1,
            evening(3),
            "父亲前天去世",
        )

    def _workplace_due(self) -> None:
        shop = self.employers[2]
        shop.cell, shop.seen_at = self.cells["3"], days_ago(88)
        with then(days_ago(2, 0, 5)):
            DueVisit.plan(shop, "employer_round", clock.today(), due_at=evening(4))

    def _birthdays(self) -> None:
        for name, years, group in (("孙倩", 34, "shop_assistant"), ("吴大勇", 47, "food_rider")):
            self.member(name, "3", key_group=group, birth_on=years_ago(years), share_birthday=True)

    def _done_today(self) -> None:
        glad = self.member("李春生", "3", key_group="truck_driver")
        due = self.due(glad, "celebration", 2, evening(1), "女儿出嫁")
        with then(today_at(9, 10)):
            Visit.log(
                glad, self.worker, "met", due, findings=["fine"], note="送了祝福，家里都好", measures=["gift"]
            )
        with then(today_at(10, 25)):
            Visit.log(
                self.member("郑玉兰", "3"), self.worker, "phone", note="近来工作稳定，想学门手艺", needs=["training"],
                need_words="想学电工", measures=["explained", "promised"],
            )  # fmt: skip
        with then(days_ago(1, 15, 40)):
            self.to_check = Visit.log(
                self.member("贺建国", "3"), self.worker, "met", note="腰不好，干不了重活", needs=["job"],
                measures=["referred"],
            )  # fmt: skip

    # ── 待办 ──

    def desk_of_the_leader(self) -> None:
        self._to_assign()
        self._to_approve()
        self._in_hand()
        self._to_judge()

    def _to_assign(self) -> None:
        asks = self.member("蒋丽", "4", key_group="shop_assistant")
        with then(today_at(8, 12)):
            self._take(
                asks,
                self.neighbor,
                "contract",
                "complaint",
                "干了一年多，一直没签劳动合同",
                employer_name=self.employers[1].name,
            )
        with then(today_at(8, 40)):
            Complaint.take(
                self.cells["1"], self.leader, None, None, category="labor_protection", kind="complaint",
                channel="phone",
                text="工地冬天干活不发手套，也没有防寒服",
            )  # fmt: skip

    def _to_approve(self) -> None:
        for name, cell, group in (
            ("李强", "3", "food_rider"),
            ("冯小燕", "2", "domestic_worker"),
            ("田志刚", "4", "truck_driver"),
        ):
            with then(days_ago(1, 15, 30)):
                by = {"3": self.worker, "4": self.neighbor}.get(cell, self.leader)
                self._register(name, cell, by, key_group=group)

    def _in_hand(self) -> None:
        """What the neighbor works on: her load stands beside her name."""
        for name, about, words in (
            ("谭淑珍", "labor_protection", "夜班没有休息的地方，希望有间值班室"),
            ("邓国庆", "welfare", "高温补贴去年就没有发"),
        ):  # fmt: skip
            case = self.complaint(self.member(name, "4"), 1, about, "complaint", words, by=self.neighbor)
            self.assign(case, 1, self.neighbor)

    def _to_judge(self) -> None:
        """Two to call back, one whose result the leader has to stand by first."""
        for name, about, kind, words, result, days in (
            ("周桂英", "work_injury", "consult", "下班路上摔伤，算不算工伤",
            "查清是上下班途中，已帮她把工伤申请交到窗口", 1),
            ("余建民", "social_insurance", "consult", "换单位断了两个月医保，怎么补",
            "已陪他到窗口办完补缴，拿到回执", 2),
            ("许志强", "wages", "labor_dispute", "离职后最后一个月工资没结", "单位已经补发 3200 元，本人收到",
            1),
        ):  # fmt: skip
            case = self.complaint(self.member(name, "4"), 3, about, kind, words, by=self.neighbor)
            self.assign(case, 3, self.neighbor)
            with then(days_ago(days, 16, 20)):
                if kind == "labor_dispute":
                    case.mediate(self.leader, "最后一个月工资没有结清，申请调解", "phone")
                    case.end_mediation(self.leader, "agreed", "单位三天内补发 3200 元，双方再无争议", "phone")
                case.resolve(self.neighbor, result, "solved", "phone")

    def one_check(self) -> None:
        """Of all the visits told here one is to be phoned about, whatever lot they drew."""
        db.session.flush()
        db.session.execute(delete(SpotCheck))
        visit = self.to_check
        db.session.add(SpotCheck(unit=visit.unit, visit_id=visit.id, ready_at=visit.recorded_at))

    # ── 总览 ──

    def late_elsewhere(self) -> None:
        """A good community with one case that just ran late: 关注, and no more."""
        leader = viewer_of(f"s{FAIR}")
        who = db.session.scalars(
            select(Person).join(Unit, Unit.id == Person.unit_id).where(Unit.code.startswith(FAIR)).limit(1)
        ).one()
        back = just_late(7)
        words = "高温补贴去年就没有发，问了几次没答复"
        case = self.complaint(who, back, "welfare", "complaint", words, by=leader)
        handler = viewer_of(handlers(who.unit)[0].login)
        self.assign(case, back, handler, leader)
        self.keep_telling(case, handler, "已经找过单位，答应下周给准话，有结果马上告诉你")
