"""The indicators: what a union is asked for, each with its formula, made of figures that open their records.

Codes and formulas: domain.md section 6. Whole numbers are counted, rates are a part of a whole; with nothing to
divide by there is no rate, and below the least number of cases only the two numbers are told.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from gridunion.complaints.models import Complaint
from gridunion.db import written
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.members.real_name import FILE

PEOPLE, CASES, TIMES, PLACES, UNIONS = (
    _("%(n)s 人"),
    _("%(n)s 件"),
    _("%(n)s 次"),
    _("%(n)s 家"),
    _("%(n)s 个"),
)


@dataclass(frozen=True)
class Indicator:
    """`part` over `whole`, each the sum of some figures; without a whole, a number. `less`: what is taken off it."""

    code: str
    words: object
    formula: object
    part: tuple[str, ...]
    whole: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    unit: object = CASES
    adds: Any = None
    """What is added up over the records of the part, in place of counting them; `of`: over the whole's."""
    of: Any = None
    days: bool = False
    """Told as the working days its cases took: the median and the 90th percentile, not the mean."""


GROUPS: tuple[tuple[object, tuple[Indicator, ...]], ...] = (
    (_("四个目标"), (
        Indicator("Q1", _("工会组织全覆盖：单位"), _("已建会的用人单位 ÷ 开业的用人单位"), ("organized",),
                  ("employers",), unit=PLACES),
        Indicator("Q1", _("工会组织全覆盖：网格"), _("有在岗网格员的网格 ÷ 全部网格"), ("staffed",), ("cells",),
                  unit=UNIONS),
        Indicator("Q2", _("职工诉求全掌握"), _("先由工会知道的诉求 ÷ 收到的全部诉求，含热线转来的"), ("ours_first",),
                  ("received",)),
        Indicator("Q3", _("劳资矛盾全调解"), _("组织过调解的争议 ÷ 期内受理的劳动争议；并案的不算"), ("mediated",),
                  ("disputes",)),
        Indicator("Q4", _("困难职工全帮扶"), _("联系上的困难职工 ÷ 困难职工"), ("helped",), ("hardship",),
                  unit=PEOPLE),
    )),
    (_("建会"), (
        Indicator("O1", _("工会数"), _("社区工会，加单独建会的单位；街道以上的联合会不算"),
                  ("community_unions", "own_unions"), unit=UNIONS),
        Indicator("O2", _("新建会数"), _("期内建会的单位；台账上没填建会日期的不算"), ("founded",), unit=PLACES),
        Indicator("O3", _("覆盖单位数"), _("自己建会或联合工会覆盖的开业单位"), ("organized",), unit=PLACES),
        Indicator("O4", _("建会率"), _("有职工并已建会的单位 ÷ 有职工的单位；没写人数的不算"),
                  ("with_workers_organized",), ("with_workers",), unit=PLACES),
        Indicator("O4", _("25 人以上单位建会率"), _("25 人以上已建会的单位 ÷ 25 人以上的单位"), ("large_organized",),
                  ("large",), unit=PLACES),
        Indicator("O4", _("100 人以上单位建会率"), _("100 人以上已建会的单位 ÷ 100 人以上的单位"),
                  ("largest_organized",), ("largest",), unit=PLACES),
    )),
    (_("会员"), (
        Indicator("M1", _("会员数"), _("期末是会员的人；保留会籍的另列"), ("members",), unit=PEOPLE),
        Indicator("M1", _("保留会籍"), _("期末保留会籍的人"), ("retained",), unit=PEOPLE),
        Indicator("M2", _("新发展会员"), _("期内入会的人；转会进来的不算"), ("joined",), unit=PEOPLE),
        Indicator("M3", _("净增会员"), _("期末会员 − 期初会员；在本辖区里换网格不影响"), ("members",),
                  less=("before",), unit=PEOPLE),
        Indicator("M4", _("农民工会员"), _("会员里的农民工 ÷ 会员"), ("migrants",), ("members",), unit=PEOPLE),
        Indicator("M4", _("女会员"), _("会员里的女性 ÷ 会员"), ("women",), ("members",), unit=PEOPLE),
        Indicator("M4", _("八大群体会员"), _("会员里的八大群体 ÷ 会员"), ("eight_groups",), ("members",), unit=PEOPLE),
        Indicator("M4", _("九大群体会员"), _("会员里的九大群体（八大群体和网约车司机）÷ 会员"), ("nine_groups",),
                  ("members",), unit=PEOPLE),
        Indicator("M4", _("新就业形态会员"), _("会员里的新就业形态劳动者 ÷ 会员"), ("new_form_members",), ("members",),
                  unit=PEOPLE),
        Indicator("M5", _("入会率"),
                  _("已建会单位的会员 ÷ 已建会单位的职工（按台账人数，没写人数的单位两边都不算）"), ("union_staff",),
                  ("organized",), unit=PEOPLE, of=Employer.headcount),
        Indicator("M5", _("会员占在册职工"), _("会员 ÷ 登记在册的职工"), ("members",), ("people",), unit=PEOPLE),
        Indicator("M6", _("实名制率"), _("证件号码通过校验的会员 ÷ 会员"), ("verified",), ("members",), unit=PEOPLE),
        Indicator("M6", _("信息完整率"), _("会员的实名档案，十二项里平均填了多少"), ("member_files",), ("members",),
                  unit="", adds=len(FILE) - Person.__table__.c.gaps, of=written(len(FILE))),
        Indicator("M6", _("档案完整"), _("十二项填齐的会员 ÷ 会员"), ("complete",), ("members",), unit=PEOPLE),
        Indicator("M7", _("会籍接转及时率"), _("10 个工作日内答复的转会 ÷ 期内提出的转会"), ("transfers_in_time",),
                  ("transfers",)),
    )),
    (_("走访"), (
        Indicator("V1", _("走访人次"), _("期内联系上的走访，重复的也算"), ("visits_met",), unit=TIMES),
        Indicator("V1", _("走访户次"), _("同一次见了几个人只算一次"), ("entries",), unit=TIMES),
        Indicator("V1", _("走访户数"), _("去过几次都只算一户；同一网格里住址相同的算一户"), ("households",),
                  unit=_("%(n)s 户")),
        Indicator("V2", _("必访完成率"), _("期限前联系上的必访 ÷ 期内到期的必访；取消的不算"), ("visits_on_time",),
                  ("visits_due",), unit=TIMES),
        Indicator("V3", _("走访覆盖率：会员"), _("期内联系上过的会员 ÷ 会员"), ("seen",), ("members",), unit=PEOPLE),
        Indicator("V3", _("走访覆盖率：单位"), _("期内去过的单位 ÷ 开业的单位"), ("employers_seen",), ("employers",),
                  unit=PLACES),
        Indicator("V3", _("走访覆盖率：困难职工"), _("期内联系上过的困难职工 ÷ 困难职工"), ("helped",), ("hardship",),
                  unit=PEOPLE),
        Indicator("V4", _("走访转诉求率"), _("登记了诉求的走访 ÷ 期内的走访"), ("visits_raised",), ("visits",),
                  unit=TIMES),
    )),
    (_("诉求"), (
        Indicator("C1", _("诉求受理数"), _("期内受理的；不予受理、并案的不算"), ("accepted",)),
        Indicator("C2", _("响应率"),
                  _("期限前受理或答复不予受理的 ÷ 期内到受理期限的，更早受理或答复的算在那天"), ("taken_on",),
                  ("taken_on_due",)),
        Indicator("C3", _("办结率"), _("期内归档 ÷（期初已受理没归档 + 期内受理）"), ("closed",),
                  ("open_before", "accepted")),
        Indicator("C3", _("这一批的办结率"), _("期内受理、期末已归档的 ÷ 期内受理的"), ("accepted_closed",),
                  ("accepted",)),
        Indicator("C4", _("按期办结率"),
                  _("第一次期限前办结的 ÷ 期内到期的；延期不改第一次期限；不予受理、撤回、并案的不算"), ("on_time",),
                  ("due",)),
        Indicator("C4", _("没算进去"), _("期内到期、不予受理或撤回或并案的，另列"), ("left_out",)),
        Indicator("C4", _("延过期的"), _("期内到期、批准过延期的，按不按期还是看第一次期限，另列"), ("extended",)),
        Indicator("C5", _("超期率"), _("（期末超期没办完 + 期内超期才办完）÷（期末没办完 + 期内归档）"),
                  ("overdue", "closed_late"), ("open", "closed")),
        Indicator("C6", _("解决率"), _("结果是“解决了”的 ÷ 期内归档的，咨询不算；解决一部分的算没解决"), ("solved",),
                  ("judged",)),
        Indicator("C6", _("解决了一部分"), _("结果是“解决了一部分”的，另列"), ("partly_solved",)),
        Indicator("C7", _("满意率"), _("满意和基本满意 ÷ 说了满意不满意的"), ("pleased",), ("rated",), unit=TIMES),
        Indicator("C8", _("评价率"), _("本人说了满意不满意的 ÷ 期内归档、找得到本人的；没留姓名电话的不算"),
                  ("gave_rating",), ("in_contact",)),
        Indicator("C9", _("调解成功率"), _("达成协议的 ÷ 期内结束的调解"), ("agreements",), ("mediations",),
                  unit=TIMES),
        Indicator("C10", _("回音率"), _("受理后告诉过本人的 ÷ 期内到期、已受理的；目标是全部"), ("answered",),
                  ("answerable",)),
        Indicator("C11", _("落实率"), _("写明解决了或写明原因的 ÷ 期内归档的；目标是全部"), ("with_outcome",),
                  ("closed",)),
        Indicator("C12", _("涉及金额"), _("期内归档的诉求写明欠的钱，合计"), ("money_owed",), unit="",
                  adds=Complaint.amount_owed),
        Indicator("C12", _("追回欠薪"), _("期内归档的诉求追回的钱，合计"), ("money_back",), unit="",
                  adds=Complaint.amount_recovered),
        Indicator("C13", _("办理天数"), _("期内归档的诉求，从受理到归档的工作日：一半在几天以内，九成在几天以内"),
                  ("closed",), days=True),
        Indicator("C14", _("重复诉求率"), _("90 天内同一人、同一单位、同一类又来的 ÷ 期内受理的"), ("repeats",),
                  ("accepted",)),
    )),
    (_("队伍"), (
        Indicator("S3", _("职业化工会工作者"), _("在岗、聘来专职做工会工作的；一个人只算一次"), ("professionals",),
                  unit=PEOPLE),
        Indicator("S3", _("配备率"), _("有职业化工会工作者的社区工会 ÷ 社区工会"), ("unions_with_officer",),
                  ("community_unions",), unit=UNIONS),
    )),
    (_("困难职工"), (
        Indicator("H1", _("困难职工"), _("现在标为困难的会员"), ("hardship",), unit=PEOPLE),
        Indicator("H1", _("深度困难"), _("其中深度困难的"), ("hardship_deep",), unit=PEOPLE),
        Indicator("H1", _("相对困难"), _("其中相对困难的"), ("hardship_relative",), unit=PEOPLE),
        Indicator("H1", _("意外致困"), _("其中意外致困的"), ("hardship_accidental",), unit=PEOPLE),
    )),
)  # fmt: skip
