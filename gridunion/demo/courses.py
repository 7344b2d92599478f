"""Cases of the small demo that went another way: waiting, in mediation, sent elsewhere, put together, taken back."""

from gridunion.complaints.models import Complaint
from gridunion.demo.teller import Teller, days_ago, then


class Courses(Teller):
    """All in the hands of the leader, so that nobody's day grows longer."""

    def tell(self) -> None:
        self._waits_for_the_worker()
        self._in_mediation()
        self._elsewhere()
        self._more_time()
        self._with_the_street()
        self._two_in_one()
        self._taken_back()

    def _waits_for_the_worker(self) -> None:
        case = self._case("杨小兰", "social_insurance", "labor_dispute", "入职两年单位只交了一年社保", 4)
        with then(days_ago(1, 15, 20)):
            case.pause(self.leader, "请本人把劳动合同和工资流水送来", "phone")

    def _in_mediation(self) -> None:
        case = self._case("孔令军", "contract", "labor_dispute", "合同没到期就被辞退，没有给补偿", 6)
        with then(days_ago(4, 10, 0)):
            case.mediate(self.leader, "本人口头申请调解：要求支付解除合同的补偿", "visit")
        with then(days_ago(2, 14, 30)):
            case.minutes(
                self.leader, "本人和单位人事到场。单位只认半个月，本人要求按两年工龄算，约好下次再谈"
            )

    def _elsewhere(self) -> None:
        case = self._case("江玉芬", "work_injury", "labor_dispute", "工地摔伤，单位不给报工伤", 6)
        with then(days_ago(3, 9, 30)):
            case.refer(self.leader, "legal_aid", "转区法律援助中心，已陪本人去登记", "visit", "援2026第31号")

    def _more_time(self) -> None:
        case = self._case("石建军", "welfare", "complaint", "食堂涨价，问单位伙食补贴怎么算", 5)
        with then(days_ago(1, 16, 0)):
            case.extend(self.leader, 5, "单位要开会定补贴标准，下周才有结果", "phone")

    def _with_the_street(self) -> None:
        case = self._case("龚秀珍", "labor_protection", "complaint", "两家单位互相推，车间的除尘没人修", 3)
        with then(days_ago(1, 11, 40)):
            case.escalate(self.leader, "牵涉两个社区的单位，请街道出面协调")

    def _two_in_one(self) -> None:
        about = self.employers[2].name
        main = self._case("邵国强", "wages", "labor_dispute", "八月加班费一直没有算", 4, employer_name=about)
        same = self._taken(
            "侯丽萍", "wages", "labor_dispute", "加班费没有发，问了几次不理", 3, employer_name=about
        )
        with then(days_ago(2, 9, 50)):
            same.merge(self.leader, main, "phone")
        with then(days_ago(1, 17, 0)):
            main.reply(self.leader, "单位承认少算了加班费，答应月底补发", "phone", [same])

    def _taken_back(self) -> None:
        case = self._taken("武德胜", "other", "complaint", "物业不让进小区送货", 3)
        with then(days_ago(2, 10, 15)):
            case.accept(self.leader, "phone")
            case.withdraw(self.leader, "本人说物业已经放行，不用再办了")

    def _taken(self, name: str, about: str, kind: str, words: str, days: int, **said: str) -> Complaint:
        who = self.member(name, "4")
        return self.complaint(who, days, about, kind, words, by=self.neighbor, **said)

    def _case(self, name: str, about: str, kind: str, words: str, days: int, **said: str) -> Complaint:
        case = self._taken(name, about, kind, words, days, **said)
        self.assign(case, days, self.leader)
        return case
