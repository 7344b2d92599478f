"""Forms of visits: what is said of one, and what happened to somebody that asks for one."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField

from gridunion import clock, settings
from gridunion.fields import (
    Cleaned,
    Coded,
    Day,
    Form,
    SelectChoice,
    Several,
    StopValidation,
    ValidationError,
    Words,
    needed,
)  # fmt: skip
from gridunion.visits.due import DueVisit
from gridunion.visits.life import FINDINGS, OUTCOMES, REACHED
from gridunion.visits.triggers import is_event

AHEAD = timedelta(days=365)


class Moment(StringField):
    """A day and time in Shanghai as a datetime-local input sends it, or as people write it."""

    data: Any

    def pre_validate(self, form: Any) -> None:
        text = (self.raw_data or [""])[0].strip().replace(" ", "T")
        self.data = None  # what cannot be read is no moment, also to those who look at the field later
        self.data = _read_moment(text) if text else None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""


class EntryForm(Form):
    """What is said of a visit: whether somebody was reached, what was needed and done, and a word on it."""

    outcome = RadioField(
        _("见到了吗"),
        choices=[SelectChoice(code, outcome.words) for code, outcome in OUTCOMES.items()],
        validators=[needed(_("请选见到了没有"))],
    )
    findings = Several(
        _("情况怎么样"), choices=[SelectChoice(code, words) for code, (words, _sub) in FINDINGS.items()]
    )
    note = Words(_("补一句"), most=500)
    needs = Several(_("服务需求"))
    need_words = Cleaned(_("需求说明"))
    measures = Several(_("处理措施"))
    measure_words = Cleaned(_("措施说明"))

    SAID: tuple[str, ...] = ("findings", "note", "needs", "need_words", "measures", "measure_words")

    def __init__(self, path: str = "", **options: Any) -> None:
        super().__init__(**options)
        self._path = path
        for field, codes in ((self.needs, "service_need"), (self.measures, "measure")):
            field.choices = [SelectChoice(entry.code, entry.label) for entry in settings.codes(codes, path)]

    def validate_findings(self, field: Several) -> None:
        found = field.data or []
        if "fine" in found and len(found) > 1:
            raise ValidationError(gettext("选了“一切正常”，就不要再选别的"))
        if "fine" in found and self.outcome.data and self.outcome.data not in REACHED:
            raise ValidationError(gettext("没见到人，就不要选“一切正常”"))

    def said(self) -> dict[str, Any]:
        """What the form tells about the visit."""
        return {name: getattr(self, name).data for name in self.SAID}


class EventForm(Form):
    """Something that happened to somebody, for which one goes to see them."""

    trigger = Coded(_("什么事"), "visit_trigger", validators=[needed(_("请选什么事"))])
    event_on = Day(_("哪一天的事"), future=True, validators=[needed(_("请填哪一天的事"))])
    note = Cleaned(_("补一句"))

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(**options)
        self._path = path
        choices: Any = self.trigger.choices
        self.trigger.choices = [choice for choice in choices if is_event(choice.value)]

    def offer(self, waiting: list[DueVisit]) -> None:
        """Know what somebody is to be visited for anyway."""
        self._running = {due.trigger for due in waiting}

    def validate_trigger(self, field: Coded) -> None:
        if field.data in self._running:
            raise ValidationError(gettext("这件事已经记过，还没去走访"))

    def validate_event_on(self, field: Day) -> None:
        check_event_on(field.data, self._path)


def memory(path: str) -> int:
    """How many days back a visit, or what happened to somebody, is still written down."""
    return int(settings.value("visit.memory.days", path))


def check_event_on(on: Any, path: str) -> None:
    days = memory(path)
    check_between(on, clock.today() - timedelta(days=days), gettext("只记 %(n)s 天以内的事", n=days))


def check_between(on: Any, first: date, too_early: str) -> None:
    if on and on < first:
        raise ValidationError(too_early)
    if on and on > clock.today() + AHEAD:
        raise ValidationError(gettext("日期不能晚于一年以后"))


def _read_moment(text: str) -> datetime:
    for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%dT%H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=clock.SHANGHAI)
        except ValueError:
            continue
    raise StopValidation(gettext("没有这个时间，请写成 2026-11-21 14:30 这样"))
