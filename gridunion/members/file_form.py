"""The form of the real-name file: the columns of the national template, judged beside each other."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectField

from gridunion import clock
from gridunion.fields import (
    Cleaned,
    Coded,
    CodedSelect,
    Day,
    Form,
    SelectChoice,
    ValidationError,
    Words,
    needed,
)
from gridunion.identity import RESIDENT_ID, age_on, agreed_birth, agreed_sex, clean_id_number
from gridunion.members.forms import up_to
from gridunion.members.models import Person
from gridunion.names import clean_name
from gridunion.phones import clean_phone
from gridunion.text import Unacceptable

YOUNGEST = 16  # 劳动法 第十五条
OLDEST = 120


class FileForm(Form):
    """The real-name file: the columns of the national template."""

    name = Cleaned(_("姓名"), clean_name, validators=[needed(_("请填姓名"))])
    phone = Cleaned(_("手机号"), clean_phone)
    id_kind = CodedSelect(_("证件类别"), "id_kind")
    id_number = Cleaned(_("证件号码"))
    sex = Coded(_("性别"), "sex")
    birth_on = Day(_("出生日期"))
    ethnicity = CodedSelect(_("民族"), "ethnicity")
    work_status = CodedSelect(_("就业状况"), "work_status")
    key_group = CodedSelect(_("八大群体"), "key_group")
    employer_name = Cleaned(_("工作单位"), up_to(80))
    education = CodedSelect(_("学历"), "education")
    skill_level = CodedSelect(_("技能等级"), "skill_level")
    political_status = CodedSelect(_("政治面貌"), "political_status")
    household_type = CodedSelect(_("户籍类型"), "household_type")
    household_place = Cleaned(_("户籍所在地"), up_to(80))
    native_place = Cleaned(_("籍贯"), up_to(40))
    migrant = RadioField(
        _("是不是农民工"),
        choices=[SelectChoice("yes", _("是")), SelectChoice("no", _("否"))],
        validate_choice=False,
    )
    address = Cleaned(_("住址"), up_to(120))
    share_birthday = BooleanField(_("愿意让工会在生日时问候"))
    hardship_class = CodedSelect(_("困难情况"), "hardship_class")
    hardship_note = Words(_("困难说明"), most=500)

    PLAIN = (
        "name", "phone", "sex", "birth_on", "ethnicity", "work_status", "key_group", "employer_name", "education",
        "skill_level", "political_status", "household_type", "household_place", "native_place", "address",
        "share_birthday",
    )  # fmt: skip

    kept: tuple[str, str] | None = None
    """The kind and number the file has: who types none keeps it."""

    def validate_id_kind(self, field: CodedSelect) -> None:
        if self.id_number.data or not field.data or (self.kept and field.data == self.kept[0]):
            return
        raise ValidationError(
            gettext("换了证件类别，请填这个证件的号码") if self.kept else gettext("选了证件类别，请填号码")
        )

    def validate_id_number(self, field: Cleaned) -> None:
        if not field.data or self.id_kind.errors:  # of an unknown kind nothing can be said
            return
        try:
            field.data = clean_id_number(field.data, self.id_kind.data or RESIDENT_ID)
        except Unacceptable as problem:
            raise ValidationError(str(problem)) from None
        self.id_kind.data = self.id_kind.data or RESIDENT_ID

    def validate_birth_on(self, field: Day) -> None:
        field.data = self._agreed(agreed_birth, field.data)
        if field.data and _age(field.data) < YOUNGEST:
            raise ValidationError(gettext("不满 16 周岁，不能登记为职工"))
        if field.data and _age(field.data) > OLDEST:
            raise ValidationError(gettext("请核对出生的年份"))

    def validate_sex(self, field: Coded) -> None:
        if not field.errors:  # of what is none of the list nothing can be said
            field.data = self._agreed(agreed_sex, field.data)

    def _agreed(self, agree: Callable[[str, Any], Any], said: Any) -> Any:
        """What was said, or what the number says. Raises ValidationError when they differ."""
        try:
            return agree(self._number(), said)
        except Unacceptable as problem:
            raise ValidationError(str(problem)) from None

    def _number(self) -> str:
        """The number the file will have; empty when it is no good one."""
        if not self.id_number.data:
            return self.kept[1] if self.kept else ""
        try:
            return clean_id_number(self.id_number.data, self.id_kind.data or RESIDENT_ID)
        except (Unacceptable, KeyError):
            return ""

    @classmethod
    def about(cls, person: Person) -> "FileForm":
        """The form as it was sent, to be judged beside the file it is about."""
        form = cls()
        form.kept = (person.id_kind or RESIDENT_ID, person.id_number) if person.id_number_sealed else None
        return form

    def show(self, person: Person) -> None:
        """Fill the form from the file; the number is never sent back to a browser."""
        for name in (*self.PLAIN, "id_kind", "hardship_class", "hardship_note"):
            self[name].process_data(getattr(person, name))
        self.migrant.data = {True: "yes", False: "no", None: None}[person.migrant]
        self.row_version.data = str(person.version)

    def known(self) -> dict[str, Any]:
        told = {name: self[name].data for name in self.PLAIN}
        return told | {"migrant": {"yes": True, "no": False}.get(self.migrant.data or "")}


UNTOLD = ("id_number", "client_key", "row_version")


def differences(form: FileForm, person: Person) -> list[tuple[str, str]]:
    """(field, what the file now says) wherever a form says something else. Numbers are not told."""
    now = FileForm(formdata=None)
    now.show(person)
    told = [(it, now[it.name]) for it in form if it.name not in UNTOLD]
    return [
        (str(it.label.text), _words(kept)) for it, kept in told if (it.data or None) != (kept.data or None)
    ]


def _words(field: Any) -> str:
    """What a field says, as people read it."""
    if isinstance(field.data, bool):
        return gettext("是") if field.data else gettext("否")
    chosen = (
        [str(choice.label) for choice in field.iter_choices() if choice.selected] if _is_choice(field) else []
    )
    return gettext("、").join(chosen) if chosen and field.data else str(field.data or gettext("没填"))


def _is_choice(field: Any) -> bool:
    return isinstance(field, RadioField | SelectField)


def _age(birth: date) -> int:
    return age_on(birth, clock.today())
