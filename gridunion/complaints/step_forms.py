"""One form a step of a case, on the case as its reader saw it."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField

from gridunion import money
from gridunion.accounts.models import Account
from gridunion.complaints.life import (
    ANSWERS,
    FEWEST_WORDS,
    GRADES,
    REFUSALS,
    RESULTS,
    TOLD_BY,
    says_something,
)
from gridunion.complaints.models import Complaint
from gridunion.complaints.turns import OutOfTurn
from gridunion.fields import Form, Money, SelectChoice, Several, ValidationError, Words, needed
from gridunion.rights import Viewer


def tiles(words: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, text) for code, text in words.items()]


class StepForm(Form):
    """A step of a case, on the case as its reader saw it."""

    seen = HiddenField()  # how many events the reader knew
    versioned = True

    def offer(self, complaint: Complaint, by: Viewer) -> None:
        """Fill in what the case gives, and take away what it does not need."""
        self.complaint = complaint

    def show(self) -> None:
        """The form now stands on the case as it is."""
        self.row_version.data, self.seen.data = str(self.complaint.version), str(len(self.complaint.events))

    def take(self, by: Viewer) -> None:
        """Call the verb of the step."""
        raise NotImplementedError


def telling() -> RadioField:
    return RadioField(_("怎么告诉本人的"), choices=tiles(TOLD_BY), validate_choice=False)


class Telling(StepForm):
    """A step at which the worker is told, when there is somebody to tell: asked after what was said."""

    told: RadioField
    must_tell = True

    def offer(self, complaint: Complaint, by: Viewer) -> None:
        super().offer(complaint, by)
        if not complaint.can_be_told:
            del self.told

    def validate_told(self, field: RadioField) -> None:
        field.data = field.data if field.data in TOLD_BY else None
        if self.must_tell and not field.data:
            raise ValidationError(gettext("先告知本人，再选怎么告诉的"))

    @property
    def how(self) -> str | None:
        return self.told.data if "told" in self else None


def telling_words(form: StepForm, field: Words) -> None:
    if not says_something(field.data):
        raise ValidationError(gettext("请写清楚办了什么、怎么答复的，至少 %(n)s 个字", n=FEWEST_WORDS))


def _grading() -> RadioField:
    return RadioField(_("难不难"), choices=tiles(GRADES), validate_choice=False)


class Grading(StepForm):
    """A step at which the leader may say how difficult the case is: while nobody works on it."""

    grade: RadioField

    def offer(self, complaint: Complaint, by: Viewer) -> None:
        super().offer(complaint, by)
        if complaint.kind == "consult" or complaint.state != "registered":
            del self.grade
        elif self.grade.data not in GRADES:
            self.grade.data = complaint.grade

    @property
    def said_grade(self) -> str | None:
        return self.grade.data if "grade" in self else None


class AcceptForm(Grading, Telling):
    grade = _grading()
    told = telling()
    must_tell = False

    def take(self, by: Viewer) -> None:
        self.complaint.accept(by, self.how, self.said_grade)


class RefuseForm(Telling):
    reason = RadioField(_("为什么不归我们"), choices=tiles(REFUSALS), validators=[needed(_("请选原因"))])
    words = Words(_("该找哪里"), most=500, validators=[needed(_("请写该找哪里、电话多少")), telling_words])
    told = telling()

    def take(self, by: Viewer) -> None:
        self.complaint.refuse(by, self.reason.data, self.words.data or "", self.how)


class AssignForm(Grading):
    to = SelectField(_("派给"), coerce=str, validate_choice=False)
    grade = _grading()

    def offer(self, complaint: Complaint, by: Viewer) -> None:
        super().offer(complaint, by)
        self.to.choices = []

    def validate_to(self, field: SelectField) -> None:
        if field.data not in self._hands:
            raise ValidationError(gettext("请选派给谁"))

    def choose_from(self, hands: list[tuple[Account, int]]) -> None:
        """(account, cases in hand), the preselected one first."""
        self._hands = {account.uid.hex: account for account, _load in hands}
        self.to.choices = [
            SelectChoice(account.uid.hex, hand_words(account.name, load)) for account, load in hands
        ]

    def take(self, by: Viewer) -> None:
        self.complaint.assign(self._hands[self.to.data], by, self.said_grade)


def hand_words(name: str, load: int) -> str:
    return str(gettext("%(name)s（手上 %(n)s 件）", name=name, n=load))


class RecuseForm(StepForm):
    words = Words(_("为什么要回避"), most=500, validators=[needed(_("请写为什么要回避"))])

    def take(self, by: Viewer) -> None:
        self.complaint.recuse(by, self.words.data or "")


class ProgressForm(Telling):
    words = Words(_("办到哪一步"), most=1000, validators=[needed(_("请写办到哪一步"))])
    told = telling()
    must_tell = False

    def validate_words(self, field: Words) -> None:
        if self.how:
            telling_words(self, field)

    def take(self, by: Viewer) -> None:
        self.complaint.progress(by, self.words.data or "", self.how)


class Answering(Telling):
    """An answer that also goes to those whose cases went into this one."""

    also: Several

    def offer(self, complaint: Complaint, by: Viewer) -> None:
        super().offer(complaint, by)
        self._joined = {case.uid.hex: case for case in complaint.joined if case.can_be_told}
        self.also.choices = [
            SelectChoice(uid, f"{case.who} {case.code}") for uid, case in self._joined.items()
        ]
        if not self._joined:
            del self.also

    @property
    def others(self) -> list[Complaint]:
        """Who of them was told."""
        return [self._joined[uid] for uid in self.also.data or ()] if "also" in self else []


def _asking_also() -> Several:
    return Several(_("也告诉了并进来的这几位"), coerce=str)


class ReplyForm(Answering):
    words = Words(_("告诉了本人什么"), most=1000, validators=[needed(_("请写告诉了本人什么")), telling_words])
    told = telling()
    also = _asking_also()

    def take(self, by: Viewer) -> None:
        self.complaint.reply(by, self.words.data or "", self.how, self.others)


def _asked(field: Money, sentence: str) -> None:
    """A form that was opened before these were asked goes through without them."""
    if field.raw_data and not field.data:
        raise ValidationError(sentence)


class ResolveForm(Answering):
    result = RadioField(_("办成了吗"), choices=tiles(RESULTS), validators=[needed(_("请选办成了没有"))])
    words = Words(_("结果"), most=2000, validators=[needed(_("请写结果")), telling_words])
    owed = Money(_("一共欠多少钱（元）"))
    recovered = Money(_("追回多少钱（元）"))
    told = telling()
    also = _asking_also()

    def offer(self, complaint: Complaint, by: Viewer) -> None:
        super().offer(complaint, by)
        if not complaint.has_money:
            del self.owed, self.recovered
        elif complaint.amount_owed is not None and not self.owed.data:
            self.owed.data = money.words(complaint.amount_owed)

    def validate_owed(self, field: Money) -> None:
        _asked(field, gettext("请填一共欠多少钱，没有就填 0"))

    def validate_recovered(self, field: Money) -> None:
        _asked(field, gettext("请填追回多少钱，没有就填 0"))

    def validate_also(self, field: Several) -> None:
        try:
            self.complaint.demand_all_told(self.others)
        except OutOfTurn as fault:
            raise ValidationError(fault.sentence) from None

    def take(self, by: Viewer) -> None:
        if "owed" in self:
            self.complaint.count_money(self.owed.fen, self.recovered.fen)
        self.complaint.resolve(by, self.words.data or "", self.result.data, self.how, self.others)


class ConfirmForm(StepForm):
    def take(self, by: Viewer) -> None:
        self.complaint.confirm(by)


class SendBackForm(StepForm):
    words = Words(_("哪里还不行"), most=500, validators=[needed(_("请写哪里还不行")), telling_words])

    def take(self, by: Viewer) -> None:
        self.complaint.send_back(by, self.words.data or "")


class CallBackForm(StepForm):
    answer = RadioField(_("本人满不满意"), choices=tiles(ANSWERS), validators=[needed(_("请选本人满不满意"))])
    words = Words(_("本人怎么说"), most=500)

    def validate_words(self, field: Words) -> None:
        if self.answer.data == "not_satisfied" and not field.data:
            raise ValidationError(gettext("不满意会重新办理，请写本人哪里不满意"))

    def take(self, by: Viewer) -> None:
        self.complaint.call_back(by, self.answer.data, self.words.data)


class ReopenForm(StepForm):
    words = Words(_("为什么重新办"), most=500, validators=[needed(_("请写为什么重新办")), telling_words])

    def take(self, by: Viewer) -> None:
        self.complaint.reopen(by, self.words.data or "")


class UrgeForm(StepForm):
    versioned = False  # whatever happened meanwhile, pressing does no harm
    words = Words(_("带一句话"), most=200)

    def take(self, by: Viewer) -> None:
        self.complaint.urge(by, self.words.data)


class HeardForm(StepForm):
    versioned = False

    def take(self, by: Viewer) -> None:
        self.complaint.heard(by)


FORMS: dict[str, type[StepForm]] = {
    "accept": AcceptForm,
    "refuse": RefuseForm,
    "assign": AssignForm,
    "recuse": RecuseForm,
    "progress": ProgressForm,
    "reply": ReplyForm,
    "resolve": ResolveForm,
    "confirm": ConfirmForm,
    "send_back": SendBackForm,
    "call_back": CallBackForm,
    "reopen": ReopenForm,
    "urge": UrgeForm,
    "heard": HeardForm,
}
