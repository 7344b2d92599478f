"""The forms of the box: putting something in, asking by code, opening it, and what becomes of what lay in it."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import MultipleFileField, PasswordField

from gridunion.box.models import CODE_DIGITS
from gridunion.complaints.forms import Alike, another
from gridunion.complaints.life import says_something
from gridunion.fields import Cleaned, Coded, Form, ValidationError, Words, needed
from gridunion.members.forms import up_to
from gridunion.slips import digits
from gridunion.tree import Unit
from gridunion.units.scanned import Place


def _meant(_form: Form, field: Any) -> None:
    if not says_something(field.data):
        raise ValidationError(str(_("请说清楚，至少写 4 个字")))


class DropForm(Form):
    """What somebody wants to say, and nothing about who they are."""

    text = Words(_("想说什么"), validators=[needed(_("请写想说的话"))])
    photos = MultipleFileField(_("加照片"))


class CodeForm(Form):
    """The code that was shown when the message went in."""

    code = Cleaned(_("回执码"), lambda text: digits(text, CODE_DIGITS), validators=[needed(_("请填回执码"))])


class OpenForm(Form):
    password = PasswordField(_("你的密码"), [needed(_("请输入自己的密码"))])


class MinutesForm(Form):
    words = Words(_("开箱记录"), most=1000)


class AnswerForm(Form):
    answer = Words(_("公开答复"), most=1000, validators=[needed(_("请写答复")), _meant])


class AsideForm(Form):
    reason = Cleaned(_("原因，会告诉本人"), up_to(200), validators=[needed(_("请写明原因")), _meant])


class CaseForm(Alike, Form):
    category = Coded(_("什么事"), "complaint_category", validators=[needed(_("请选是什么事"))])
    employer_name = Cleaned(_("反映的是哪个单位"), up_to(80))
    unit = Place(_("归哪个网格"), coerce=str)
    alike = another()

    def at(self, unit: Unit) -> "CaseForm":
        self.cells = self.unit.offer(unit, _("由社区工会直接办"))
        return self

    @property
    def cell(self) -> Unit:
        return self.cells[self.unit.data or ""]
