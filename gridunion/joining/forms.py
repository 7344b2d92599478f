"""The form of the public page, the one a worker verifies with, and how somebody asks how far it is."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField

from gridunion.fields import Cleaned, Form, SelectChoice, ValidationError, needed
from gridunion.joining.models import CODE_DIGITS, Application
from gridunion.members.forms import OTHER_WORK, Cell, RegisterForm, up_to
from gridunion.text import Unacceptable, clean_code
from gridunion.tree import Unit


class Place(SelectField):
    """One of the cells of a community, or none when somebody is not sure."""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in form.cells:
            raise ValidationError(gettext("请从列出的里面选一个"))


class JoinForm(RegisterForm):
    """Name, phone, work, employer, consent; on a community's page also the cell, if one knows it."""

    unit = Place(_("住在或工作在哪个网格"), coerce=str)
    sex = address = share_birthday = distinct = None
    agree = BooleanField(_("我同意工会登记以上信息，用于入会和服务"), [needed(_("请先勾选同意，再提交"))])

    def at(self, unit: Unit) -> "JoinForm":
        """The page of a unit: the cells of a community can be chosen."""
        below = [] if unit.is_cell else unit.children()
        cells = [SelectChoice(cell.uid.hex, cell.name) for cell in below]
        self.unit.choices = [SelectChoice("", _("说不准，由社区工会安排")), *cells]
        self.cells = {cell.uid.hex: cell for cell in below} | {"": unit}
        return self

    @property
    def cell(self) -> Unit:
        return self.cells[self.unit.data or ""]

    def known(self) -> dict[str, Any]:
        return _known(self)


class VerifyForm(RegisterForm):
    """What the person said on the phone: the same things, corrected. They agreed when they applied."""

    unit = Cell(_("网格"), coerce=str)
    sex = address = share_birthday = agree = None

    def show(self, application: Application) -> "VerifyForm":
        for name in ("name", "phone", "employer_name"):
            self[name].process_data(getattr(application, name))
        self.key_group.process_data(application.key_group or OTHER_WORK)
        self.unit.process_data(application.unit.uid.hex if application.unit.is_cell else None)
        return self

    def known(self) -> dict[str, Any]:
        return _known(self)


def _known(form: Any) -> dict[str, Any]:
    """What a form tells about the person."""
    told = {name: form[name].data for name in ("name", "phone", "key_group", "employer_name")}
    return told | {"key_group": None if told["key_group"] == OTHER_WORK else told["key_group"]}


class StateForm(Form):
    """A receipt number and its query code, typed as they were noted down."""

    number = Cleaned(_("受理编号"), lambda text: _digits(text, 9), validators=[needed(_("请填受理编号"))])
    code = Cleaned(_("查询码"), lambda text: _digits(text, CODE_DIGITS), validators=[needed(_("请填查询码"))])


class ReasonForm(Form):
    """Why it is a no; the person will read it."""

    reason = Cleaned(_("原因，会告诉本人"), up_to(40), validators=[needed(_("请写明原因"))])


def _digits(text: str, length: int) -> str:
    digits = clean_code(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) == length):
        raise Unacceptable(_("应为 %(n)s 位数字，请照着回执填", n=length))
    return digits
