"""Forms of an import: the sheet and whom it is for, and which column holds what."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import SelectField

from gridunion.exchange.template import NationalTemplate
from gridunion.fields import NOT_LISTED, Form, SelectChoice

LEFT_OUT = ""
TITLES = {
    "name": _("姓名"), "sex": _("性别"), "birth_on": _("出生日期"), "ethnicity": _("民族"),
    "work_status": _("就业状况"), "id_kind": _("证件类别"), "id_number": _("证件号码"), "education": _("学历"),
    "skill_level": _("技能等级"), "phone": _("移动电话"), "household_type": _("户籍类型"),
    "household_place": _("户籍所在地"), "change_type": _("会籍变化类型"), "joined_on": _("会籍变化日期"),
    "change_reason": _("会籍变化原因"), "political_status": _("政治面貌"), "employer_name": _("工作单位"),
    "native_place": _("籍贯"), "migrant": _("是否农民工"), "key_group": _("八大群体"),
    "community": _("所属社区工会"), "cell": _("所属网格编码"),
}  # fmt: skip
NEEDED = (*NationalTemplate.required, "joined_on")  # without it no row would be a good one


class UploadForm(Form):
    unit = SelectField(_("给哪里导入"), invalid_choice_message=NOT_LISTED)  # type: ignore[call-arg]
    file = FileField(_("选表格文件"))

    def offer(self, held: list[Any]) -> None:
        self.unit.choices = [SelectChoice(place.code, place.name) for place in held]
        self.unit.data = self.unit.data or next(iter(held)).code


def read_mapping(sent: Any, columns: int) -> tuple[dict[str, int], list[str]]:
    """Field → column as chosen, and what is wrong with the choice."""
    mapping: dict[str, int] = {}
    faults = []
    for at in range(columns):
        chosen = sent.get(f"column-{at}", LEFT_OUT)
        if chosen in mapping:
            faults.append(gettext("“%(name)s”选了两列，请只留一列", name=TITLES[chosen]))
        elif chosen in TITLES:
            mapping[chosen] = at
    missing = [str(TITLES[name]) for name in NEEDED if name not in mapping]
    if missing:
        faults.append(gettext("还没有选：%(names)s", names=gettext("、").join(missing)))
    return mapping, faults
