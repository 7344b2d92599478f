"""The code lists a new installation begins with: those of the national template (domain.md 4.4) and the house's own."""

from typing import Any

from gridunion.peoples import PEOPLES

# The sets of groups a group belongs to (domain.md 4.4).
_FOUR, _EIGHT, _NINE = ("four",), ("eight", "nine"), ("nine",)


def _group(code: str, zh: str, en: str, *sets: str) -> tuple[str, str, str, dict[str, Any]]:
    return code, zh, en, {"sets": list(sets)}


def _sub(code: str, zh: str, en: str) -> tuple[str, str, str, dict[str, Any]]:
    """A finer code of GB/T 4658 below the one of its first digit."""
    return code, zh, en, {"of": f"{code[0]}0"}


def _about(code: str, zh: str, en: str, kind: str, **tags: Any) -> tuple[str, str, str, dict[str, Any]]:
    """What a complaint is about, the kind it is when nobody says otherwise, and for which trigger somebody goes to
    see who complains (`visit`)."""
    return code, zh, en, {"kind": kind, **tags}


def _round(code: str, zh: str, en: str, icon: str) -> tuple[str, str, str, dict[str, Any]]:
    """A visit a rhythm asks for, not an event."""
    return code, zh, en, {"days": 7, "must": False, "icon": icon, "rhythm": True}


