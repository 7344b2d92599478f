"""What a new installation knows: settings, code lists and the calendar, as rows people may change.

Sowing again adds what a newer release brought and never touches a row that is there.
"""

from typing import Any

from sqlalchemy import insert, select

from gridunion.calendar import SpecialDay
from gridunion.db import db
from gridunion.deadlines import english_name, published_days
from gridunion.peoples import PEOPLES
from gridunion.settings import EVER, Code, Setting, forget

YEARS = range(2024, 2027)

# key, value, Chinese, English
SETTINGS: list[tuple[str, Any, str, str]] = [
    ("office.close", "17:30", "下班时间", "Office closes at"),
    (
        "office.phone",
        "",
        "登录页上管理员的电话（填“无”就不显示）",
        "Administrator's phone on the sign-in page (none: not shown)",
    ),
    ("merge.undo.days", 30, "合并档案后几天内可撤销", "Days in which a merge of two files can be undone"),
    ("visit.days", 3, "走访期限（天）", "Days for a visit that is due"),
    ("visit.retry.days", 1, "没见到，隔几天再去", "Days until the next try when nobody was home"),
    ("transfer.answer.workdays", 10, "会籍接转答复期限（工作日）", "Working days to answer a transfer"),
    ("complaint.accept.workdays", 1, "受理期限（工作日）", "Working days to accept"),
    ("complaint.accept.urgent_hours", 2, "紧急诉求受理（小时）", "Hours to accept an urgent one"),
    ("complaint.first_reply.workdays", 3, "第一次回音（工作日）", "Working days to the first reply"),
    ("complaint.reply_every.days", 3, "办理中每几天回音一次", "Days between replies while it is handled"),
    ("complaint.resolve.consult", 3, "咨询办结（工作日）", "Working days: question"),
    ("complaint.resolve.help", 7, "求助办结（工作日）", "Working days: help"),
    ("complaint.resolve.complaint", 7, "投诉建议办结（工作日）", "Working days: complaint"),
    ("complaint.resolve.hazard", 7, "隐患办结（工作日）", "Working days: hazard"),
    ("complaint.resolve.labor_dispute", 15, "劳动争议办结（工作日）", "Working days: labor dispute"),
    (
        "complaint.resolve.collective_dispute",
        15,
        "集体争议办结（工作日）",
        "Working days: collective dispute",
    ),
    ("complaint.call_back.workdays", 3, "回访期限（工作日）", "Working days to call back"),
    (
        "complaint.escalate.workdays",
        2,
        "超期几个工作日报街道",
        "Working days overdue until the street is told",
    ),
    ("complaint.reopen.days", 30, "办结后几天内可重新办理", "Days in which a case may be reopened"),
    (
        "join.phone.hourly",
        5,
        "入会申请：一部手机一小时最多几份",
        "Applications to join: most an hour from one phone",
    ),
    (
        "join.address.hourly",
        20,
        "入会申请：一个网络地址一小时超过几份先问主席",
        "Applications to join: an hour from one address before the leader is asked",
    ),
    (
        "join.cell.daily",
        60,
        "入会申请：一个网格一天超过几份先问主席",
        "Applications to join: a day for a cell before the leader is asked",
    ),
    (
        "join.keep.days",
        30,
        "入会申请：没核实的几天后清掉",
        "Applications to join: days until one nobody verified is forgotten",
    ),
    ("export.rows", 5000, "一个人一次最多导出几人", "Members one person may export at once"),
    (
        "export.numbers",
        500,
        "带证件全号时一个人一次最多导出几人",
        "Members one person may export with whole identity numbers",
    ),
    (
        "export.pair",
        100_000,
        "两个人同意时一次最多导出几人",
        "Members in one export two people agree to",
    ),
    ("export.answer.days", 3, "导出申请几天内要答复", "Days to answer a request to export"),
    ("export.fetch.hours", 24, "同意以后几小时内要下载", "Hours in which an agreed export is fetched"),
    ("export.day", 10, "一人一天最多导出几次", "Exports by one person a day"),
    ("export.print", 300, "名单一次最多打印几人", "Members on one printed list"),
    ("card.years", 3, "会员卡有效几年", "Years a member card is valid"),
    ("import.undo.days", 30, "导入后几天内可撤销", "Days in which an import may be undone"),
    ("light.on_time.good", 95, "诉求按时办结：正常（%）", "Resolved on time: good (%)"),
    ("light.on_time.poor", 80, "诉求按时办结：预警（%）", "Resolved on time: alarm below (%)"),
    ("light.overdue.days", 4, "超期满几天预警", "Days overdue that raise the alarm"),
    ("light.visits.good", 90, "必访按时：正常（%）", "Must-visits on time: good (%)"),
    ("light.visits.poor", 70, "必访按时：预警（%）", "Must-visits on time: alarm below (%)"),
    ("light.echoes.good", 95, "给本人回音：正常（%）", "Worker told in time: good (%)"),
    ("light.echoes.poor", 80, "给本人回音：预警（%）", "Worker told in time: alarm below (%)"),
    ("light.silent.days", 14, "几天没上报算无数据", "Days of silence that mean no data"),
    ("light.fewest", 5, "不足几件不算比例", "Cases below which no percentage is shown"),
]

