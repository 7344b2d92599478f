"""Settings: what holds today, what is coming, and a new value from a day on. Past values are never edited."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import Forbidden, NotFound

from gridunion import clock, settings
from gridunion.fields import Cleaned, Day, Form, ValidationError, needed
from gridunion.look import day
from gridunion.phones import clean_landline_or_phone
from gridunion.rights import Held, allow
from gridunion.text import Unacceptable, clean_code
from gridunion.units.forms import UnitCode
from gridunion.units.models import over_all
from gridunion.units.values import Line, clash, lines_of, put, take_back
from gridunion.units.views import bp
from gridunion.web import go, page, say, viewer

GROUPS = {
    "complaint": lazy_gettext("诉求"),
    "visit": lazy_gettext("走访"),
    "join": lazy_gettext("入会申请"),
    "light": lazy_gettext("灯号"),
    "export": lazy_gettext("导出和打印"),
    "read": lazy_gettext("看档案"),
    "card": lazy_gettext("会员卡"),
    "keep": lazy_gettext("保存期限"),
    "office": lazy_gettext("办公时间"),
}
LARGEST = 3650
LIGHTS, KEEP = "light.", "keep."


@bp.get("/settings", endpoint="settings")
@allow("manage settings")
def settings_page() -> Response:
    return page("units/settings.html", groups=_grouped(lines_of()))


def _grouped(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.key.partition(".")[0], []).append(line)
    order = [*GROUPS, *(name for name in groups if name not in GROUPS)]
    return [(str(GROUPS.get(name, _("其他"))), groups[name]) for name in order if name in groups]


class ValueForm(Form):
    value = Cleaned(lazy_gettext("新的值"), clean_code, validators=[needed(lazy_gettext("请填新的值"))])
    from_on = Day(lazy_gettext("从哪天起"), future=True, validators=[needed(lazy_gettext("请填从哪天起"))])
    unit = UnitCode(lazy_gettext("只对哪个单位（编码）"), description=lazy_gettext("不填就对全部有效"))

    line: Line

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if not _for_all():
            self.unit.description, self.unit.flags.required = _("你负责的单位，或它下面的"), True

    def validate_value(self, it: Cleaned) -> None:
        if it.data:
            self.said = _read(self.line, it.data)

    def validate_from_on(self, it: Day) -> None:
        if it.data and it.data < clock.today():
            raise ValidationError(_("已经过去的日子不能改，请从今天或以后起"))

    def validate_unit(self, it: UnitCode) -> None:
        if not (it.data or _for_all()):
            raise ValidationError(_("对全部有效的值由最上一级管理员定，请填你负责的单位"))


def _read(line: Line, text: str) -> Any:
    """What was typed, as the setting takes it. Raises ValidationError."""
    if line.key.endswith(".phone"):
        return "" if text.lower() in ("无", "none") else _phone(text)
    if isinstance(line.now, str):
        try:
            return f"{time.fromisoformat(text):%H:%M}"
        except ValueError:
            raise ValidationError(_("请写成 17:30 这样")) from None
    share = line.key.endswith(".percent") or (
        line.key.startswith(LIGHTS) and line.key.endswith((".good", ".poor"))
    )
    most = 100 if share else LARGEST
    least = 1 if line.key.startswith(KEEP) else 0  # nothing is past its time on the day it ended
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ValidationError(_("请填 %(least)s 到 %(most)s 的整数", least=least, most=most))
    return int(text)


def _phone(text: str) -> str:
    try:
        return clean_landline_or_phone(text)
    except Unacceptable as fault:
        raise ValidationError(str(fault)) from None


@bp.get("/settings/<key>")
@allow("edit thresholds")
def setting(key: str) -> Response:
    unit = "" if _for_all() else _seat().code
    return _change(_line(key), ValueForm(formdata=None, from_on=clock.today(), unit=unit))


@bp.post("/settings/<key>")
@allow("edit thresholds")
def set_value(key: str) -> Response:
    form = ValueForm()
    form.line = line = _line(key)
    if not form.submitted() or form.from_on.data is None:
        return _change(line, form, 422)
    on, unit = form.from_on.data, form.unit.unit
    if fault := clash(line, form.said, on, unit):
        form.value.errors = [fault]
        return _change(line, form, 422)
    if fault := put(line, form.said, on, unit):
        form.from_on.errors = [fault]
        return _change(line, form, 422)
    say(_("已保存：%(label)s，%(day)s 起 %(value)s", label=line.label, day=day(on), value=form.said))
    return go(_back()[0])


def _for_all() -> bool:
    """Whether the viewer says what holds everywhere."""
    return over_all(viewer(), "manage settings")


def _seat() -> Held:
    return viewer().holding("edit thresholds")[0]


def _all_settings() -> bool:
    """Whether the viewer sets more than the thresholds of the lights."""
    return viewer().can("manage settings")


def _back() -> tuple[str, str]:
    """The page on which one found the setting: its address and its name."""
    if _all_settings():
        return url_for("units.settings"), _("设置")
    return url_for("status.rules"), _("灯号规则")


def _line(key: str) -> Line:
    lines = lines_of(key)
    if not lines or not (_all_settings() or key.startswith(LIGHTS)):
        raise NotFound
    return lines[0]


def _change(line: Line, form: ValueForm, status: int = 200) -> Response:
    now = line.now if _for_all() else settings.value(line.key, _seat().path)
    about = _(
        "现在是 %(value)s。已经过去的值不改，以前的统计和期限不变。", value=_("没填") if now == "" else now
    )
    return page(
        "units/change.html", status, form=form, title=line.label, button=_("保存新值"), about=about,
        current="settings" if _all_settings() else "rules", back=_back(),
    )  # fmt: skip


@bp.post("/settings/<key>/cancel")
@allow("edit thresholds")
def cancel_value(key: str) -> Response:
    """Take back a value whose day has not come."""
    line = _line(key)
    value = line.coming(request.form.get("from_on", ""), request.form.get("unit", ""))
    if value is None:
        raise NotFound
    if not (value.code or _for_all()):
        raise Forbidden
    take_back(line, value)
    say(_("已取消：%(label)s", label=line.label))
    return go(_back()[0])
