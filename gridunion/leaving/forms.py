"""Forms of a hand-over: what goes to whom, and a signature."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, PasswordField, SelectField

from gridunion.accounts.models import Account
from gridunion.fields import Form, SelectChoice, Several, ValidationError, Words, needed


class SignForm(Form):
    password = PasswordField(_("你的密码"), [needed(_("请输密码，算签字"))])


class LostForm(SignForm):
    reason = Words(_("为什么传不上来"), most=200, validators=[needed(_("请写原因"))])


class HandOverForm(SignForm):
    to = SelectField(_("交给谁"), [needed(_("请选交给谁"))])
    items = Several(_("交哪些"))
    gone = BooleanField(_("本人已经离开，我代他签字"))

    def offer(
        self, people: dict[Account, str], items: list[list[str]], labels: dict[str, str]
    ) -> "HandOverForm":
        """Say to whom it may go, and what: all of it unless somebody chooses."""
        self.people = {account.uid.hex: account for account in people}
        self.known = {f"{kind}-{uid}": [kind, uid, words] for kind, uid, words in items}
        self.to.choices = [SelectChoice(account.uid.hex, words) for account, words in people.items()]
        choices: Any = [SelectChoice(key, labels[key]) for key in self.known]
        self.items.choices = choices
        if not self.is_submitted():
            self.items.data = list(self.known)
        return self

    def validate_items(self, field: Several) -> None:
        if not field.data:
            raise ValidationError(gettext("请选交哪些"))

    @property
    def chosen(self) -> list[list[str]]:
        return [self.known[key] for key in self.items.data or ()]
