"""The form of the public page, the one a worker verifies with, and how somebody asks how far it is."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField

from gridunion.fields import Cleaned, Form, SelectChoice, needed
from gridunion.joining.models import Application
from gridunion.members.forms import OTHER_WORK, Cell, RegisterForm, Work, up_to
from gridunion.names import clean_name
from gridunion.phones import clean_phone
from gridunion.tree import Unit
from gridunion.units.scanned import Place


class Applied(Form):
    """What is asked of somebody who joins: the short form of the register, of which only these fields are needed."""

    name = Cleaned(_("姓名"), clean_name, validators=[needed(_("请填姓名"))])
    phone = Cleaned(_("手机号"), clean_phone, validators=[needed(_("请填手机号"))])
    key_group = Work(_("做什么工作"), "key_group", validators=[needed(_("请选做什么工作"))])
    employer_name = Cleaned(_("单位或平台"), up_to(80))
    unit: Any
    cells: dict[str, Unit]

    validate_employer_name = RegisterForm.validate_employer_name

    @property
    def cell(self) -> Unit:
        return self.cells[self.unit.data or ""]

    def known(self) -> dict[str, Any]:
        """What the form tells about the person."""
        told = {name: self[name].data for name in ("name", "phone", "key_group", "employer_name")}
        return told | {"key_group": self.key_group.group}


class JoinForm(Applied):
    """The public page: also the consent, and on a community's page the cell, if one knows it."""

    unit = Place(_("住在或工作在哪个网格"), coerce=str)
    agree = BooleanField(_("我同意工会登记以上信息，用于入会和服务"), [needed(_("请先勾选同意，再提交"))])

    def at(self, unit: Unit) -> "JoinForm":
        """The page of a unit: the cells of a community can be chosen."""
        self.cells = self.unit.offer(unit, _("说不准，由社区工会安排"))
        return self


class VerifyForm(Applied):
    """What the person said on the phone, corrected. They agreed when they applied."""

    unit = Cell(_("网格"), coerce=str)
    distinct = BooleanField(_("不是同一个人，继续登记"))

    def offer(self, cells: list[Unit]) -> "VerifyForm":
        """Let the cells of the viewer be chosen, the first one already is."""
        self.unit.choices = [SelectChoice(cell.uid.hex, cell.name) for cell in cells]
        self.cells = {cell.uid.hex: cell for cell in cells}
        self.unit.data = self.unit.data or next(iter(self.cells), None)
        return self

    def show(self, application: Application) -> "VerifyForm":
        for name in ("name", "phone", "employer_name"):
            self[name].process_data(getattr(application, name))
        self.key_group.process_data(application.key_group or OTHER_WORK)
        if application.unit.uid.hex in self.cells:
            self.unit.process_data(application.unit.uid.hex)
        return self


class ReasonForm(Form):
    """Why it is a no; the person will read it."""

    reason = Cleaned(_("原因，会告诉本人"), up_to(40), validators=[needed(_("请写明原因"))])
