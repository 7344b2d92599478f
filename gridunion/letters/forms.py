"""The forms of a letter, and of what came back."""

from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gridunion import clock
from gridunion.fields import Cleaned, Day, Form, ValidationError, Words, needed
from gridunion.letters.wording import blank_in
from gridunion.text import clean_text


def _addressee(text: str) -> str:
    return clean_text(text, 80)


class LetterForm(Form):
    addressee = Cleaned(_("发给谁"), _addressee, validators=[needed(_("请填发给哪个单位"))])
    words = Words(_("正文"), most=3000, validators=[needed(_("请写正文"))])

    def validate_words(self, field: Words) -> None:
        if blank := blank_in(field.data or ""):
            raise ValidationError(gettext("正文里还有要您写清的：%(blank)s", blank=blank))


class ReplyForm(Form):
    on = Day(_("哪天回复的"), validators=[needed(_("请填哪天回复的"))])
    words = Words(_("对方怎么回的"), most=1000, validators=[needed(_("请写对方怎么回的"))])
    sent_on: date = date.min

    def begin(self) -> "ReplyForm":
        self.on.data = clock.today()
        return self

    def validate_on(self, field: Day) -> None:
        if field.data and field.data < self.sent_on:
            raise ValidationError(gettext("不能早于发函那天"))
