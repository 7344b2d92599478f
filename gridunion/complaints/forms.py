"""Forms of complaints: taking one down, and one form a step."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, IntegerField, MultipleFileField, RadioField, SelectField
from wtforms.validators import NumberRange

from gridunion import settings
from gridunion.accounts.models import Account
from gridunion.complaints.life import ANSWERS, FEWEST_WORDS, REFUSALS, RESULTS, TOLD_BY, says_something
from gridunion.complaints.models import Complaint
from gridunion.fields import Cleaned, Coded, Form, SelectChoice, ValidationError, Words, needed
from gridunion.members.forms import clean_workplace
from gridunion.names import clean_name
from gridunion.phones import clean_phone
from gridunion.rights import Viewer
from gridunion.tree import Unit

MOST_PHOTOS = 3
CHANNELS = ("walk_in", "phone", "hotline", "visit")  # 网上 and 信箱 have forms of their own


def _tiles(words: dict[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, text) for code, text in words.items()]


def _among(codes: str, wanted: tuple[str, ...]) -> list[SelectChoice]:
    return [SelectChoice(code, settings.label(codes, code)) for code in wanted]


class TakeForm(Form):
    """A complaint as it is told: who, what about, in whose words."""

    name = Cleaned(_("谁反映的"), clean_name)
    phone = Cleaned(_("手机号"), clean_phone)
    anonymous = BooleanField(_("本人不愿留名"))
    category = Coded(_("什么事"), "complaint_category", validators=[needed(_("请选是什么事"))])
    text = Words(_("怎么回事"), validators=[needed(_("请写一句是怎么回事"))])
    unit = SelectField(_("网格"), coerce=str, validate_choice=False)
    kind = Coded(_("算哪一类"), "complaint_kind")
    urgent = BooleanField(_("很急，2 小时内要有人管"))
    people = IntegerField(_("涉及几个人"), [NumberRange(1, 9999, _("请填 1 到 9999 之间的人数"))], default=1)
    employer_name = Cleaned(_("反映的是哪个单位"), clean_workplace)
    channel = Coded(_("怎么来的"), "channel", default="walk_in")
    outside_number = Cleaned(_("12351 工单号"))
    photos = MultipleFileField(_("加照片"))

    def offer(self, cells: list[Unit], person: Any = None) -> None:
        """Let the viewer's cells be chosen; for somebody of the register the cell is known."""
        self._cells = {cell.uid.hex: cell for cell in ([person.unit] if person else cells)}
        self.unit.choices = [SelectChoice(uid, cell.name) for uid, cell in self._cells.items()]
        self.channel.choices = _among("channel", CHANNELS)
        self._person = person

    @property
    def cell(self) -> Unit:
        return self._cells[self.unit.data]

    def validate_unit(self, field: SelectField) -> None:
        field.data = field.data if field.data in self._cells else next(iter(self._cells), None)
        if field.data is None:
            raise ValidationError(gettext("请选网格"))

    def validate_channel(self, field: Coded) -> None:
        field.data = field.data or CHANNELS[0]

    def validate_name(self, field: Cleaned) -> None:
        if not (self._person or self.anonymous.data or field.data or self.phone.data):
            raise ValidationError(gettext("请填姓名或手机号，不愿留名就勾上"))

    def validate_outside_number(self, field: Cleaned) -> None:
        if self.channel.data == "hotline" and not field.data:
            raise ValidationError(gettext("12351 转来的，请填工单号"))

    def told(self) -> dict[str, Any]:
        """What the form tells of the case."""
        names = ("category", "kind", "text", "urgent", "people", "employer_name", "channel", "outside_number")
        asked = {name: self[name].data for name in names} | {"person": None, "name": None, "phone": None}
        if self.anonymous.data:
            return asked
        if self._person is not None:
            return asked | {"person": self._person, "name": self._person.name, "phone": self._person.phone}
        return asked | {"name": self.name.data, "phone": self.phone.data}


# ── one form a step ──


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


class Telling(StepForm):
    """A step at which the worker is told, when there is somebody to tell."""

    told = RadioField(_("怎么告诉本人的"), choices=_tiles(TOLD_BY), validate_choice=False)
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


