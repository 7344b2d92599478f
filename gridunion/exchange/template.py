"""The national template of members: its columns, judged in their order (domain.md 4.4)."""

from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from gridunion import clock, settings
from gridunion.cells import cell_date, cell_text, cell_yes
from gridunion.db import db
from gridunion.employers.models import Employer
from gridunion.exchange import labels
from gridunion.exchange.bulk import TRUSTED
from gridunion.exchange.intake import Cells, Fault, Intake, blank, cleaned
from gridunion.exchange.places import Place, Places
from gridunion.identity import (
    RESIDENCE_PERMIT,
    RESIDENT_ID,
    age_on,
    agreed_birth,
    agreed_sex,
    clean_id_number,
)
from gridunion.names import clean_name
from gridunion.phones import phone_from_cell
from gridunion.text import AS_TEXT, Unacceptable, clean_code, clean_text

YOUNGEST = 16  # 劳动法 第十五条
_CHOICES = (
    "sex", "work_status", "id_kind", "education", "skill_level", "household_type", "change_type",
    "change_reason",
    "political_status", "key_group",
)  # fmt: skip
_on = lru_cache(20_000)(cell_date)


@lru_cache(20_000)
def _text(value: Any, limit: int) -> str | None:
    """Words many rows share are cleaned, and kept, once."""
    return clean_text(cell_text(value), limit) or None


