"""The forms of the detours of a case: one a step, like those of step_forms.py."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import NumberRange

from gridunion.complaints.alike import mergeable
from gridunion.complaints.life import MEDIATED, REFERRALS
from gridunion.complaints.models import Complaint
from gridunion.complaints.step_forms import StepForm, Telling, telling, telling_words, tiles
from gridunion.complaints.turns import longest_extension, one_extension
from gridunion.fields import Cleaned, Day, SelectChoice, ValidationError, Words, needed
from gridunion.rights import Viewer
from gridunion.text import clean_text


def _short(text: str) -> str:
    return clean_text(text, 40)


def _words(label: Any, ask: Any) -> Words:
    return Words(label, most=1000, validators=[needed(ask), telling_words])


class GiveBackForm(StepForm):
    words = _words(_("为什么退回"), _("请写为什么退回"))

    def take(self, by: Viewer) -> None:
        self.complaint.give_back(by, self.words.data or "")


class PauseForm(Telling):
    words = _words(_("等本人做什么"), _("请写等本人做什么，例如送工资条来"))
    told = telling()

    def take(self, by: Viewer) -> None:
        self.complaint.pause(by, self.words.data or "", self.how)


class ResumeForm(StepForm):
    words = _words(_("等到了什么"), _("请写等到了什么"))

    def take(self, by: Viewer) -> None:
        self.complaint.resume(by, self.words.data or "")


class MediateForm(Telling):
    words = _words(_("为什么事调解"), _("请写申请调解的事和理由"))
    known_on = Day(_("本人哪天知道受了侵害"))
    told = telling()

    def take(self, by: Viewer) -> None:
        self.complaint.mediate(by, self.words.data or "", self.how, self.known_on.data)


class MinutesForm(Telling):
    words = Words(
        _("谁参加，各方怎么说"), most=4000, validators=[needed(_("请写谁参加、各方怎么说")), telling_words]
    )
    told = telling()
    must_tell = False

    def take(self, by: Viewer) -> None:
        self.complaint.minutes(by, self.words.data or "", self.how)


class EndMediationForm(Telling):
    result = RadioField(_("谈成了吗"), choices=tiles(MEDIATED), validators=[needed(_("请选谈成了没有"))])
    words = Words(
        _("协议写什么，或为什么没谈成"),
        most=4000,
        validators=[needed(_("请写协议内容，或没谈成的原因")), telling_words],
    )
    told = telling()

    def take(self, by: Viewer) -> None:
        self.complaint.end_mediation(by, self.result.data, self.words.data or "", self.how)


class ExtendForm(Telling):
    days = IntegerField(_("延几个工作日"))
    words = _words(_("为什么要延"), _("请写为什么要延"))
    told = telling()

    def offer(self, complaint: Complaint, by: Viewer) -> None:
        super().offer(complaint, by)
        most = longest_extension(complaint)
        self.days.validators = [NumberRange(1, most, gettext("请填 1 到 %(n)s 的天数", n=most))]
        if self.days.data is None and not self.days.raw_data:
            self.days.data = min(most, one_extension(complaint))

    def take(self, by: Viewer) -> None:
        self.complaint.extend(by, self.days.data or 0, self.words.data or "", self.how)


class EscalateForm(StepForm):
    words = _words(_("为什么报街道"), _("请写为什么报街道"))

    def take(self, by: Viewer) -> None:
        self.complaint.escalate(by, self.words.data or "")


class ReferForm(Telling):
    to = RadioField(_("转给谁"), choices=tiles(REFERRALS), validators=[needed(_("请选转给谁"))])
    number = Cleaned(_("对方的编号"), _short)
    words = _words(_("转到哪里，怎么跟本人说的"), _("请写转到哪里、地址电话"))
    told = telling()

    def take(self, by: Viewer) -> None:
        self.complaint.refer(by, self.to.data, self.words.data or "", self.how, self.number.data)


class ReviewForm(Telling):
    words = _words(_("对方办得怎样"), _("请写对方办得怎样"))
    told = telling()
    must_tell = False

    def take(self, by: Viewer) -> None:
        self.complaint.review(by, self.words.data or "", self.how)


class MergeForm(Telling):
    into = SelectField(_("并到哪一件"), coerce=str, validate_choice=False)
    told = telling()

    def offer(self, complaint: Complaint, by: Viewer) -> None:
        super().offer(complaint, by)
        self._mains = {case.uid.hex: case for case in mergeable(complaint)}
        self.into.choices = [
            SelectChoice(uid, f"{case.code} {case.who} {case.topic}") for uid, case in self._mains.items()
        ]

    def validate_into(self, field: SelectField) -> None:
        if field.data not in self._mains:
            raise ValidationError(gettext("请选并到哪一件；没有能选的，就不用并案"))

    def take(self, by: Viewer) -> None:
        self.complaint.merge(by, self._mains[self.into.data], self.how)


class SeparateForm(StepForm):
    def take(self, by: Viewer) -> None:
        self.complaint.separate(by)


class WithdrawForm(StepForm):
    words = _words(_("本人怎么说"), _("请写本人为什么撤回"))

    def take(self, by: Viewer) -> None:
        self.complaint.withdraw(by, self.words.data or "")


DETOURS: dict[str, type[StepForm]] = {
    "give_back": GiveBackForm,
    "pause": PauseForm,
    "resume": ResumeForm,
    "mediate": MediateForm,
    "minutes": MinutesForm,
    "end_mediation": EndMediationForm,
    "extend": ExtendForm,
    "escalate": EscalateForm,
    "refer": ReferForm,
    "review": ReviewForm,
    "merge": MergeForm,
    "separate": SeparateForm,
    "withdraw": WithdrawForm,
}
