"""Forms of an import: the sheet and whom it is for, and which column holds what."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import SelectField

from gridunion.exchange.template import NationalTemplate
from gridunion.fields import NOT_LISTED, Form, SelectChoice

LEFT_OUT = ""


class UploadForm(Form):
    unit = SelectField(_("给哪里导入"), invalid_choice_message=NOT_LISTED)  # type: ignore[call-arg]
    file = FileField(_("选表格文件"))

    def offer(self, held: list[Any]) -> None:
        self.unit.choices = [SelectChoice(place.code, place.name) for place in held]
        self.unit.data = self.unit.data or next(iter(held)).code


def read_mapping(sent: Any, columns: int) -> tuple[dict[str, int], list[str]]:
    """Field → column as chosen, and what is wrong with the choice."""
    fields, mapping, faults = NationalTemplate.columns, {}, []
    for at in range(columns):
        chosen = sent.get(f"column-{at}", LEFT_OUT)
        if chosen in mapping:
            faults.append(gettext("“%(name)s”选了两列，请只留一列", name=fields[chosen][0]))
        elif chosen in fields:
            mapping[chosen] = at
    missing = [fields[name][0] for name in NationalTemplate.required if name not in mapping]
    if missing:
        faults.append(gettext("还没有选：%(names)s", names="、".join(missing)))
    return mapping, faults
