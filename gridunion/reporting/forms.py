"""The public form, and what its sender writes later."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, IntegerField, MultipleFileField, RadioField
from wtforms.validators import NumberRange

from gridunion.complaints.life import ANSWERS, says_something
from gridunion.fields import Cleaned, Coded, Form, SelectChoice, ValidationError, Words, needed
from gridunion.members.forms import up_to
from gridunion.names import clean_name
from gridunion.phones import clean_phone
from gridunion.tree import Unit
from gridunion.units.scanned import Place

RATINGS = [SelectChoice(code, words) for code, words in ANSWERS.items() if code != "unreachable"]


def _reason(_form: Form, field: Words) -> None:
    if not says_something(field.data):
        raise ValidationError(str(_("请说清楚原因，至少写 4 个字")))


class ReportForm(Form):
    """A complaint as somebody writes it without an account. Who they are is theirs to say."""

    category = Coded(_("什么事"), "complaint_category", validators=[needed(_("请选是什么事"))])
    text = Words(_("怎么回事"), validators=[needed(_("请写一句是怎么回事"))])
    photos = MultipleFileField(_("加照片"))
    employer_name = Cleaned(_("反映的是哪个单位"), up_to(80))
    people = IntegerField(_("涉及几个人"), [NumberRange(1, 9999, _("请填 1 到 9999 之间的人数"))], default=1)
    name = Cleaned(_("怎么称呼你"), clean_name)
    phone = Cleaned(_("手机号"), clean_phone)
    unit = Place(_("在哪个网格"), coerce=str)
    agree = BooleanField(_("我同意工会用以上信息办这件事"), [needed(_("请先勾选同意，再提交"))])

    def at(self, unit: Unit) -> "ReportForm":
        """The page of a unit: the cells of a community can be chosen."""
        self.cells = self.unit.offer(unit, _("说不准，由社区工会安排"))
        return self

    @property
    def cell(self) -> Unit:
        return self.cells[self.unit.data or ""]

    def told(self) -> dict[str, Any]:
        names = ("category", "text", "employer_name", "people", "name", "phone")
        return {name: self[name].data for name in names}


class Ticketed(Form):
    """Something by the browser that just gave number and code."""

    ticket = HiddenField()


class AddForm(Ticketed):
    words = Words(_("补充什么"), most=1000, validators=[needed(_("请写要补充的情况"))])
    photos = MultipleFileField(_("加照片"))


class RateForm(Ticketed):
    answer = RadioField(_("办得怎么样"), choices=RATINGS, validators=[needed(_("请选满不满意"))])
    why = Words(_("哪里不满意"), most=500)

    def validate_why(self, field: Words) -> None:
        if self.answer.data == "not_satisfied":
            if not field.data:
                raise ValidationError(str(_("不满意会重新办理，请写哪里不满意")))
            _reason(self, field)


class AgainForm(Ticketed):
    reason = Words(_("为什么要重新办"), most=500, validators=[needed(_("请写为什么要重新办")), _reason])


class TakeBackForm(Ticketed):
    because = Words(_("为什么撤回"), most=200)