class NationalTemplate(Intake):
    """What a row of the template says about a person."""

    kind = "members"
    columns = {
        "name": ("姓名",),
        "sex": ("性别",),
        "birth_on": ("出生日期", "出生年月日", "出生年月"),
        "ethnicity": ("民族",),
        "work_status": ("就业状况", "就业状态"),
        "id_kind": ("有效证件类别", "证件类别", "证件类型", "有效证件类型"),
        "id_number": ("证件号码", "身份证号码", "身份证号", "证件号", "有效证件号码", "公民身份号码"),
        "education": ("学历", "文化程度"),
        "skill_level": ("技能等级", "技术等级"),
        "phone": ("移动电话", "手机号", "手机号码", "手机", "联系电话", "电话"),
        "household_type": ("户籍类型", "户口类型"),
        "household_place": ("户籍所在地", "户口所在地"),
        "change_type": ("会籍变化类型",),
        "joined_on": ("会籍变化日期", "入会时间", "入会日期"),
        "change_reason": ("会籍变化原因",),
        "political_status": ("政治面貌",),
        "employer_name": ("工作单位", "单位名称", "所在单位"),
        "native_place": ("籍贯",),
        "migrant": ("是否农民工", "农民工", "农民工(是/否)"),
        "key_group": ("八大群体", "是否八大群体", "九大群体", "群体"),
        "community": ("所属社区工会", "所属社区", "社区工会"),
        "cell": ("所属网格编码", "网格编码", "网格代码"),
    }
    required = ("name", "id_number", "phone", "cell")
    key = ("id_number", "phone", "cell")

    def prepare(self) -> None:
        self.today = clock.today()
        self.places = Places.read()
        self.choices = {name: labels.reader(name) for name in _CHOICES}
        self.four = {
            entry.code for entry in settings.codes("key_group") if "four" in entry.tags.get("sets", [])
        }
        e = Employer.__table__.c
        employers = db.session.execute(select(e.unit_id, e.name, e.id), execution_options=TRUSTED)
        self.employers = {(unit_id, name): number for unit_id, name, number in employers}

    def judge(self, cells: Cells) -> dict[str, Any]:
        """What a row says about a person, as columns of the register. Raises the first Fault in column
        order."""
        read = _quiet_number(cells, self.choices["id_kind"])
        made: dict[str, Any] = {"name": self._clean("name", _name, cells)}
        made["sex"] = self._sex(cells, read)
        made["birth_on"] = self._birth(cells, read)
        made["ethnicity"] = self._clean("ethnicity", labels.ethnicity, cells)
        made["work_status"] = self._choice("work_status", cells)
        made["id_kind"] = self._choice("id_kind", cells) or RESIDENT_ID
        made["id_number"] = read or self._clean(
            "id_number", lambda cell: clean_id_number(cell_text(cell), made["id_kind"]), cells
        )
        made["education"] = self._choice("education", cells)
        made["skill_level"] = self._choice("skill_level", cells)
        made["phone"] = self._clean("phone", _phone, cells)
        made["household_type"] = self._choice("household_type", cells)
        made["household_place"] = self._words("household_place", 80, cells)
        made["change_type"] = self._choice("change_type", cells) or "1"
        made["joined_on"] = self._joined(cells)
        made["change_reason"] = self._choice("change_reason", cells)
        made["political_status"] = self._choice("political_status", cells)
        made["employer_name"] = self._words("employer_name", 80, cells)
        made["native_place"] = self._words("native_place", 40, cells)
        made["migrant"] = self._clean("migrant", _yes, cells)
        made["key_group"] = self._choice("key_group", cells)
        made["new_form"] = made["key_group"] in self.four
        made["place"] = place = self._place(cells)
        made["employer_id"] = self.employers.get((place.parent_id, made["employer_name"]))
        return made

    def _clean(self, field: str, rule: Any, cells: Cells) -> Any:
        return cleaned(self.title(field), rule, cells.get(field))

    def _choice(self, field: str, cells: Cells) -> str | None:
        return cleaned(self.title(field), self.choices[field], cells.get(field))

    def _words(self, field: str, limit: int, cells: Cells) -> str | None:
        return cleaned(self.title(field), _text, cells.get(field), limit)

    def _sex(self, cells: Cells, read: str | None) -> str | None:
        sex = self._choice("sex", cells)
        agreed: str | None = cleaned(self.title("sex"), lambda said: agreed_sex(read or "", said), sex)
        return agreed

    def _birth(self, cells: Cells, read: str | None) -> date | None:
        said = cells.get("birth_on")
        born = cleaned(self.title("birth_on"), _on, said) if not blank(said) else None
        born = cleaned(self.title("birth_on"), lambda day: agreed_birth(read or "", day), born)
        if born and age_on(born, self.today) < YOUNGEST:
            raise Fault(self.title("birth_on"), _("不满 16 周岁，不能登记为职工"))
        return born

    def _joined(self, cells: Cells) -> date:
        said = cells.get("joined_on")
        if blank(said):
            raise Fault(self.title("joined_on"), _("请填写会籍变化日期"))
        on: date = cleaned(self.title("joined_on"), _on, said)
        if on > self.today:
            raise Fault(self.title("joined_on"), _("会籍变化日期不能晚于今天"))
        return on

    def _place(self, cells: Cells) -> Place:
        """The cell by its code; it must lie in the community the row names."""
        named = cell_text(cells.get("community"))
        communities = cleaned(self.title("community"), self.places.community, named) if named else []
        code = clean_code(cell_text(cells.get("cell")), AS_TEXT)
        place = self.places.by_code.get(code)
        if place is None or place.kind != "cell":
            raise Fault(
                self.title("cell"),
                _("没有编码为 %(code)s 的网格", code=code) if code else _("请填写所属网格编码"),
            )
        if communities and place.parent_id not in {community.id for community in communities}:
            raise Fault(self.title("cell"), _("这个网格不在%(name)s", name=named))
        return place


def _name(value: Any) -> str:
    return clean_name(cell_text(value))


def _phone(value: Any) -> str:
    if value is None:
        raise Unacceptable(_("请填写手机号"))
    return phone_from_cell(value)


def _yes(value: Any) -> bool | None:
    return None if blank(value) else cell_yes(value)


def _quiet_number(cells: Cells, kinds: labels.Reader) -> str | None:
    """The number of a card of 18 digits when it is a good one; what is wrong with it is told in its own
    column."""
    try:
        kind = kinds(cells.get("id_kind")) or RESIDENT_ID
        return (
            clean_id_number(cell_text(cells.get("id_number")), kind)
            if kind in (RESIDENT_ID, RESIDENCE_PERMIT)
            else None
        )
    except Unacceptable:
        return None
