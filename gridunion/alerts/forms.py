"""The forms of an alert: raised by hand, answered, closed."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField

from gridunion.alerts.models import LEVELS
from gridunion.fields import Cleaned, Form, SelectChoice, ValidationError, Words, needed
from gridunion.text import clean_text
from gridunion.tree import Unit


def _workplace(text: str) -> str:
    return clean_text(text, 80)


class AlertForm(Form):
    employer_name = Cleaned(_("哪个单位"), _workplace, validators=[needed(_("请填单位名称"))])
    unit = SelectField(_("社区"), coerce=str, validate_choice=False)
    level = RadioField(
        _("哪一级"),
        choices=[SelectChoice(*one) for one in LEVELS.items()],
        validators=[needed(_("请选哪一级"))],
    )
    words = Words(_("发现了什么"), most=1000, validators=[needed(_("请写发现了什么"))])

    def offer(self, communities: list[Unit]) -> "AlertForm":
        self._units = {unit.uid.hex: unit for unit in communities}
        self.unit.choices = [SelectChoice(uid, unit.name) for uid, unit in self._units.items()]
        return self

    @property
    def community(self) -> Unit:
        return self._units[self.unit.data]

    def validate_unit(self, field: SelectField) -> None:
        if field.data not in self._units:
            raise ValidationError(gettext("请选社区"))


class AnswerForm(Form):
    words = Words(_("怎么处置"), most=1000, validators=[needed(_("请写怎么处置"))])


class CloseForm(Form):
    words = Words(_("为什么可以解除"), most=500, validators=[needed(_("请写为什么可以解除"))])
