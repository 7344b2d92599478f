"""The form on which a complaint is taken down."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, MultipleFileField, SelectField
from wtforms.validators import NumberRange

from gridunion import settings
from gridunion.complaints.alike import about
from gridunion.complaints.life import COLLECTIVE, too_few_words
from gridunion.complaints.models import Complaint
from gridunion.fields import (
    Cleaned,
    Coded,
    FirstSent,
    Form,
    Money,
    SelectChoice,
    ValidationError,
    Words,
    needed,
)
from gridunion.names import clean_name
from gridunion.phones import clean_phone
from gridunion.text import clean_text
from gridunion.tree import Unit

CHANNELS = ("walk_in", "phone", "hotline", "visit")  # 网上 and 信箱 have forms of their own


def _short(text: str) -> str:
    return clean_text(text, 40)


def _workplace(text: str) -> str:
    return clean_text(text, 80)


def _among(codes: str, wanted: tuple[str, ...]) -> list[SelectChoice]:
    return [SelectChoice(code, settings.label(codes, code)) for code in wanted]


def another() -> BooleanField:
    """The tick of who looked at the similar cases. A form declares it last: it looks at the other fields."""
    return BooleanField(_("看过了，另记一件"))


class Alike:
    """Somebody may have told of the same thing before: the open cases about that employer are shown first."""

    similar: Sequence[Complaint] = ()
    unit: Any
    employer_name: Any
    cell: Any

    def validate_alike(self, field: BooleanField) -> None:
        if not (field.data or self.unit.errors or self.employer_name.errors):
            self.similar = about(self.employer_name.data, self.cell)
        if self.similar:
            raise ValidationError(gettext("这个单位有没办完的诉求，先看看是不是同一件事"))


class TakeForm(Alike, Form):
    """A complaint as it is told: who, what about, in whose words."""

    name = Cleaned(_("谁反映的"), clean_name)
    phone = Cleaned(_("手机号"), clean_phone)
    anonymous = BooleanField(_("本人不愿留名"))
    category = Coded(_("什么事"), "complaint_category", validators=[needed(_("请选是什么事"))])
    text = Words(_("怎么回事"), validators=[needed(_("请写一句是怎么回事"))])
    unit = SelectField(_("网格"), coerce=str, validate_choice=False)
    kind = Coded(_("算哪一类"), "complaint_kind")
    urgent = BooleanField(_("很急，2 小时内要有人管"))
    people = IntegerField(_("涉及几个人"), [NumberRange(1, 9999, _("请填 1 到 9999 之间的人数"))], default=1)
    owed = Money(_("欠多少钱（元）"))
    employer_name = Cleaned(_("反映的是哪个单位"), _workplace)
    channel = Coded(_("怎么来的"), "channel", default="walk_in")
    outside_number = Cleaned(_("12351 工单号"), _short)
    photos = MultipleFileField(_("加照片"))
    happened_at = FirstSent("")
    alike = another()

    def offer(self, cells: list[Unit], person: Any = None) -> None:
        """Let the viewer's cells be chosen; for somebody of the register the cell is known."""
        self._cells = {cell.uid.hex: cell for cell in ([person.unit] if person else cells)}
        self.unit.choices = [SelectChoice(uid, cell.name) for uid, cell in self._cells.items()]
        self.channel.choices = _among("channel", CHANNELS)
        self._person = person

    @property
    def sealed(self) -> list[str]:
        """The categories only named readers see: no phone keeps what is told of them."""
        return settings.codes_tagged("complaint_category", "sealed")

    @property
    def cell(self) -> Unit:
        return self._cells[self.unit.data]

    def validate_unit(self, field: SelectField) -> None:
        field.data = field.data if field.data in self._cells else next(iter(self._cells), None)
        if field.data is None:
            raise ValidationError(gettext("请选网格"))

    def validate_channel(self, field: Coded) -> None:
        field.data = field.data or CHANNELS[0]

    def validate_name(self, field: Cleaned) -> None:
        if not (self._person or self.anonymous.data or field.data or self.phone.data):
            raise ValidationError(gettext("请填姓名或手机号，不愿留名就勾上"))

    def validate_people(self, field: IntegerField) -> None:
        if self.kind.data == "collective_dispute" and field.data is not None and field.data < COLLECTIVE:
            raise ValidationError(too_few_words())

    def validate_outside_number(self, field: Cleaned) -> None:
        if self.channel.data == "hotline" and not field.data:
            raise ValidationError(gettext("12351 转来的，请填工单号"))

    def told(self) -> dict[str, Any]:
        """What the form tells of the case."""
        names = ("category", "kind", "text", "urgent", "people", "employer_name", "channel", "outside_number")
        asked = {name: self[name].data for name in names} | {"amount_owed": self.owed.fen}
        asked |= {"person": None, "name": None, "phone": None}
        asked["happened_at"] = self.happened_at.moment
        if self.anonymous.data:
            return asked
        if self._person is not None:
            return asked | {"person": self._person, "name": self._person.name, "phone": self._person.phone}
        return asked | {"name": self.name.data, "phone": self.phone.data}
