"""What a new installation knows: settings, code lists and the calendar, as rows people may change.

Sowing again adds what a newer release brought and never touches a row that is there.
"""

from typing import Any

from sqlalchemy import insert, select

from gridunion.calendar import SpecialDay, edited
from gridunion.code_lists import CODES
from gridunion.db import db
from gridunion.deadlines import english_name, published_days
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
    (
        "visit.every.hardship",
        30,
        "困难职工几天走访一次（0 不排）",
        "Days between visits: hardship households (0: none)",
    ),
    (
        "visit.every.employer",
        90,
        "用人单位几天走访一次（0 不排）",
        "Days between visits: employers (0: none)",
    ),
    ("visit.every.group", 180, "重点群体几天走访一次（0 不排）", "Days between visits: key groups (0: none)"),
    ("visit.every.member", 365, "会员几天走访一次（0 不排）", "Days between visits: members (0: none)"),
    (
        "visit.rhythm.most",
        10,
        "一个网格一周最多自动排几次走访",
        "Most visits planned by themselves for a cell in a week",
    ),
    ("visit.retry.days", 1, "没见到，隔几天再去", "Days until the next try when nobody was home"),
    (
        "visit.refused.days",
        30,
        "不愿见的，隔几天再去",
        "Days until the next try when somebody did not want to be seen",
    ),
    (
        "visit.memory.days",
        30,
        "走访和事情，几天以内的可以补记",
        "Days back for which visits and events may be written down",
    ),
    ("visit.undo.minutes", 10, "记错的走访，几分钟内可撤销", "Minutes in which a visit may be taken back"),
    (
        "visit.again.minutes",
        10,
        "同一户几分钟内又记走访，先问一声",
        "Minutes in which a second visit to a household is asked about",
    ),
    ("visit.edit.hours", 24, "走访记录，本人几小时内可改", "Hours in which the author may correct a visit"),
    ("visit.check.percent", 5, "抽查走访：每 100 次抽几次", "Spot checks: of 100 visits"),
    (
        "visit.check.weight",
        3,
        "抽查走访：写得很少、几人一起记的，机会是几倍",
        "Spot checks: how much more often very short and shared entries",
    ),
    (
        "visit.check.short",
        6,
        "抽查走访：不到几个字算写得很少",
        "Spot checks: characters below which an entry is very short",
    ),
    ("transfer.answer.workdays", 10, "会籍接转答复期限（工作日）", "Working days to answer a transfer"),
    ("complaint.accept.workdays", 1, "受理期限（工作日）", "Working days to accept"),
    ("complaint.accept.urgent_hours", 2, "紧急诉求受理（小时）", "Hours to accept an urgent one"),
    ("complaint.first_reply.workdays", 3, "第一次回音（工作日）", "Working days to the first reply"),
    ("complaint.reply_every.days", 3, "办理中每几天回音一次", "Days between replies while it is handled"),
    ("complaint.resolve.consult", 3, "咨询办结（工作日）", "Working days: question"),
    ("complaint.resolve.ordinary", 7, "一般诉求办结（工作日）", "Working days: ordinary"),
    ("complaint.resolve.difficult", 15, "疑难诉求办结（工作日）", "Working days: difficult"),
    (
        "complaint.offline.hours",
        72,
        "没网时记下的，几小时内传上来按记下的时间算",
        "Hours an entry made offline keeps its own time",
    ),
    ("complaint.give_back.workdays", 1, "派单后几个工作日内可退回", "Working days to give a case back"),
    ("complaint.give_back.most", 1, "一件诉求最多退回几次", "Times a case may be given back"),
    ("complaint.pause.workdays", 5, "等本人最多几个工作日", "Working days to wait for the worker"),
    ("complaint.pause.most", 2, "一件诉求最多等本人几次", "Times a case may wait for the worker"),
    ("complaint.mediation.days", 15, "调解期限（天）", "Days for a mediation"),
    ("complaint.extend.workdays", 5, "主席一次最多延几个工作日", "Working days of the first extension"),
    ("complaint.extend.most", 15, "一共最多延几个工作日", "Working days of all extensions"),
    (
        "complaint.review.workdays",
        15,
        "转出去的，每几个工作日问一次",
        "Working days between looks at a referred case",
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
    (
        "report.phone.hourly",
        5,
        "网上诉求：一部手机一小时最多几份",
        "Reports from the public page: most an hour from one phone",
    ),
    (
        "report.address.hourly",
        20,
        "网上诉求：一个网络地址一小时超过几份先问主席",
        "Reports: an hour from one address before the leader is asked",
    ),
    (
        "report.cell.daily",
        30,
        "网上诉求：一个网格一天超过几份先问主席",
        "Reports: a day for a cell before the leader is asked",
    ),
    ("box.open.days", 31, "匿名信箱最多几天开一次", "Days in which an anonymous box is opened"),
    (
        "box.second.minutes",
        15,
        "开信箱：几分钟内要第二个人确认",
        "Minutes in which the second officer confirms",
    ),
    ("box.daily", 30, "匿名信箱：一天超过几封不再收照片", "Anonymous box: a day with photos, at most"),
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
    (
        "read.hourly",
        300,
        "一人一小时看过几份档案就告诉审计员",
        "Files one person sees in an hour before the auditor is told",
    ),
    ("export.print", 300, "名单一次最多打印几人", "Members on one printed list"),
    ("card.years", 3, "会员卡有效几年", "Years a member card is valid"),
    ("keep.complaint.years", 5, "诉求办完后保存几年", "Years a complaint is kept after it ended"),
    ("keep.visit.years", 3, "走访的原话保存几年", "Years the words of a visit are kept"),
    ("keep.box.years", 2, "匿名信箱的信保存几年", "Years a message of the anonymous box is kept"),
    (
        "keep.answer.days",
        3,
        "提出清除后几天内要另一个人确认",
        "Days in which the second officer confirms an erasure",
    ),
    ("import.undo.days", 30, "导入后几天内可撤销", "Days in which an import may be undone"),
    (
        "unseal.hours",
        24,
        "批准看保密诉求后几小时内可以看",
        "Hours for which a sealed complaint is opened to who asked",
    ),
    (
        "complaint.repeat.days",
        90,
        "几天内又反映同一件事算重复诉求",
        "Days in which the same matter counts as repeated",
    ),
    ("letter.reply.workdays", 15, "发函后几个工作日内要回复", "Working days to answer a letter"),
    (
        "alert.wages.count",
        3,
        "同一单位几件欠薪诉求发预警",
        "Wage complaints about one employer that raise an alert",
    ),
    ("alert.wages.days", 30, "欠薪诉求按几天内算", "Days in which these wage complaints came"),
    ("alert.collective.people", 10, "集体争议几人以上发预警", "Workers in a dispute that raise an alert"),
    (
        "alert.answer.hours",
        24,
        "预警几小时内要答复，过了报上一级",
        "Hours to answer an alert before it goes up",
    ),
    ("light.on_time.good", 95, "诉求按时办结：正常（%）", "Resolved on time: good (%)"),
    ("light.on_time.poor", 80, "诉求按时办结：预警（%）", "Resolved on time: alarm below (%)"),
    ("light.overdue.days", 4, "超期满几天预警", "Days overdue that raise the alarm"),
    ("light.visits.good", 90, "必访按时：正常（%）", "Must-visits on time: good (%)"),
    ("light.visits.poor", 70, "必访按时：预警（%）", "Must-visits on time: alarm below (%)"),
    ("light.echoes.good", 95, "给本人回音：正常（%）", "Worker told in time: good (%)"),
    ("light.echoes.poor", 80, "给本人回音：预警（%）", "Worker told in time: alarm below (%)"),
    ("light.silent.days", 14, "几天没上报算无数据", "Days of silence that mean no data"),
    ("report.sign.day", 5, "月报在下月几日前签", "Day of the next month by which a report is signed"),
    ("light.fewest", 5, "不足几件不算比例", "Cases below which no percentage is shown"),
]


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
        with edited():
            db.session.execute(insert(SpecialDay), rows)