CODES: dict[str, list[tuple[Any, ...]]] = {
    "key_group": [
        _group("food_rider", "网约送餐员", "Food delivery rider", *_EIGHT, *_FOUR),
        _group("courier", "快递员", "Courier", *_EIGHT, *_FOUR),
        _group("truck_driver", "货车司机", "Truck driver", *_EIGHT, *_FOUR),
        _group("domestic_worker", "家政服务员", "Domestic worker", *_EIGHT),
        _group("guard", "保安员", "Security guard", *_EIGHT),
        _group("care_worker", "护工护理员", "Care worker", *_EIGHT),
        _group("shop_assistant", "商场信息员", "Shop assistant", *_EIGHT),
        _group("estate_agent", "房产中介员", "Estate agent", *_EIGHT),
        _group("ride_hailing_driver", "网约车司机", "Ride-hailing driver", *_NINE, *_FOUR),
    ],
    "work_status": [
        ("1", "在岗", "Employed"), ("2", "待(下)岗", "Laid off"), ("3", "失业", "Unemployed"), ("4", "退休", "Retired"),
        ("5", "离休", "Retired cadre"), ("6", "退职", "Resigned from work"), ("7", "退养(内退)", "Early retirement"),
        ("8", "病休", "Sick leave"), ("9", "其他", "Other"),
    ],
    "ethnicity": [*PEOPLES],
    "sex": [("male", "男", "Male"), ("female", "女", "Female")],
    "id_kind": [
        ("resident_id", "居民身份证", "Resident identity card"), ("passport", "护照", "Passport"),
        ("hk_macau_permit", "港澳居民来往内地通行证", "Hong Kong and Macau travel permit"),
        ("taiwan_permit", "台湾居民来往大陆通行证", "Taiwan travel permit"),
        ("residence_permit", "港澳台居民居住证", "Residence permit (Hong Kong, Macau, Taiwan)"),
        ("permanent_residence", "外国人永久居留证", "Foreign permanent resident card"),
    ],
    "education": [
        ("10", "研究生", "Postgraduate"), _sub("11", "博士毕业", "Doctorate completed"), _sub("14", "硕士毕业", "Master's completed"),
        ("20", "大学本科", "Bachelor"), _sub("21", "本科毕业", "Bachelor completed"),
        ("30", "专科", "College"), _sub("31", "专科毕业", "College completed"),
        ("40", "中等职业", "Vocational"), _sub("41", "中专毕业", "Technical secondary completed"),
        _sub("44", "职高毕业", "Vocational high school completed"), _sub("47", "技校毕业", "Technical school completed"),
        ("60", "普通高中", "High school"), _sub("61", "高中毕业", "High school completed"),
        ("70", "初中", "Middle school"), _sub("71", "初中毕业", "Middle school completed"),
        ("80", "小学", "Primary school"), _sub("81", "小学毕业", "Primary school completed"), ("90", "其他", "Other"),
    ],
    "skill_level": [
        ("1", "高级技师", "Senior technician (1)"), ("2", "技师", "Technician (2)"), ("3", "高级", "Senior (3)"),
        ("4", "中级", "Intermediate (4)"), ("5", "初级", "Junior (5)"),
    ],
    "household_type": [
        ("none", "未落常住户口", "Not registered"), ("urban_family", "非农业家庭户口", "Urban family"),
        ("rural_family", "农业家庭户口", "Rural family"), ("urban_collective", "非农业集体户口", "Urban collective"),
        ("rural_collective", "农业集体户口", "Rural collective"), ("self_grain", "自理口粮户口", "Self-supplied grain"),
        ("lodger", "寄住户口", "Lodger"), ("sponsored", "赞助户口", "Sponsored"), ("other", "其他户口", "Other"),
    ],
    "political_status": [
        ("01", "中共党员", "CPC member"), ("02", "中共预备党员", "Probationary CPC member"),
        ("03", "共青团员", "Youth League member"), ("04", "民革党员", "RCCK member"), ("05", "民盟盟员", "CDL member"),
        ("06", "民建会员", "CNDCA member"), ("07", "民进会员", "CAPD member"), ("08", "农工党党员", "CPWDP member"),
        ("09", "致公党党员", "CZGP member"), ("10", "九三学社社员", "Jiusan member"), ("11", "台盟盟员", "TDSL member"),
        ("12", "无党派人士", "No party affiliation"), ("13", "群众", "General public"),
    ],
    "change_type": [
        ("1", "入会", "Joined"), ("2", "转入", "Transferred in"), ("3", "保留", "Retained"), ("4", "转出", "Transferred out"),
        ("5", "除名", "Expelled"), ("6", "退会", "Resigned"),
    ],
    "change_reason": [
        ("1", "劳动(工作)关系发生变化", "Employment changed"), ("2", "在本单位下岗后待岗", "Laid off"), ("3", "失业", "Unemployed"),
        ("4", "所在企业破产", "Employer bankrupt"), ("5", "个人要求退会", "Own wish"),
        ("6", "因犯罪被开除会籍", "Expelled for a crime"),
    ],
    "ownership": [
        ("state", "国有企业", "State-owned"), ("private", "民营企业", "Private"), ("social", "社会组织", "Social organization"),
        ("shop", "个体工商户", "Sole trader"), ("institution", "事业单位", "Public institution"), ("other", "其他", "Other"),
    ],
    "union_state": [
        ("unorganized", "未建会", "No union"), ("organized", "已建会", "Union founded"), ("joint", "联合工会覆盖", "Joint union"),
    ],
    "hardship_class": [
        ("deep", "深度困难", "Deep hardship"), ("relative", "相对困难", "Relative hardship"), ("accidental", "意外致困", "Hardship by accident"),
    ],
    "visit_trigger": [
        ("hospital", "住院必访", "Hospital visit", {"days": 3, "must": True, "icon": "bed"}),
        ("family_dispute", "家庭纠纷必访", "Family dispute visit", {"days": 3, "must": True, "icon": "scale"}),
        ("low_mood", "思想波动必访", "Low mood visit", {"days": 3, "must": True, "icon": "message"}),
        ("bereavement", "丧事必访", "Bereavement visit", {"days": 2, "hours": 48, "must": True, "icon": "home-check"}),
        ("celebration", "喜事必访", "Celebration visit", {"days": 3, "must": True, "icon": "cake"}),
        ("childbirth", "生育必访", "Childbirth visit", {"days": 7, "must": False, "icon": "home-check"}),
        ("accident", "意外必访", "Accident visit", {"days": 2, "hours": 48, "must": True, "icon": "flag"}),
        ("hardship", "困难必访", "Hardship visit", {"days": 7, "must": True, "icon": "users"}),
        ("retirement", "退休必访", "Retirement visit", {"days": 7, "must": False, "icon": "home-check"}),
        ("festival", "节日慰问", "Festival visit", {"days": 7, "must": False, "icon": "cake"}),
        ("wage_dispute", "欠薪必访", "Unpaid wages visit", {"days": 3, "must": True, "icon": "flag"}),
        ("new_member", "新会员走访", "New member visit", {"days": 7, "must": False, "icon": "user-plus"}),
        ("unemployed", "失业走访", "Job loss visit", {"days": 7, "must": False, "icon": "user"}),
        ("follow_up", "再去一次", "Second try", {"days": 1, "must": False, "icon": "history"}),
        _round("hardship_round", "困难户走访", "Regular visit: hardship", "users"),
        _round("employer_round", "单位走访", "Regular visit: employer", "building"),
        _round("group_round", "重点群体走访", "Regular visit: key group", "user"),
        _round("long_unseen", "好久没见", "Not seen for long", "history"),
    ],
    "service_need": [
        ("medical", "看病就医", "Medical care"), ("living", "生活困难", "Making ends meet"), ("schooling", "子女就学", "Schooling"),
        ("job", "找工作", "Finding work"), ("training", "技能培训", "Training"), ("legal", "法律咨询", "Legal advice"),
        ("insurance", "社保医保", "Social insurance"), ("housing", "住房", "Housing"), ("care", "照看老小", "Care at home"),
        ("company", "说说心里话", "Somebody to talk to"),
    ],
    "measure": [
        ("listened", "听了情况", "Listened"), ("explained", "讲了政策", "Explained the rules"), ("gift", "送慰问品", "Brought a gift"),
        ("applied", "帮办申请", "Helped to apply"), ("referred", "联系有关部门", "Put in touch with an office"),
        ("mediated", "劝解调和", "Calmed a quarrel"), ("reported", "报社区工会", "Reported to the union"),
        ("promised", "约好再来", "Agreed to come again"),
    ],
    "complaint_kind": [
        ("consult", "咨询", "Question"), ("help", "求助", "Help"), ("complaint", "投诉建议", "Complaint or suggestion"),
        ("labor_dispute", "劳动争议", "Labor dispute"), ("collective_dispute", "集体争议", "Collective dispute"),
        ("hazard", "隐患", "Hazard"),
    ],
    "complaint_category": [
        _about("wages", "拖欠工资", "Unpaid wages", "labor_dispute", visit="wage_dispute", money=True),
        _about("social_insurance", "社保医保", "Social insurance", "labor_dispute"),
        _about("contract", "劳动合同", "Employment contract", "labor_dispute"),
        _about("hardship", "困难帮扶", "Hardship aid", "help", visit="hardship"),
        _about("work_injury", "工伤认定", "Work injury", "labor_dispute", visit="accident"),
        _about("work_safety", "安全生产", "Work safety", "hazard"),
        _about("labor_protection", "劳动保护", "Labor protection", "complaint"),
        _about("welfare", "职工福利", "Welfare", "complaint"),
        _about("schooling", "子女就学", "Schooling", "help"),
        _about("harassment", "性骚扰", "Sexual harassment", "complaint", sealed=True, duty="women"),
        _about("suggestion", "意见建议", "Suggestion", "complaint"),
        _about("other", "其他", "Other", "complaint"),
    ],
    "channel": [
        ("visit", "走访", "Visit"), ("walk_in", "上门", "Walk-in"), ("phone", "电话", "Phone"),
        ("hotline", "12351热线", "12351 hotline"), ("online", "网上", "Online form"), ("box", "信箱", "Anonymous box"),
    ],
}  # fmt: skip
