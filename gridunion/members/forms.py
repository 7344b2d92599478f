"""The 60-second form: five things, and the person is known."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField

from gridunion.fields import Cleaned, Coded, Form, SelectChoice, ValidationError, needed
from gridunion.names import clean_name
from gridunion.phones import clean_phone
from gridunion.text import clean_text
from gridunion.tree import Unit

OTHER_WORK = "other"


def up_to(longest: int) -> Callable[[str], str]:
    """Clean a text no longer than its column."""
    return lambda text: clean_text(text, longest)


class Cell(SelectField):
    """One of the cells the viewer works in."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in form.cells:
            raise ValidationError(gettext("请选自己负责的网格"))


class Work(Coded):
    """What somebody does: one of the groups, or expressly none of them."""

    def pre_validate(self, form: Any) -> None:
        if self.data != OTHER_WORK:
            super().pre_validate(form)

    @property
    def group(self) -> str | None:
        """The group; None for other work."""
        return None if self.data == OTHER_WORK else self.data


class RegisterForm(Form):
    """Five things: name, phone, work, employer, consent. The cell is filled in."""

    name = Cleaned(_("姓名"), clean_name, validators=[needed(_("请填姓名"))])
    phone = Cleaned(_("手机号"), clean_phone, validators=[needed(_("请填手机号"))])
    key_group = Work(_("做什么工作"), "key_group", validators=[needed(_("请选做什么工作"))])
    employer_name = Cleaned(_("单位或平台"), up_to(80))
    unit = Cell(_("网格"), coerce=str)
    sex = Coded(_("性别"), "sex")
    address = Cleaned(_("住址"), up_to(120))
    share_birthday = BooleanField(_("愿意让工会在生日时问候"))
    distinct = BooleanField(_("不是同一个人，继续登记"))
    agree = BooleanField(_("本人同意工会登记以上信息，用于入会和服务"), [needed(_("请本人同意后再登记"))])

    def offer(self, cells: list[Unit]) -> None:
        """Let the cells of the viewer be chosen, the first one already is."""
        self.unit.choices = [SelectChoice(cell.uid.hex, cell.name) for cell in cells]
        self.cells = {cell.uid.hex: cell for cell in cells}
        self.unit.data = self.unit.data or next(iter(self.cells), None)

    @property
    def cell(self) -> Unit:
        return self.cells[self.unit.data]

    def validate_employer_name(self, field: Cleaned) -> None:
        if not field.data and self.key_group.data in (None, OTHER_WORK):
            raise ValidationError(gettext("请填单位，没有固定单位就填“灵活就业”"))

    def known(self) -> dict[str, Any]:
        """What the form tells about the person."""
        names = ("name", "phone", "key_group", "employer_name", "sex", "address", "share_birthday")
        told = {name: getattr(self, name).data for name in names}
        return told | {"key_group": self.key_group.group}