def _telling_words(form: StepForm, field: Words) -> None:
    if not says_something(field.data):
        raise ValidationError(gettext("请写清楚办了什么、怎么答复的，至少 %(n)s 个字", n=FEWEST_WORDS))


class AcceptForm(Telling):
    must_tell = False

    def take(self, by: Viewer) -> None:
        self.complaint.accept(by, self.how)


class RefuseForm(Telling):
    reason = RadioField(_("为什么不归我们"), choices=_tiles(REFUSALS), validators=[needed(_("请选原因"))])
    words = Words(_("该找哪里"), most=500, validators=[needed(_("请写该找哪里、电话多少"))])

    def take(self, by: Viewer) -> None:
        self.complaint.refuse(by, self.reason.data, self.words.data or "", self.how)


class AssignForm(StepForm):
    to = SelectField(_("派给"), coerce=str, validate_choice=False)

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
        self.complaint.assign(self._hands[self.to.data], by)


def hand_words(name: str, load: int) -> str:
    return str(gettext("%(name)s（手上 %(n)s 件）", name=name, n=load))


class ProgressForm(Telling):
    words = Words(_("办到哪一步"), most=1000, validators=[needed(_("请写办到哪一步"))])
    must_tell = False

    def take(self, by: Viewer) -> None:
        self.complaint.progress(by, self.words.data or "", self.how)


class ReplyForm(Telling):
    words = Words(
        _("告诉了本人什么"), most=1000, validators=[needed(_("请写告诉了本人什么")), _telling_words]
    )

    def take(self, by: Viewer) -> None:
        self.complaint.reply(by, self.words.data or "", self.how or "")


class ResolveForm(Telling):
    result = RadioField(_("办成了吗"), choices=_tiles(RESULTS), validators=[needed(_("请选办成了没有"))])
    words = Words(_("结果"), most=2000, validators=[needed(_("请写结果")), _telling_words])
    mediated = BooleanField(_("组织过调解"))

    def offer(self, complaint: Complaint, by: Viewer) -> None:
        super().offer(complaint, by)
        if not complaint.is_dispute:
            del self.mediated

    def take(self, by: Viewer) -> None:
        mediated = bool(self.mediated.data) if "mediated" in self else False
        self.complaint.resolve(by, self.words.data or "", self.result.data, self.how, mediated)


class ConfirmForm(StepForm):
    def take(self, by: Viewer) -> None:
        self.complaint.confirm(by)


class SendBackForm(StepForm):
    words = Words(_("哪里还不行"), most=500, validators=[needed(_("请写哪里还不行")), _telling_words])

    def take(self, by: Viewer) -> None:
        self.complaint.send_back(by, self.words.data or "")


class CallBackForm(StepForm):
    answer = RadioField(
        _("本人满不满意"), choices=_tiles(ANSWERS), validators=[needed(_("请选本人满不满意"))]
    )
    words = Words(_("本人怎么说"), most=500)

    def validate_words(self, field: Words) -> None:
        if self.answer.data == "not_satisfied" and not field.data:
            raise ValidationError(gettext("不满意会重新办理，请写本人哪里不满意"))

    def take(self, by: Viewer) -> None:
        self.complaint.call_back(by, self.answer.data, self.words.data)


class ReopenForm(StepForm):
    words = Words(_("为什么重新办"), most=500, validators=[needed(_("请写为什么重新办")), _telling_words])

    def take(self, by: Viewer) -> None:
        self.complaint.reopen(by, self.words.data or "")


class UrgeForm(StepForm):
    versioned = False  # whatever happened meanwhile, pressing does no harm
    words = Words(_("带一句话"), most=200)

    def take(self, by: Viewer) -> None:
        self.complaint.urge(by, self.words.data)


FORMS: dict[str, type[StepForm]] = {
    "accept": AcceptForm,
    "refuse": RefuseForm,
    "assign": AssignForm,
    "progress": ProgressForm,
    "reply": ReplyForm,
    "resolve": ResolveForm,
    "confirm": ConfirmForm,
    "send_back": SendBackForm,
    "call_back": CallBackForm,
    "reopen": ReopenForm,
    "urge": UrgeForm,
}
