"""The words of the trail: what tables, columns and acts are called where people read about them."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask import g
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext
from sqlalchemy import select

from gridunion import settings
from gridunion.accounts.models import DUTIES, Account
from gridunion.db import db
from gridunion.look import day, moment
from gridunion.rights import ROLES
from gridunion.tree import Unit, everywhere
from gridunion.units.lists import NAMES
from gridunion.units.models import KIND_NAMES

ACTIONS = {
    "create": _("新建"),
    "change": _("修改"),
    "delete": _("删除"),
    "sign in": _("登录"),
    "sign in refused": _("登录没成功"),
    "sign out": _("退出"),
    "password reset": _("重置密码"),
    "end sessions": _("在各处退出"),
    "entries lost": _("手机里的记录算丢了"),
    "reveal phone": _("看号码"),
    "reveal number": _("看证件号码"),
    "reveals stopped": _("看证件太多，已停"),
    "lookups stopped": _("核对证件太多，已停"),
    "many files": _("一小时看了很多档案"),
    "open sealed": _("看保密诉求"),
    "new query code": _("换查询码"),
    "open box": _("开匿名信箱"),
    "agree to erase": _("同意清除到期的记录"),
    "erase": _("清除到期的记录"),
    "answer box message": _("公开答复信箱来信"),
    "turn box message": _("信箱来信转成诉求"),
    "set box message aside": _("信箱来信不办"),
    "admit report": _("收下停着的诉求"),
    "drop reports": _("清掉停着的诉求"),
    "name reader": _("准许看保密诉求"),
    "unseal": _("破例准许看保密诉求"),
    "strike reader": _("不再准许看保密诉求"),
    "merge people": _("合并档案"),
    "undo merge": _("撤销合并"),
    "two people": _("不是同一个人"),
    "apply": _("申请入会"),
    "verify": _("核实入会申请"),
    "refuse application": _("没通过入会申请"),
    "withdraw application": _("本人撤回入会申请"),
    "withdraw consent": _("本人在网上撤回同意"),
    "admit application": _("放进入会申请"),
    "drop applications": _("清掉入会申请"),
    "applications expired": _("入会申请过期清掉"),
    "load": _("导入"),
    "undo load": _("撤销导入"),
    "import ended": _("放弃导入"),
    "import report": _("下载没收下的行"),
    "demo": _("装演示数据"),
    "plan visits": _("排走访"),
    "export": _("导出"),
    "exports stopped": _("导出太多，已停"),
    "set value": _("改设置"),
    "cancel value": _("取消设置"),
    "add code": _("加代码"),
    "end code": _("停用代码"),
    "set day": _("改日历"),
    "drop day": _("删日历"),
}

KINDS = {
    "unit": _("组织"), "account": _("账号"), "posting": _("岗位"), "person": _("会员"),
    "membership": _("会籍"), "employer": _("单位"),
    "visit": _("走访"), "due_visit": _("该走访"), "complaint": _("诉求"),
    "complaint_event": _("诉求步骤"), "consent": _("同意书"), "attachment": _("附件"),
    "draft": _("草稿"), "receipt": _("回执"), "transfer": _("转会"), "employer_gone": _("单位没了"),
    "visit_version": _("走访的原记录"), "spot_check": _("走访抽查"),
    "application": _("入会申请"), "import_run": _("表格导入"), "export_request": _("导出申请"),
    "monthly_report": _("月报"), "sender": _("月报往来"),
    "hand_over": _("交接单"), "unsent": _("手机里的记录"),
    "report": _("网上诉求"), "box_opening": _("开信箱"),
    "box_message": _("信箱来信"),
    "unsealing": _("看保密诉求的申请"), "tie": _("回避申报"), "letter": _("函"), "alert": _("预警"),
    "erasure": _("到期清理"),
    "map_tile": _("网格图"), "target": _("年度目标"),
}  # fmt: skip

COLUMNS = {
    "name": _("姓名或名称"), "login": pgettext("one", "账号"), "phone": _("手机"), "active": _("启用"),
    "must_change": _("要改密码"), "code_until": _("一次性密码到"), "password_hash": _("密码"),
    "role": _("岗位"), "from_on": _("从"), "until_on": _("到"), "code": _("编码"), "kind": _("种类"),
    "parent_id": _("上级"), "path": _("位置"), "opened_on": _("设立"), "closed_on": _("撤销"),
    "replaced_by_id": _("接替"), "unit_id": _("组织"), "account_id": _("账号"), "state": _("状态"),
    "status": _("状态"), "employer_name": pgettext("one", "单位"),
    "employer_id": pgettext("one", "单位"), "address": _("住址"),
    "sex": _("性别"), "birth_on": _("出生日期"), "ethnicity": _("民族"), "key_group": _("群体"),
    "work_status": _("就业状况"), "education": _("学历"), "skill_level": _("技能等级"),
    "political_status": _("政治面貌"), "household_type": _("户籍类型"),
    "household_place": _("户籍所在地"), "native_place": _("籍贯"), "migrant": _("农民工"),
    "hardship_class": _("困难情况"), "hardship_on": _("困难认定"),
    "hardship_note_sealed": _("困难说明"), "id_kind": _("证件类别"), "id_index": _("证件"),
    "id_number_sealed": _("证件号码"), "share_birthday": _("生日问候"), "new_form": _("新就业"),
    "completeness": _("档案完整"), "seen_at": _("上次联系"), "visit_due_at": _("走访期限"),
    "card_no": _("会员卡"), "card_on": _("发卡"), "card_token": _("会员卡的码"),
    "reading": _("拼音"), "initials": _("拼音"),
    "uscc": _("统一社会信用代码"), "ownership": _("单位性质"), "headcount": _("职工人数"),
    "women": _("女职工"), "union_state": _("建会情况"), "founded_on": _("建会日期"),
    "contact": _("联系人"), "handler_id": _("经办人"), "due_at": _("期限"), "urgent": _("紧急"),
    "first_due_at": _("最初的期限"), "first_resolved_at": _("第一次办结"),
    "sealed": _("保密"), "happened_at": _("时间"), "person_id": _("会员"), "outcome": _("结果"),
    "category": _("类别"), "channel": _("来源"), "setting": _("设置"), "value": _("值"),
    "day": _("日期"), "works": _("上班"), "list": _("代码表"), "label": _("名称"), "until": _("到"),
    "rows": _("行数"), "what": _("内容"), "file": _("文件"), "reader": _("准许的人"),
    "number": _("编号"), "complainant_sealed": _("来人"), "text_sealed": _("内容"), "people": _("人数"),
    "outside_number": _("热线编号"), "accepted_at": _("受理"),
    "resolved_at": _("办结"), "result": _("办理结果"), "mediated_on": _("调解"), "confirmed_at": _("确认结果"),
    "call_due_at": _("回访期限"), "answer": _("回访"), "closed_at": _("归档"), "reopened": _("重办次数"),
    "urged_at": _("催办"), "grade": _("难易"), "wait_until": _("等到"), "known_on": _("知道侵害"),
    "referred_to": _("转给"), "referred_number": _("对方编号"),
    "escalated_at": _("报街道"), "wording": _("文本"), "given_at": _("同意"), "withdrawn_at": _("撤回同意"),
    "rating": _("本人评价"), "spoke_at": _("本人补充"),
    "receipt": _("受理编号"), "first_name": _("第一个人"), "second_name": _("第二个人"), "opened_at": _("开箱"),
    "messages": _("封数"), "words": _("记录"), "first_role": _("第一个人的岗位"), "second_role": _("第二个人的岗位"),
    "trigger": _("走访事由"), "event_on": _("发生"), "note": _("说明"), "done_at": _("完成"), "upto": _("到期日"),
    "change_type": _("会籍变化"), "change_reason": _("变化原因"), "end_reason": _("结束原因"),
    "approved_by_id": _("审批"), "ended_by_id": _("经手"), "visitor_name": _("走访的人"),
    "moved": _("移过来的"),
    "age": _("年龄"), "unseen": _("多久没联系"), "lack": _("档案缺什么"),
    "filter": _("筛选"), "purpose": _("用途"), "format": _("文件格式"), "numbers": _("全号"),
    "findings": _("情况"), "next_on": _("下次去"), "voided_at": _("撤回"),
    "end_type": _("结束于"), "filed": _("已备案"), "to_unit_id": _("转到"), "reason": _("原因"),
    "asked_by": _("提出人"), "decided_by_id": _("答复人"), "decided_at": _("答复"), "refusal": _("拒绝的原因"),
    "cell_id": _("网格"), "must": _("必访"),
    "needs": _("服务需求"), "need_words": _("服务需求"), "measures": _("处理措施"), "measure_words": _("处理措施"),
    "corrected": _("改了资料"), "checked_at": _("抽查"), "checker_name": _("抽查的人"),
    "editor_name": _("修改的人"), "said": _("原来的"),
    "stands_in_for_id": _("替谁代班"), "from_name": _("交的人"), "to_name": _("接的人"),
    "in_place": _("代签"), "from_signed_by": _("交的人签字"), "to_signed_by": _("接的人签字"),
    "gone_on": _("单位没了"), "done_by_id": _("经手"), "agreed_by": _("同意的人"),
    "month": _("月份"), "edition": _("第几版"), "signed_by": _("签报的人"), "signed_at": _("签报"),
    "decided_by": _("答复人"),
    "duty": _("兼任"), "professional": _("职业化工会工作者"), "agreed": _("同意"),
    "level": _("级别"), "cause": _("起因"), "cases": _("件数"),
    "words_sealed": _("内容"),
    "raised_by": _("发出的人"), "closed_by": _("解除的人"), "reason_sealed": _("原因"), "amount_owed": _("欠薪（分）"),
    "amount_recovered": _("追回（分）"),
    "year": _("年"), "addressee": _("发给"), "sender": _("发函的工会"),
    "sent_by": _("发函的人"), "sent_at": _("发出"), "replied_on": _("回复"),
    "reply_sealed": _("回复内容"), "settled_at": _("了结"),
    "across": _("第几列"), "down": _("第几行"), "placed_at": _("摆放"), "placed_by": _("摆放的人"),
    "measure": _("哪一项"), "goal": _("目标数"), "set_by": _("定目标的人"), "set_at": _("定目标"),
}  # fmt: skip

# What the values of a column are called: a code list, or words of the room that keeps the records.
LISTS = {
    "category": "complaint_category", "kind": "complaint_kind", "trigger": "visit_trigger",
    "end_type": "change_type", "reason": "change_reason", "needs": "service_need", "measures": "measure",
} | {
    name: name for name in (
        "channel", "sex", "key_group", "work_status", "education", "skill_level", "political_status", "household_type",
        "hardship_class", "id_kind", "ownership", "union_state", "change_type", "change_reason",
    )
}  # fmt: skip
VALUES: dict[tuple[str, str], dict[str, Any]] = {
    ("posting", "role"): ROLES, ("posting", "duty"): DUTIES, ("unit", "kind"): KIND_NAMES,
}  # fmt: skip
"""(kind of record, column) → words for its values; the rooms add theirs."""

ACCOUNTS = {"handler_id", "approved_by_id", "ended_by_id", "reader", "decided_by_id", "done_by_id"}
UNITS = {"parent_id", "replaced_by_id", "to_unit_id", "cell_id"}
ACCOUNTS = {
    "handler_id",
    "approved_by_id",
    "ended_by_id",
    "reader",
    "decided_by_id",
    "done_by_id",
    "stands_in_for_id",
}
UNITS = {"parent_id", "replaced_by_id", "to_unit_id"}
ROWS = {
    "ok": _("存了"), "duplicate": _("已有"), "error": _("没存"), "skip": _("跳过"), "new": _("新会员"),
    "changed": _("改了资料"), "kept": _("撤销时留下"),
}  # fmt: skip
WHAT = {"units": _("组织"), "employers": _("单位"), "members": _("会员"), "demo": _("演示数据")}
_MEANS_NOTHING = {
    "path", "reading", "initials", "id_index", "unit_id", "account_id", "person_id", "employer_id", "sha256",
    "recorded_by_id", "can_be_told", "accept_due_at", "calls", "planned_by_id", "settled_by_id", "seen_before",
    "due_visit_id",
    "visitor_id", "subject_uid", "size", "mime", "transfer_id", "asking_id", "answering_id", "known_as_id",
    "merged_into_id", "gaps", "digest", "chosen", "staged",
    "body", "signature", "exact", "seal", "key", "signed_by_id", "added_by_id", "above", "ready_at",
    "together", "visit_id", "editor_id", "checker_id",
    "remind_at", "street_at", "alarm",
    "from_id", "to_id", "asked_by_id",
    "items", "from_signed_at", "to_signed_at",
    "code_digest", "code_at", "asked_at", "agreed_at", "erased_at",
    "first_id", "second_id",
    "complaint_id", "follows_id", "repeat_of_id",
    "name_index", "accused_index", "phone_index", "employer_index",
    "set_by_id",
}  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+\+00:00)?")


def action_words(action: str) -> str:
    return str(ACTIONS.get(action, gettext("其他")))


def kind_words(kind: str) -> str:
    return str(KINDS.get(kind, gettext("记录"))) if kind else ""


def change_words(detail: dict[str, Any], kind: str = "") -> list[tuple[str, str]]:
    """(what, from what to what) for each thing a line tells; numbers of rows say nothing to a reader."""
    told = []
    for column, said in detail.items():
        if column in _MEANS_NOTHING or column not in COLUMNS:
            continue
        told.append((str(COLUMNS[column]), _said(said, kind, column)))
    return told


def _said(said: Any, kind: str, column: str) -> str:
    if not isinstance(said, list):
        return _plain(said, kind, column)
    old, new = (_plain(value, kind, column) for value in said)
    return f"{old} → {new}" if said[0] not in (None, "") else new


def _plain(value: Any, kind: str, column: str) -> str:
    if isinstance(value, bool):
        return str(gettext("是") if value else gettext("否"))
    if value in (None, ""):
        return str(gettext("空"))
    if column in ACCOUNTS | UNITS:
        return _name(Account if column in ACCOUNTS else Unit, value)
    if isinstance(value, dict):
        return str(gettext("，")).join(f"{_counted(name)} {count}" for name, count in value.items())
    return _worded(str(value), kind, column)[:80]


def _worded(value: str, kind: str, column: str) -> str:
    """The words for a code, a day as people say it, or the text as it is."""
    if words := VALUES.get((kind, column)):
        return "、".join(str(words.get(part, part)) for part in value.split("、"))
    if column == "setting":
        return settings.title(value)
    if column in ("list", "what"):
        return str((NAMES if column == "list" else WHAT).get(value, value))
    if _MOMENT.fullmatch(value):
        return moment(datetime.fromisoformat(value)) if "T" in value else day(date.fromisoformat(value))
    parts = value.split("、") if column in LISTS else ()
    return "、".join(settings.label(LISTS[column], part) for part in parts) or value


def _counted(name: str) -> str:
    return str(ROWS.get(name) or kind_words(name))


def _name(model: type[Account] | type[Unit], number: int) -> str:
    return g.trail_names.get((model, number)) or str(gettext("已不在"))


def look_up_names(details: Iterable[dict[str, Any]]) -> None:
    """Learn what stands behind the numbers of rows that the lines of a page tell, all at once. Names of units and
    of staff are no secret to an auditor."""
    g.trail_names = {}
    told = [(column, said) for detail in details for column, said in detail.items()]
    for model, columns in ((Account, ACCOUNTS), (Unit, UNITS)):
        numbers = {one for column, said in told if column in columns for one in _ends(said) if one}
        with everywhere():
            found = (
                db.session.execute(select(model.id, model.name).where(model.id.in_(numbers)))
                if numbers
                else ()
            )
            g.trail_names |= {(model, number): name for number, name in found}


def _ends(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]
