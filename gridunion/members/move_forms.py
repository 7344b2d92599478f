"""Forms of coming and going: a change of membership, a transfer from either side, its answer."""

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from wtforms import BooleanField, RadioField, SelectField

from gridunion import clock, settings
from gridunion.db import db
from gridunion.fields import Cleaned, CodedSelect, Day, Form, SelectChoice, ValidationError, Words, needed
from gridunion.identity import clean_id_number
from gridunion.members.movement import Movement
from gridunion.members.transfer import union_of
from gridunion.names import clean_name
from gridunion.text import Unacceptable, clean_text
from gridunion.tree import Unit, everywhere

TRANSFER_REASONS = ("1", "4", "3", "2")
MOST_SAME = 5  # unions of one name told apart


def _short(text: str) -> str:
    return clean_text(text, 200)


class Reasoned(Form):
    """A form that asks for a reason of the national list."""

    reason = RadioField(_("原因"), validators=[needed(_("请选原因"))])
    words = Words(_("说明"), most=200)

    def among(self, codes: tuple[str, ...]) -> None:
        self.reason.choices = [SelectChoice(code, settings.label("change_reason", code)) for code in codes]
        if not self.is_submitted() or len(codes) == 1:
            self.reason.data = codes[0]


class ChangeForm(Reasoned):
    on = Day(_("从哪天起"), validators=[needed(_("请填从哪天起"))])
    filed = BooleanField(_("已报上一级工会备案"))

    def about(self, movement: Movement, since: date) -> "ChangeForm":
        """Make it the form of one change, of somebody whose standing began on a day."""
        self._movement, self._since = movement, since
        self.among(movement.reasons)
        if not self.is_submitted():
            self.on.process_data(clock.today())
        if not movement.filed:
            del self.filed
        return self

    def validate_on(self, field: Day) -> None:
        if field.data and field.data < self._since:
            raise ValidationError(gettext("不能早于上一次变动的那天（%(day)s）", day=self._since.isoformat()))

    def validate_words(self, field: Words) -> None:
        if self._movement.says and not field.data:
            raise ValidationError(str(self._movement.says))

    def validate_filed(self, field: BooleanField) -> None:
        if not field.data:
            raise ValidationError(gettext("除名要报上一级工会备案，备案以后再办"))


class Destination(Cleaned):
    """A community union anywhere, by its name or code; `unit` is that union. Names of units are public."""

    unit: Unit | None = None

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        found = _unions(self.data) if self.data else []
        if self.data and not found:
            raise ValidationError(gettext("没有叫这个名字的社区工会，请核对，或填 12 位编码"))
        if len(found) > 1:
            raise ValidationError(gettext("叫这个名字的不止一个，请填编码：%(those)s", those=_told(found)))
        self.unit = found[0] if found else None


def _unions(said: str) -> list[Unit]:
    named = select(Unit).where(Unit.kind == "community_union", Unit.closed_on.is_(None))
    with everywhere():
        return list(
            db.session.scalars(
                named.where((Unit.name == said) | (Unit.code == said)).order_by(Unit.path).limit(MOST_SAME)
            )
        )


def _told(units: list[Unit]) -> str:
    return str(gettext("、")).join(unit.code for unit in units)


class ReleaseForm(Reasoned):
    to = Destination(_("转到哪个社区工会"), clean=_short, validators=[needed(_("请填转到哪个社区工会"))])

    def offer(self, unit: Unit) -> "ReleaseForm":
        """For somebody of a unit; `near` are the unions of the same street, as suggestions."""
        self.among(TRANSFER_REASONS)
        self._own = union_of(unit)
        self.near = _neighbors(self._own)
        return self

    def validate_to(self, field: Destination) -> None:
        if field.unit and field.unit.id == self._own:
            raise ValidationError(gettext("就在本社区，不用转会，换网格就行"))


def _neighbors(union_id: int) -> list[str]:
    with everywhere():
        own = db.session.get_one(Unit, union_id)
        beside = select(Unit.name).where(Unit.parent_id == own.parent_id, Unit.kind == "community_union")
        beside = beside.where(Unit.id != union_id, Unit.closed_on.is_(None))
        return list(db.session.scalars(beside.order_by(Unit.path).limit(50)))


class AskForm(Reasoned):
    name = Cleaned(_("姓名"), clean_name, validators=[needed(_("请填姓名"))])
    id_kind = CodedSelect(_("证件类别"), "id_kind")
    id_number = Cleaned(_("证件号码"), validators=[needed(_("请填证件号码"))])

    def validate_id_number(self, field: Cleaned) -> None:
        self.id_kind.data = self.id_kind.data or "resident_id"
        if not field.data or self.id_kind.errors:
            return
        try:
            field.data = clean_id_number(field.data, self.id_kind.data)
        except Unacceptable as problem:
            raise ValidationError(str(problem)) from None


class CellForm(Form):
    """Into which cell somebody comes."""

    cell = SelectField(_("放到哪个网格"), coerce=str)

    def offer(self, cells: list[Unit]) -> "CellForm":
        self._cells = {cell.uid.hex: cell for cell in cells}
        self.cell.choices = [SelectChoice(key, cell.name) for key, cell in self._cells.items()]
        return self

    @property
    def chosen(self) -> Unit:
        return self._cells[self.cell.data]


class RefusalForm(Form):
    words = Words(_("为什么不同意，会告诉对方"), most=200, validators=[needed(_("请写明原因"))])
