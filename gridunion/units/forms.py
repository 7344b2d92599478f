"""Forms for one unit: a new one below it, its name, its place, its end."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField

from gridunion import clock
from gridunion.fields import Cleaned, Day, Form, SelectChoice, ValidationError, needed
from gridunion.text import clean_code, clean_text
from gridunion.tree import Unit
from gridunion.units.models import KIND_NAMES, fault_of_code, kinds_below, next_code, open_unit


def clean_unit_name(text: str) -> str:
    return clean_text(text, 60)


class UnitCode(Cleaned):
    """The code of a unit the viewer stands over; `unit` is that unit."""

    unit: Unit | None = None

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, clean_code, **options)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        self.unit = open_unit(self.data) if self.data else None
        if self.data and self.unit is None:
            raise ValidationError(gettext("你负责的范围里没有这个编码，或它已经撤销"))


class NewForm(Form):
    kind = RadioField(_("类别"))
    code = Cleaned(
        _("编码"),
        clean_code,
        validators=[needed(_("请填编码"))],
        description=_("12 位，网格 15 位；定了不能再改"),
    )
    name = Cleaned(_("名称"), clean_unit_name, validators=[needed(_("请填名称"))])
    opened_on = Day(_("从哪天起"), future=True, validators=[needed(_("请填从哪天起"))])

    def below(self, parent: Unit) -> "NewForm":
        """Make it a form for a unit below a parent."""
        self.parent, kinds = parent, kinds_below(parent)
        self.kind.choices = [SelectChoice(kind, str(KIND_NAMES[kind])) for kind in kinds]
        if not self.is_submitted():
            self.kind.data, self.opened_on.data = kinds[0], clock.today()
            self.code.data = next_code(parent, kinds[0])
        return self

    def validate_code(self, field: Cleaned) -> None:
        if field.data and (fault := fault_of_code(field.data, self.kind.data or "", self.parent)):
            raise ValidationError(fault)


class RenameForm(Form):
    name = Cleaned(_("名称"), clean_unit_name, validators=[needed(_("请填名称"))])


class MoveForm(Form):
    parent = UnitCode(_("新的上级（编码）"), validators=[needed(_("请填新上级的编码"))])


class CloseForm(Form):
    on = Day(_("从哪天起撤销"), future=True, validators=[needed(_("请填从哪天起撤销"))])
    heir = UnitCode(
        _("由哪个单位接替（编码）"), description=_("那里还有人或岗位时要填，岗位会在接替的单位接着算")
    )


class SplitForm(Form):
    on = Day(_("从哪天起"), future=True, validators=[needed(_("请填从哪天起"))])
    code = Cleaned(_("新单位编码"), clean_code, validators=[needed(_("请填编码"))])
    name = Cleaned(_("新单位名称"), clean_unit_name, validators=[needed(_("请填名称"))])

    old: Unit
    parent: Unit

    def validate_code(self, field: Cleaned) -> None:
        if field.data and (fault := fault_of_code(field.data, self.old.kind, self.parent)):
            raise ValidationError(fault)
