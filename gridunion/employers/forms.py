"""The form of one employer."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange

from gridunion.employers.models import Employer, taken_name, taken_uscc
from gridunion.fields import (
    Cleaned,
    Coded,
    CodedSelect,
    Day,
    Form,
    SelectChoice,
    ValidationError,
    needed,
    optional,
)
from gridunion.identity import clean_uscc
from gridunion.names import clean_name
from gridunion.phones import clean_landline_or_phone
from gridunion.text import clean_text
from gridunion.tree import Unit

MOST_PEOPLE = 1_000_000


def _workplace(text: str) -> str:
    return clean_text(text, 80)


def _people(label: Any) -> IntegerField:
    return IntegerField(label, [optional(), NumberRange(0, MOST_PEOPLE, _("人数应为 0 到 1000000"))])


STATES = {"active": _("在经营"), "closed": _("已注销或搬走")}


class EmployerForm(Form):
    name = Cleaned(_("单位名称"), _workplace, validators=[needed(_("请填单位名称"))])
    unit = SelectField(_("社区"), coerce=str)
    cell = SelectField(
        _("在哪个网格"), coerce=str, default="", description=_("那里的网格员会看到它，定期去走访")
    )
    uscc = Cleaned(_("统一社会信用代码"), clean_uscc, description=_("18 位；小店没有就不填"))
    ownership = CodedSelect(_("单位性质"), "ownership")
    headcount = _people(_("职工人数"))
    women = _people(_("女职工人数"))
    union_state = Coded(_("建会情况"), "union_state", validators=[needed(_("请选建会情况"))])
    founded_on = Day(_("建会日期"))
    contact = Cleaned(_("联系人"), clean_name)
    phone = Cleaned(_("联系电话"), clean_landline_or_phone)
    state = SelectField(_("现在"), choices=[SelectChoice(state, words) for state, words in STATES.items()])

    PLAIN = (
        "name",
        "uscc",
        "ownership",
        "headcount",
        "women",
        "union_state",
        "founded_on",
        "contact",
        "phone",
    )
    record: Employer | None = None

    def offer(self, communities: list[Unit], cells: list[Unit]) -> "EmployerForm":
        """Let the communities of the viewer be chosen, and their cells."""
        self._communities = {unit.uid.hex: unit for unit in communities}
        self._cells = {unit.uid.hex: unit for unit in cells}
        self.unit.choices = [SelectChoice(key, unit.name) for key, unit in self._communities.items()]
        named = [SelectChoice(key, unit.name) for key, unit in self._cells.items()]
        self.cell.choices = [SelectChoice("", _("不知道")), *named]
        return self

    @property
    def community(self) -> Unit:
        return self._communities[self.unit.data]

    def show(self, employer: Employer) -> "EmployerForm":
        """Fill the form from the record."""
        for name in (*self.PLAIN, "state"):
            self[name].process_data(getattr(employer, name))
        self.unit.data, self.row_version.data = employer.unit.uid.hex, str(employer.version)
        self.cell.data = employer.cell.uid.hex if employer.cell else ""
        return self

    def known(self) -> dict[str, Any]:
        """What the form tells about the employer."""
        told = {name: self[name].data for name in (*self.PLAIN, "state")}
        return told | {"unit": self.community, "cell": self._cells.get(self.cell.data or "")}

    def validate_name(self, field: Cleaned) -> None:
        place = self._communities.get(self.unit.data or "")
        if field.data and place and taken_name(field.data, place, self.record):
            raise ValidationError(gettext("%(place)s已经登记过这个单位", place=place.name))

    def validate_cell(self, field: SelectField) -> None:
        place, cell = self._communities.get(self.unit.data or ""), self._cells.get(field.data or "")
        if cell and place and cell.parent_id != place.id:
            raise ValidationError(gettext("这个网格不在%(place)s，请重选", place=place.name))

    def validate_uscc(self, field: Cleaned) -> None:
        if field.data and (owner := taken_uscc(field.data, self.record)):
            raise ValidationError(owner)

    def validate_women(self, field: IntegerField) -> None:
        if field.data and self.headcount.data is not None and field.data > self.headcount.data:
            raise ValidationError(gettext("女职工不能比职工总数多"))

    def validate_founded_on(self, field: Day) -> None:
        if field.data and self.union_state.data == "unorganized":
            raise ValidationError(gettext("还没建会，不用填建会日期"))
