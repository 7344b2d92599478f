"""The form base and the house's fields. What a value must be is said in names, phones, identity
and text, for forms and sheets alike."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (  # type: ignore[attr-defined]
    Field,
    FileField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)  # fmt: skip
from wtforms.validators import DataRequired, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from gridunion import clock, money, settings
from gridunion.text import Unacceptable, clean_text

NOT_LISTED = _("请从列出的里面选一个")

# The faults for which WTForms has words of its own, in ours.
_OURS = {
    "Not a valid choice.": NOT_LISTED,
    "Invalid Choice: could not coerce.": NOT_LISTED,
    "Not a valid integer value.": _("请填整数，例如 3"),
}


class _Sentences:
    """Speaks for WTForms wherever a field of the house was given no sentence."""

    def gettext(self, words: str) -> str:
        return str(_OURS.get(words, _("这样填不对，请核对")))

    def ngettext(self, one: str, many: str, n: int) -> str:
        return str(NOT_LISTED)  # of several choices some are not there: nothing else is counted


_SENTENCES = _Sentences()


class Form(FlaskForm):  # type: ignore[misc]
    """A form of the house: it knows when it was sent, and which version of the row its reader saw."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = False  # the token of every change is looked at at the door

        def get_translations(self, form: Any) -> _Sentences:
            return _SENTENCES

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was typed and attached: Flask-WTF would also take a file, or a number of a JSON body, for a text."""
            found = super().wrap_formdata(form, formdata)
            return found if found is None or found is formdata else _sent(form)

    # A field without a label would make one up, and read WTForms' own translations from the disk for it.
    client_key = HiddenField("")
    row_version = HiddenField("")

    def submitted(self) -> bool:
        """The form was sent and everything in it is acceptable."""
        return bool(self.validate_on_submit())

    def faults(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) for each fault, in the order of the form."""
        return [(field.id, str(field.errors[0])) for field in self if field.errors]


def _sent(form: Form) -> CombinedMultiDict[str, Any]:
    """The texts of the request, and its files where the form asks for files."""
    asked = {name for name in request.files if name in form and isinstance(form[name], FileField)}
    files = MultiDict((name, file) for name in asked for file in request.files.getlist(name))
    return CombinedMultiDict([files, request.form])


def needed(sentence: Any) -> DataRequired:
    """The field must be filled, with more than blanks; the sentence asks for it."""
    return DataRequired(sentence)


class Cleaned(StringField):
    """A text that goes through one of the cleaning functions; what was typed stays in the box when it fails."""

    def __init__(self, label: Any = None, clean: Callable[[str], str] = clean_text, **options: Any) -> None:
        super().__init__(label, **options)
        self.clean = clean

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data.strip():
            self.data = _acceptable(self.clean, self.data)
        else:
            self.data = None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else (self.data or "")


class FirstSent(HiddenField):
    """When the phone first sent the form, as its script wrote it: a bad line costs nobody time."""

    @property
    def moment(self) -> datetime | None:
        """None for what is no moment."""
        try:
            said = datetime.fromisoformat(self.data or "")
        except ValueError:
            return None
        return said.astimezone(UTC) if said.tzinfo else None


class Money(Cleaned):
    """An amount in yuan; `fen` is what is kept of it."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, lambda text: money.words(money.read(text)), **options)

    @property
    def fen(self) -> int | None:
        return money.read(self.data) if self.data else None


class Words(TextAreaField):
    """Several lines of free text, cleaned."""

    def __init__(self, label: Any = None, most: int = 2000, **options: Any) -> None:
        super().__init__(label, **options)
        self.most = most

    def pre_validate(self, form: Any) -> None:
        self.data = (
            _acceptable(lambda text: clean_text(text, self.most, multiline=True), self.data or "") or None
        )


class _Chosen:
    """Nothing chosen is no fault of the list: whether it is needed, the field says itself."""

    data: Any

    def pre_validate(self, form: Any) -> None:
        if self.data in (None, "", "None"):
            self.data = None
        else:
            super().pre_validate(form)  # type: ignore[misc]


class Coded(_Chosen, RadioField):
    """One entry of a code list, as tiles."""

    def __init__(self, label: Any = None, codes: str = "", path: str = "", **options: Any) -> None:
        options |= {"choices": _choices(codes, path), "invalid_choice_message": NOT_LISTED}
        super().__init__(label, **options)


class CodedSelect(_Chosen, SelectField):
    """One entry of a code list, as a drop-down with an empty first line."""

    def __init__(self, label: Any = None, codes: str = "", path: str = "", **options: Any) -> None:
        choices = [SelectChoice("", _("请选")), *_choices(codes, path)]
        options |= {"choices": choices, "invalid_choice_message": NOT_LISTED}
        super().__init__(label, **options)


class Several(SelectMultipleField):
    """Any number of choices, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Day(StringField):
    """A day as a date input sends it, or as people write it; never after today unless said so."""

    data: date | None  # type: ignore[assignment]

    def __init__(self, label: Any = None, future: bool = False, **options: Any) -> None:
        super().__init__(label, **options)
        self.future = future

    def process_data(self, value: date | None) -> None:
        self.data = value

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def pre_validate(self, form: Any) -> None:
        text = (self.raw_data or [""])[0].strip()
        self.data = None  # what cannot be read is no day, also to those who look at the field later
        self.data = self._checked(_read_day(text)) if text else None

    def _checked(self, day: date) -> date:
        if not clock.EARLIEST <= day <= clock.LATEST:
            raise StopValidation(gettext("请核对年份，应在 1900 年到 2100 年之间"))
        if day > clock.today() and not self.future:
            raise StopValidation(gettext("日期不能晚于今天"))
        return day


def optional() -> Optional:
    return Optional()


def _choices(name: str, path: str) -> list[SelectChoice]:
    return [SelectChoice(entry.code, entry.label) for entry in settings.codes(name, path)]


def _acceptable(clean: Callable[[str], str], text: str) -> str:
    try:
        return clean(text)
    except Unacceptable as problem:
        raise StopValidation(str(problem)) from None


def _read_day(text: str) -> date:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise StopValidation(str(_("没有这个日期，请写成 2026-11-21 这样")))


__all__ = [
    "Cleaned",
    "Coded",
    "CodedSelect",
    "Day",
    "Field",
    "Form",
    "Money",
    "SelectChoice",
    "Several",
    "StopValidation",
    "ValidationError",
    "Words",
    "needed",
    "optional",
]
