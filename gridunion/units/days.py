"""The calendar of working days: holidays and make-up workdays of a year."""

from datetime import date

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.exceptions import BadRequest, NotFound
from wtforms import RadioField

from gridunion import audit, clock, look
from gridunion.calendar import SpecialDay, edited
from gridunion.db import db
from gridunion.fields import Cleaned, Day, Form, SelectChoice, ValidationError, needed
from gridunion.rights import allow
from gridunion.text import clean_text
from gridunion.units.views import bp
from gridunion.web import go, page, say
from gridunion.words import english

FIRST, LAST = 2020, 2100


class DayForm(Form):
    day = Day(lazy_gettext("日期"), future=True, validators=[needed(lazy_gettext("请填日期"))])
    works = RadioField(
        lazy_gettext("这一天"),
        choices=[SelectChoice("no", lazy_gettext("放假")), SelectChoice("yes", lazy_gettext("调休上班"))],
        default="no",
    )
    name = Cleaned(
        lazy_gettext("名称"),
        lambda text: clean_text(text, 40),
        validators=[needed(lazy_gettext("请填名称，例如 春节"))],
    )

    def validate_day(self, field: Day) -> None:
        if field.data and not FIRST <= field.data.year <= LAST:
            raise ValidationError(_("请填 %(first)s 年以后的日期", first=FIRST))

    def validate_works(self, field: RadioField) -> None:
        day = self.day.data
        if isinstance(day, date) and field.data == "yes" and day.weekday() < 5:
            raise ValidationError(_("这天不是周末，本来就上班"))


@bp.get("/calendar")
@allow("manage settings")
def calendar() -> Response:
    return _page(_year(), DayForm(formdata=None))


def _year() -> int:
    asked = request.args.get("year", "")
    return int(asked) if asked.isdecimal() and FIRST <= int(asked[:5]) <= LAST else clock.today().year


def _page(year: int, form: DayForm, status: int = 200) -> Response:
    of_year = SpecialDay.day.between(date(year, 1, 1), date(year, 12, 31))
    found = list(db.session.scalars(select(SpecialDay).where(of_year).order_by(SpecialDay.day)))
    return page("units/calendar.html", status, year=year, days=found, form=form, first=FIRST, last=LAST)


@bp.post("/calendar")
@allow("manage settings")
def set_day() -> Response:
    """Add a special day, or say differently what it is."""
    form = DayForm()
    if not form.submitted() or form.day.data is None:
        return _page(_year(), form, 422)
    day, works = form.day.data, form.works.data == "yes"
    row = _special(day) or SpecialDay(day=day)
    with edited():
        row.works, row.name_zh, row.name_en = works, form.name.data or "", ""  # an own name is said as it is
        db.session.add(row)
    audit.note("set day", day=day.isoformat(), works=works, name=row.name_zh)
    say(_("已保存：%(day)s %(name)s", day=look.day(day), name=row.name_zh))
    return go(url_for("units.calendar", year=day.year))


@bp.post("/calendar/<day>/delete")
@allow("manage settings")
def drop_day(day: str) -> Response:
    """Let a day be what its weekday says."""
    try:
        row = _special(date.fromisoformat(day))
    except ValueError:
        raise BadRequest from None
    if row is None:
        raise NotFound
    with edited():
        db.session.delete(row)
    audit.note("drop day", day=day, works=row.works, name=row.name_zh)
    name = (english() and row.name_en) or row.name_zh
    say(_("已删除：%(day)s %(name)s", day=look.day(row.day), name=name))
    return go(url_for("units.calendar", year=row.day.year))


def _special(day: date) -> SpecialDay | None:
    return db.session.scalars(select(SpecialDay).where(SpecialDay.day == day)).one_or_none()
