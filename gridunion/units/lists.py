"""Code lists: what stands in them, a new entry, the end of one. Entries are ended, never taken away."""

import re
from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import func, select
from werkzeug.exceptions import Forbidden, NotFound
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange

from gridunion import audit, clock, settings
from gridunion.db import db
from gridunion.fields import Cleaned, Day, Form, ValidationError, needed, optional
from gridunion.rights import allow
from gridunion.settings import Code
from gridunion.text import clean_text
from gridunion.units.models import over_all
from gridunion.units.triggers import entries_of, words_of
from gridunion.units.views import bp
from gridunion.web import go, page, say, viewer
from gridunion.words import english

NAMES = {
    "visit_trigger": lazy_gettext("走访事由"),
    "service_need": lazy_gettext("服务需求"),
    "measure": lazy_gettext("处理措施"),
    "complaint_category": lazy_gettext("诉求类别"),
    "key_group": lazy_gettext("重点群体"),
    "hardship_class": lazy_gettext("困难类别"),
    "ownership": lazy_gettext("单位性质"),
    "work_status": lazy_gettext("就业状况"),
    "education": lazy_gettext("学历"),
    "skill_level": lazy_gettext("技能等级"),
    "household_type": lazy_gettext("户籍类型"),
    "political_status": lazy_gettext("政治面貌"),
    "change_reason": lazy_gettext("会籍变化原因"),
    "complaint_kind": lazy_gettext("诉求种类"),
    "channel": lazy_gettext("来源"),
    "change_type": lazy_gettext("会籍变化"),
    "union_state": lazy_gettext("建会情况"),
    "id_kind": lazy_gettext("证件类别"),
    "sex": lazy_gettext("性别"),
    "ethnicity": lazy_gettext("民族"),
}
# The rules of the house hang on these very codes.
FIXED = {"complaint_kind", "channel", "change_type", "union_state", "id_kind", "sex", "ethnicity"}


class EntryForm(Form):
    code = Cleaned(
        lazy_gettext("代码"),
        lambda text: clean_text(text, 40),
        validators=[needed(lazy_gettext("请填代码"))],
        description=lazy_gettext("小写英文字母、数字和下划线，定了不能再改"),
    )
    label_zh = Cleaned(
        lazy_gettext("名称"), lambda text: clean_text(text, 60), validators=[needed(lazy_gettext("请填名称"))]
    )
    label_en = Cleaned(
        lazy_gettext("英文名称"),
        lambda text: clean_text(text, 80),
        validators=[needed(lazy_gettext("请填英文名称"))],
    )
    from_on = Day(lazy_gettext("从哪天起"), future=True, validators=[needed(lazy_gettext("请填从哪天起"))])
    days = IntegerField(
        lazy_gettext("几天内要走访"),
        [optional(), NumberRange(1, 90, lazy_gettext("请填 1 到 90"))],
        default=3,
    )
    must = BooleanField(lazy_gettext("算必访"))
    sealed = BooleanField(lazy_gettext("只给指定的人看"))

    ONLY = {"days": "visit_trigger", "must": "visit_trigger", "sealed": "complaint_category"}

    def of(self, name: str) -> "EntryForm":
        """Keep the fields that make sense for a list."""
        self.name = name
        for field, place in self.ONLY.items():
            if place != name:
                del self[field]
        return self

    def validate_code(self, field: Cleaned) -> None:
        if field.data and not re.fullmatch(r"[a-z0-9_]+", field.data):
            raise ValidationError(_("只用小写英文字母、数字和下划线"))
        if field.data and settings.code(self.name, field.data):
            raise ValidationError(_("这个代码已经有了"))

    def validate_from_on(self, field: Day) -> None:
        if field.data and field.data < clock.today():
            raise ValidationError(_("请从今天或以后起"))

    @property
    def tags(self) -> dict[str, Any]:
        """What the rules read from an entry of this list."""
        if self.name == "visit_trigger":
            return {"days": self.days.data or 3, "must": self.must.data, "icon": "home-check"}
        return {"sealed": True} if self.name == "complaint_category" and self.sealed.data else {}


@bp.get("/settings/lists")
@allow("manage settings")
def lists() -> Response:
    counted = select(Code.list, func.count(Code.code.distinct())).where(_in_force()).group_by(Code.list)
    counts = {row[0]: row[1] for row in db.session.execute(counted)}
    return page("units/lists.html", names=NAMES, counts=counts)


@bp.get("/settings/lists/<name>")
@allow("manage settings")
def codes(name: str) -> Response:
    return _page(name, EntryForm(formdata=None, from_on=clock.today()).of(name))


def _page(name: str, form: EntryForm, status: int = 200) -> Response:
    if name not in NAMES:
        raise NotFound
    return page(
        "units/codes.html", status, name=name, title=NAMES[name], entries=entries_of(name), form=form, words=words_of,
        fixed=name in FIXED or not over_all(viewer(), "manage settings"),
    )  # fmt: skip


@bp.post("/settings/lists/<name>")
@allow("manage settings")
def add_code(name: str) -> Response:
    _may_change(name)
    form = EntryForm()
    if not form.of(name).submitted():
        return _page(name, form, 422)
    last = db.session.scalar(select(func.max(Code.position)).where(Code.list == name)) or 0
    entry = Code(list=name, code=form.code.data, position=last + 1, tags=form.tags, from_on=form.from_on.data)
    entry.label_zh, entry.label_en = form.label_zh.data or "", form.label_en.data or ""
    db.session.add(entry)
    audit.note("add code", list=name, code=entry.code, label=entry.label_zh)
    settings.forget()
    say(_("已加上：%(label)s", label=entry.label_en if english() else entry.label_zh))
    return go(url_for("units.codes", name=name))


@bp.post("/settings/lists/<name>/<code>/end")
@allow("manage settings")
def end_code(name: str, code: str) -> Response:
    """Offer an entry no longer from a day on; records that have it keep it."""
    _may_change(name)
    entries = db.session.scalars(
        select(Code).where(Code.list == name, Code.code == code).order_by(Code.unit_id.is_not(None), Code.id)
    ).all()
    if not entries:
        raise NotFound
    on = _day(request.form.get("on", ""))
    for entry in entries:
        entry.until_on = on
    audit.note("end code", list=name, code=code, until=on and on.isoformat())
    settings.forget()
    said = _("已停用：%(label)s") if on else _("又可以选了：%(label)s")
    say(said % {"label": entries[0].label_en if english() else entries[0].label_zh})
    return go(url_for("units.codes", name=name))


def _may_change(name: str) -> None:
    if name not in NAMES:
        raise NotFound
    if name in FIXED or not over_all(viewer(), "manage settings"):
        raise Forbidden


def _day(text: str) -> date | None:
    """The day from which an entry ends: not before today; tomorrow unless said; none for `never`."""
    if text == "never":
        return None
    try:
        return max(date.fromisoformat(text), clock.today())
    except ValueError:
        return clock.today() + timedelta(days=1)


def _in_force() -> Any:
    today = clock.today()
    return (Code.from_on <= today) & (Code.until_on.is_(None) | (Code.until_on > today))
