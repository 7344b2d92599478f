"""Settings: what holds today, what is coming, and a new value from a day on. Past values are never edited."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from gridunion import audit, clock, settings
from gridunion.db import db
from gridunion.fields import Cleaned, Day, Form, ValidationError, needed
from gridunion.look import day
from gridunion.phones import clean_landline_or_phone
from gridunion.rights import allow
from gridunion.settings import Setting
from gridunion.text import Unacceptable, clean_code
from gridunion.tree import Unit, branch, width
from gridunion.units.forms import UnitCode
from gridunion.units.models import over_all
from gridunion.units.views import bp
from gridunion.web import go, page, say, viewer
from gridunion.words import english

GROUPS = {
    "complaint": lazy_gettext("诉求"),
    "visit": lazy_gettext("走访"),
    "join": lazy_gettext("入会申请"),
    "light": lazy_gettext("灯号"),
    "export": lazy_gettext("导出和打印"),
    "card": lazy_gettext("会员卡"),
    "office": lazy_gettext("办公时间"),
}
LARGEST = 3650


@dataclass(frozen=True)
class Value:
    """One row of a setting, as the page shows it."""

    value: Any
    from_on: date
    place: str
    code: str

    @property
    def coming(self) -> bool:
        return self.from_on > clock.today()


@dataclass
class Line:
    """A setting: what it says today everywhere, what comes, what units have of their own."""

    key: str
    label: str
    now: Any
    since: date
    others: list[Value] = field(default_factory=list)


@bp.get("/settings", endpoint="settings")
@allow("manage settings")
def settings_page() -> Response:
    return page("units/settings.html", groups=_grouped(_lines()))


def _grouped(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.key.partition(".")[0], []).append(line)
    order = [*GROUPS, *(name for name in groups if name not in GROUPS)]
    return [(str(GROUPS.get(name, _("其他"))), groups[name]) for name in order if name in groups]


def _lines(key: str | None = None) -> list[Line]:
    """Settings with the rows that matter: in force, coming, and those of units the viewer stands over."""
    unit = Unit.__table__.c
    rows = select(Setting, unit.name, unit.code).outerjoin(Unit.__table__, unit.id == Setting.unit_id)
    rows = rows.where(Setting.unit_id.is_(None) | branch(width()))
    rows = rows.where(Setting.key == key) if key else rows
    lines: dict[str, Line] = {}
    ordered = rows.order_by(Setting.unit_id.is_not(None), Setting.from_on, Setting.id)
    for row, place, code in db.session.execute(ordered, execution_options={"branch": True}):
        _take(lines, row, place or "", code or "")
    return list(lines.values())


def _take(lines: dict[str, Line], row: Setting, place: str, code: str) -> None:
    label = row.label_en if english() else row.label_zh
    line = lines.setdefault(row.key, Line(row.key, label, row.value, row.from_on))
    if place or row.from_on > clock.today():
        line.others.append(Value(row.value, row.from_on, place, code))
    else:
        line.now, line.since = row.value, row.from_on


class ValueForm(Form):
    value = Cleaned(lazy_gettext("新的值"), clean_code, validators=[needed(lazy_gettext("请填新的值"))])
    from_on = Day(lazy_gettext("从哪天起"), future=True, validators=[needed(lazy_gettext("请填从哪天起"))])
    unit = UnitCode(lazy_gettext("只对哪个单位（编码）"), description=lazy_gettext("不填就对全部有效"))

    line: Line

    def validate_value(self, it: Cleaned) -> None:
        if it.data:
            self.said = _read(self.line, it.data)

    def validate_from_on(self, it: Day) -> None:
        if it.data and it.data < clock.today():
            raise ValidationError(_("已经过去的日子不能改，请从今天或以后起"))


def _read(line: Line, text: str) -> Any:
    """What was typed, as the setting takes it. Raises ValidationError."""
    if line.key.endswith(".phone"):
        return "" if text.lower() in ("无", "none") else _phone(text)
    if isinstance(line.now, str):
        try:
            return f"{time.fromisoformat(text):%H:%M}"
        except ValueError:
            raise ValidationError(_("请写成 17:30 这样")) from None
    most = 100 if line.key.startswith("light.") and line.key.endswith((".good", ".poor")) else LARGEST
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise ValidationError(_("请填 0 到 %(most)s 的整数", most=most))
    return int(text)


def _phone(text: str) -> str:
    try:
        return clean_landline_or_phone(text)
    except Unacceptable as fault:
        raise ValidationError(str(fault)) from None


@bp.get("/settings/<key>")
@allow("manage settings")
def setting(key: str) -> Response:
    return _change(_line(key), ValueForm(formdata=None, from_on=clock.today()))


@bp.post("/settings/<key>")
@allow("manage settings")
def set_value(key: str) -> Response:
    form = ValueForm()
    form.line = line = _line(key)
    if not form.submitted() or form.from_on.data is None:
        return _change(line, form, 422)
    if form.unit.unit is None and not over_all(viewer(), "manage settings"):
        form.unit.errors = [_("对全部有效的值由最上一级管理员定，请填你负责的单位")]
        return _change(line, form, 422)
    if fault := _against(line, form) or _put(line, form.said, form.from_on.data, form.unit.unit):
        form["value" if _against(line, form) else "from_on"].errors = [fault]
        return _change(line, form, 422)
    settings.forget()
    say(
        _(
            "已保存：%(label)s，%(day)s 起 %(value)s",
            label=line.label,
            day=day(form.from_on.data),
            value=form.said,
        )
    )
    return go(url_for("units.settings"))


def _line(key: str) -> Line:
    lines = _lines(key)
    if not lines:
        raise NotFound
    return lines[0]


def _change(line: Line, form: ValueForm, status: int = 200) -> Response:
    about = _(
        "现在是 %(value)s。已经过去的值不改，以前的统计和期限不变。",
        value=_("没填") if line.now == "" else line.now,
    )
    return page(
        "units/change.html", status, form=form, title=line.label, button=_("保存新值"), about=about,
        current="settings", back=(url_for("units.settings"), _("设置")),
    )  # fmt: skip


def _against(line: Line, form: ValueForm) -> str:
    """What stands against a value beside its neighbor: the alarm must lie below what is good."""
    stem, _dot, end = line.key.rpartition(".")
    if end not in ("good", "poor"):
        return ""
    path = form.unit.unit.path if form.unit.unit else ""
    other = settings.value(f"{stem}.{'poor' if end == 'good' else 'good'}", path, form.from_on.data)
    good, poor = (form.said, other) if end == "good" else (other, form.said)
    return "" if poor < good else _("预警线要低于正常线，另一条现在是 %(other)s", other=other)


def _put(line: Line, said: Any, on: date, unit: Unit | None) -> str:
    """Store a value from a day on; a coming one for that day is replaced. A sentence when it cannot be."""
    same = select(Setting).where(Setting.key == line.key, Setting.from_on == on)
    same = same.where(Setting.unit_id == unit.id if unit else Setting.unit_id.is_(None))
    known = db.session.scalars(same).one_or_none()
    if known is not None and on <= clock.today():
        return str(_("今天已经改过一次，请从明天起"))
    if known is None:
        first = db.session.scalars(select(Setting).where(Setting.key == line.key).limit(1)).one()
        known = Setting(key=line.key, from_on=on, unit_id=unit and unit.id)
        known.label_zh, known.label_en = first.label_zh, first.label_en
        db.session.add(known)
    known.value = said
    audit.note(
        "set value", unit_id=unit.id if unit else None, setting=line.key, value=said, from_on=on.isoformat()
    )
    return ""


@bp.post("/settings/<key>/cancel")
@allow("manage settings")
def cancel_value(key: str) -> Response:
    """Take back a value whose day has not come."""
    line = _line(key)
    wanted = (request.form.get("from_on", ""), request.form.get("unit", ""))
    coming = [
        value for value in line.others if value.coming and (value.from_on.isoformat(), value.code) == wanted
    ]
    if not coming:
        raise NotFound
    if not wanted[1] and not over_all(viewer(), "manage settings"):
        raise Forbidden
    same = select(Setting).where(Setting.key == key, Setting.from_on == coming[0].from_on)
    unit_id = db.session.scalar(select(Unit.id).where(Unit.code == wanted[1])) if wanted[1] else None
    same = same.where(Setting.unit_id == unit_id if unit_id else Setting.unit_id.is_(None))
    db.session.delete(db.session.scalars(same).one())
    audit.note("cancel value", unit_id=unit_id, setting=key, from_on=wanted[0])
    settings.forget()
    say(_("已取消：%(label)s", label=line.label))
    return go(url_for("units.settings"))
