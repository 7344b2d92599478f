"""The form of a visit: to one person, to several at once, or to an employer, with all that comes of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, MultipleFileField, RadioField

from gridunion import clock, settings
from gridunion.fields import Cleaned, CodedSelect, Day, FirstSent, SelectChoice, Several, ValidationError
from gridunion.look import hm
from gridunion.members.forms import up_to
from gridunion.members.models import Person
from gridunion.phones import clean_phone
from gridunion.visits.due import DueVisit
from gridunion.visits.forms import EntryForm, Moment, check_between, check_event_on, memory
from gridunion.visits.guests import Guest, just_logged
from gridunion.visits.life import ALONE, OUTCOMES
from gridunion.visits.models import Visit
from gridunion.visits.triggers import is_event


class Fold(Protocol):
    """What a later room takes down in the form of a visit: fields with names of their own, stored in the same save."""

    typed: bool
    """Whether anything was written into it."""
    title: object
    template: str
    errors: Any
    category: Any
    """The field of what it is about, of the list of complaints."""

    def submitted(self) -> bool: ...

    def store(self, visit: Visit, pictures: list[tuple[str, int]]) -> tuple[str, str]:
        """What was stored, in words, and where one goes on from it."""
        ...


FOLDED: dict[str, Callable[[Person], Fold]] = {}
"""By the finding that leads to it; offered when the visit is to one person."""


class VisitForm(EntryForm):
    """A visit to one person, to several at once, or to an employer, with all that comes of it."""

    due = RadioField(_("这次是为了"), default="")
    who = Several(_("见的是谁"))
    photos = MultipleFileField(_("加照片"))
    happened = Moment(_("什么时候去的"))
    happened_at = FirstSent("")
    next_on = Day(_("下次哪天去"), future=True)
    phone = Cleaned(_("新手机号"), clean_phone)
    address = Cleaned(_("新住址"), up_to(120))
    employer_name = Cleaned(_("新单位"), up_to(80))
    trigger = CodedSelect(_("遇到什么事"), "visit_trigger")
    event_on = Day(_("哪一天的事"), future=True)
    again = BooleanField(_("又去了一次，再记一次"))

    SAID = (*EntryForm.SAID, "next_on")
    FILE = ("phone", "address", "employer_name")

    def offer(self, guests: list[Guest], chosen: str = "", outcome: str = "") -> "VisitForm":
        """Know whom it is about, and what the visit may be for: one that is due (the chosen one, else the most
        pressing) or none."""
        self.guests = guests
        self.who.choices = [SelectChoice(guest.key, guest.name) for guest in guests]
        person = guests[0].person if not self.several else None
        self.folds = {code: made(person) for code, made in FOLDED.items()} if person else {}
        self._waiting = {str(due.uid): due for due in guests[0].waiting}
        self.due.choices = [*(SelectChoice(uid, due.topic) for uid, due in self._waiting.items())]
        self.due.choices.append(SelectChoice("", _("日常走访")))
        choices: Any = (self.findings.choices, self.trigger.choices)
        if not person:
            self.findings.choices = [it for it in choices[0] if it.value not in ALONE]
        self.trigger.choices = [it for it in choices[1] if is_event(it.value)]
        if not self.is_submitted():
            self.due.data = chosen if chosen in self._waiting else next(iter(self._waiting), "")
            self.who.data = [guest.key for guest in guests]
            self.outcome.data = outcome if outcome in OUTCOMES else None
        return self

    @property
    def asked(self) -> list[Fold]:
        """The folded parts that are meant: their finding is ticked."""
        return [fold for code, fold in self.folds.items() if code in (self.findings.data or ())]

    def submitted(self) -> bool:
        """All of it is acceptable, and so is what is folded in; writing something there ticks its finding."""
        found = self.findings.data or []
        self.findings.data = [*found, *(it for it in self.folds if self.folds[it].typed and it not in found)]
        acceptable = [fold.submitted() for fold in self.asked]
        return super().submitted() and all(acceptable)

    @property
    def is_secret(self) -> bool:
        """What is folded in is for named readers only. Then the visit, which others read, tells nothing of it."""
        sealed = settings.codes_tagged("complaint_category", "sealed")
        return any(fold.category.data in sealed for fold in self.asked)

    def said(self) -> dict[str, Any]:
        told = super().said()
        hidden = self.folds if self.is_secret else ()
        return told | {"findings": [code for code in told["findings"] or () if code not in hidden]}

    @property
    def several(self) -> bool:
        return len(self.guests) > 1

    @property
    def chosen(self) -> list[Guest]:
        """Those of the people named who are ticked."""
        return [it for it in self.guests if it.key in (self.who.data or ())] if self.several else self.guests

    @property
    def topics(self) -> dict[str, str]:
        """What each of several was picked for."""
        return {guest.key: guest.due.topic for guest in self.guests if guest.due}

    @property
    def due_visit(self) -> DueVisit | None:
        return self._waiting.get(self.due.data or "")

    def due_of(self, guest: Guest) -> DueVisit | None:
        return guest.due if self.several else self.due_visit

    def validate_who(self, field: Several) -> None:
        if self.several and not field.data:
            raise ValidationError(gettext("请至少选一个人"))

    def validate_due(self, field: RadioField) -> None:
        field.data = field.data or ""

    def validate_happened(self, field: Moment) -> None:
        if field.data and field.data > clock.now():
            raise ValidationError(gettext("时间不能晚于现在"))
        days = memory(self._path)
        if field.data and field.data < clock.now() - timedelta(days=days):
            raise ValidationError(gettext("只能补记 %(n)s 天以内的走访", n=days))

    def validate_next_on(self, field: Day) -> None:
        check_between(field.data, clock.today(), gettext("日期不能早于今天"))

    def validate_trigger(self, field: CodedSelect) -> None:
        if field.data in {due.trigger for due in self.guests[0].waiting}:
            raise ValidationError(gettext("这件事已经记过，还没去走访"))

    def validate_event_on(self, field: Day) -> None:
        check_event_on(field.data, self._path)

    def validate_again(self, field: BooleanField) -> None:
        """Twice the same is asked about, and may be true."""
        earlier = just_logged(self.chosen) if self.chosen and not field.data else None
        if earlier:
            raise ValidationError(
                gettext("刚才 %(time)s 已经记过%(name)s（%(outcome)s，%(by)s）。真的又去了一次，就选“再记一次”",
                        time=hm(earlier.recorded_at), name=earlier.name, outcome=earlier.words, by=earlier.visitor_name)
            )  # fmt: skip

    def corrections(self) -> dict[str, Any]:
        """What the file should say instead."""
        return {name: self[name].data for name in self.FILE if self[name].data}

    @property
    def said_more(self) -> bool:
        """Whether something stands in the folded parts about the file and about events."""
        return any(self[name].data or self[name].errors for name in (*self.FILE, "trigger"))
