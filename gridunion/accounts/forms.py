"""Forms of signing in and of one's own account."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, PasswordField

from gridunion.accounts.models import Account
from gridunion.accounts.passwords import fault_of
from gridunion.fields import Cleaned, Form, ValidationError, needed
from gridunion.text import clean_code


def clean_login(text: str) -> str:
    """A phone number without its blanks, or a name, in lower case."""
    return clean_code(text).lower()[:40]


class SignInForm(Form):
    login = Cleaned(_("手机号或账号"), clean_login, validators=[needed(_("请填手机号或账号"))])
    password = PasswordField(_("密码"), [needed(_("请填密码"))])
    own_phone = BooleanField(_("这是我自己的手机，今天内免登录"))
    next = HiddenField()


class PasswordForm(Form):
    old = PasswordField(_("现在的密码"), [needed(_("请填现在的密码"))])
    new = PasswordField(_("新密码"), [needed(_("请填新密码"))])
    again = PasswordField(_("再填一次新密码"), [needed(_("请再填一次新密码"))])

    account: Account | None = None

    def validate_new(self, field: PasswordField) -> None:
        if problem := fault_of(field.data or "", self.account):
            raise ValidationError(problem)

    def validate_again(self, field: PasswordField) -> None:
        if field.data != self.new.data:
            raise ValidationError(str(_("两次填的不一样")))
