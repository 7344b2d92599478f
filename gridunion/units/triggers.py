"""What asks for a visit: which triggers are "must" (必访), and within how many days or hours, from a day on and for
everybody or a unit. Past rules are never edited; a coming one may be taken back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound
from wtforms import BooleanField, IntegerField, RadioField
from wtforms.validators import InputRequired, NumberRange

from gridunion import audit, clock, settings
from gridunion.db import db
from gridunion.fields import Day, Form, SelectChoice, ValidationError, needed
from gridunion.look import day
from gridunion.rights import allow
from gridunion.settings import Code
from gridunion.tree import Unit, branch, width
from gridunion.units.forms import UnitCode
from gridunion.units.models import over_all
from gridunion.units.views import bp
from gridunion.web import go, page, say, viewer
from gridunion.words import english

LIST = "visit_trigger"
LONGEST = {"days": 90, "hours": 720}


class TriggerForm(Form):
    must = BooleanField(lazy_gettext("算必访"))
    within = IntegerField(
        lazy_gettext("多久以内要走访"), [InputRequired(lazy_gettext("请填多久以内")), NumberRange(1)]
    )
    by = RadioField(
        lazy_gettext("怎么算"),
        choices=[
            SelectChoice("days", lazy_gettext("按天，到下班为止")),
            SelectChoice("hours", lazy_gettext("按小时，夜里和假日也算")),
        ],
        default="days",
    )
    from_on = Day(lazy_gettext("从哪天起"), future=True, validators=[needed(lazy_gettext("请填从哪天起"))])
    unit = UnitCode(lazy_gettext("只对哪个单位（编码）"), description=lazy_gettext("不填就对全部有效"))

    def validate_within(self, field: IntegerField) -> None:
        most = LONGEST.get(self.by.data or "", LONGEST["days"])
        if field.data and field.data > most:
            raise ValidationError(_("请填 1 到 %(most)s", most=most))

    def validate_from_on(self, field: Day) -> None:
        if field.data and field.data < clock.today():
            raise ValidationError(_("已经过去的日子不能改，请从今天或以后起"))

    def show(self, tags: dict[str, Any]) -> "TriggerForm":
        """What holds now."""
        self.must.data, self.from_on.data = bool(tags.get("must")), clock.today()
        self.by.data = "hours" if tags.get("hours") else "days"
        self.within.data = tags.get("hours") or tags.get("days")
        return self

    def said(self, before: dict[str, Any]) -> dict[str, Any]:
        """The tags as they shall be; what the form does not know of stays."""
        kept = {name: value for name, value in before.items() if name not in ("days", "hours", "must")}
        within = self.within.data or 1
        limit = {"hours": within, "days": -(-within // 24)} if self.by.data == "hours" else {"days": within}
        return kept | limit | {"must": bool(self.must.data)}


@dataclass(frozen=True)
class Ruled:
    """A row of a list that holds only later, or only in a unit."""

    row: Code
    place: str
    code: str

    @property
    def coming(self) -> bool:
        return self.row.from_on > clock.today()


def words_of(tags: dict[str, Any]) -> list[str]:
    """What a trigger asks for: by when, and whether it must be."""
    if hours := tags.get("hours"):
        said = [_("%(n)s 小时内走访", n=hours)]
    else:
        said = [_("%(n)s 天内走访", n=tags["days"])] if tags.get("days") else []
    return said + ([_("必访")] if tags.get("must") else [])


def entries_of(name: str) -> list[tuple[Code, list[Ruled]]]:
    """The entries of a list as they hold everywhere, each with what comes and what units the viewer stands over have
    of their own."""
    unit = Unit.__table__.c
    rows = select(Code, unit.name, unit.code).outerjoin(Unit.__table__, unit.id == Code.unit_id)
    rows = rows.where(Code.list == name, Code.unit_id.is_(None) | branch(width()))
    ordered = rows.order_by(Code.position, Code.unit_id.is_not(None), Code.from_on, Code.id)
    found: dict[str, tuple[Code, list[Ruled]]] = {}
    for row, place, code in db.session.execute(ordered, execution_options={"branch": True}):
        base, others = found.setdefault(row.code, (row, []))
        if row is not base and (place or row.from_on > clock.today()):
            others.append(Ruled(row, place or "", code or ""))
        elif row is not base:
            found[row.code] = (row, others)
    return list(found.values())


@bp.get("/settings/triggers/<code>")
@allow("manage settings")
def trigger(code: str) -> Response:
    now, _others = _entry(code)
    return _change(now, TriggerForm(formdata=None).show(now.tags))


@bp.post("/settings/triggers/<code>")
@allow("manage settings")
def set_trigger(code: str) -> Response:
    form, (now, _others) = TriggerForm(), _entry(code)
    if not form.submitted() or form.from_on.data is None:
        return _change(now, form, 422)
    if form.unit.unit is None and not over_all(viewer(), "manage settings"):
        form.unit.errors = [_("对全部有效的值由最上一级管理员定，请填你负责的单位")]
        return _change(now, form, 422)
    if fault := _put(now, form.said(now.tags), form.from_on.data, form.unit.unit):
        form.from_on.errors = [fault]
        return _change(now, form, 422)
    said = _("，").join(words_of(form.said(now.tags)))
    say(
        _(
            "已保存：%(label)s，%(day)s 起 %(value)s",
            label=_label(now),
            day=day(form.from_on.data),
            value=said,
        )
    )
    return go(url_for("units.codes", name=LIST))


@bp.post("/settings/triggers/<code>/cancel")
@allow("manage settings")
def cancel_trigger(code: str) -> Response:
    """Take back a rule whose day has not come."""
    now, others = _entry(code)
    asked = request.form.get("from_on", ""), request.form.get("unit", "")
    found = next((it for it in others if it.coming and (it.row.from_on.isoformat(), it.code) == asked), None)
    if found is None:
        raise NotFound
    if not found.code and not over_all(viewer(), "manage settings"):
        raise Forbidden
    db.session.delete(found.row)
    audit.note("cancel value", unit_id=found.row.unit_id, list=LIST, code=code, from_on=asked[0])
    settings.forget()
    say(_("已取消：%(label)s", label=_label(now)))
    return go(url_for("units.codes", name=LIST))


def _entry(code: str) -> tuple[Code, list[Ruled]]:
    found = next((it for it in entries_of(LIST) if it[0].code == code), None)
    if found is None:
        raise NotFound
    return found


def _label(row: Code) -> str:
    return row.label_en if english() else row.label_zh


def _change(now: Code, form: TriggerForm, status: int = 200) -> Response:
    about = _(
        "现在是 %(value)s。已经排好的走访按原来的期限。", value=_("，").join(words_of(now.tags)) or _("没填")
    )
    return page(
        "units/change.html", status, form=form, title=_label(now), button=_("保存新规则"), about=about,
        current="settings", back=(url_for("units.codes", name=LIST), _("走访事由")),
    )  # fmt: skip


def _put(now: Code, tags: dict[str, Any], on: date, unit: Unit | None) -> str:
    """Store a rule from a day on; a coming one for that day is replaced. A sentence when it cannot be."""
    unit_id = unit.id if unit else None
    same = select(Code).where(Code.list == LIST, Code.code == now.code, Code.from_on == on)
    same = same.where(Code.unit_id.is_(None) if unit_id is None else Code.unit_id == unit_id)
    known = db.session.scalars(same).one_or_none()
    if known is not None and on <= clock.today():
        return str(_("今天已经改过一次，请从明天起"))
    if known is None:
        known = Code(list=LIST, code=now.code, position=now.position, unit_id=unit_id, from_on=on)
        known.label_zh, known.label_en, known.until_on = now.label_zh, now.label_en, now.until_on
        db.session.add(known)
    known.tags = tags
    audit.note(
        "set value",
        unit_id=unit_id,
        list=LIST,
        code=now.code,
        value="，".join(words_of(tags)),
        from_on=on.isoformat(),
    )
    settings.forget()
    return ""
