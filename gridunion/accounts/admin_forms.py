"""Forms of the administrator: an account, a posting, a sheet of both."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext
from flask_wtf.file import FileField
from sqlalchemy import select
from wtforms import BooleanField, RadioField, SelectField

from gridunion import clock
from gridunion.accounts.forms import clean_login
from gridunion.accounts.models import DUTIES, Account
from gridunion.db import db
from gridunion.fields import Cleaned, Day, Form, SelectChoice, ValidationError, needed
from gridunion.names import clean_name
from gridunion.phones import clean_phone
from gridunion.rights import ROLES
from gridunion.text import Unacceptable
from gridunion.units.forms import UnitCode

SHORTEST_LOGIN = 3


def clean_new_login(text: str) -> str:
    """A login as a new account may have it. Raises Unacceptable."""
    login = clean_login(text)
    if len(login) < SHORTEST_LOGIN or not all(sign.isalnum() or sign in "._-" for sign in login):
        raise Unacceptable(gettext("账号至少 %(n)s 个字母或数字，或直接用手机号", n=SHORTEST_LOGIN))
    return login


def taken(login: str) -> Account | None:
    """Whose a login is; accounts of other branches count."""
    return db.session.scalars(select(Account).where(Account.login == login)).one_or_none()


class PostingForm(Form):
    role = SelectField(
        _("岗位"), [needed(_("请选岗位"))], choices=[SelectChoice(*role) for role in ROLES.items()]
    )
    unit = UnitCode(
        _("单位编码"), validators=[needed(_("请填单位编码"))], description=_("在“组织”里可以查到")
    )
    from_on = Day(_("从哪天起"), future=True, validators=[needed(_("请填从哪天起"))])
    last_on = Day(_("最后一天"), future=True, description=_("不填就一直有效；到期自己失效"))

    def begin(self) -> "PostingForm":
        self.from_on.data = clock.today()
        return self


class NewAccountForm(PostingForm):
    name = Cleaned(_("姓名"), clean_name, validators=[needed(_("请填姓名"))])
    phone = Cleaned(_("手机号"), clean_phone)
    login = Cleaned(pgettext("one", "账号"), clean_new_login, description=_("不填就用手机号登录"))

    def __iter__(self) -> Any:
        """Who, before what."""
        first = ("name", "phone", "login")
        mine = list(super().__iter__())
        return iter([it for it in mine if it.name in first] + [it for it in mine if it.name not in first])

    def validate_login(self, field: Cleaned) -> None:
        if not field.data and not self.phone.errors:
            field.data = self.phone.data
        if not field.data:
            raise ValidationError(gettext("请填手机号，或另起一个账号"))
        if taken(field.data):
            raise ValidationError(gettext("这个账号已经有人用"))


class AccountForm(Form):
    name = Cleaned(_("姓名"), clean_name, validators=[needed(_("请填姓名"))])
    phone = Cleaned(_("手机号"), clean_phone)


class DutyForm(Form):
    duty = RadioField(_("兼任什么"), choices=[], validate_choice=False)
    professional = BooleanField(_("职业化工会工作者"), description=_("聘来专职做工会工作的"))

    def begin(self, duty: str | None = None) -> "DutyForm":
        self.duty.choices = [SelectChoice("", _("没有")), *(SelectChoice(*one) for one in DUTIES.items())]
        self.duty.data = duty or "" if self.duty.data is None else self.duty.data
        return self

    @property
    def chosen(self) -> str | None:
        return self.duty.data if self.duty.data in DUTIES else None


class EndForm(Form):
    last_on = Day(
        _("最后一天"),
        future=True,
        validators=[needed(_("请填最后一天"))],
        description=_("当天还有效；马上停，填昨天"),
    )


class SheetForm(Form):
    file = FileField(_("选表格文件"), description=_(".xlsx 或 .csv，最多 500 行"))