_FOUR, _EIGHT, _NINE = ("four",), ("eight", "nine"), ("nine",)


def _group(code: str, zh: str, en: str, *sets: str) -> tuple[str, str, str, dict[str, Any]]:
    return code, zh, en, {"sets": list(sets)}


def _sub(code: str, zh: str, en: str) -> tuple[str, str, str, dict[str, Any]]:
    """A finer code of GB/T 4658 below the one of its first digit."""
    return code, zh, en, {"of": f"{code[0]}0"}


def _about(code: str, zh: str, en: str, kind: str, **tags: bool) -> tuple[str, str, str, dict[str, Any]]:
    """What a complaint is about, and the kind it is when nobody says otherwise."""
    return code, zh, en, {"kind": kind, **tags}


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
        ("bereavement", "丧事必访", "Bereavement visit", {"days": 2, "must": True, "icon": "home-check"}),
        ("celebration", "喜事必访", "Celebration visit", {"days": 3, "must": True, "icon": "cake"}),
        ("childbirth", "生育必访", "Childbirth visit", {"days": 7, "must": False, "icon": "home-check"}),
        ("accident", "意外必访", "Accident visit", {"days": 2, "must": True, "icon": "flag"}),
        ("hardship", "困难必访", "Hardship visit", {"days": 7, "must": True, "icon": "users"}),
        ("retirement", "退休必访", "Retirement visit", {"days": 7, "must": False, "icon": "home-check"}),
        ("festival", "节日慰问", "Festival visit", {"days": 7, "must": False, "icon": "cake"}),
        ("wage_dispute", "欠薪必访", "Unpaid wages visit", {"days": 3, "must": True, "icon": "flag"}),
        ("new_member", "新会员走访", "New member visit", {"days": 7, "must": False, "icon": "user-plus"}),
        ("unemployed", "失业走访", "Job loss visit", {"days": 7, "must": False, "icon": "user"}),
        ("follow_up", "再去一次", "Second try", {"days": 1, "must": False, "icon": "history"}),
    ],
    "complaint_kind": [
        ("consult", "咨询", "Question"), ("help", "求助", "Help"), ("complaint", "投诉建议", "Complaint or suggestion"),
        ("labor_dispute", "劳动争议", "Labor dispute"), ("collective_dispute", "集体争议", "Collective dispute"),
        ("hazard", "隐患", "Hazard"),
    ],
    "complaint_category": [
        _about("wages", "拖欠工资", "Unpaid wages", "labor_dispute"),
        _about("social_insurance", "社保医保", "Social insurance", "labor_dispute"),
        _about("contract", "劳动合同", "Employment contract", "labor_dispute"),
        _about("hardship", "困难帮扶", "Hardship aid", "help"),
        _about("work_injury", "工伤认定", "Work injury", "labor_dispute"),
        _about("work_safety", "安全生产", "Work safety", "hazard"),
        _about("labor_protection", "劳动保护", "Labor protection", "complaint"),
        _about("welfare", "职工福利", "Welfare", "complaint"),
        _about("schooling", "子女就学", "Schooling", "help"),
        _about("harassment", "性骚扰", "Sexual harassment", "complaint", sealed=True),
        _about("suggestion", "意见建议", "Suggestion", "complaint"),
        _about("other", "其他", "Other", "complaint"),
    ],
    "channel": [
        ("visit", "走访", "Visit"), ("walk_in", "上门", "Walk-in"), ("phone", "电话", "Phone"),
        ("hotline", "12351热线", "12351 hotline"), ("online", "网上", "Online form"), ("box", "信箱", "Anonymous box"),
    ],
}  # fmt: skip


def sow() -> None:
    """Add the settings, codes and days that are missing. Inside write()."""
    _sow_settings()
    _sow_codes()
    _sow_calendar()
    forget()


def _sow_settings() -> None:
    known = set(db.session.scalars(select(Setting.key)))
    rows = [
        {"key": key, "value": value, "label_zh": zh, "label_en": en, "from_on": EVER}
        for key, value, zh, en in SETTINGS
        if key not in known
    ]
    if rows:
        db.session.execute(insert(Setting), rows)


def _sow_codes() -> None:
    known = {(name, code) for name, code in db.session.execute(select(Code.list, Code.code))}
    rows = [
        {"list": name, "code": entry[0], "label_zh": entry[1], "label_en": entry[2], "position": place,
         "tags": entry[3] if len(entry) > 3 else {}, "from_on": EVER}
        for name, entries in CODES.items()
        for place, entry in enumerate(entries)
        if (name, entry[0]) not in known
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(Code), rows)


def _sow_calendar() -> None:
    known = {day.year for day in db.session.scalars(select(SpecialDay.day))}
    rows = [
        {"day": day, "works": works, "name_zh": name, "name_en": english_name(day)}
        for day, (works, name) in published_days(YEARS).items()
        if day.year not in known
    ]
    if rows:
        db.session.execute(insert(SpecialDay), rows)
